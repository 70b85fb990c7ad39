"""The summary of long sessions: what the map on an indexer gathers from conn events and sends as partial rows.

Per pair of addresses the longest sessions (see long_session), in rows of one service; a pair without a session of LEAST_S
sends one row without sessions, because it says who knows a destination. The same rows can be stored with collect.
Plain Python, and the merge reads raw events by the same code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ..zeek import byte_count, conn_state, event_time
from ..zeek.block import Block, column
from ..zeek.partial import tally_row
from . import codec
from .long_columns import COLUMNS, FIELDS, KIND, LOG_FIELDS, SESSIONS, TALLY, VERSION
from .long_session import KEPT, LEAST_TICKS, ODD, UNSET, Report, Sessions, duration_ticks, longest, open_log, uid_number
from .names import STORED_HELD_B, ChosenRows
from .summary import service_text

SESSIONS_HELD = 150_000  # then the partial rows go out: a session takes some 400 bytes
PAIRS_HELD = 150_000
PART_ROWS = 2_000
SESSIONS_A_ROW = 200  # Splunk extracts fields from the first 10,240 letters of a stored row; a session takes at most 45

Key = tuple[str, str]  # source, destination


class Pair:
    """last: tick of the last event of any length; sessions: those of LEAST_S and more."""

    __slots__ = ("last", "sessions")

    def __init__(self, last: int) -> None:
        self.last = last
        self.sessions: Sessions = {}


class LongSummary:
    """Gathers events; ``drain()`` gives the partial rows so far and starts afresh."""

    def __init__(self) -> None:
        self.tally: Counter[str] = Counter()
        self._pairs: dict[Key, Pair] = {}
        self._held = 0

    def add(self, block: Block) -> None:
        if not block.rows:
            return
        self.tally["read"] += block.rows
        cells = {field: column(block, field) for field in FIELDS}
        ticks = event_time.column_ticks(cells["time"])
        durations = list(map(duration_ticks, cells["duration"]))
        chosen: list[int] = []
        met = zip(cells["src"], cells["dest"], cells["conn_state"], ticks, durations)
        for at, (src, dest, state, tick, duration) in enumerate(met):
            if not (src and dest) or tick < 0 or state in conn_state.ATTEMPT:
                self.tally[_unusable(src, dest, state)] += 1
                continue
            pair = self._pairs.get((src, dest))
            if pair is None:
                pair = self._pairs[src, dest] = Pair(tick)
            elif tick > pair.last:
                pair.last = tick
            if duration >= LEAST_TICKS:
                chosen.append(at)
            else:
                self.tally[_too_short(duration)] += 1
        self._gather(block, cells, ticks, durations, chosen)

    def _gather(
        self, block: Block, cells: Mapping[str, list[str]], ticks: list[int], durations: list[int], chosen: list[int]
    ) -> None:
        """The sessions among the rows of a block. chosen: their places."""
        if not chosen:
            return
        picked = {field: [cells[field][at] for at in chosen] for field in FIELDS}
        logs = [block.cells(name) for name in LOG_FIELDS]
        orig, orig_ip, resp, resp_ip, ports = (
            byte_count.numbers(picked[field])
            for field in ("orig_bytes", "orig_ip_bytes", "resp_bytes", "resp_ip_bytes", "src_port")
        )
        out_b, in_b = byte_count.guarded(orig, orig_ip), byte_count.guarded(resp, resp_ip)
        for row, at in enumerate(chosen):
            log = open_log(*(names[at] if names else "" for names in logs))
            self.tally["used"] += 1
            if log:
                self.tally[log] += 1
            service = service_text(picked["dest_port"][row], picked["proto"][row], picked["service"][row])
            report = Report(durations[at], ticks[at], int(not log), out_b[row], in_b[row], _port(ports[row]), service)
            uid = uid_number(picked["uid"][row], f"{ticks[at]}\t{ports[row]}\t{service}")
            self._keep(self._pairs[picked["src"][row], picked["dest"][row]], uid, report)

    def _keep(self, pair: Pair, uid: int, report: Report) -> None:
        known = pair.sessions.get(uid)
        if known is None:
            self._held += 1
        if known is None or report > known:
            pair.sessions[uid] = report
        if len(pair.sessions) > 4 * KEPT:
            before = len(pair.sessions)
            pair.sessions = longest(pair.sessions)
            self._held -= before - len(pair.sessions)

    def full(self) -> bool:
        return self._held >= SESSIONS_HELD or len(self._pairs) >= PAIRS_HELD

    def drain(self) -> Iterator[dict[str, tuple[str, ...]]]:
        """Partial rows in the order of keys, then the tally of events read and skipped: column -> cells, in parts."""
        pairs, self._pairs, self._held = self._pairs, {}, 0
        keys = sorted(pairs)
        for start in range(0, len(keys), PART_ROWS):
            rows: list[tuple[str, ...]] = []
            for key in keys[start : start + PART_ROWS]:
                pair = pairs.pop(key)
                rows += pair_rows(key, pair.last, longest(pair.sessions))
            yield dict(zip(COLUMNS, zip(*rows)))
        if self.tally:
            tally, self.tally = self.tally, Counter()
            yield tally_row(COLUMNS, TALLY, VERSION, tally)


class LongMap:
    """The map: events to a LongSummary; stored summaries (zh_kind is set) pass as they are, the merge reads them."""

    def __init__(self) -> None:
        self._events = LongSummary()
        self._stored: list[tuple[str, ...]] = []
        self._stored_b = 0

    def add(self, block: Block) -> None:
        kinds = block.cells(KIND)
        if kinds is not None and any(kinds):
            self._keep_stored(ChosenRows(block, [bool(kind) for kind in kinds]))
            block = ChosenRows(block, [not kind for kind in kinds])
        self._events.add(block)

    def full(self) -> bool:
        return self._events.full() or self._stored_b >= STORED_HELD_B

    def drain(self) -> Iterator[dict[str, tuple[str, ...]]]:
        for start in range(0, len(self._stored), PART_ROWS):
            yield dict(zip(COLUMNS, zip(*self._stored[start : start + PART_ROWS])))
        self._stored, self._stored_b = [], 0
        yield from self._events.drain()

    def _keep_stored(self, block: Block) -> None:
        columns = [block.cells(name) or [""] * block.rows for name in COLUMNS]
        self._stored += zip(*columns)
        self._stored_b += sum(len(cell) for cells in columns for cell in cells)


def pair_rows(key: Key, last: int, sessions: Sessions) -> Iterator[tuple[str, ...]]:
    """The partial rows of a pair in the order of COLUMNS: by service and start, at most SESSIONS_A_ROW in each; one without
    sessions where there is none. _time is the last start, so that a stored row is found by the time of its events."""
    by_service: dict[str, list[tuple[int, int, Report]]] = {}
    for uid, report in sessions.items():
        by_service.setdefault(report.service, []).append((report.start, uid, report))
    for service, members in sorted(by_service.items()):
        members.sort()
        for at in range(0, len(members), SESSIONS_A_ROW):
            part = members[at : at + SESSIONS_A_ROW]
            reports = [report for _, _, report in part]
            yield _row(key, service, part[-1][0], reports, [uid for _, uid, _ in part])
    if not by_service:
        yield _row(key, "", last, [], [])


def _row(key: Key, service: str, last: int, reports: list[Report], uids: list[int]) -> tuple[str, ...]:
    lists = (
        codec.encode([report.start for report in reports]),
        *map(
            codec.encode_any,
            (
                [report.duration for report in reports],
                uids,
                [report.closed for report in reports],
                [report.src_port for report in reports],
                [report.out_b for report in reports],
                [report.in_b for report in reports],
            ),
        ),
    )
    return (SESSIONS, str(VERSION), f"{last // 10}.{last % 10}", *key, service, str(len(reports)), *lists, "")


def _port(number: int) -> int:
    return number if number < 65_536 else byte_count.UNKNOWN


def _unusable(src: str, dest: str, state: str) -> str:
    """Why an event is of no use, whatever its duration."""
    if not src:
        return "no_src"
    if not dest:
        return "no_dest"
    return "attempt" if state in conn_state.ATTEMPT else "no_time"


def _too_short(duration: int) -> str:
    return {UNSET: "no_duration", ODD: "odd_duration"}.get(duration, "short")
