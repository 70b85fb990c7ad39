"""FlatBuffers as far as the metadata of an Arrow file goes: tables, text, vectors of tables and of structs, front to back.

Why not the package `flatbuffers`: it loads numpy wherever it finds one, 80 ms and 12 MB of a command that takes 25 MB without.
Layout: https://flatbuffers.dev/internals: a table begins with the distance back to its vtable, references are distances forward,
all is little-endian and aligned to its own size. Absent slots have the schema's default.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

REFERENCE = "I"


@dataclass(frozen=True)
class Scalar:
    """code: of the struct module, without byte order: b, B, ?, h, i, q."""

    code: str
    value: int


@dataclass(frozen=True)
class Table:
    """slots: number of the field in its schema -> value."""

    slots: Mapping[int, Scalar | str | Table | Vector]


@dataclass(frozen=True)
class Vector:
    """items: tables, or structs as tuples of `code`; those are aligned to 8 bytes."""

    items: Sequence[Table | tuple[int, ...]]
    code: str = ""


def write(root: Table) -> bytes:
    out = bytearray(4)
    _refer(out, 0, _table(out, root))
    return bytes(out)


def _table(out: bytearray, table: Table) -> int:
    """Append the table, then what it refers to; returns its place."""
    offsets: dict[int, int] = {}
    end = 4
    for slot, value in table.slots.items():
        size = struct.calcsize(value.code if isinstance(value, Scalar) else REFERENCE)
        offsets[slot] = end + -end % size
        end = offsets[slot] + size
    slots = max(offsets, default=-1) + 1
    _align(out, 2)
    vtable = len(out)
    out += struct.pack(f"<HH{slots}H", 4 + 2 * slots, end, *(offsets.get(slot, 0) for slot in range(slots)))
    _align(out, 8)
    start = len(out)
    out += struct.pack("<i", start - vtable) + bytes(end - 4)
    for slot, value in table.slots.items():
        place = start + offsets[slot]
        if isinstance(value, Scalar):
            struct.pack_into(f"<{value.code}", out, place, value.value)
        else:
            _refer(out, place, _child(out, value))
    return start


def _child(out: bytearray, value: str | Table | Vector) -> int:
    if isinstance(value, Table):
        return _table(out, value)
    return _text(out, value) if isinstance(value, str) else _vector(out, value)


def _text(out: bytearray, text: str) -> int:
    content = text.encode("utf-8", "replace")
    _align(out, 4)
    start = len(out)
    out += struct.pack("<I", len(content)) + content + b"\0"
    return start


def _vector(out: bytearray, vector: Vector) -> int:
    if vector.code:
        out += bytes((4 - len(out)) % 8)  # the length stands before the first struct, which is aligned to 8
        start = len(out)
        out += struct.pack("<I", len(vector.items))
        for item in vector.items:
            out += struct.pack(f"<{vector.code}", *item)  # type: ignore[misc]  # structs, as the code says
        return start
    _align(out, 4)
    start = len(out)
    out += struct.pack("<I", len(vector.items)) + bytes(4 * len(vector.items))
    for place, item in enumerate(vector.items):
        _refer(out, start + 4 + 4 * place, _table(out, item))  # type: ignore[arg-type]
    return start


def _align(out: bytearray, size: int) -> None:
    out += bytes(-len(out) % size)


def _refer(out: bytearray, place: int, target: int) -> None:
    struct.pack_into(f"<{REFERENCE}", out, place, target - place)
