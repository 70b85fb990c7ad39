"""Framing of the Search Command Protocol v2: ``chunked 1.0,<metadata bytes>,<body bytes>`` LF, JSON, CSV.

A stream that ends inside a message is an error here. The SDK processes the half message as if it were whole, which turns a
killed search into a wrong answer.
"""

from __future__ import annotations

import json
import re
from typing import Any, BinaryIO, NamedTuple

HEADER = re.compile(rb"chunked\s+1\.0\s*,\s*(\d{1,12})\s*,\s*(\d{1,12})\s*\n")
HEADER_LIMIT_B = 128
METADATA_LIMIT_B = 64 * 1024 * 1024


class ChunkError(RuntimeError):
    """The stream does not hold a whole, well-formed message; the text says what was expected and what was found."""


class Chunk(NamedTuple):
    """One message: its JSON object and its CSV body, undecoded."""

    metadata: dict[str, Any]
    body: bytes


def read_chunk(stream: BinaryIO) -> Chunk | None:
    """The next message, or None at the end of the stream (splunkd has closed the pipe: stop). Raises ChunkError."""
    header = stream.readline(HEADER_LIMIT_B)
    if not header:
        return None
    match = HEADER.fullmatch(header)
    if match is None:
        raise ChunkError(f"expected a header like 'chunked 1.0,<bytes>,<bytes>', got {header[:80]!r}")
    metadata_b, body_b = int(match[1]), int(match[2])
    if metadata_b > METADATA_LIMIT_B:
        raise ChunkError(f"metadata of {metadata_b} bytes is over the limit of {METADATA_LIMIT_B} bytes")
    metadata = decode_metadata(_read_whole(stream, metadata_b, "metadata"))
    return Chunk(metadata, _read_whole(stream, body_b, "body"))


def decode_metadata(text: bytes) -> dict[str, Any]:
    """The JSON object of a message. Raises ChunkError when it is something else."""
    try:
        metadata = json.loads(text) if text else {}
    except ValueError as error:
        raise ChunkError(f"metadata is not JSON ({error}): {text[:80]!r}") from error
    if not isinstance(metadata, dict):
        raise ChunkError(f"metadata must be a JSON object, got {text[:80]!r}")
    return metadata


def write_chunk(stream: BinaryIO, metadata: dict[str, Any], body: bytes = b"") -> None:
    """Write one message and flush it; splunkd answers only what it has read whole."""
    head = json.dumps(metadata, separators=(",", ":")).encode("ascii")
    stream.write(b"chunked 1.0,%d,%d\n" % (len(head), len(body)))
    stream.write(head)
    stream.write(body)
    stream.flush()


def _read_whole(stream: BinaryIO, length_b: int, part: str) -> bytes:
    data = stream.read(length_b) if length_b else b""
    if len(data) < length_b:
        raise ChunkError(f"the stream ended inside a message: {part} has {len(data)} of {length_b} bytes")
    return data
