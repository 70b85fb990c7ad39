"""Byte counts of a connection, guarded.

``orig_bytes``/``resp_bytes`` come from TCP sequence numbers and can be absurd after a lost or forged segment;
``*_ip_bytes`` count the packets that were seen. So the payload is the smaller of the two when both are set (hunts.md §1,
zeek issue 3313).
"""

from __future__ import annotations

from collections.abc import Sequence

UNKNOWN = -1  # unset, or no byte count at all: never zero
LIMIT = 10**15  # a petabyte; more is no byte count and would not survive a double


def numbers(column: Sequence[str]) -> list[int]:
    """Byte counts of a column of text; UNKNOWN where a cell is unset or no count."""
    try:
        counts = list(map(int, [cell or "-1" for cell in column]))
    except ValueError:
        try:
            counts = [int(cell) if cell and cell != "-" else UNKNOWN for cell in column]
        except ValueError:
            return list(map(number, column))
    return counts if counts and min(counts) >= UNKNOWN and max(counts) < LIMIT else list(map(number, column))


def number(text: str) -> int:
    """A byte count as text -> int; UNKNOWN when it is unset, negative, absurd or no whole number."""
    try:
        count = int(text)
    except ValueError:
        return UNKNOWN
    return count if 0 <= count < LIMIT else UNKNOWN


def guarded(payload: Sequence[int], ip_bytes: Sequence[int]) -> list[int]:
    """Payload bytes per row, the smaller of both where both are known."""
    return [count if count <= seen or seen < 0 else seen for count, seen in zip(payload, ip_bytes)]
