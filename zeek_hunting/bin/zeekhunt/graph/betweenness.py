"""Which nodes lie between others: betweenness centrality of a directed graph, level by level over many sources at once.

Brandes, "A faster algorithm for betweenness centrality" (2001): shortest paths are counted forward from a source level by level
and their shares summed backward. Where all sources cost more than WORK steps, a fixed random sample of them is taken (Brandes and
Pich 2007). For one node each sampled source gives a value in [0, 1]; by Hoeffding's inequality and a union over the nodes the
mean of k of them is off by more than sqrt(ln(2 n / RISK) / (2 k)) for any node with probability RISK at most. Paths of more than
MOST_HOPS steps count as none, so that a chain cannot make the time quadratic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .node_sums import different

WORK = 30_000_000  # steps over an edge, each edge once per source
MOST_HOPS = 32
BATCH_CELLS = 4_000_000  # sources times nodes and edges held at a time
LEAST_SOURCES = 16
RISK = 0.05
_SEED = 20_010


@dataclass(frozen=True)
class Betweenness:
    """value: float64 (nodes,), share of all ordered pairs of other nodes whose shortest path leads through the node (of several
    shortest paths each counts in part). sources: how many were followed, of how many; off_by: bound at 1 - RISK, 0 when exact."""

    value: np.ndarray
    sources: int
    of: int
    off_by: float


def betweenness(src: np.ndarray, dst: np.ndarray, nodes: int, work: int = WORK) -> Betweenness:
    """src, dst: int64 (edges,) places below nodes; a pair may come twice, a loop counts as nothing."""
    pairs = different((src * max(nodes, 1) + dst)[src != dst])
    src, dst = pairs // max(nodes, 1), pairs % max(nodes, 1)
    value = np.zeros(nodes)
    starts = different(src)
    if nodes < 3 or not len(pairs):
        return Betweenness(value, len(starts), len(starts), 0.0)
    affordable = max(LEAST_SOURCES, work // (len(pairs) + nodes))
    chosen = starts
    if len(starts) > affordable:
        chosen = np.sort(np.random.default_rng(_SEED).permutation(starts)[:affordable])
    graph = _Graph(src, dst, nodes)
    batch = max(1, BATCH_CELLS // (len(pairs) + nodes))
    for low in range(0, len(chosen), batch):
        value += graph.dependencies(chosen[low : low + batch])
    value *= len(starts) / len(chosen) / ((nodes - 1) * (nodes - 2))
    share = len(starts) / (nodes - 1)  # only these sources add anything; the bound is on their mean
    off_by = 0.0 if len(chosen) == len(starts) else share * float(np.sqrt(np.log(2 * nodes / RISK) / (2 * len(chosen))))
    return Betweenness(value, len(chosen), len(starts), off_by)


class _Graph:
    """Out-edges by node. A cell is a (source, node) pair of the sources that are followed together: source * nodes + node."""

    def __init__(self, src: np.ndarray, dst: np.ndarray, nodes: int) -> None:
        """src ascends."""
        self._nodes, self._dst = nodes, dst
        self._first = np.searchsorted(src, np.arange(nodes + 1))

    def dependencies(self, sources: np.ndarray) -> np.ndarray:
        """float64 (nodes,): sum over the sources of Brandes' dependency on each node."""
        cells = len(sources) * self._nodes
        origin = np.arange(len(sources)) * self._nodes + sources
        paths, level = np.zeros(cells), np.full(cells, -1, np.int16)
        paths[origin], level[origin] = 1.0, 0
        steps, frontier = [], origin
        for depth in range(1, MOST_HOPS + 1):
            before, after = self._out_of(frontier)
            fresh = level[after] < 0
            before, after = before[fresh], after[fresh]
            if not len(after):
                break
            np.add.at(paths, after, paths[before])
            level[after] = depth
            steps.append((before, after))
            frontier = _once(after, cells)
        share = np.zeros(cells)
        for before, after in reversed(steps):
            np.add.at(share, before, paths[before] / paths[after] * (1.0 + share[after]))
        share[origin] = 0.0
        total: np.ndarray = share.reshape(len(sources), self._nodes).sum(axis=0)
        return total

    def _out_of(self, frontier: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(cell at the start, cell at the end) of every edge out of the frontier."""
        node = frontier % self._nodes
        low, many = self._first[node], self._first[node + 1] - self._first[node]
        edge = np.arange(int(many.sum())) + np.repeat(low - np.cumsum(many) + many, many)
        return np.repeat(frontier, many), np.repeat(frontier - node, many) + self._dst[edge]


def _once(cells: np.ndarray, most: int) -> np.ndarray:
    """Each cell once, without sorting: of several writers to one place the last is left."""
    writer = np.empty(most, np.int64)
    own = np.arange(len(cells))
    writer[cells] = own
    found: np.ndarray = cells[writer[cells] == own]
    return found
