"""The map of zeekgraph: events of any Zeek log as edges, one partial row per edge. Plain Python.

An edge is (class, source node, destination node, service). Classes: ``conn`` a session of conn.log; ``log`` a row of another log
between the same two hosts, which counts only where no conn event tells of them (one connection stands in conn, ssl and files
alike); ``attempt`` a conn event without an answer; ``entity`` a pair of the hypergraph; ``finding`` a row that another hunt
returned. Everything in a row merges exactly, in any order: sums, least and greatest, the lowest of a set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ..zeek import byte_count, conn_state, event_time
from ..zeek import fields as zeek_fields
from ..zeek.block import Block
from ..zeek.partial import tally_row
from . import entities, node_name, session_service
from .edge_row import (
    ATTEMPT,
    COLUMNS,
    CONN,
    ENTITY,
    FINDING,
    KIND,
    LOG,
    MOST,
    PORTS_KEPT,
    TALLY,
    UIDS_KEPT,
    UNSCORED,
    VERSION,
    Edge,
    Key,
    edge_row,
)
from .entities import Wanted
from .field_cells import FieldCells

CONN_FIELDS = ("time", "src", "dest", "proto", "dest_port", "service", "conn_state", "uid")
SIZE_FIELDS = ("orig_bytes", "orig_ip_bytes", "resp_bytes", "resp_ip_bytes")
FINDING_FIELDS = ("hunt", "score", "events", "first", "last")
EDGES_HELD = 200_000  # then the partial rows go out
PART_ROWS = 2_000
NAMES_OF_CELL = 64  # of a list in one cell, the first

_Ends = tuple[list[node_name.Names], list[node_name.Names], str]  # per row the nodes of both ends; the service of their edges
_UNMET: Edge | None = Edge()  # what a look-up gives for a key that was not met yet: None means that it has no edge


def required_fields(options: Mapping[str, str]) -> list[str]:
    """What to ask splunkd for, with the columns of partial rows, which may be stored ones. Options that are refused later add
    nothing."""
    try:
        wanted = entities.wanted(options.get("entities"), options.get("edges"), options.get("direct", "t")[:1].lower() in "ty1")
    except ValueError:
        wanted = Wanted()
    named = (*CONN_FIELDS, *SIZE_FIELDS, *session_service.MARKERS, *FINDING_FIELDS, *wanted.fields())
    events = [spelling for name in named for spelling in zeek_fields.SPELLINGS.get(name, (name,))]
    return [*events, *COLUMNS]


class EdgeSummary:
    """Gathers events; ``drain()`` gives the partial rows so far and starts afresh."""

    def __init__(self, wanted: Wanted | None = None) -> None:
        self.edges: dict[Key, Edge] = {}
        self.tally: Counter[str] = Counter()
        self._stored: list[tuple[str, ...]] = []
        self._wanted = wanted or Wanted()
        self._of_hosts: dict[tuple[str, ...], Edge | None] = {}
        self._names: dict[str, dict[str, node_name.Names]] = {}

    def add(self, block: Block) -> None:
        if not block.rows:
            return
        self._forget()
        columns = FieldCells(block)
        rows = self._without_stored(columns, block.rows)
        self.tally["read"] += len(rows)
        findings = _findings(columns, rows)
        rows = [row for row in rows if row not in findings] if findings else rows
        for row in findings:
            self._finding(columns, row)
        ticks = event_time.column_ticks(list(columns("time")))
        unused = self._hosts(columns, rows, ticks) if self._wanted.hosts else rows
        named = {name: self._named(columns, name, block.rows) for name in self._wanted.names}
        told: set[int] = set()
        for left, right in self._wanted.pairs:
            told |= self._entities(columns, (named[left], named[right], entities.service_of(left, right)), rows, ticks)
        unused = [row for row in unused if row not in told]
        self.tally["used"] += len(rows) - len(unused)
        self._tell_unused(columns, unused, ticks)

    def full(self) -> bool:
        return len(self.edges) + len(self._stored) >= EDGES_HELD

    def drain(self) -> Iterator[dict[str, tuple[str, ...]]]:
        """Partial rows in a fixed order, then the tally: column -> cells, in parts of at most PART_ROWS."""
        rows = self._stored + [edge_row(key, self.edges[key]) for key in sorted(self.edges)]
        tally = self.tally
        self.restart()
        for start in range(0, len(rows), PART_ROWS):
            yield dict(zip(COLUMNS, zip(*rows[start : start + PART_ROWS])))
        if tally:
            yield tally_row(COLUMNS, TALLY, VERSION, tally)

    def restart(self) -> None:
        self.edges, self.tally, self._stored = {}, Counter(), []
        self._of_hosts, self._names = {}, {}

    def _without_stored(self, columns: FieldCells, rows: int) -> list[int]:
        """The rows that are events. Stored summaries (zh_kind is set) pass through the map as they are; the merge reads them."""
        if not columns.has_any((KIND,)):
            return list(range(rows))
        kinds = columns(KIND)
        stored = [row for row in range(rows) if kinds[row]]
        whole = [columns(name) for name in COLUMNS]
        self._stored += [tuple(column[row] for column in whole) for row in stored]
        return [row for row in range(rows) if not kinds[row]]

    def _forget(self) -> None:
        """What was worked out is let go before it outgrows the edges; nothing that is counted depends on it."""
        if len(self._of_hosts) + sum(map(len, self._names.values())) > 2 * EDGES_HELD:
            self._of_hosts, self._names = {}, {}

    def _hosts(self, columns: FieldCells, rows: list[int], ticks: list[int]) -> list[int]:
        """Takes in the edges between two hosts; the rows that gave none."""
        states = columns("conn_state")
        raw = [columns(name) for name in ("src", "dest", "proto", "dest_port", "service")]
        sizes = [byte_count.numbers(columns(name)) for name in SIZE_FIELDS]
        requests, replies = byte_count.guarded(sizes[0], sizes[1]), byte_count.guarded(sizes[2], sizes[3])
        known, unused = self._of_hosts, []
        keys = list(zip(*raw, states, _marks(columns, states)))
        cells = list(zip(keys, ticks, requests, replies, columns("uid")))
        for row in rows:
            key, tick, request, reply, uid = cells[row]
            if tick < 0:  # before anything of the row is kept
                unused.append(row)
                continue
            edge = known.get(key, _UNMET)
            if edge is _UNMET:
                edge = known[key] = self._between(key)
            if edge is None:
                unused.append(row)
                continue
            edge.take(tick, request, reply)
            more = edge.more
            if (len(more) < UIDS_KEPT or tick <= more[-1][0]) and edge.keeps_uids:
                edge.remember(tick, uid)
        return unused

    def _between(self, raw: tuple[str, ...]) -> Edge | None:
        """The edge of a row's hosts and what they spoke; None where a host is missing."""
        src, dst, proto, port, analyzers, state, mark = raw
        ends = node_name.read(node_name.host, src), node_name.read(node_name.host, dst)
        if not all(ends):
            return None
        proto = "" if proto in zeek_fields.UNSET else proto
        if conn_state.is_attempt(state):
            edge = self._edge(Key(ATTEMPT, ends[0][0], ends[1][0], session_service.ATTEMPT))
            number = session_service.port_number(proto.lower(), port)
            if number >= 0:
                edge.more = sorted({*edge.more, (number, "")})[:PORTS_KEPT]
            return edge
        spoken = session_service.of_session(mark or analyzers, proto, port)
        return self._edge(Key(LOG if state in zeek_fields.UNSET else CONN, ends[0][0], ends[1][0], spoken))

    def _edge(self, key: Key) -> Edge:
        edge = self.edges.get(key)
        if edge is None:
            edge = self.edges[key] = Edge(keeps_uids=key.group != ATTEMPT)
        return edge

    def _entities(self, columns: FieldCells, ends: _Ends, rows: list[int], ticks: list[int]) -> set[int]:
        """Takes in the edges of a pair of entities; the rows that gave one."""
        left, right, service = ends
        states, uids, told = columns("conn_state"), columns("uid"), set()
        for row in rows:
            if not left[row] or not right[row] or ticks[row] < 0 or states[row] in conn_state.ATTEMPT:
                continue
            told.add(row)
            for source in left[row]:
                for destination in right[row]:
                    edge = self._edge(Key(ENTITY, source, destination, service))
                    edge.take(ticks[row], byte_count.UNKNOWN, byte_count.UNKNOWN)
                    edge.remember(ticks[row], uids[row])
        return told

    def _named(self, columns: FieldCells, entity: str, rows: int) -> list[node_name.Names]:
        """Per row the nodes of an entity, from the first field that names any."""
        found: list[node_name.Names] = [()] * rows
        for source in entities.ENTITIES[entity].sources:
            if not columns.has_any((source.field,)):
                continue
            known = self._names.setdefault(f"{entity}/{source.field}", {})
            conditions = columns(source.where or source.field)
            for row, cell in enumerate(columns(source.field)):
                if found[row] or cell in zeek_fields.UNSET or conditions[row] in zeek_fields.UNSET:
                    continue
                names = known.get(cell)
                if names is None:
                    names = known[cell] = node_name.read(source.reader, cell)
                found[row] = self._bounded(names)
        return found

    def _bounded(self, names: node_name.Names) -> node_name.Names:
        if len(names) <= NAMES_OF_CELL:
            return names
        self.tally["crowded"] += 1
        return names[:NAMES_OF_CELL]

    def _finding(self, columns: FieldCells, row: int) -> None:
        """A row of another hunt: its own count, times and score."""
        sources = self._bounded(node_name.read(node_name.host_or_domain, columns("src")[row]))
        dests = self._bounded(node_name.read(node_name.host_or_domain, columns("dest")[row]))
        first = event_time.ticks(columns("first")[row]) or event_time.ticks(columns("time")[row])
        last = event_time.ticks(columns("last")[row]) or first
        if not sources or not dests or first is None or last is None:
            self.tally["no_src" if not sources else "no_dest" if not dests else "no_time"] += 1
            return
        self.tally["used"] += 1
        hunt = node_name.split(node_name.name("", columns("hunt")[row][:40]))[1]
        for source in sources:
            for dest in dests:
                edge = self._edge(Key(FINDING, source, dest, hunt))
                edge.count = min(edge.count + max(byte_count.number(columns("events")[row]), 1), MOST)
                edge.first, edge.last = min(edge.first, first, last), max(edge.last, first, last)
                edge.score = max(edge.score, _hundredths(columns("score")[row]))

    def _tell_unused(self, columns: FieldCells, rows: list[int], ticks: list[int]) -> None:
        """Counts why rows gave no edge."""
        for row in rows:
            if self._wanted.hosts and columns("src")[row] in zeek_fields.UNSET:
                self.tally["no_src"] += 1
            elif self._wanted.hosts and columns("dest")[row] in zeek_fields.UNSET:
                self.tally["no_dest"] += 1
            elif ticks[row] < 0:
                self.tally["no_time"] += 1
            elif columns("conn_state")[row] in conn_state.ATTEMPT:
                self.tally["attempt"] += 1
            else:
                self.tally["no_entity"] += 1


def _marks(columns: FieldCells, states: list[str]) -> list[str]:
    """Per row what its log speaks, by the fields that only this log has; '' for conn and where nothing says."""
    marks = [""] * len(states)
    for field, spoken in session_service.MARKERS.items():
        if columns.has_any((field,)):
            marks = [
                known or ("" if cell in zeek_fields.UNSET or state not in zeek_fields.UNSET else spoken)
                for known, cell, state in zip(marks, columns(field), states)
            ]
    return marks


def _findings(columns: FieldCells, rows: list[int]) -> set[int]:
    if not columns.has_any(("hunt",)):
        return set()
    hunts = columns("hunt")
    return {row for row in rows if hunts[row] not in zeek_fields.UNSET}


def _hundredths(text: str) -> int:
    try:
        score = float(text)
    except ValueError:
        return UNSCORED
    return int(score * 100) if 0 <= score <= 100 else UNSCORED
