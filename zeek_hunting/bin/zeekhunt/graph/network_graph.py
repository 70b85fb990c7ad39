"""From gathered edges to the table of nodes and edges: what is drawn, what is new, who is who, what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import numpy as np

from .. import finding
from ..zeek.site import Site
from ..zeek.tally import sentence, why_nothing
from . import graph_rows
from .betweenness import RISK, betweenness
from .edge_summary import NAMES_OF_CELL
from .edge_table import EDGES_HELD, Edges, EdgeTable
from .entities import Wanted
from .graph_selection import Selection, select
from .host_links import Links, drawn, hosts_of, is_peer
from .host_roles import ORDER, HostRoles, roles
from .leaf_folding import fold
from .node_columns import Nodes, nodes_of
from .since import Since

SKIPPED = {
    "no_time": "without a time",
    "no_src": "without a source address",
    "no_dest": "without a destination address",
    "attempt": "attempts, which link no entities",
    "no_entity": "without two of the wanted entities",
}
NEEDED = {"no_src": "src", "no_dest": "dest", "no_time": "time"}


@dataclass(frozen=True)
class Request:
    """since: from when on an edge is new; fold: fewest leaves of a hub that become one node, 0 for never."""

    max_nodes: int = 10_000
    max_edges: int = 20_000
    fold: int = 0
    since: Since | None = None


class NetworkGraph:
    """Takes blocks of events and partial rows, gives rows of nodes and edges. ``messages`` says what was read, used, skipped and
    left out."""

    def __init__(self, request: Request, site: Site, wanted: Wanted | None = None) -> None:
        self.messages: list[tuple[str, str]] = []
        self._request, self._site = request, site
        self._wanted = wanted or Wanted()
        self._table = EdgeTable(self._wanted)

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        gathered = self._table.finish()
        say_gathered(self._say, self._table, len(gathered), self._wanted)
        left_out: Counter[str] = Counter()
        edges = drawn(gathered, left_out)
        words = "; ".join(f"{count:,} {reason}" for reason, count in left_out.items() if count)
        if words:
            self._say("INFO", f"events that are not drawn: {words}")
        if not len(edges):
            if len(gathered):
                self._say("WARN", "nothing to draw: see the messages above for why")
            return {}
        return self._rows(edges)

    def _say(self, level: str, sentence: str) -> None:
        self.messages.append((level, sentence))

    def _rows(self, edges: Edges) -> dict[str, Sequence[finding.Cell]]:
        hosts = hosts_of(edges, self._site)
        learnt = roles(Links(edges, hosts))
        nodes = nodes_of(edges, learnt)
        self._tell_roles(learnt)
        tick = self._baseline_end(edges)
        is_new = None if tick is None else edges.first >= tick
        if is_new is not None:
            nodes = replace(self._between(edges, nodes, is_new), new=nodes.first >= tick)
        known = is_new if is_new is not None else np.zeros(len(edges), bool)
        if self._request.fold:
            edges, nodes, known, gone = fold(edges, nodes, known, self._request.fold)
            if gone:
                self._say("INFO", f"{gone:,} leaves are folded into one node per hub and role (fold={self._request.fold})")
        selection = select(edges, nodes, known, self._request.max_nodes, self._request.max_edges)
        self._tell_left_out(selection)
        picture = graph_rows.Drawn(edges, nodes, hosts, learnt, known if is_new is not None else None)
        return graph_rows.table(picture, selection)

    def _tell_roles(self, learnt: HostRoles) -> None:
        counts = Counter(learnt.primary)
        words = ", ".join(f"{counts[role]:,} {role}" for role in ORDER if counts[role])
        self._say("INFO", f"hosts by role: {words or 'none'}")

    def _baseline_end(self, edges: Edges) -> int | None:
        """The tick from which on an edge is new; None where there is no since=."""
        since = self._request.since
        if since is None:
            self._say("INFO", "new and betweenness are empty: since= says from when on an edge is new")
            return None
        tick = since.resolved(int(edges.last.max()))
        oldest = int(edges.first.min())
        if oldest >= tick:
            self._say(
                "WARN",
                f"no event before {clock(tick)}: every edge is new because there is no baseline; search further back, or add the "
                "stored summaries of | zeekgraph output=summary",
            )
        else:
            days = (tick - oldest) / 864_000
            self._say("INFO", f"new since {clock(tick)}, against a baseline of {days:.1f} days from {clock(oldest)} on")
        return tick

    def _between(self, edges: Edges, nodes: Nodes, is_new: np.ndarray) -> Nodes:
        counted = is_new & is_peer(edges)
        at, ends = np.unique(np.concatenate((edges.src[counted], edges.dst[counted])), return_inverse=True)
        half = len(ends) // 2
        found = betweenness(ends[:half], ends[half:], len(at))
        between = np.zeros(len(nodes))
        between[at] = found.value
        how = "exact" if not found.off_by else f"from {found.sources:,} of {found.of:,} sources"
        bound = f", off by at most {found.off_by:.3f} at {1 - RISK:.0%} confidence" if found.off_by else ""
        self._say("INFO", f"betweenness of {len(at):,} nodes over {int(counted.sum()):,} new edges: {how}{bound}")
        return replace(nodes, between=between)

    def _tell_left_out(self, selection: Selection) -> None:
        if not selection.nodes_out and not selection.edges_out:
            return
        share = selection.events_out / max(selection.events, 1)
        options = " or ".join(
            name for name, out in (("max_nodes=", selection.nodes_out), ("max_edges=", selection.edges_out)) if out
        )
        self._say(
            "WARN",
            f"left out: {selection.nodes_out:,} nodes, {selection.edges_out:,} edges with {selection.events_out:,} events "
            f"({share:.1%} of all); raise {options}, fold leaves with fold=, or narrow the search",
        )


def say_gathered(say: Any, table: EdgeTable, edges: int, wanted: Wanted) -> None:
    """What was read and what memory cost; why there is nothing, if so. Raises fields.FieldMissing."""
    tally = table.tally
    say("INFO", sentence(tally, SKIPPED))
    if tally["crowded"]:
        say("WARN", f"{tally['crowded']:,} cells list more than {NAMES_OF_CELL} names; the first are used")
    if table.let_go:
        say(
            "WARN",
            f"{table.let_go:,} edges with the fewest events were let go, as there were more than {EDGES_HELD:,} at once: "
            "their events are not counted; search a shorter time",
        )
    if not edges:
        say("WARN", why_nothing(tally, "conn", NEEDED if wanted.hosts else {"no_time": "time"}))


def clock(tick: int) -> str:
    return datetime.fromtimestamp(tick / 10, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
