"""The distinct subdomains of a pair: all of them up to KEPT, above that a sample of KEPT that merges exactly.

The sample is the KEPT lowest items (see tunnel_name): whatever the order and the split, the lowest of a union are the lowest of
the lowest of its parts. Up to KEPT the count and every sum are exact. Above, with u the highest kept hash as a share of all
hashes, (KEPT - 1) / u estimates the distinct count without bias (Beyer et al. 2007, "On synopses for distinct-value estimation
under multiset operations"), with a relative error near 1 / sqrt(KEPT - 2): 6 %; sums are that count times the sample's mean.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass

from ..zeek.partial import SummaryError
from . import tunnel_name

KEPT = 256
_WIDTHS = (  # lowest part of an item first
    tunnel_name.SHAPE_BITS,
    tunnel_name.ENCODING_BITS,
    tunnel_name.LENGTH_BITS,
    tunnel_name.ODDNESS_BITS,
    tunnel_name.SURPRISE_BITS,
)
_HIGHEST = 1 << (8 * tunnel_name.ITEM_B)


class Sample:
    """A set of items that holds at most 2 * KEPT; ``lowest()`` gives what counts."""

    __slots__ = ("_items", "_limit")

    def __init__(self) -> None:
        self._items: set[int] = set()
        self._limit = _HIGHEST

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: int) -> None:
        if item < self._limit:
            self._items.add(item)
            if len(self._items) >= 2 * KEPT:
                self._cut()

    def update(self, items: Collection[int]) -> None:
        for item in items:
            self.add(item)

    def lowest(self) -> list[int]:
        """The items that count, ascending, at most KEPT."""
        return sorted(self._items)[:KEPT]

    def _cut(self) -> None:
        kept = self.lowest()
        self._items, self._limit = set(kept), kept[-1] + 1


@dataclass(frozen=True)
class Content:
    """What distinct subdomains add up to. distinct: how many; bits: their surprise; oddness: mean per name (see tunnel_name);
    letters: their payload letters; capacity_b: bytes that their encodings carry at most; encodings, shapes: names of the sample
    by place in ENCODINGS and SHAPES; sampled: names in the sample; exact: nothing is an estimate."""

    distinct: float
    bits: float
    oddness: float
    letters: float
    capacity_b: float
    encodings: tuple[int, ...]
    shapes: tuple[int, ...]
    sampled: int
    exact: bool


def content(items: list[int]) -> Content:
    """Of the lowest items in ascending order. Sums are of whole numbers before the one division, so they depend on nothing but
    the set."""
    steps = oddness = letters = capacity = 0
    encodings, shapes = [0] * len(tunnel_name.ENCODINGS), [0] * len(tunnel_name.SHAPES)
    for item in items:
        parts = []
        for width in _WIDTHS:
            parts.append(item & ((1 << width) - 1))
            item >>= width
        shapes[min(parts[0], len(shapes) - 1)] += 1
        written = min(parts[1], len(encodings) - 1)
        encodings[written] += 1
        letters += parts[2]
        capacity += parts[2] * tunnel_name.CAPACITY_BITS[written]
        oddness += parts[3]
        steps += parts[4]
    exact = len(items) < KEPT
    distinct = float(len(items))
    if not exact:
        highest = items[-1] >> tunnel_name.PAYLOAD_BITS
        distinct = max(distinct, (KEPT - 1) * tunnel_name.HASHES / (highest + 1))
    scale = distinct / len(items) if items else 0.0
    return Content(
        distinct=distinct,
        bits=steps / tunnel_name.STEPS_PER_BIT * scale,
        oddness=oddness / len(items) if items else 0.0,
        letters=letters * scale,
        capacity_b=capacity / 8 * scale,
        encodings=tuple(encodings),
        shapes=tuple(shapes),
        sampled=len(items),
        exact=exact,
    )


def encode(items: list[int]) -> str:
    """Ascending items as text that needs no quoting: ITEM_B bytes each, base64 with ``-`` and ``_``, unpadded."""
    return base64.urlsafe_b64encode(b"".join([item.to_bytes(tunnel_name.ITEM_B, "big") for item in items])).decode().rstrip("=")


def decode(text: str) -> list[int]:
    """The items of such a text. Raises SummaryError when it is damaged or holds more than KEPT."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SummaryError(f"a summary whose names are damaged: {text[:40]!r}") from error
    size = tunnel_name.ITEM_B
    if len(packed) % size or len(packed) > size * KEPT:
        raise SummaryError(f"a summary with {len(packed)} bytes of names; it holds at most {KEPT} of {size} bytes")
    return [int.from_bytes(packed[at : at + size], "big") for at in range(0, len(packed), size)]
