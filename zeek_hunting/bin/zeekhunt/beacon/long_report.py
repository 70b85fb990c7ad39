"""Long connections as rows of findings: numbers for filters and charts, words for the hunter."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import finding
from ..zeek.event_time import TICKS_PER_S
from . import drilldown, long_services
from .entities import IP, Entity
from .explain import duration
from .long_score import Totals
from .long_session import CONN_LONG, KEPT, LEAST_TICKS, OPEN_CONN
from .long_settings import LongSettings
from .long_table import LongPairs
from .parts import Points, severity
from .prevalence import Known
from .service_text import split
from .summary import lowest_services

HUNT, HUNT_VERSION = "c2_long_connection", "1"
COMMON = 0.10
CONN_MACRO = "`zeek_conn`"
OPEN_MACROS = {OPEN_CONN: "`zeek_open_conn`", CONN_LONG: "`zeek_conn_long`"}


@dataclass(frozen=True)
class LongRows:
    """What is told. chosen: (rows,) places in pairs; points, around: of these rows; logs: those of open connections
    that were read."""

    pairs: LongPairs
    sums: Totals
    chosen: np.ndarray
    points: Points
    around: Known
    logs: tuple[str, ...]
    settings: LongSettings


def table(rows: LongRows, order: Sequence[int]) -> dict[str, Sequence[finding.Cell]]:
    """One row per entry of order, an index into rows.chosen; not empty."""
    told = [_Row(rows, at) for at in order]
    found = [row.shape() for row in told]
    details = [row.details() for row in told]
    return finding.table(*({name: [each[name] for each in part] for name in part[0]} for part in (found, details)))


class _Row:
    """One pair. at: index into rows.chosen."""

    def __init__(self, rows: LongRows, at: int) -> None:
        self.rows, self.at, self.place = rows, at, int(rows.chosen[at])
        self.src, self.dest = rows.pairs.keys[self.place]
        self.part = slice(int(rows.pairs.starts[self.place]), int(rows.pairs.starts[self.place + 1]))
        self.main = rows.pairs.services[int(rows.pairs.of("service")[rows.sums.main[self.place]])]

    def shape(self) -> dict[str, finding.Cell]:
        sums, place = self.rows.sums, self.place
        score = float(self.rows.points.scores[self.at])
        return {
            "hunt": HUNT,
            "hunt_version": HUNT_VERSION,
            "entity": self.src,
            "src": self.src,
            "dest": self.dest,
            "score": score,
            "severity": severity(score),
            "confidence": self.confidence(),
            "evidence": self.rows.points.evidence(self.at, self.says()),
            "why_not": self.why_not(),
            "technique": long_services.techniques(self.services()),
            "first": int(sums.first[place]) / TICKS_PER_S,
            "last": int(sums.last[place]) / TICKS_PER_S,
            "events": int(sums.sessions[place]),
            "drilldown": self.drilldown(),
        }

    def details(self) -> dict[str, finding.Cell]:
        sums, place, around = self.rows.sums, self.place, self.rows.around
        sized = int(sums.unsized[place]) < int(sums.sessions[place])
        hours = int(sums.open_ticks[place]) / TICKS_PER_S / 3_600
        counts = self.services()
        return {
            "open_s": int(sums.open_ticks[place]) / TICKS_PER_S,
            "open": duration(int(sums.open_ticks[place]) / TICKS_PER_S),
            "longest_s": int(sums.longest_ticks[place]) / TICKS_PER_S,
            "longest": duration(int(sums.longest_ticks[place]) / TICKS_PER_S),
            "sessions": int(sums.sessions[place]),
            "still_open": int(sums.still_open[place]),
            "capped": int(self.rows.pairs.capped[place]),
            "bytes_out": int(sums.out_b[place]) if sized else None,
            "bytes_in": int(sums.in_b[place]) if sized else None,
            "bytes_out_per_hour": round(int(sums.out_b[place]) / hours) if sized else None,
            "bytes_in_per_hour": round(int(sums.in_b[place]) / hours) if sized else None,
            "service": [f"{service} ({counts[service]})" for service in lowest_services(counts)],
            "sources": int(around.sources[self.at]),
            "sources_seen": around.seen,
            "by": IP,
        }

    def services(self) -> Counter[str]:
        """Service -> sessions."""
        texts = self.rows.pairs.services
        return Counter(texts[service] for service in self.rows.pairs.of("service")[self.part].tolist())

    def says(self) -> list[str]:
        """What was seen, per part of long_score.score."""
        sums, place, around = self.rows.sums, self.place, self.rows.around
        rate = float(sums.b_per_h[place])
        still = int(sums.still_open[place])
        return [
            f"open for {duration(int(sums.open_ticks[place]) / TICKS_PER_S)}, overlapping time counted once; "
            f"sessions: {int(sums.sessions[place]):,}",
            f"the longest session lasted {duration(int(sums.longest_ticks[place]) / TICKS_PER_S)}",
            f"{int(around.sources[self.at])} of {around.seen} internal sources go there",
            "bytes unknown" if math.isnan(rate) else f"{rate:,.0f} bytes per open hour both ways",
            f"the longest session is {self.main}" + ("" if long_services.recognised(self.main) else ", which Zeek does not know"),
            f"sessions that were open when last reported: {still:,}" if still else "every session has ended",
            long_services.usual(self.main) or "no service that stays open by design",
        ]

    def why_not(self) -> list[str]:
        """What speaks against the finding; never empty."""
        sums, place, around = self.rows.sums, self.place, self.rows.around
        sources, rate = int(around.sources[self.at]), float(sums.b_per_h[place])
        port, proto, spoken = split(self.main)
        reasons = []
        if usual := long_services.usual(self.main):
            reasons.append(f"{usual} stays open by design")
        if sources > 1 and sources > COMMON * around.seen:
            reasons.append(f"{sources} of {around.seen} internal sources go there ({sources / around.seen:.0%})")
        if rate > self.rows.settings.neutral_b_per_h:
            reasons.append(f"{rate:,.0f} bytes per hour: a backup, a synchronisation or a stream moves as much")
        if rate == 0:
            reasons.append("not one byte was seen: keep-alives alone, or a capture of one side")
        if f"{port}/{proto}" in long_services.WEB_PORTS and set(spoken) <= {"ssl", "http", "quic"}:
            reasons.append("a web page with a websocket or an event stream looks the same")
        if int(sums.longest_ticks[place]) < self.rows.settings.single_steps_s[0] * TICKS_PER_S:
            reasons.append("no single session is long: the sum of many that follow one another")
        if self.rows.pairs.capped[place]:
            shortest = duration(self._shortest() / TICKS_PER_S)
            reasons.append(f"more than {KEPT:,} sessions: the sums are those of the longest, none under {shortest}")
        reasons.append("a benign program that keeps a channel open looks the same: look at the destination and the process")
        return reasons

    def confidence(self) -> str:
        """low: no bytes known; medium: still growing, or cut to the longest sessions; else high."""
        sums, place = self.rows.sums, self.place
        if int(sums.unsized[place]) == int(sums.sessions[place]):
            return "low"
        return "medium" if int(sums.still_open[place]) or bool(self.rows.pairs.capped[place]) else "high"

    def drilldown(self) -> str:
        """The search for the sessions that were counted; it shows every report of a session that was open."""
        start = self.rows.pairs.of("start")[self.part]
        entity = Entity(IP, self.src, self.dest, False, (), (self.dest,), (), 1)
        search = drilldown.search(entity, int(start.min()), int(start.max())).removeprefix(CONN_MACRO)
        macros = [CONN_MACRO, *(OPEN_MACROS[log] for log in self.rows.logs)]
        events = CONN_MACRO if len(macros) == 1 else "(" + " OR ".join(f"({macro})" for macro in macros) + ")"
        least = self._shortest() if self.rows.pairs.capped[self.place] else LEAST_TICKS
        return f"{events}{search} duration>={least / TICKS_PER_S:g}"

    def _shortest(self) -> int:
        return int(self.rows.pairs.of("duration")[self.part].min())
