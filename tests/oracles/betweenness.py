"""Betweenness by its definition: counts of shortest paths between all pairs, for small graphs."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product


def betweenness(edges: Collection[tuple[int, int]], nodes: int) -> list[float]:
    """Share of all ordered pairs of others whose shortest path leads through each node; several shortest paths count in part."""
    length, paths = _shortest({(a, b) for a, b in edges if a != b}, nodes)
    total = [0.0] * nodes
    for start, end, between in product(range(nodes), repeat=3):
        if len({start, end, between}) == 3 and paths.get((start, end)):
            first, second = (start, between), (between, end)
            if first in length and second in length and length[first] + length[second] == length[(start, end)]:
                total[between] += paths[first] * paths[second] / paths[(start, end)]
    return [value / ((nodes - 1) * (nodes - 2)) if nodes > 2 else 0.0 for value in total]


def _shortest(edges: set[tuple[int, int]], nodes: int) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """(length of the shortest path, how many there are) by pair: walks of each length, the first that arrive are shortest."""
    length = {(node, node): 0 for node in range(nodes)}
    paths = {(node, node): 1 for node in range(nodes)}
    walks = dict(paths)
    for steps in range(1, nodes):
        further: dict[tuple[int, int], int] = {}
        for (start, at), many in walks.items():
            for source, end in edges:
                if source == at and (start, end) not in length:
                    further[(start, end)] = further.get((start, end), 0) + many
        for pair, many in further.items():
            length[pair], paths[pair] = steps, many
        walks = further
    return length, paths
