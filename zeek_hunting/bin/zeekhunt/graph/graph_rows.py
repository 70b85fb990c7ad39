"""Selected nodes and edges as rows of one table, ``kind=node`` and ``kind=edge``: what pictures and searches read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import finding
from ..zeek.site import parse
from .edge_table import ATTEMPT, Edges
from .graph_selection import Selection
from .host_links import Hosts
from .host_roles import HostRoles
from .leaf_folding import LEAVES
from .node_columns import Nodes
from .node_name import HOST, split

COLUMNS = (
    "kind",
    "id",
    "label",
    "node_kind",
    "role",
    "roles",
    "reasons",
    "zone",
    "group",
    "degree",
    "degree_in",
    "degree_out",
    "hub_score",
    "spoke_score",
    "betweenness",
    "members",
    "src",
    "dst",
    "service",
    "count",
    "attempts",
    "attempted_hosts",
    "ports",
    "bytes_out",
    "bytes_in",
    "first",
    "last",
    "new",
    "score",
    "uid",
)
_TICKS_PER_S = 10

Row = dict[str, finding.Cell]


@dataclass(frozen=True)
class Drawn:
    """hosts, roles: of the first nodes; bundles of leaves come behind those. is_new: (edges,), None without a baseline."""

    edges: Edges
    nodes: Nodes
    hosts: Hosts
    roles: HostRoles
    is_new: np.ndarray | None


def table(drawn: Drawn, selection: Selection) -> dict[str, Sequence[finding.Cell]]:
    """Nodes, then edges; a column that a kind of row does not have is null there."""
    rows = [_node(drawn, at) for at in selection.nodes.tolist()]
    rows += [_edge(drawn, at) for at in selection.edges.tolist()]
    return {name: [row.get(name) for row in rows] for name in COLUMNS}


def _node(drawn: Drawn, at: int) -> Row:
    nodes = drawn.nodes
    name = str(nodes.names[at])
    kind, value = split(name)
    real = at < len(drawn.hosts.is_host)
    known = real and bool(drawn.hosts.is_host[at])
    role = str(nodes.roles[at])
    return {
        "kind": "node",
        "id": name,
        "label": f"+{int(nodes.members[at]):,} {role or value.rpartition('/')[2]}" if kind == LEAVES else value,
        "node_kind": kind,
        "role": role or None,
        "roles": drawn.roles.of(at) if known else [],
        "reasons": drawn.roles.reasons(at) if known else [],
        "zone": ("internal" if drawn.hosts.internal[at] else "external") if known else None,
        "group": subnet(value) if kind == HOST else None,
        "degree": int(nodes.peers[at]),
        "degree_in": int(nodes.coming[at]),
        "degree_out": int(nodes.going[at]),
        "hub_score": _rounded(nodes.hub[at], 2),
        "spoke_score": _rounded(nodes.spoke[at], 2),
        "betweenness": _rounded(nodes.between[at], 6),
        "members": int(nodes.members[at]),
        "count": int(nodes.count[at]),
        "attempts": int(nodes.attempts[at]),
        "attempted_hosts": int(nodes.attempted[at]),
        "new": int(nodes.new[at]) if drawn.is_new is not None else None,
        **_measures(nodes, at),
    }


def _edge(drawn: Drawn, at: int) -> Row:
    edges = drawn.edges
    attempt = int(edges.group[at]) == ATTEMPT
    more = edges.more[at].split()
    count = int(edges.count[at])
    return {
        "kind": "edge",
        "src": edges.nodes[int(edges.src[at])],
        "dst": edges.nodes[int(edges.dst[at])],
        "service": edges.services[int(edges.service[at])],
        "count": 0 if attempt else count,
        "attempts": count if attempt else 0,
        "ports": more if attempt else [],
        "uid": [] if attempt else list(dict.fromkeys(seen.partition(":")[2] for seen in more)),
        "new": int(drawn.is_new[at]) if drawn.is_new is not None else None,
        **_measures(edges, at),
    }


def _measures(of: Nodes | Edges, at: int) -> Row:
    return {
        "bytes_out": _known(of.bytes_out[at]),
        "bytes_in": _known(of.bytes_in[at]),
        "first": int(of.first[at]) / _TICKS_PER_S,
        "last": int(of.last[at]) / _TICKS_PER_S,
        "score": int(of.score[at]) / 100 if of.score[at] >= 0 else None,
    }


def subnet(address: str) -> str | None:
    """The /24 of an IPv4 address, the /64 of an IPv6 one."""
    import ipaddress  # of the nodes that are shown alone

    parsed = parse(address)
    if parsed is None:
        return None
    version, number = parsed
    size, kept = (32, 24) if version == 4 else (128, 64)
    network = number >> (size - kept) << (size - kept)
    text = str(ipaddress.IPv4Address(network) if version == 4 else ipaddress.IPv6Address(network))
    return f"{text}/{kept}"


def _known(value: int) -> int | None:
    return int(value) if value >= 0 else None


def _rounded(value: float, digits: int) -> float | None:
    return None if np.isnan(value) else round(float(value), digits)
