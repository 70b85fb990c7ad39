"""The data that RITA v5 scores: every connection of a pair, answered or not, in the last 24 hours, hours taken whole.

Times are whole seconds; maxTS is the latest event of the data, minTS the earliest but at most 24 h before (beaconing.md §1.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import segments
from .canonical import IP_BITS, IP_LARGEST, Pairs
from .series import TICKS_PER_HOUR, TICKS_PER_S, Series, Sizes

WINDOW_S = 86_400


@dataclass(frozen=True)
class RitaWindow:
    """owner: (pairs,) the RITA pair of each pair (an answered and an unanswered one share it); series, ip: per RITA pair;
    first_s, last_s: the window, seconds since the epoch."""

    owner: np.ndarray
    series: Series
    ip: Sizes
    first_s: int
    last_s: int


def rita_window(pairs: Pairs) -> RitaWindow:
    """pairs: all pairs of the data, with ip."""
    if pairs.ip is None:
        raise ValueError("RITA's scores need the IP bytes: the summaries were built without rita=true")
    seconds = pairs.series.ticks // TICKS_PER_S
    last_s = int(seconds.max(initial=0))
    first_s = max(int(seconds.min(initial=last_s)), last_s - WINDOW_S)
    first_hour = first_s // 3600
    # canonical order puts the answered and the unanswered pair of two addresses side by side
    same = [False, *(here == before for here, before in zip(zip(pairs.src[1:], pairs.dest[1:]), zip(pairs.src, pairs.dest)))]
    owner = np.cumsum(~np.array(same[: len(pairs.src)], bool)) - 1
    count = int(owner.max(initial=-1)) + 1
    ticks, tick_owner = _within(
        pairs.series.ticks, pairs.series.starts, owner, pairs.series.ticks // TICKS_PER_HOUR >= first_hour
    )
    starts = np.searchsorted(tick_owner, np.arange(count + 1)).astype(np.int64)
    ip, ip_owner = _within(pairs.ip.values, pairs.ip.starts, owner, pairs.ip.values >> IP_BITS >= first_hour)
    return RitaWindow(
        owner,
        Series(segments.sort_within(ticks, starts), starts),
        _sizes(ip & IP_LARGEST, ip_owner, count),
        first_s,
        last_s,
    )


def _within(values: np.ndarray, starts: np.ndarray, owner: np.ndarray, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values[keep], np.repeat(owner, np.diff(starts))[keep]


def _sizes(values: np.ndarray, owner: np.ndarray, pairs: int) -> Sizes:
    order = np.lexsort((values, owner))
    values, owner = values[order], owner[order]
    new = np.ones(len(values), bool)
    new[1:] = (values[1:] != values[:-1]) | (owner[1:] != owner[:-1])
    first = np.flatnonzero(new)
    counts = np.diff(np.append(first, len(values))).astype(np.int64)
    return Sizes(values[first], counts, np.searchsorted(owner[first], np.arange(pairs + 1)).astype(np.int64))
