"""What the sessions of a pair come to, and the points of long connections (hunts reference 3.4).

Total: time in which at least one session was open, each moment once (union of the intervals). Points come from the steps of the
total and of the longest session, from how rare the destination is, from the bytes per open hour (an idle channel is more
interesting than a backup), from a protocol that no analyzer knew and from being open still; services that stay open by design
lose points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..zeek.event_time import TICKS_PER_S
from . import long_services
from .long_settings import LongSettings
from .long_table import LongPairs
from .parts import Points, steps
from .prevalence import Known

TICKS_PER_HOUR = 3_600 * TICKS_PER_S
_END_BITS = 37  # of the end of a session: a tick below 2^36 and a duration of at most a year


@dataclass(frozen=True)
class Totals:
    """All (pairs,). sessions; open_ticks: of the union; longest_ticks; out_b, in_b: known payload bytes, unsized: sessions
    without any known; still_open: sessions whose last report is of a log of open connections; first, last: ticks of the first
    start and of the last known moment; main: place of the longest session among all sessions; -1 where a pair has none."""

    sessions: np.ndarray
    open_ticks: np.ndarray
    longest_ticks: np.ndarray
    out_b: np.ndarray
    in_b: np.ndarray
    unsized: np.ndarray
    still_open: np.ndarray
    first: np.ndarray
    last: np.ndarray
    main: np.ndarray

    @property
    def b_per_h(self) -> np.ndarray:
        """Bytes both ways per open hour, NaN where no session has a known size."""
        hours = np.maximum(self.open_ticks, 1) / TICKS_PER_HOUR
        return np.where(self.unsized < self.sessions, (self.out_b + self.in_b) / hours, np.nan)


def totals(pairs: LongPairs) -> Totals:
    """Sums are of whole numbers: the same bits however the sessions lie. KEPT sessions of a petabyte stay below 2^63; the running
    sum of all pairs may wrap around, its differences do not."""
    starts, count = pairs.starts, len(pairs.keys)
    owner = np.repeat(np.arange(count), np.diff(starts))
    start, duration = pairs.of("start"), pairs.of("duration")
    out_b, in_b = pairs.of("out_b"), pairs.of("in_b")
    first, last = np.full(count, np.iinfo(np.int64).max), np.zeros(count, np.int64)
    np.minimum.at(first, owner, start)
    np.maximum.at(last, owner, start + duration)
    held = np.diff(starts) > 0
    by_duration = np.lexsort((np.arange(len(owner)), duration, owner))
    main = np.full(count, -1)
    main[held] = by_duration[starts[1:][held] - 1]
    longest = np.zeros(count, np.int64)
    longest[held] = duration[main[held]]
    return Totals(
        sessions=np.diff(starts),
        open_ticks=_sums(_fresh(owner, start, duration), starts),
        longest_ticks=longest,
        out_b=_sums(np.maximum(out_b, 0), starts),
        in_b=_sums(np.maximum(in_b, 0), starts),
        unsized=_sums(((out_b < 0) & (in_b < 0)).astype(np.int64), starts),
        still_open=_sums(1 - pairs.of("closed"), starts),
        first=np.where(held, first, -1),
        last=np.where(held, last, -1),
        main=main,
    )


def found(sums: Totals, settings: LongSettings) -> np.ndarray:
    """bool (pairs,): the total or the longest session reaches its first step."""
    total = sums.open_ticks >= settings.total_steps_s[0] * TICKS_PER_S
    return total | (sums.longest_ticks >= settings.single_steps_s[0] * TICKS_PER_S)


def score(pairs: LongPairs, chosen: np.ndarray, sums: Totals, around: Known, settings: LongSettings) -> Points:
    """chosen: int64 (rows,), places of pairs with a session; around: of these rows."""
    service = pairs.of("service")[sums.main[chosen]]
    usual = np.array([bool(long_services.usual(text)) for text in pairs.services] or [False])
    known = np.array([long_services.recognised(text) for text in pairs.services] or [False])
    rate = sums.b_per_h[chosen]
    decades = np.log10(settings.neutral_b_per_h / np.maximum(rate, 1.0)) / settings.trickle_decades
    carried = np.nan_to_num(rate) > 0
    return Points.of(
        {
            "total": steps(sums.open_ticks[chosen] / TICKS_PER_S, settings.total_steps_s, settings.total_points),
            "longest": steps(sums.longest_ticks[chosen] / TICKS_PER_S, settings.single_steps_s, settings.single_points),
            "rarity": around.points(settings.rarity_points),
            "volume": np.where(carried, settings.trickle_points * np.clip(np.where(carried, decades, 0), -1, 1), 0.0),
            "protocol": np.where(known[service] | usual[service], 0.0, settings.unrecognised_points),
            "open": np.where(sums.still_open[chosen] > 0, settings.open_points, 0.0),
            "usual": np.where(usual[service], -settings.usual_points, 0.0),
        }
    )


def _fresh(owner: np.ndarray, start: np.ndarray, duration: np.ndarray) -> np.ndarray:
    """Ticks of each session in which no earlier one of its pair was open; sessions ascend by (owner, start)."""
    end = start + duration
    reached = np.maximum.accumulate((owner << _END_BITS) + end)
    before = np.zeros(len(end), np.int64)
    before[1:] = reached[:-1] - (owner[1:] << _END_BITS)  # negative where the one before is of another pair
    fresh: np.ndarray = np.maximum(end - np.maximum(start, before), 0)
    return fresh


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    running = np.concatenate((np.zeros(1, np.int64), np.cumsum(values)))
    return np.diff(running[starts])
