"""Presence evidence K in [0, 1]: does a pair talk in all the hours in which its source is on?

K = (hours with events / online hours of the source from the pair's first to its last hour) * min(1, span / 4 h)

Measured against the source's own hours, so that an office host is not blamed for the night (RITA's histogram does). Hours are
clock hours, tick // 36000; span = last event - first event. The 4 h are in BeaconSettings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import segments
from .series import TICKS_PER_HOUR, TICKS_PER_S, Floats, Ints, OnlineHours, Series, check_sources
from .settings import BeaconSettings


@dataclass(frozen=True, eq=False)
class PresenceEvidence:
    """Per pair, (pairs,). presence: K; 0 for a pair without events. active_hours: clock hours with an event. online_hours: those
    of the source between the pair's first and last hour, never fewer than active_hours. span_s: last - first event."""

    presence: Floats
    active_hours: Ints
    online_hours: Ints
    span_s: Floats


def presence_evidence(series: Series, source_of_pair: Ints, online: OnlineHours, settings: BeaconSettings) -> PresenceEvidence:
    """K of every pair; source_of_pair: (pairs,) index into ``online``. Raises SeriesError when an index points outside."""
    check_sources(source_of_pair, series.pairs, online)
    presence, span_s = np.zeros((2, series.pairs))
    active, seen = np.zeros((2, series.pairs), dtype=np.int64)
    on_line, stride = _line(online, series)
    for low, high in segments.blocks(series.starts, settings.block_events):
        pair = low + np.flatnonzero(np.diff(series.starts[low : high + 1]))
        if not pair.size:
            continue
        first, last = series.ticks[series.starts[pair]], series.ticks[series.starts[pair + 1] - 1]
        active[pair] = _hours_with_events(series, low, high)[pair - low]
        base = source_of_pair[pair] * stride
        begin = np.searchsorted(on_line, base + first // TICKS_PER_HOUR, side="left")
        end = np.searchsorted(on_line, base + last // TICKS_PER_HOUR, side="right")
        # hours that were forgotten to be listed as online were online all the same
        seen[pair] = np.maximum(end - begin, active[pair])
        span_s[pair] = (last - first) / TICKS_PER_S
        presence[pair] = active[pair] / seen[pair] * np.minimum(span_s[pair] / settings.presence_span_s, 1.0)
    return PresenceEvidence(presence, active, seen, span_s)


def _line(online: OnlineHours, series: Series) -> tuple[Ints, int]:
    """The online hours of all sources on one ascending line, and the length of a source's stretch of it."""
    latest = max(int(online.hours.max(initial=0)), int(series.ticks.max(initial=0)) // TICKS_PER_HOUR)
    stride = latest + 1
    return segments.owners(online.starts) * stride + online.hours, stride


def _hours_with_events(series: Series, low: int, high: int) -> Ints:
    """Clock hours with an event, of pairs low to high."""
    starts = series.starts[low : high + 1]
    hours = series.ticks[starts[0] : starts[-1]] // TICKS_PER_HOUR
    new = segments.firsts(starts - starts[0], hours.size)
    new[1:] |= np.diff(hours) != 0
    return segments.counts_of(new, starts - starts[0])
