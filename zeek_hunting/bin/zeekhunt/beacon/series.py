"""The arrays that scores are computed from: event times, sizes and online hours, each grouped (CSR) by the offsets ``starts``.

Everything is int64 and canonical: ascending within a pair, so that the same events give the same arrays whatever order, chunk or
indexer they came from. Event times and sizes of a pair are separate multisets; which size belonged to which event is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..zeek import event_time
from .settings import FLAGS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

TICKS_PER_S = event_time.TICKS_PER_S
TICK_LIMIT = int(event_time.LATEST_S) * TICKS_PER_S  # below 2^36: pair and time fit one 64-bit key
TICKS_PER_HOUR = 3600 * TICKS_PER_S
SIZE_LIMIT = 2**50  # what the codec of a summary can carry


class SeriesError(ValueError):
    """Arrays that do not fit together: a fault of the code that built them, never of the data."""


@dataclass(frozen=True, eq=False)
class Series:
    """Event times. ticks: (events,) of 0.1 s since the epoch, ascending within a pair, duplicates kept. starts: (pairs + 1,).
    breaks: (events,) whether events may be missing before this one, so that its interval is none; None: none is missing."""

    ticks: Ints
    starts: Ints
    breaks: Flags | None = None

    def __post_init__(self) -> None:
        if self.breaks is not None and (self.breaks.shape != self.ticks.shape or self.breaks.dtype != np.bool_):
            raise SeriesError(f"breaks must be bool of shape {self.ticks.shape}, got {self.breaks.dtype} {self.breaks.shape}")
        _check_grouped("ticks", self.ticks, self.starts, TICK_LIMIT)
        _check_ascending("ticks", self.ticks, self.starts, 0)

    @property
    def pairs(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, eq=False)
class Sizes:
    """Sizes with how often each occurred. values: (distinct,) bytes, ascending without repeats within a pair.
    counts: (distinct,), at least 1. starts: (pairs + 1,); a pair without known sizes is empty."""

    values: Ints
    counts: Ints
    starts: Ints

    def __post_init__(self) -> None:
        _check_grouped("values", self.values, self.starts, SIZE_LIMIT)
        _check_ascending("values", self.values, self.starts, 1)
        if self.counts.shape != self.values.shape or self.counts.dtype != np.int64:
            raise SeriesError(f"counts must be int64 of shape {self.values.shape}, got {self.counts.dtype} {self.counts.shape}")
        if self.counts.size and self.counts.min() < 1:
            raise SeriesError("counts must be 1 or more: a size that did not occur is left out")

    @property
    def pairs(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, eq=False)
class OnlineHours:
    """Hours in which a source had any event. hours: (hours,) since the epoch (tick // 36000), ascending without repeats within a
    source. starts: (sources + 1,)."""

    hours: Ints
    starts: Ints

    def __post_init__(self) -> None:
        _check_grouped("hours", self.hours, self.starts, TICK_LIMIT // TICKS_PER_HOUR + 1)
        _check_ascending("hours", self.hours, self.starts, 1)

    @property
    def sources(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, eq=False)
class PairColumns:
    """What a score needs of every pair.

    source_of_pair: (pairs,) index into online_hours. sources_of_dest: (pairs,) how many sources contacted the pair's
    destination, this one included. sources_seen: how many sources of its kind the data hold, one number or one per pair. facts:
    what else is known of each pair, a flag of (pairs,) by a name of settings.FLAGS; a name that is left out adds nothing. talk:
    (pairs,) a number for each kind of talk (see company), -1 without one; None: no company is looked for. Where series leaves
    events out: extent, ticks that tell the first event, the last and every hour with one; events, (pairs,) how many there were.
    None: series tells.
    """

    series: Series
    request_sizes: Sizes
    reply_sizes: Sizes
    source_of_pair: Ints
    online_hours: OnlineHours
    sources_of_dest: Ints
    sources_seen: int | Ints
    facts: Mapping[str, Flags] = field(default_factory=dict)
    talk: Ints | None = None
    extent: Series | None = None
    events: Ints | None = None

    def __post_init__(self) -> None:
        pairs = self.series.pairs
        for name in ("request_sizes", "reply_sizes"):
            if getattr(self, name).pairs != pairs:
                raise SeriesError(f"{name} holds {getattr(self, name).pairs} pairs, series holds {pairs}")
        if self.extent is not None and self.extent.pairs != pairs:
            raise SeriesError(f"extent holds {self.extent.pairs} pairs, series holds {pairs}")
        check_sources(self.source_of_pair, pairs, self.online_hours)
        for name, flags in self.facts.items():
            if name not in FLAGS or flags.shape != (pairs,) or flags.dtype != np.bool_:
                raise SeriesError(f"facts holds {name!r}; it takes bool arrays of shape ({pairs},) named {', '.join(FLAGS)}")
        counted = self.sources_of_dest
        if counted.shape != (pairs,):
            raise SeriesError(f"sources_of_dest must have shape ({pairs},), got {counted.shape}")
        if pairs and not (counted.min() >= 1 and (counted <= self.sources_seen).all()):
            found = f"{counted.min()} to {counted.max()}"
            raise SeriesError(f"sources_of_dest must be from 1 to sources_seen = {np.max(self.sources_seen)}, got {found}")

    def bounds(self, at: int) -> tuple[int, int]:
        """Ticks of the first and the last event of a pair."""
        series = self.extent or self.series
        return int(series.ticks[series.starts[at]]), int(series.ticks[series.starts[at + 1] - 1])

    def counted(self, at: int) -> int:
        """How many events a pair has."""
        return int(self.series.starts[at + 1] - self.series.starts[at] if self.events is None else self.events[at])


def check_sources(source_of_pair: Ints, pairs: int, online_hours: OnlineHours) -> None:
    """Raises SeriesError unless every pair names a source of online_hours."""
    if source_of_pair.shape != (pairs,):
        raise SeriesError(f"source_of_pair must have shape ({pairs},), got {source_of_pair.shape}")
    if pairs and not (source_of_pair.min() >= 0 and source_of_pair.max() < online_hours.sources):
        raise SeriesError(
            f"source_of_pair must be from 0 to {online_hours.sources - 1}, got {source_of_pair.min()} to {source_of_pair.max()}"
        )


def _check_grouped(name: str, values: Ints, starts: Ints, limit: int) -> None:
    for array in (values, starts):
        if array.dtype != np.int64 or array.ndim != 1:
            raise SeriesError(f"{name} and starts must be flat int64 arrays, got {array.dtype} with {array.ndim} dimensions")
    if not starts.size or starts[0] != 0 or starts[-1] != values.size or (np.diff(starts) < 0).any():
        raise SeriesError(f"starts must ascend from 0 to the number of {name}, {values.size}")
    if values.size and not (values.min() >= 0 and values.max() <= limit):
        raise SeriesError(
            f"{name} must be from 0 to {limit}, got {values.min()} to {values.max()}; leave such events out and count them"
        )


def _check_ascending(name: str, values: Ints, starts: Ints, step: int) -> None:
    """Each value at least step above the one before it, within a pair."""
    if values.size < 2:
        return
    fits = np.diff(values) >= step
    boundaries = starts[1:-1]
    fits[boundaries[(boundaries > 0) & (boundaries < values.size)] - 1] = True
    if not fits.all():
        raise SeriesError(
            f"{name} must ascend{' without repeats' if step else ''} within a pair; row {int(np.argmin(fits)) + 1} does not"
        )
