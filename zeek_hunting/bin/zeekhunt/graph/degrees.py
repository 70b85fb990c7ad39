"""How many peers a node has, and how unusual that is among nodes of its role.

Robust z after hunts.md §2: (log1p(x) - median) / max(1.4826 MAD, floor), median and MAD over log1p of the nodes that are
compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .edge_table import Edges
from .host_links import is_peer
from .node_sums import different

FLOOR = 0.25  # of log1p: among nodes that are all alike, a quarter more peers is one step
FEWEST = 5  # nodes of a role; with fewer they are compared with all of their kind
_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Degrees:
    """int64 (nodes,), different peers by everything but attempts. coming: that reach the node; going: that it reaches; peers:
    both."""

    coming: np.ndarray
    going: np.ndarray
    peers: np.ndarray


def degrees(edges: Edges) -> Degrees:
    nodes = max(len(edges.nodes), 1)
    counted = is_peer(edges)
    src, dst = edges.src[counted], edges.dst[counted]
    pairs = different(src * nodes + dst)
    either = different(np.minimum(src, dst) * nodes + np.maximum(src, dst))
    ends = np.concatenate((either // nodes, either % nodes))
    return Degrees(
        coming=np.bincount(pairs % nodes, minlength=nodes),
        going=np.bincount(pairs // nodes, minlength=nodes),
        peers=np.bincount(ends, minlength=nodes),
    )


def robust_z(values: np.ndarray, roles: Sequence[str], kinds: Sequence[str]) -> np.ndarray:
    """float64 (nodes,): z of each value among the nodes of its role, or of its kind where fewer than FEWEST have the role."""
    logs, scores = np.log1p(values.astype(np.float64)), np.zeros(len(values))
    role_of, kind_of = np.array(roles, object), np.array(kinds, object)
    for kind in sorted(set(kinds)):
        alike = np.flatnonzero(kind_of == kind)
        scores[alike] = _z(logs[alike], logs[alike])
        for role in sorted(set(role_of[alike])):
            own = alike[role_of[alike] == role]
            if len(own) >= FEWEST:
                scores[own] = _z(logs[own], logs[own])
    return scores


def _z(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    middle = np.median(among)
    spread = _MAD_TO_SIGMA * np.median(np.abs(among - middle))
    z: np.ndarray = (values - middle) / max(float(spread), FLOOR)
    return z
