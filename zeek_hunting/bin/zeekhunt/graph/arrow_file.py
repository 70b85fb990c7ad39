"""Columns as an Apache Arrow IPC file, the body of a Graphistry upload, without anything native.

Schema, one record batch, footer, each a FlatBuffers table of arrow.apache.org/docs/format/Columnar.html (format/Schema.fbs,
Message.fbs, File.fbs; metadata version 5). Slot numbers below are the places of fields in those files. A column is all int64,
double, boolean, UTC time in microseconds, text or nothing; nulls anywhere.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import accumulate
from typing import Any, Union

from . import flat_buffer
from .flat_buffer import Scalar, Table, Vector

Value = Union[None, bool, int, float, str, datetime]

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MAGIC = b"ARROW1"
ALIGNMENT_B = 8
_VERSION_5 = Scalar("h", 4)
_SCHEMA, _RECORD_BATCH = 1, 3  # of the union MessageHeader
_CONTINUATION = b"\xff\xff\xff\xff"
_INT32_MOST = 2**31 - 1
_INT64_LEAST, _INT64_MOST = -(2**63), 2**63 - 1


class ArrowError(ValueError):
    """A column that Arrow cannot hold; the text names it and says why."""


@dataclass(frozen=True)
class _Kind:
    """code: of the union Type; described: its table; buffers(values): the buffers after validity."""

    code: int
    described: Table
    buffers: Callable[[Sequence[Any]], list[bytes]]


def write(columns: Mapping[str, Sequence[Value]]) -> bytes:
    """The file. columns: name -> values, all of one length. Raises ArrowError."""
    lengths = {name: len(values) for name, values in columns.items()}
    rows = next(iter(lengths.values()), 0)
    if any(length != rows for length in lengths.values()):
        raise ArrowError(f"columns of different lengths: {lengths}")
    kinds = {name: _kind(name, values) for name, values in columns.items()}
    nodes: list[tuple[int, int]] = []
    buffers: list[bytes] = []
    for name, values in columns.items():
        nulls = values.count(None)
        nodes.append((rows, nulls))
        if kinds[name] is not _NULL:
            buffers += [_bits([value is not None for value in values]) if nulls else b"", *kinds[name].buffers(values)]
    places, body = _placed(buffers)
    head = MAGIC + b"\0\0" + _encapsulated(_message(_SCHEMA, _schema(kinds), 0))
    batch = Table({0: Scalar("q", rows), 1: Vector(nodes, "qq"), 2: Vector(places, "qq")})
    body_b = sum(map(len, body))
    metadata = _encapsulated(_message(_RECORD_BATCH, batch, body_b))
    # Block: offset, length of the metadata, four bytes of padding, length of the body
    block = Vector([(len(head), len(metadata), 0, body_b)], "qiiq")
    footer = flat_buffer.write(Table({0: _VERSION_5, 1: _schema(kinds), 3: block}))
    end = _CONTINUATION + struct.pack("<i", 0)
    return b"".join([head, metadata, *body, end, footer, struct.pack("<i", len(footer)), MAGIC])


def _kind(name: str, values: Sequence[Value]) -> _Kind:
    types = set(map(type, values)) - {type(None)}
    if not types:
        return _NULL
    if types == {bool}:
        return _BOOL
    if types == {int}:
        known: list[Any] = [value for value in values if value is not None]
        if min(known) < _INT64_LEAST or max(known) > _INT64_MOST:
            raise ArrowError(f"column {name} holds a whole number beyond 64 bits; send it as text")
        return _INT64
    if types <= {int, float}:
        return _DOUBLE
    if types == {datetime}:
        if any(isinstance(value, datetime) and value.tzinfo is None for value in values):
            raise ArrowError(f"column {name} holds a time without a zone; say which it is, for example UTC")
        return _TIME
    if types == {str}:
        return _TEXT
    raise ArrowError(
        f"column {name} mixes {', '.join(sorted(each.__name__ for each in types))}; make it one type, for example text"
    )


def _bits(flags: Sequence[bool]) -> bytes:
    """Least significant bit first, whole bytes."""
    digits = "".join(map("01".__getitem__, flags))[::-1]  # by one conversion: a loop over bits takes twenty times as long
    return int(digits or "0", 2).to_bytes((len(flags) + 7) // 8, "little")


def _whole(values: Sequence[int | None]) -> list[bytes]:
    return [_little(array("q", [value or 0 for value in values]))]


def _floating(values: Sequence[int | float | None]) -> list[bytes]:
    return [_little(array("d", [float(value or 0) for value in values]))]


def _times(values: Sequence[datetime | None]) -> list[bytes]:
    return _whole([None if value is None else _microseconds(value) for value in values])


def _microseconds(value: datetime) -> int:
    since = value - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _texts(values: Sequence[str | None]) -> list[bytes]:
    encoded = [(value or "").encode("utf-8", "replace") for value in values]
    ends = list(accumulate(map(len, encoded), initial=0))
    if ends[-1] > _INT32_MOST:
        raise ArrowError("a text column over 2 GiB; send fewer rows")
    return [_little(array("i", ends)), b"".join(encoded)]


def _little(values: array[Any]) -> bytes:
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return values.tobytes()


_EMPTY = Table({})
_NULL = _Kind(1, _EMPTY, lambda values: [])
_INT64 = _Kind(2, Table({0: Scalar("i", 64), 1: Scalar("?", True)}), _whole)
_DOUBLE = _Kind(3, Table({0: Scalar("h", 2)}), _floating)
_TEXT = _Kind(5, _EMPTY, _texts)
_BOOL = _Kind(6, _EMPTY, lambda values: [_bits([bool(value) for value in values])])
_TIME = _Kind(10, Table({0: Scalar("h", 2), 1: "UTC"}), _times)  # 2: microseconds


def _schema(kinds: Mapping[str, _Kind]) -> Table:
    return Table({1: Vector([_field(name, kind) for name, kind in kinds.items()])})


def _field(name: str, kind: _Kind) -> Table:
    return Table({0: name, 1: Scalar("?", True), 2: Scalar("B", kind.code), 3: kind.described, 5: Vector([])})


def _message(kind: int, header: Table, body_b: int) -> bytes:
    return flat_buffer.write(Table({0: _VERSION_5, 1: Scalar("B", kind), 2: header, 3: Scalar("q", body_b)}))


def _encapsulated(message: bytes) -> bytes:
    padded = message + bytes(-len(message) % ALIGNMENT_B)
    return _CONTINUATION + struct.pack("<i", len(padded)) + padded


def _placed(buffers: Sequence[bytes]) -> tuple[list[tuple[int, int]], list[bytes]]:
    """((offset, length) of each buffer in the body, the body's parts with their padding)."""
    places: list[tuple[int, int]] = []
    parts: list[bytes] = []
    end = 0
    for each in buffers:
        padding = bytes(-len(each) % ALIGNMENT_B)
        places.append((end, len(each)))
        parts += [each, padding]
        end += len(each) + len(padding)
    return places, parts
