"""What the KV store refuses, as splunkd would answer it."""

from __future__ import annotations


class KvRefused(ValueError):
    """A record, key or query that the KV store does not take. status: the HTTP status that splunkd gives for it."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.text, self.status = text, status
