"""The hunt for long connections, from gathered sessions to ranked findings, and the rows of them that collect stores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import finding
from ..zeek.partial import tally_row
from ..zeek.site import Site
from ..zeek.tally import sentence, why_nothing
from . import long_report, prevalence, scope
from .long_columns import COLUMNS, TALLY, VERSION
from .long_score import found, score, totals
from .long_session import CONN_LONG, KEPT, LEAST_S, OPEN_CONN, Report
from .long_settings import LongSettings
from .long_summary import pair_rows
from .long_table import LongPairs, LongTable

SKIPPED = {
    "attempt": "attempts",
    "short": f"shorter than {LEAST_S} s",
    "no_duration": "without a duration",
    "odd_duration": "with an impossible duration",
    "no_time": "without a time",
    "no_src": "without a source address",
    "no_dest": "without a destination address",
}
NEEDED = {"no_src": "src", "no_dest": "dest", "no_time": "time", "no_duration": "duration"}


class PairEnds(NamedTuple):
    """Sources and destinations of pairs."""

    src: list[str]
    dest: list[str]


@dataclass(frozen=True)
class LongRequest:
    """What the hunter asked for. direction: see scope; limit: most findings."""

    direction: str = scope.OUTBOUND
    limit: int = 2_000


class LongRanking:
    """Takes blocks of events and partial rows, gives the findings. ``messages`` says what was read, used, skipped and left
    out."""

    def __init__(self, request: LongRequest, site: Site, settings: LongSettings | None = None) -> None:
        self.messages: list[tuple[str, str]] = []
        self._request, self._site = request, site
        self._settings = settings or LongSettings()
        self._table = LongTable()

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        pairs = self._table.finish()
        tally = self._table.tally
        self._say("INFO", sentence(tally, SKIPPED))
        if not len(pairs.of("start")):
            self._say("WARN", _why_no_session(tally))
            return {}
        self._say_open(tally)
        rows = self._rows(pairs)
        if rows is None:
            self._say("WARN", "nothing to rank: every pair was left out, see the message above for why")
            return {}
        return long_report.table(rows, self._order(rows))

    def _rows(self, pairs: LongPairs) -> long_report.LongRows | None:
        """The pairs in scope that reach a step, with their points; None where there is none."""
        sums = totals(pairs)
        ends = PairEnds([src for src, _ in pairs.keys], [dest for _, dest in pairs.keys])
        reasons = scope.reasons(ends, self._site, self._request.direction)
        hunted = np.array([not reason for reason in reasons], bool) & (sums.sessions > 0)
        chosen = np.flatnonzero(hunted & found(sums, self._settings))
        self._say_left(reasons, hunted, sums.sessions, len(chosen))
        if not len(chosen):
            return None
        around = prevalence.known([pairs.keys[at][1] for at in chosen.tolist()], pairs.keys, self._site)
        points = score(pairs, chosen, sums, around, self._settings)
        capped = int(pairs.capped[chosen].sum())
        if capped:
            self._say(
                "WARN",
                f"{capped:,} pairs had more than {KEPT:,} sessions: their sums are those of the {KEPT:,} longest (capped=1)",
            )
        return long_report.LongRows(pairs, sums, chosen, points, around, _logs(self._table.tally), self._settings)

    def _order(self, rows: long_report.LongRows) -> list[int]:
        """The highest scores first, then the longest open, then the order of pairs: the order of events never shows."""
        order = np.lexsort((rows.chosen, -rows.sums.open_ticks[rows.chosen], -rows.points.scores)).tolist()
        if len(order) > self._request.limit:
            left = len(order) - self._request.limit
            self._say("WARN", f"{left:,} of {len(order):,} ranked pairs are left out: raise limit= to see them")
        kept: list[int] = order[: self._request.limit]
        return kept

    def _say(self, level: str, text: str) -> None:
        self.messages.append((level, text))

    def _say_open(self, tally: Mapping[str, int]) -> None:
        logs = _logs(tally)
        if logs:
            self._say(
                "INFO",
                "; ".join(f"{tally[log]:,} events of {log}.log: its sessions count once, by their last report" for log in logs),
            )
        else:
            self._say(
                "INFO",
                "no event of open_conn.log or conn_long.log: what is open now is invisible, conn.log is written at the end",
            )

    def _say_left(self, reasons: list[str], hunted: np.ndarray, sessions: np.ndarray, ranked: int) -> None:
        left = scope.events_by_reason(reasons, sessions)
        words = ", ".join(f"{count:,} sessions {reason}" for reason, count in sorted(left.items()) if count)
        total, single = self._settings.total_steps_s[0], self._settings.single_steps_s[0]
        self._say(
            "INFO",
            f"ranked {ranked:,} of {len(reasons):,} pairs (direction={self._request.direction}); left out: "
            f"{int(hunted.sum()) - ranked:,} pairs open for less than {total / 3600:g} h in sum and {single / 60:g} min at a time"
            f"{'; ' + words if words else ''}",
        )


class LongWriter:
    """Takes blocks of events and partial rows, gives the rows that ``collect`` stores: those of the map, merged."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self._table = LongTable()

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        held = self._table.settle()
        tally = self._table.tally
        rows = list(_stored(self._table, held))
        gathered = f"{len(held['uid']):,} sessions of {len(self._table.keys()):,} pairs in {len(rows):,} rows"
        gap = "" if rows else ": nothing to store, so a later hunt will see a gap here"
        self.messages.append(("INFO" if rows else "WARN", f"summed up {gathered}; {sentence(tally, SKIPPED)}{gap}"))
        if not rows:
            return {}
        counted = {"read": tally["used"], "used": tally["used"], **{log: tally[log] for log in (OPEN_CONN, CONN_LONG)}}
        last = max((row[COLUMNS.index("_time")] for row in rows), key=float)
        told = {**tally_row(COLUMNS, TALLY, VERSION, counted), "_time": (last,)}
        rows.append(tuple(told[name][0] for name in COLUMNS))
        return dict(zip(COLUMNS, zip(*rows)))


def _stored(table: LongTable, held: Mapping[str, np.ndarray]) -> list[tuple[str, ...]]:
    """Partial rows in the order of pairs."""
    services = table.services()
    sessions: dict[int, dict[int, Report]] = {}
    columns = [
        held[name].tolist() for name in ("pair", "uid", "duration", "start", "closed", "out_b", "in_b", "src_port", "service")
    ]
    for pair, uid, *numbers, service in zip(*columns):
        sessions.setdefault(pair, {})[uid] = Report._make((*numbers, services[service]))
    places = enumerate(table.keys().items())
    by_key = sorted((key, last, place) for place, (key, last) in places)
    return [row for key, last, place in by_key for row in pair_rows(key, last, sessions.get(place, {}))]


def _logs(tally: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(log for log in (OPEN_CONN, CONN_LONG) if tally.get(log))


def _why_no_session(tally: Counter[str]) -> str:
    """Why no event is a session that stayed open. Raises FieldMissing where every event lacks the same field."""
    if tally["read"] and tally["attempt"] == tally["read"]:
        return "all events are attempts: nobody answered, so nothing stayed open"
    if tally["read"] and tally["short"] + tally["no_duration"] + tally["attempt"] == tally["read"] and tally["short"]:
        return f"no connection lasted {LEAST_S} s or more"
    return why_nothing(tally, "conn", NEEDED)
