"""Edges on the search head: raw events and partial rows, in any mixture and order, become one set of columns.

Names become numbers when they come in; rows of the same edge are joined when EDGES_HELD have come, and at the end. Above that
many different edges, those with the fewest events go, which is said (``let_go``), and only then may the order of events show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..zeek import byte_count, event_time
from ..zeek.block import Table, TableRows
from ..zeek.partial import LONGEST_NUMBER, SummaryError, check_version, read_tally
from . import edge_row as summary
from .edge_row import CLASSES
from .edge_summary import EdgeSummary
from .entities import Wanted

EDGES_HELD = 2_000_000
MOST_TICKS = int(event_time.LATEST_S * event_time.TICKS_PER_S)
LONGEST_NAME = 1_024
_CLASS_OF = {name: place for place, name in enumerate(CLASSES)}
CONN, LOG, ATTEMPT, ENTITY, FINDING = range(len(CLASSES))


@dataclass(frozen=True)
class Edges:
    """All (edges,), by class, source, destination, service; each edge once. nodes, services: ascending texts that src, dst and
    service are places in. group: place in edge_row.CLASSES; first, last: ticks; bytes_out, bytes_in: UNKNOWN (-1) where no
    event told; score: hundredths, -1 for none; more: as in a partial row."""

    nodes: list[str]
    services: list[str]
    group: np.ndarray
    src: np.ndarray
    dst: np.ndarray
    service: np.ndarray
    count: np.ndarray
    first: np.ndarray
    last: np.ndarray
    bytes_out: np.ndarray
    bytes_in: np.ndarray
    score: np.ndarray
    more: list[str]

    def __len__(self) -> int:
        return len(self.src)

    def only(self, places: np.ndarray) -> Edges:
        """Some of the edges, places ascending, between the same nodes."""
        if len(places) == len(self):
            return self
        kept = {name: getattr(self, name)[places] for name in _COLUMNS}
        more = self.more
        return Edges(self.nodes, self.services, **kept, more=[more[place] for place in places.tolist()])

    def with_used_nodes(self) -> Edges:
        """The same without the nodes that no edge has."""
        used = np.zeros(len(self.nodes), bool)
        used[self.src] = used[self.dst] = True
        place = np.cumsum(used) - 1
        nodes = [node for node, kept in zip(self.nodes, used.tolist()) if kept]
        return replace(self, nodes=nodes, src=place[self.src], dst=place[self.dst])


_KEYS = ("group", "src", "dst", "service")
_VALUES = ("count", "first", "last", "bytes_out", "bytes_in", "score")
_COLUMNS = (*_KEYS, *_VALUES)
NUMBERS = dict(zip(_VALUES, ("zh_count", "zh_first", "zh_last", "zh_bytes_out", "zh_bytes_in", "zh_score")))
_Part = tuple[dict[str, np.ndarray], list[str]]  # columns by name; more


class EdgeTable:
    """Gathers. ``add`` takes blocks, ``finish`` gives the edges; ``tally`` counts events read, used and skipped, ``let_go`` edges
    that the bound cost."""

    def __init__(self, wanted: Wanted | None = None, edges_held: int = EDGES_HELD) -> None:
        self.tally: Counter[str] = Counter()
        self.let_go = 0
        self._held = edges_held
        self._events = EdgeSummary(wanted)
        self._nodes, self._services = _Numbers(), _Numbers()
        self._parts: list[_Part] = []
        self._rows = 0

    def add(self, table: Table) -> None:
        kinds = table.column(summary.KIND)
        partial = np.zeros(table.rows, bool) if kinds is None else kinds.lengths > 0
        if partial.any():
            self._add_partial(table, np.flatnonzero(partial))
        if not partial.all():
            self._events.add(TableRows(table, np.flatnonzero(~partial)))
            if self._events.full():
                self._collect()

    def finish(self) -> Edges:
        self._collect()
        columns, more = self._concatenated()
        nodes, node_rank = _ranked(self._nodes)
        services, service_rank = _ranked(self._services)
        # the order of names, not of their numbers, which depend on the order of rows
        for name, rank in (("src", node_rank), ("dst", node_rank), ("service", service_rank)):
            columns[name] = rank[columns[name]]
        columns, more, _, _ = _join(columns, more)
        self._nodes, self._services, self._parts, self._rows = _Numbers(), _Numbers(), [], 0
        return Edges(nodes, services, **columns, more=more)

    def _collect(self) -> None:
        """Takes over what the raw events have gathered."""
        gathered, tally = self._events.edges, self._events.tally
        self._events.restart()
        self.tally += tally
        edges = list(gathered.values())
        if edges:
            columns = {name: np.array([getattr(edge, name) for edge in edges], np.int64) for name in _VALUES}
            groups, src, dst, services = map(list, zip(*gathered))
            self._take(columns, (groups, src, dst, services), [summary.more_text(edge.more) for edge in edges])

    def _add_partial(self, table: Table, rows: np.ndarray) -> None:
        part = TableRows(table, rows)
        for version in set(_texts(part, "zh_version")):
            check_version(version, summary.VERSION)
        kinds = _texts(part, summary.KIND)
        unknown = set(kinds) - {summary.TALLY, *CLASSES}
        if unknown:
            raise SummaryError(f"a summary of kind {min(unknown)[:40]!r}, which this command does not know")
        if summary.TALLY in kinds:
            is_tally = np.array([kind == summary.TALLY for kind in kinds], bool)
            for text in _texts(TableRows(table, rows[is_tally]), "zh_tally"):
                self.tally.update(read_tally(text))
            rows = rows[~is_tally]
            part, kinds = TableRows(table, rows), [kind for kind in kinds if kind != summary.TALLY]
        if len(rows):
            columns = {name: _whole(table, cell, rows) for name, cell in NUMBERS.items()}
            _check(columns)
            keys = (kinds, _texts(part, "zh_src"), _texts(part, "zh_dst"), _texts(part, "zh_service"))
            self._take(columns, keys, _texts(part, "zh_more"))

    def _take(self, columns: dict[str, np.ndarray], keys: tuple[list[str], ...], more: list[str]) -> None:
        kinds, src, dst, services = keys
        columns["group"] = np.fromiter(map(_CLASS_OF.__getitem__, kinds), np.int64, len(kinds))
        columns["src"], columns["dst"] = _numbered(src, self._nodes), _numbered(dst, self._nodes)
        columns["service"] = _numbered(services, self._services)
        self._parts.append((columns, more))
        self._rows += len(more)
        if self._rows > self._held:
            self._shrink()

    def _shrink(self) -> None:
        columns, more, _, _ = _join(*self._concatenated())
        if len(more) > self._held // 2:
            # halved, so that the next join is far away; by name, not by number, which depends on the order of rows
            nodes, services = list(self._nodes), list(self._services)
            keys = zip(*(columns[name].tolist() for name in ("count", *_KEYS)))
            named = [(-count, group, nodes[src], nodes[dst], services[spoken]) for count, group, src, dst, spoken in keys]
            kept = np.array(sorted(sorted(range(len(named)), key=named.__getitem__)[: self._held // 2]), np.int64)
            self.let_go += len(more) - len(kept)
            columns, more = {name: column[kept] for name, column in columns.items()}, [more[at] for at in kept.tolist()]
        self._parts, self._rows = [(columns, more)], len(more)

    def _concatenated(self) -> _Part:
        """All rows so far."""
        if not self._parts:
            return {name: np.zeros(0, np.int64) for name in _COLUMNS}, []
        columns = {name: np.concatenate([part[name] for part, _ in self._parts]) for name in _COLUMNS}
        return columns, [text for _, texts in self._parts for text in texts]


def rejoined(edges: Edges, stands_for: np.ndarray) -> tuple[Edges, tuple[np.ndarray, np.ndarray]]:
    """Edges whose nodes are replaced by others, and those that became one joined: (edges, (old places in the order in which they
    were joined, where each new edge begins among them)). stands_for: int64, place of a node -> place in edges.nodes of
    another."""
    columns = {name: getattr(edges, name) for name in _COLUMNS}
    columns["src"], columns["dst"] = stands_for[edges.src], stands_for[edges.dst]
    columns, more, order, starts = _join(columns, edges.more)
    return Edges(edges.nodes, edges.services, **columns, more=more), (order, starts)


def _join(
    columns: Mapping[str, np.ndarray], more: Sequence[str]
) -> tuple[dict[str, np.ndarray], list[str], np.ndarray, np.ndarray]:
    """Rows of one edge as one, in the order of their keys: (columns, more, order of the rows, where each edge begins in it)."""
    order = np.lexsort([columns[name] for name in reversed(_KEYS)])
    ordered = {name: column[order] for name, column in columns.items()}
    differs = np.zeros(len(order), bool)
    differs[:1] = True
    for name in _KEYS:
        differs[1:] |= ordered[name][1:] != ordered[name][:-1]
    starts = np.flatnonzero(differs)
    texts = [more[at] for at in order.tolist()]
    if len(starts) < len(order):
        is_attempt = ordered["group"][starts] == ATTEMPT
        return _reduced(ordered, starts), _joined_more(texts, starts, is_attempt), order, starts
    return ordered, texts, order, starts


def _reduced(columns: Mapping[str, np.ndarray], starts: np.ndarray) -> dict[str, np.ndarray]:
    joined = {name: columns[name][starts] for name in _KEYS}
    joined["count"] = _bounded_sums(columns["count"], starts)
    joined["first"] = np.minimum.reduceat(columns["first"], starts)
    for name in ("last", "score"):
        joined[name] = np.maximum.reduceat(columns[name], starts)
    for name in ("bytes_out", "bytes_in"):
        known = np.maximum.reduceat(columns[name], starts) >= 0
        joined[name] = np.where(known, _bounded_sums(np.maximum(columns[name], 0), starts), byte_count.UNKNOWN)
    return joined


def _bounded_sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Sums that end at summary.MOST, where forged values would run over; in doubles alone they would not be exact below it."""
    rough = np.add.reduceat(values.astype(np.float64), starts)
    sums: np.ndarray = np.where(rough > summary.MOST, summary.MOST, np.add.reduceat(values, starts))
    return sums


def _joined_more(texts: Sequence[str], starts: np.ndarray, is_attempt: np.ndarray) -> list[str]:
    ends = np.append(starts[1:], len(texts))
    joined = [texts[start] for start in starts.tolist()]
    for place in np.flatnonzero(ends - starts > 1).tolist():
        found = {text for part in texts[int(starts[place]) : int(ends[place])] for text in part.split()}
        kept = summary.PORTS_KEPT if is_attempt[place] else summary.UIDS_KEPT
        joined[place] = " ".join(sorted(found, key=_by_number)[:kept])
    return joined


def _by_number(text: str) -> tuple[int, str]:
    number, _, uid = text.partition(":")
    if not number.isdecimal() or len(number) > LONGEST_NUMBER:
        raise SummaryError(f"a summary whose zh_more is no list of uids or ports: {text[:40]!r}")
    return int(number), uid


def _ranked(numbers: Mapping[str, int]) -> tuple[list[str], np.ndarray]:
    """(names ascending, number -> place among them)."""
    names = sorted(numbers)
    rank = np.zeros(len(names), np.int64)
    rank[np.fromiter(map(numbers.__getitem__, names), np.int64, len(names))] = np.arange(len(names))
    return names, rank


class _Numbers(dict[str, int]):
    """text -> number; every text gets the next one when it is first met."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


def _numbered(texts: Sequence[str], known: _Numbers) -> np.ndarray:
    if texts and max(map(len, texts)) > LONGEST_NAME:
        raise SummaryError(f"a summary with a name of more than {LONGEST_NAME:,} letters: damaged or forged")
    return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))


def _texts(part: TableRows, name: str) -> list[str]:
    return part.cells(name) or [""] * part.rows


def _whole(table: Table, name: str, rows: np.ndarray) -> np.ndarray:
    """Whole numbers from 0, UNKNOWN for an empty cell. Raises SummaryError."""
    column = table.column(name)
    if column is None:  # splunkd leaves out a field that no row has
        return np.full(len(rows), byte_count.UNKNOWN, np.int64)
    cells = column.take(rows)
    values, behind, read = cells.decimals()
    empty = cells.lengths == 0
    if not (empty | (read & (behind == 0) & (values <= summary.MOST))).all():
        raise SummaryError(f"a summary whose {name} is no number: damaged or forged")
    numbers: np.ndarray = np.where(empty, byte_count.UNKNOWN, values)
    return numbers


def _check(columns: Mapping[str, np.ndarray]) -> None:
    first, last = columns["first"], columns["last"]
    sound = (columns["count"] > 0) & (first > 0) & (first <= last) & (last <= MOST_TICKS)
    if not sound.all():
        raise SummaryError("a summary of an edge whose count or times make no sense: damaged or forged")
