"""Which nodes and edges of a graph are returned where there are more than asked for, and what that leaves out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .edge_table import ATTEMPT, Edges
from .node_columns import Nodes
from .node_sums import different


@dataclass(frozen=True)
class Selection:
    """nodes, edges: places, the most telling first. The rest says what is left out: how many, and of edges how many events."""

    nodes: np.ndarray
    edges: np.ndarray
    nodes_out: int
    edges_out: int
    events_out: int
    events: int


def select(edges: Edges, nodes: Nodes, is_new: np.ndarray, most_nodes: int, most_edges: int) -> Selection:
    """Nodes in findings go first, then those with new edges, then those with most peers; edges between kept nodes likewise, then
    by count, attempts last. Equals go by name."""
    there = different(np.concatenate((edges.src, edges.dst)))
    fresh = np.zeros(len(nodes), bool)
    fresh[edges.src[is_new]] = fresh[edges.dst[is_new]] = True
    # places of equals are in the order of names but for bundles of leaves, which come behind
    weight = nodes.peers + nodes.attempted
    order = np.lexsort((there, -nodes.count[there], -weight[there], ~fresh[there], -nodes.score[there]))
    kept = there[order][:most_nodes]
    is_kept = np.zeros(len(nodes), bool)
    is_kept[kept] = True
    inside = np.flatnonzero(is_kept[edges.src] & is_kept[edges.dst])
    attempt = edges.group[inside] == ATTEMPT
    order = np.lexsort((inside, -edges.count[inside], ~is_new[inside], attempt, -edges.score[inside]))
    chosen = inside[order][:most_edges]
    events = int(edges.count.sum())
    return Selection(
        nodes=kept,
        edges=chosen,
        nodes_out=len(there) - len(kept),
        edges_out=len(edges) - len(chosen),
        events_out=events - int(edges.count[chosen].sum()),
        events=events,
    )
