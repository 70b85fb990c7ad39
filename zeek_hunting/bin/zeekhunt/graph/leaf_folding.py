"""Leaves of one hub as one node: a server with 400 clients that talk to nothing else is drawn as the server and "+400 client"."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .edge_table import Edges, rejoined
from .host_links import is_peer
from .node_columns import NEVER, Nodes
from .node_name import MARK, split

LEAVES = "leaves"


def fold(edges: Edges, nodes: Nodes, is_new: np.ndarray, least: int) -> tuple[Edges, Nodes, np.ndarray, int]:
    """(edges, nodes, is_new of the edges, how many leaves went). A leaf has one peer, attempted nothing and was attempted by
    nobody but that peer, is in no finding and not new. Leaves of one hub, kind and role are folded where there are least or
    more."""
    hub = _hub_of(edges, nodes)
    leaf = np.flatnonzero((hub >= 0) & (nodes.peers == 1) & (nodes.attempted == 0) & (nodes.score < 0) & ~nodes.new)
    kinds = [split(name)[0] for name in nodes.names[leaf].tolist()]
    keys: dict[tuple[int, str, str], list[int]] = {}
    for node, kind in zip(leaf.tolist(), kinds):
        keys.setdefault((int(hub[node]), kind, str(nodes.roles[node])), []).append(node)
    folded = {key: members for key, members in keys.items() if len(members) >= least}
    if not folded:
        return edges, nodes, is_new, 0
    stands_for = np.arange(len(nodes))
    for place, members in enumerate(folded.values(), len(nodes)):
        stands_for[members] = place
    more = _bundles(nodes, folded)
    joined, kept = rejoined(replace(edges, nodes=[*edges.nodes, *more.names.tolist()]), stands_for)
    gone = sum(map(len, folded.values()))
    # a bundle of edges is new when all of them are
    return joined, nodes.with_more(more), np.logical_and.reduceat(is_new[kept[0]], kept[1]), gone


def _hub_of(edges: Edges, nodes: Nodes) -> np.ndarray:
    """int64 (nodes,): the one node at the other end of all edges, attempts too; -1 where there are several."""
    low, high = np.full(len(nodes), len(nodes), np.int64), np.full(len(nodes), -1, np.int64)
    for own, other in ((edges.src, edges.dst), (edges.dst, edges.src)):
        np.minimum.at(low, own, other)
        np.maximum.at(high, own, other)
    linked = np.zeros(len(nodes), bool)
    counted = is_peer(edges)
    linked[edges.src[counted]] = linked[edges.dst[counted]] = True
    hub = np.where((low == high) & linked, low, -1)
    # two nodes that know only each other are no hub and leaf
    alone = (hub >= 0) & (hub[np.maximum(hub, 0)] == np.arange(len(nodes)))
    return np.where(alone | (hub == np.arange(len(nodes))), -1, hub)


def _bundles(nodes: Nodes, folded: dict[tuple[int, str, str], list[int]]) -> Nodes:
    """One node per bundle of leaves."""
    size = len(folded)
    of = np.repeat(np.arange(size), [len(members) for members in folded.values()])
    leaf = np.concatenate([np.array(members, np.int64) for members in folded.values()])
    totals = {name: np.zeros(size, np.int64) for name in ("count", "attempts", "members", "bytes_out", "bytes_in")}
    for name, total in totals.items():
        np.add.at(total, of, np.maximum(getattr(nodes, name)[leaf], 0))
    for name in ("bytes_out", "bytes_in"):
        known = np.bincount(of[getattr(nodes, name)[leaf] >= 0], minlength=size) > 0
        totals[name] = np.where(known, totals[name], -1)
    first, last = np.full(size, NEVER, np.int64), np.zeros(size, np.int64)
    np.minimum.at(first, of, nodes.first[leaf])
    np.maximum.at(last, of, nodes.last[leaf])
    coming, going = (np.zeros(size, np.int64) for _ in range(2))
    np.maximum.at(coming, of, nodes.coming[leaf])
    np.maximum.at(going, of, nodes.going[leaf])
    nothing = np.full(size, np.nan)
    names = [f"{LEAVES}{MARK}{nodes.names[hub]}/{role or kind}" for hub, kind, role in folded]
    return Nodes(
        names=np.array(names, object),
        roles=np.array([role for _, _, role in folded], object),
        coming=coming,
        going=going,
        peers=np.ones(size, np.int64),
        attempted=np.zeros(size, np.int64),
        first=first,
        last=last,
        hub=nothing,
        spoke=nothing,
        between=nothing,
        new=np.zeros(size, bool),
        score=np.full(size, -1, np.int64),
        **totals,
    )
