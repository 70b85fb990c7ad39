"""Strobes as rows of findings: numbers for filters and charts, words for the hunter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import finding
from ..zeek.event_time import TICKS_PER_S
from . import drilldown, long_services
from .canonical import Pairs
from .entities import IP, Entity
from .explain import duration
from .parts import Points, severity
from .prevalence import Known
from .series import TICKS_PER_HOUR

HUNT, HUNT_VERSION = "c2_strobe", "1"
COMMON = 0.10
DAY_HOURS = 24
LOOK_UPS = {"53": "a resolver or a forwarder asks for many", "123": "a time server asks or answers for many"}


@dataclass(frozen=True)
class StrobeRows:
    """What is told. chosen: (rows,) places in pairs; peaks: (rows,) most events in window ticks; least: the threshold there;
    around, points: of these rows."""

    pairs: Pairs
    chosen: np.ndarray
    peaks: np.ndarray
    window: int
    least: int
    around: Known
    points: Points


def table(rows: StrobeRows, order: Sequence[int]) -> dict[str, Sequence[finding.Cell]]:
    """One row per entry of order, an index into rows.chosen; not empty."""
    events_of = _events_by_end(rows.pairs, {_end(rows.pairs, int(rows.chosen[at])) for at in order})
    told = [_Row(rows, at, events_of) for at in order]
    found = [row.shape() for row in told]
    details = [row.details() for row in told]
    return finding.table(*({name: [each[name] for each in part] for name in part[0]} for part in (found, details)))


class _Row:
    """One strobe. at: index into rows.chosen; events_of: (source, destination) -> [sessions, attempts]."""

    def __init__(self, rows: StrobeRows, at: int, events_of: dict[tuple[str, str], list[int]]) -> None:
        pairs = rows.pairs
        self.rows, self.at, self.place = rows, at, int(rows.chosen[at])
        self.src, self.dest = _end(pairs, self.place)
        self.attempt = bool(pairs.attempt[self.place])
        self.part = slice(int(pairs.series.starts[self.place]), int(pairs.series.starts[self.place + 1]))
        self.events = pairs.counted(self.place)
        self.extent = pairs.extent_of(self.place)
        self.sessions, self.attempts = events_of[self.src, self.dest]
        self.mean = float(mean_bytes(pairs, rows.chosen[at : at + 1])[0])

    def shape(self) -> dict[str, finding.Cell]:
        score = float(self.rows.points.scores[self.at])
        first, last = int(self.extent[0]), int(self.extent[-1])
        services = tuple(self.rows.pairs.services[self.place])
        entity = Entity(IP, self.src, self.dest, self.attempt, (self.place,), (self.dest,), services, 1)
        return {
            "hunt": HUNT,
            "hunt_version": HUNT_VERSION,
            "entity": self.src,
            "src": self.src,
            "dest": self.dest,
            "score": score,
            "severity": severity(score),
            # a part of a day says less about a day
            "confidence": "high" if self.rows.window == DAY_HOURS * TICKS_PER_HOUR else "medium",
            "evidence": self.rows.points.evidence(self.at, self.says()),
            "why_not": self.why_not(),
            "technique": sorted({"T1071", *long_services.techniques(name for name, _ in services)} - {"T1572"}),
            "first": first / TICKS_PER_S,
            "last": last / TICKS_PER_S,
            "events": self.events,
            "drilldown": drilldown.search(entity, first, last),
        }

    def details(self) -> dict[str, finding.Cell]:
        rows, span_s = self.rows, self._span_s()
        return {
            "peak_events": int(rows.peaks[self.at]),
            "window_s": rows.window / TICKS_PER_S,
            "threshold": rows.least,
            "per_day": round(int(rows.peaks[self.at]) * DAY_HOURS * TICKS_PER_HOUR / rows.window),
            "rate_per_s": round(self.events / span_s, 3),
            "span_s": span_s,
            "span": duration(span_s),
            "active_hours": int(active_hours(rows.pairs, rows.chosen[self.at : self.at + 1])[0]),
            "unanswered": int(self.attempt),
            "answered_events": self.sessions,
            "unanswered_events": self.attempts,
            "bytes_out": self._bytes(rows.pairs.request_b[self.part]),
            "bytes_in": self._bytes(rows.pairs.reply_b[self.part]),
            "service": [f"{service} ({count})" for service, count in rows.pairs.services[self.place]],
            "sources": int(rows.around.sources[self.at]),
            "sources_seen": rows.around.seen,
            "by": IP,
        }

    def says(self) -> list[str]:
        """What was seen, per part of strobe.score."""
        rows = self.rows
        hours = f"{rows.window / TICKS_PER_HOUR:.3g} h"
        active = int(active_hours(rows.pairs, rows.chosen[self.at : self.at + 1])[0])
        return [
            f"{int(rows.peaks[self.at]):,} connections within {hours}, a strobe from {rows.least:,}",
            f"{int(rows.peaks[self.at]) / rows.least:.2f} times the threshold",
            f"active in {active} of the {hours_of(rows.pairs)} hours searched",
            f"{int(rows.around.sources[self.at])} of {rows.around.seen} internal sources go there",
            "bytes unknown" if math.isnan(self.mean) else f"{self.mean:,.0f} bytes per connection both ways",
            "nobody answers" if self.attempt else "answered",
        ]

    def why_not(self) -> list[str]:
        """What speaks against the finding; never empty."""
        around, sources = self.rows.around, int(self.rows.around.sources[self.at])
        reasons = []
        if self.attempt:
            reasons.append("nobody answers: a client that tries a dead service again and again, or a scan of one host")
        ports = {service.partition("/")[0] for service, _ in self.rows.pairs.services[self.place]}
        reasons += [words for port, words in LOOK_UPS.items() if port in ports]
        if sources > 1 and sources > COMMON * around.seen:
            reasons.append(f"{sources} of {around.seen} internal sources go there ({sources / around.seen:.0%})")
        if self.rows.window < DAY_HOURS * TICKS_PER_HOUR:
            reasons.append(f"the events span {self.rows.window / TICKS_PER_HOUR:.3g} h: a burst may not last a day")
        reasons.append(
            "monitoring, a proxy, a load balancer or a program in an error loop connects as often: look at the process"
        )
        return reasons

    def _bytes(self, values: np.ndarray) -> int | None:
        """Sum of the known sizes, scaled to all events where some are left out; None when none is known."""
        known = values[values >= 0]
        return int(known.sum()) * self.events // len(values) if len(known) else None

    def _span_s(self) -> float:
        return max(int(self.extent[-1]) - int(self.extent[0]), 1) / TICKS_PER_S


def mean_bytes(pairs: Pairs, chosen: np.ndarray) -> np.ndarray:
    """(rows,): payload bytes both ways per connection with a known size, NaN where none has one."""
    means = np.full(len(chosen), np.nan)
    for row, at in enumerate(chosen.tolist()):
        part = slice(int(pairs.series.starts[at]), int(pairs.series.starts[at + 1]))
        request, reply = pairs.request_b[part], pairs.reply_b[part]
        known = int(((request >= 0) | (reply >= 0)).sum())
        if known:
            means[row] = int(np.maximum(request, 0).sum() + np.maximum(reply, 0).sum()) / known
    return means


def active_hours(pairs: Pairs, chosen: np.ndarray) -> np.ndarray:
    """(rows,): clock hours with an event."""
    return np.array([len(np.unique(pairs.extent_of(at) // TICKS_PER_HOUR)) for at in chosen.tolist()], np.int64)


def hours_of(pairs: Pairs) -> int:
    """Clock hours from the first to the last event of all pairs."""
    first, last = pairs.bounds()
    return last // TICKS_PER_HOUR - first // TICKS_PER_HOUR + 1


def _end(pairs: Pairs, at: int) -> tuple[str, str]:
    return pairs.src[at], pairs.dest[at]


def _events_by_end(pairs: Pairs, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], list[int]]:
    counts: dict[tuple[str, str], list[int]] = {end: [0, 0] for end in wanted}
    for end, attempt, events in zip(zip(pairs.src, pairs.dest), pairs.attempt.tolist(), pairs.events.tolist()):
        if end in counts:
            counts[end][int(attempt)] += events
    return counts
