"""Whole numbers by node: sums, exact and bounded, and different ones."""

from __future__ import annotations

import numpy as np

MOST = 10**18  # forged sizes end here instead of running over


def node_sum(node: np.ndarray, values: np.ndarray, nodes: int) -> np.ndarray:
    """int64 (nodes,): sum of the values, from 0, beside each node."""
    total = np.zeros(nodes, np.int64)
    np.add.at(total, node, values)  # exact, unlike the weights of bincount, which tell where it ran over
    rough = np.bincount(node, weights=values, minlength=nodes)
    bounded: np.ndarray = np.where(rough > MOST, MOST, total)
    return bounded


def known_sum(node: np.ndarray, values: np.ndarray, nodes: int) -> np.ndarray:
    """int64 (nodes,): sum of the values that are not -1, -1 where there is none."""
    known = values >= 0
    total = node_sum(node[known], values[known], nodes)
    return np.where(np.bincount(node[known], minlength=nodes) > 0, total, -1)


def different(values: np.ndarray) -> np.ndarray:
    """The different values, ascending. Sorted: np.unique of numpy 2.3 and later hashes, which takes ten times as long here."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    found: np.ndarray = ordered[first]
    return found


def among(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """bool (values,): the value is one of the known ones."""
    if not len(known):
        return np.zeros(len(values), bool)
    ordered = np.sort(known)
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    found: np.ndarray = ordered[place] == values
    return found
