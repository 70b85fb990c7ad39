"""An answer other than the one asked for, in splunkd's words."""

from __future__ import annotations


class Refused(Exception):
    """status: of HTTP. level: INFO, WARN, ERROR or FATAL, as splunkd marks the message."""

    def __init__(self, status: int, text: str, level: str = "ERROR") -> None:
        super().__init__(text)
        self.status, self.text, self.level = status, text, level


def absent(what: str) -> Refused:
    return Refused(404, f"Could not find object id={what[:200]}")
