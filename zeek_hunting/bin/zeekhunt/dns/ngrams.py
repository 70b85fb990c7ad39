"""The cells of an n-gram table summed over many texts at once.

One text at a time costs a step of the interpreter per character. Here all texts stand in one row, each followed by as many
boundaries as the table looks back, and one whole number holds one lane per character: multiplying and shifting it turns the
symbols of all characters into the places of their cells, which a single ``itemgetter`` reads.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, repeat
from operator import itemgetter
from typing import NamedTuple

from .symbols import CODES, SYMBOLS
from .tables import label_table, subdomain_table

AT_ONCE = 1 << 14  # characters in one pass: with more, the whole number leaves the processor's cache


class Ngrams(NamedTuple):
    """cells: SYMBOLS**order bytes; those of a boundary behind a boundary are 0, so that what lies between texts adds nothing.
    order: 3 or 4."""

    cells: bytes
    order: int


@lru_cache(maxsize=1)
def of_labels() -> Ngrams:
    return _closed(label_table(), 4)


@lru_cache(maxsize=1)
def of_subdomains() -> Ngrams:
    return _closed(subdomain_table(), 3)


def _closed(table: bytes, order: int) -> Ngrams:
    cells = bytearray(table)
    cells[:: SYMBOLS**2] = bytes(len(table) // SYMBOLS**2)
    return Ngrams(bytes(cells), order)


def sums(texts: Sequence[str], table: Ngrams) -> list[int]:
    """Per text the sum over its characters and its end. texts: without two boundaries (dot, NUL) in a row and none at either end;
    '' gives 0."""
    if not texts:
        return []
    if len(texts) > 1 and sum(map(len, texts)) > AT_ONCE:
        half = len(texts) // 2
        return sums(texts[:half], table) + sums(texts[half:], table)
    gap = "." * (table.order - 1)
    symbols = (gap.join(texts) + gap).encode("latin-1", "replace").translate(CODES)
    places = _places(symbols, table.order)
    cells = iter(itemgetter(*places)(table.cells))
    return list(map(sum, map(islice, repeat(cells), [len(text) + len(gap) for text in texts])))


def _places(symbols: bytes, order: int) -> tuple[int, ...]:
    """Of each symbol after those before it: ((a * 40 + b) * 40 + c) * 40 + d. Two symbols or more."""
    width = 2 if order == 3 else 4  # bytes a lane: 40**3 needs 16 bits, 40**4 22
    lanes = bytearray(width * len(symbols))
    lanes[::width] = symbols
    single = int.from_bytes(lanes, "little")
    bits = 8 * width
    pair = single + (single * SYMBOLS << bits)
    front = single if order == 3 else pair
    whole = pair + (front * SYMBOLS**2 << 2 * bits)
    # the lanes beyond the last symbol hold what would follow it
    packed = whole.to_bytes(len(lanes) + order * width, "little")
    return struct.unpack_from(f"<{len(symbols)}{'H' if width == 2 else 'I'}", packed)
