"""The nodes of a graph as columns: what they did, with whom, what they are for, how unusual that is."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from .degrees import degrees, robust_z
from .edge_table import ATTEMPT, Edges
from .host_links import is_session
from .host_roles import HostRoles
from .node_name import split
from .node_sums import known_sum, node_sum

NEVER = 1 << 60


@dataclass(frozen=True)
class Nodes:
    """All (nodes,). coming, going, peers: different peers that reach it, that it reaches, either (attempts do not count);
    attempted: hosts that did not answer it; attempts: how often; count: sessions and rows at either end; bytes_out: sent by the
    node, bytes_in: received, -1 where unknown; first, last: ticks; hub, spoke: robust z of coming and of going in its role;
    between: share, NaN where not asked for; new: first seen since the baseline; score: highest of a finding in hundredths, -1;
    members: how many nodes it stands for."""

    names: np.ndarray
    roles: np.ndarray
    coming: np.ndarray
    going: np.ndarray
    peers: np.ndarray
    attempted: np.ndarray
    attempts: np.ndarray
    count: np.ndarray
    bytes_out: np.ndarray
    bytes_in: np.ndarray
    first: np.ndarray
    last: np.ndarray
    hub: np.ndarray
    spoke: np.ndarray
    between: np.ndarray
    new: np.ndarray
    score: np.ndarray
    members: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def with_more(self, more: Nodes) -> Nodes:
        """These, then more."""
        return replace(
            self, **{each.name: np.concatenate((getattr(self, each.name), getattr(more, each.name))) for each in fields(self)}
        )


def nodes_of(edges: Edges, roles: HostRoles) -> Nodes:
    """Without betweenness and what is new, which take a baseline."""
    size = len(edges.nodes)
    kinds = [split(name)[0] for name in edges.nodes]
    peers, session, attempt = degrees(edges), is_session(edges), edges.group == ATTEMPT
    ends = np.concatenate((edges.src, edges.dst))
    sent, received = np.concatenate((edges.bytes_out, edges.bytes_in)), np.concatenate((edges.bytes_in, edges.bytes_out))
    first, last = np.full(size, NEVER, np.int64), np.zeros(size, np.int64)
    np.minimum.at(first, ends, np.concatenate((edges.first, edges.first)))
    np.maximum.at(last, ends, np.concatenate((edges.last, edges.last)))
    score = np.full(size, -1, np.int64)
    np.maximum.at(score, ends, np.concatenate((edges.score, edges.score)))
    return Nodes(
        names=np.array(edges.nodes, object),
        roles=np.array(roles.primary, object),
        coming=peers.coming,
        going=peers.going,
        peers=peers.peers,
        attempted=np.bincount(edges.src[attempt], minlength=size),
        attempts=node_sum(edges.src[attempt], edges.count[attempt], size),
        count=node_sum(np.concatenate((edges.src[session], edges.dst[session])), np.tile(edges.count[session], 2), size),
        bytes_out=known_sum(ends, sent, size),
        bytes_in=known_sum(ends, received, size),
        first=first,
        last=last,
        hub=robust_z(peers.coming, roles.primary, kinds),
        spoke=robust_z(peers.going, roles.primary, kinds),
        between=np.full(size, np.nan),
        new=np.zeros(size, bool),
        score=score,
        members=np.ones(size, np.int64),
    )
