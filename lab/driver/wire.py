"""Messages of the protocol as bytes: ``chunked 1.0,<metadata bytes>,<body bytes>`` LF, JSON, CSV."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.driver.failure import BrokenReply

_HEADER = re.compile(rb"chunked[ \t]+1\.0[ \t]*,[ \t]*(\d{1,12})[ \t]*,[ \t]*(\d{1,12})[ \t]*\r?\Z")
_MAX_HEADER_B = 64
_SHOWN_B = 200


@dataclass(frozen=True)
class Reply:
    """One whole reply of a command."""

    metadata: Mapping[str, Any]
    body: bytes


def encode_request(metadata: Mapping[str, Any], body: bytes = b"") -> bytes:
    """A message as splunkd sends it; lengths are bytes of UTF-8."""
    text = json.dumps(metadata, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    return b"chunked 1.0,%d,%d\n%b%b" % (len(text), len(body), text, body)


class ReplyBuffer:
    """Bytes as they arrive, until a whole reply is there."""

    def __init__(self, max_reply_b: int) -> None:
        self._max_reply_b = max_reply_b
        self._data = bytearray()
        self._lengths: tuple[int, int] | None = None

    def feed(self, data: bytes) -> None:
        self._data += data

    def take(self) -> Reply | None:
        """The next reply when it is whole, else None. Raises BrokenReply for anything that is not the protocol."""
        if self._lengths is None and not self._read_header():
            return None
        assert self._lengths is not None
        metadata_b, body_b = self._lengths
        if len(self._data) < metadata_b + body_b:
            return None
        text, body = bytes(self._data[:metadata_b]), bytes(self._data[metadata_b : metadata_b + body_b])
        del self._data[: metadata_b + body_b]
        self._lengths = None
        return Reply(_metadata(text), body)

    def _read_header(self) -> bool:
        end = self._data.find(b"\n", 0, _MAX_HEADER_B)
        if end < 0:
            lead = bytes(self._data[:8])
            if len(self._data) >= _MAX_HEADER_B or not b"chunked ".startswith(lead):
                raise BrokenReply(self._not_protocol())
            return False
        match = _HEADER.match(bytes(self._data[:end]))
        if match is None:
            raise BrokenReply(self._not_protocol())
        metadata_b, body_b = int(match.group(1)), int(match.group(2))
        if metadata_b + body_b > self._max_reply_b:
            raise BrokenReply(
                f"the command announced a reply of {metadata_b + body_b:,} bytes; {self._max_reply_b:,} are allowed"
            )
        self._lengths = (metadata_b, body_b)
        del self._data[: end + 1]
        return True

    def _not_protocol(self) -> str:
        return f"expected a reply that starts with 'chunked 1.0,', found {self.shown()}"

    def shown(self) -> str:
        """The first bytes that wait here, for an error text."""
        return repr(bytes(self._data[:_SHOWN_B]))[1:]

    @property
    def waiting_b(self) -> int:
        return len(self._data)

    def missing(self) -> str:
        """What the reply under way lacks, in words."""
        if self._lengths is None:
            return "nothing of the reply arrived" if not self._data else f"only {self.shown()} of the reply's first line arrived"
        metadata_b, body_b = self._lengths
        if len(self._data) < metadata_b:
            return f"{len(self._data):,} of {metadata_b:,} bytes of the reply's metadata arrived, nothing of its body"
        return f"{len(self._data) - metadata_b:,} of {body_b:,} bytes of the reply's body arrived"


def _metadata(text: bytes) -> Mapping[str, Any]:
    try:
        metadata = json.loads(text.decode("utf-8"))
    except ValueError as error:
        raise BrokenReply(f"the reply's metadata is not JSON ({error}): {text[:_SHOWN_B]!r}") from error
    if not isinstance(metadata, dict):
        raise BrokenReply(f"the reply's metadata is not a JSON object: {text[:_SHOWN_B]!r}")
    return metadata
