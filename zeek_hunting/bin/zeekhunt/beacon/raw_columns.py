"""Times and sizes of raw events as numbers, whole columns at once: the same numbers as the map reads cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from ..zeek import byte_count, event_time

_POWERS = np.array([float(10**place) for place in range(23)])


class Column(Protocol):
    """What is read of a column of events: see spl.arrays.ByteColumn."""

    lengths: np.ndarray

    def __len__(self) -> int: ...
    def take(self, rows: np.ndarray) -> Column: ...
    def texts(self, rows: np.ndarray) -> list[str]: ...
    def unset(self) -> np.ndarray: ...
    def among(self, words: Iterable[bytes]) -> np.ndarray: ...
    def decimals(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]: ...


class Table(Protocol):
    """What is read of a block of events: see spl.arrays.ByteTable."""

    rows: int
    names: list[str]

    def column(self, name: str) -> Column | None: ...
    def first_set(self, names: Sequence[str], rows: np.ndarray) -> Column: ...


def ticks(column: Column) -> np.ndarray:
    """int64 (rows,), -1 where a cell is no time. The same arithmetic as zeek.event_time, cell by cell where that must decide."""
    mantissa, behind, read = column.decimals()
    seconds = mantissa / _POWERS[behind]  # one correctly rounded division: the double that float() would read
    found: np.ndarray = (seconds * event_time.TICKS_PER_S).astype(np.int64)
    plain = read & (seconds > 0) & (seconds <= event_time.LATEST_S)
    odd = np.flatnonzero(~plain)
    for row, text in zip(odd.tolist(), column.texts(odd)):
        tick = event_time.ticks(text)
        found[row] = -1 if tick is None else tick
    return found


def byte_counts(column: Column) -> np.ndarray:
    """int64 (rows,), byte_count.UNKNOWN where unset or no count."""
    mantissa, behind, read = column.decimals()
    whole = read & (behind == 0) & (mantissa < byte_count.LIMIT)
    counts = np.where(whole, mantissa, byte_count.UNKNOWN)
    odd = np.flatnonzero(~whole)
    odd = odd[~column.take(odd).unset()]
    for row, text in zip(odd.tolist(), column.texts(odd)):
        counts[row] = byte_count.number(text)
    return counts


def guarded(payload: np.ndarray, ip_bytes: np.ndarray) -> np.ndarray:
    smaller: np.ndarray = np.where((payload <= ip_bytes) | (ip_bytes < 0), payload, ip_bytes)
    return smaller
