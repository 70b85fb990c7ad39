"""Rows of a search as columns of nodes and of edges.

Four shapes are read: rows of nodes and edges as | zeekgraph gives them, findings of | zeeklateral (one edge per hop of a path),
any table with a column for each end, named or known by the usual names, and two columns that the user names. A row with both ends
is an edge; one without and with an id is a node. Nodes that only edges name are added, with degrees and a role from directions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import chain

from .arrow_file import Value
from .graphistry_cells import LONGEST_TEXT, Cell, flat, label, typed
from .graphistry_profile import GraphistryError

SOURCE, DESTINATION, NODE = "src", "dst", "id"
SOURCES = ("src", "source", "id.orig_h", "id_orig_h", "src_ip", "from")
DESTINATIONS = ("dst", "dest", "destination", "target", "id.resp_h", "id_resp_h", "dest_ip", "to")
NODES = ("id", "node", "node_id")
MARKERS = ("row", "record", "zh_row", "kind")
MOST_COLUMNS = 60
MOST_OF_ONE_ROW = 100
LONGEST_NOTE = 400
_HOP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ([a-z_0-9]+)")

Table = MutableMapping[str, Sequence[Cell]]


@dataclass(frozen=True)
class Ends:
    """source, destination: the columns that the user named, '' for the usual ones. most: edges that are kept, the first ones."""

    source: str = ""
    destination: str = ""
    most: int = 50_000


@dataclass(frozen=True)
class Graph:
    """edges: src, dst and more. nodes: id and more. notes: sentences about what was left out, cut or renamed."""

    edges: dict[str, list[Value]]
    nodes: dict[str, list[Value]]
    notes: list[str] = field(default_factory=list)

    @property
    def edge_count(self) -> int:
        return len(self.edges[SOURCE])

    @property
    def node_count(self) -> int:
        return len(self.nodes[NODE])


def read(table: Table, ends: Ends) -> Graph:
    """The graph; takes the columns out of the table, so that they need not be held twice. Raises GraphistryError that names the
    columns there are when no ends are found or no row has both."""
    notes: list[str] = []
    if not (ends.source or ends.destination) and {"path", "story", "hops"} <= set(table):
        table = _hops(table)
        ends = Ends(SOURCE, DESTINATION, ends.most)
    known = _list(table)
    source, destination = _named(table, ends)
    node = "" if ends.source else next((name for name in NODES if name in table), "")
    left, right = table.pop(source), table[destination] if source == destination else table.pop(destination)
    rows = _edge_rows(left, right, ends.most, notes)
    if not rows.at:
        raise GraphistryError(f"no row has both {source} and {destination}, nothing was sent; columns are {known}")
    edges: dict[str, list[Value]] = {SOURCE: list(rows.sources), DESTINATION: list(rows.destinations)}
    nodes, node_rows = _nodes(edges, table.pop(node) if node else (), left, right)
    every = range(len(left))
    _fill(table, (edges, every if rows.at == [*every] else rows.at), (nodes, node_rows), notes)
    return Graph(edges, _completed(nodes, edges, len(node_rows)), notes)


def _named(table: Table, ends: Ends) -> tuple[str, str]:
    if bool(ends.source) != bool(ends.destination):
        raise GraphistryError("source= and destination= go together; give both or none")
    if ends.source:
        absent = [name for name in (ends.source, ends.destination) if name not in table]
        if absent:
            raise GraphistryError(f"no column {' and none '.join(absent)}; columns are {_list(table)}")
        return ends.source, ends.destination
    found = [next((name for name in known if name in table), "") for known in (SOURCES, DESTINATIONS)]
    if not all(found):
        raise GraphistryError(f"which columns are the ends? name them with source= and destination=; columns are {_list(table)}")
    return found[0], found[1]


def _list(table: Table) -> str:
    names = [label(name) for name in list(table)[:30]]
    return (", ".join(names) + (", …" if len(table) > 30 else "")) or "none"


@dataclass(frozen=True)
class _EdgeRows:
    """Of each edge: its row in the table, and its ends."""

    at: list[int] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    destinations: list[str] = field(default_factory=list)


def _edge_rows(sources: Sequence[Cell], destinations: Sequence[Cell], most: int, notes: list[str]) -> _EdgeRows:
    """A row whose ends have several values is an edge for each pair of them."""
    found = _EdgeRows()
    over = crowded = 0
    for row, (source, destination) in enumerate(zip(sources, destinations)):
        if not source or not destination:
            continue
        if isinstance(source, str) and isinstance(destination, str):
            several = [(source, destination)]
        else:
            several = _pairs(source, destination)
            crowded += len(several) > MOST_OF_ONE_ROW
        for one, other in several[:MOST_OF_ONE_ROW]:
            if len(found.at) == most:
                over += 1
                continue
            found.at.append(row)
            found.sources.append(one)
            found.destinations.append(other)
    if over:
        notes.append(f"{over:,} edges over max_edges={most} were left out, the last ones; sort before, or raise it")
    if crowded:
        notes.append(f"of {crowded:,} rows with more than {MOST_OF_ONE_ROW} pairs of ends the first {MOST_OF_ONE_ROW} were taken")
    return found


def _pairs(source: Cell, destination: Cell) -> list[tuple[str, str]]:
    lefts, rights = ([each] if isinstance(each, str) else each for each in (source, destination))
    return [(left, right) for left in lefts for right in rights if left and right]


_Part = tuple[dict[str, list[Value]], Sequence[int]]  # columns so far, and which rows of the table they hold; a range: all


def _nodes(edges: Mapping[str, list[Value]], ids: Sequence[Cell], left: Sequence[Cell], right: Sequence[Cell]) -> _Part:
    """The column of ids, those with a row of their own first, and these rows. Of a double id the first row counts."""
    names: dict[str, int] = {}
    for row, cell in enumerate(ids):
        if cell and not (left[row] and right[row]):
            names.setdefault(flat(cell), row)
    rows = list(names.values())
    missing = dict.fromkeys(str(end) for end in chain(edges[SOURCE], edges[DESTINATION]) if end not in names)
    return {NODE: [*names, *missing]}, rows


def _fill(table: Table, edges: _Part, nodes: _Part, notes: list[str]) -> None:
    """Add the table's columns, typed, to both parts, and take them out of it. Left out: internal ones, empty ones, and the mark
    of what a row is."""
    cut, over = 0, []
    for name in list(table):
        cells = table.pop(name)
        if name.startswith("_") and name != "_time":
            continue
        for columns, rows in (edges, nodes):
            taken = cells if isinstance(rows, range) else [cells[row] for row in rows]
            if not any(taken) or (name in MARKERS and {flat(cell) for cell in taken} <= {"node", "edge"}):
                continue
            if len(columns) >= MOST_COLUMNS:
                over.append(name)
                continue
            values, shortened = typed(name, taken)
            columns[name if name not in columns else f"row_{name}"] = values
            cut += shortened
    if over:
        notes.append(f"{MOST_COLUMNS} columns are sent at most, left out: {', '.join(dict.fromkeys(over))}"[:LONGEST_NOTE])
    if cut:
        notes.append(f"{cut:,} texts were cut to their first {LONGEST_TEXT:,} characters")
    columns = nodes[0]
    for values in columns.values():
        values += [None] * (len(columns[NODE]) - len(values))
    if "node_kind" in columns and "kind" not in columns:
        columns["kind"] = columns.pop("node_kind")


def _completed(columns: dict[str, list[Value]], edges: Mapping[str, list[Value]], own: int) -> dict[str, list[Value]]:
    """Label, degrees, role and kind, where no row says them. own: how many nodes, the first, have a row: when that leaves the
    role open, it is not known, and directions are no better."""
    pairs = set(zip(edges[SOURCE], edges[DESTINATION]))
    peers = {(left, right) if str(left) <= str(right) else (right, left) for left, right in pairs}
    out = Counter(left for left, _ in pairs)
    into = Counter(right for _, right in pairs)
    degree = Counter(end for pair in peers for end in set(pair))
    names = columns[NODE]
    known = [str(name).partition("::") for name in names]
    counted: dict[str, list[Value]] = {
        "label": [label(value if mark else kind) for kind, mark, value in known],
        "degree": [degree[name] for name in names],
        "degree_in": [into[name] for name in names],
        "degree_out": [out[name] for name in names],
        "role": [_direction(out[name], into[name]) for name in names],
    }
    if any(mark for _, mark, _ in known):
        counted["kind"] = [kind if mark else None for kind, mark, _ in known]
    for name, values in counted.items():
        told = columns.get(name)
        if told is not None:
            start = own if name == "role" else 0
            values = [new if old is None and at >= start else old for at, (old, new) in enumerate(zip(told, values))]
        columns[name] = _one_type(values)
    columns["label"] = [label(str(text)) for text in columns["label"]]
    return columns


def _direction(out: int, into: int) -> str | None:
    if out and into:
        return "both"
    return "client" if out else "server" if into else None


def _one_type(values: list[Value]) -> list[Value]:
    """As they are, or as text where a column of the user's own meets ours: a label of digits, a degree in words."""
    types = set(map(type, values)) - {type(None)}
    if len(types) < 2 or types == {int, float}:
        return values
    return [None if value is None else str(value) for value in values]


def _hops(table: Table) -> Table:
    """Findings of zeeklateral as a table with one row per hop, whose sentence tells when it began and by which protocols."""
    rows: list[dict[str, str]] = []
    for row, path in enumerate(table["path"]):
        hosts = [host for host in flat(path).split(" > ") if host]
        told = table["story"][row]
        story = [told] if isinstance(told, str) else list(told)
        whole = {name: flat(table[name][row]) for name in ("score", "severity", "technique") if name in table}
        for place, (source, destination) in enumerate(zip(hosts, hosts[1:])):
            sentence = story[place] if place < len(story) else ""
            steps = _HOP.findall(sentence)
            values = {
                SOURCE: source,
                DESTINATION: destination,
                "path_id": str(row + 1),
                "hop": str(place + 1),
                "service": ",".join(dict.fromkeys(protocol for _, protocol in steps)),
                "first": _epoch(steps[0][0]) if steps else "",
                **whole,
                "story": sentence,
            }
            rows.append(values)
    if not rows:
        raise GraphistryError("no finding holds a path of two hosts or more, nothing was sent")
    return {name: [row[name] for row in rows] for name in rows[0]}


def _epoch(clock: str) -> str:
    """The clock of a zeeklateral sentence, in UTC, as epoch seconds; '' for what no calendar has."""
    try:
        return str(int(datetime.strptime(clock, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp()))
    except ValueError:
        return ""
