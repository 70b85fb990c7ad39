"""Byte counts of a connection, guarded.

``orig_bytes``/``resp_bytes`` come from TCP sequence numbers and can be absurd after a lost or forged segment;
``*_ip_bytes`` count the packets that were seen. So the payload is the smaller of the two when both are set (hunts.md §1,
zeek issue 3313).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

UNKNOWN = -1  # unset, or no byte count at all: never zero
LIMIT = 10**15  # a petabyte; more is no byte count and would not survive a double
_UNKNOWN_TEXT = str(UNKNOWN)
_LONGEST = 24  # letters; room for a sign, zeros and blanks


def numbers(column: Sequence[str]) -> list[int]:
    """Byte counts of a column of text; UNKNOWN where a cell is unset or no count."""
    text = ",".join([cell or _UNKNOWN_TEXT for cell in column] if "" in column else column)
    # digits and commas are a JSON list, and the standard library's reader of those is the fastest way to many numbers
    if text.isascii() and len(text) <= len(column) * _LONGEST and not text.encode().translate(None, b"0123456789,-"):
        try:
            counts: list[int] = json.loads(f"[{text}]")
        except ValueError:  # "-" for unset, leading zeros
            counts = []
        if len(counts) == len(column) and counts and max(counts) < LIMIT and ("-" not in text or min(counts) >= UNKNOWN):
            return counts
    return list(map(number, column))


def number(text: str) -> int:
    """A byte count as text -> int; UNKNOWN when it is unset, negative, absurd or no whole number."""
    if len(text) > _LONGEST:  # int() takes time with the square of the length
        return UNKNOWN
    try:
        count = int(text)
    except ValueError:
        return UNKNOWN
    return count if 0 <= count < LIMIT else UNKNOWN


def guarded(payload: Sequence[int], ip_bytes: Sequence[int]) -> list[int]:
    """Payload bytes per row, the smaller of both where both are known."""
    return [count if count <= seen or seen < 0 else seen for count, seen in zip(payload, ip_bytes)]
