"""Strobes: pairs that connect so often that the number alone is the finding (RITA v5: 86,400 connections in 24 h, one a second).

What is read and stored is the pair summary of the beacons, so events that came twice count once and the stored rows serve both.
Counted is the most that any window holds: 24 h, or the time that the events of the search span where that is shorter (but at
least 1 h), with the threshold scaled to it. Attempts are a series of their own, as with beacons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import finding
from ..zeek.site import Site
from ..zeek.tally import why_nothing
from . import prevalence, sampling, scope, strobe_report
from .canonical import Pairs
from .long_settings import StrobeSettings
from .pairs import Keys, PairTable
from .parts import Points
from .ranking import NEEDED, rows_sentence
from .sampled import most_within
from .series import TICKS_PER_HOUR

DAY_TICKS = 24 * TICKS_PER_HOUR


@dataclass(frozen=True)
class StrobeRequest:
    """What the hunter asked for. per_day: connections in 24 h from which a pair is a strobe; direction: see scope; limit: most
    findings."""

    per_day: int = 86_400
    direction: str = scope.OUTBOUND
    limit: int = 2_000


class StrobeHunt:
    """Takes blocks of events and partial rows, gives the findings. ``messages`` says what was read, used, skipped and left
    out."""

    def __init__(self, request: StrobeRequest, site: Site, keys: Keys, settings: StrobeSettings | None = None) -> None:
        self.messages: list[tuple[str, str]] = []
        self._request, self._site = request, site
        self._settings = settings or StrobeSettings()
        self._table = PairTable(keys)

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        pairs, _ = self._table.finish()  # names are no strobes of their own
        tally = self._table.tally
        self.messages.append(("INFO", rows_sentence(tally)))
        if pairs.sampled:
            self.messages.append(("INFO", sampling.sentence(len(pairs.sampled))))
        if not pairs.src:
            self.messages.append(("WARN", why_nothing(tally, "conn", NEEDED)))
            return {}
        rows = self._rows(pairs)
        if rows is None:
            return {}
        # of equal scores the answered one first: an unanswered pair may have that of its answered twin
        ties = (np.arange(len(rows.chosen)), -rows.peaks, pairs.attempt[rows.chosen])
        order = np.lexsort((*ties, -rows.points.scores)).tolist()
        if len(order) > self._request.limit:
            left = len(order) - self._request.limit
            self.messages.append(("WARN", f"{left:,} of {len(order):,} strobes are left out: raise limit= to see them"))
        return strobe_report.table(rows, order[: self._request.limit])

    def _rows(self, pairs: Pairs) -> strobe_report.StrobeRows | None:
        """The strobes in scope with their points; None where there is none."""
        window = window_of(*pairs.bounds())
        least = threshold(self._request.per_day, window)
        events = pairs.events
        reasons = scope.reasons(pairs, self._site, self._request.direction)
        hunted = np.array([not reason for reason in reasons], bool)
        busy = np.flatnonzero(hunted & (events >= least))
        peaks = np.array([_peak_of(pairs, at, window) for at in busy.tolist()], np.int64)
        chosen, peaks = busy[peaks >= least], peaks[peaks >= least]
        left = ", ".join(
            f"{count:,} events {reason}" for reason, count in sorted(scope.events_by_reason(reasons, events).items())
        )
        scaled = "" if window == DAY_TICKS else f", {self._request.per_day:,} a day scaled to the time that the events span"
        self.messages.append(
            (
                "INFO" if len(chosen) else "WARN",
                f"{len(chosen):,} of {len(pairs.src):,} pairs hold {least:,} connections or more in "
                f"{window / TICKS_PER_HOUR:.3g} h (direction={self._request.direction}{scaled})"
                + (f"; left out: {left}" if left else "")
                + ("" if len(chosen) else "; no strobe: strobe_events= sets another threshold"),
            )
        )
        if not len(chosen):
            return None
        answered = ((src, dest) for src, dest, attempt in zip(pairs.src, pairs.dest, pairs.attempt.tolist()) if not attempt)
        around = prevalence.known([pairs.dest[at] for at in chosen.tolist()], answered, self._site)
        return strobe_report.StrobeRows(
            pairs, chosen, peaks, window, least, around, score(pairs, chosen, peaks / least, around, self._settings)
        )


def window_of(first: int, last: int) -> int:
    """Ticks of the window that is counted: the time from the first to the last event, at least 1 h and at most 24."""
    span = last - first + 1
    return min(max(span, TICKS_PER_HOUR), DAY_TICKS)


def threshold(per_day: int, window: int) -> int:
    """Connections that make a strobe in a window of so many ticks, rounded up."""
    return -(-per_day * window // DAY_TICKS)


def peak(ticks: np.ndarray, window: int) -> int:
    """Most events in any half-open window; ticks ascend, not empty."""
    return int((np.searchsorted(ticks, ticks + window, side="left") - np.arange(len(ticks))).max())


def score(pairs: Pairs, chosen: np.ndarray, over: np.ndarray, around: prevalence.Known, settings: StrobeSettings) -> Points:
    """over: (rows,) peak against the threshold. An unanswered strobe gets at most what its answered twin has."""
    attempt = pairs.attempt[chosen]
    decades = np.log10(settings.large_b / settings.small_b)
    mean = strobe_report.mean_bytes(pairs, chosen)
    small = np.clip(np.log10(settings.large_b / np.maximum(np.nan_to_num(mean), 1.0)) / decades, 0, 1)
    parts = {
        "strobe": np.full(len(chosen), settings.base_points),
        "rate": settings.rate_points * np.clip(np.log10(over), 0, 1),
        "lasting": settings.lasting_points * strobe_report.active_hours(pairs, chosen) / strobe_report.hours_of(pairs),
        "rarity": around.points(settings.rarity_points),
        "size": np.where(np.isnan(mean) | attempt, 0.0, settings.small_points * small),
        "answers": np.where(attempt, -settings.unanswered_points, 0.0),
    }
    free = Points.of(parts).scores.tolist()
    ends = [(pairs.src[at], pairs.dest[at]) for at in chosen.tolist()]
    answered = {end: points for end, points, unanswered in zip(ends, free, attempt.tolist()) if not unanswered}
    most = [answered.get(end, 100.0) if unanswered else 100.0 for end, unanswered in zip(ends, attempt.tolist())]
    return Points.of(parts, np.array(most))


def _peak_of(pairs: Pairs, at: int, window: int) -> int:
    """Most events of a pair in any window; estimated of a sampled one."""
    ticks = pairs.ticks_of(at)
    return most_within(ticks, pairs.sampled[at], window) if at in pairs.sampled else peak(ticks, window)
