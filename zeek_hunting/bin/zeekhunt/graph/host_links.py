"""Sessions and attempts between two hosts, as the roles are learnt from them; and which edges are drawn at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..zeek.site import Prefixes, Site, parse
from .edge_table import ATTEMPT, CONN, FINDING, LOG, Edges
from .node_name import HOST, split
from .node_sums import among, different

ADMIN = ("rdp", "ssh", "winrm", "vnc", "telnet")
# addresses that name many hosts or none; link-local ones do name a host
_NO_HOST = ("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/128", "ff00::/8")


@dataclass(frozen=True)
class Hosts:
    """bool (nodes,): is_host; internal: a host of the site's own."""

    is_host: np.ndarray
    internal: np.ndarray

    @property
    def outside(self) -> np.ndarray:
        there: np.ndarray = self.is_host & ~self.internal
        return there


def hosts_of(edges: Edges, site: Site) -> Hosts:
    parts = [split(node) for node in edges.nodes]
    is_host = np.array([kind == HOST for kind, _ in parts], bool)
    internal = np.array([kind == HOST and bool(site.is_internal(value)) for kind, value in parts], bool)
    return Hosts(is_host, internal)


def drawn(edges: Edges, left_out: Counter[str]) -> Edges:
    """The edges of a picture; left_out gets how many events are not in it, by reason.

    Left out: what was sent to or from an address that names no host, and rows of other logs where conn events tell of the pair,
    be it that nobody answered.
    """
    prefixes = Prefixes()
    for network in _NO_HOST:
        prefixes.add(network, True)
    addresses = (parse(value) if kind == HOST else None for kind, value in map(split, edges.nodes))
    nobody = np.array([address is not None and prefixes.longest(*address) is not None for address in addresses], bool)
    cast = nobody[edges.src] | nobody[edges.dst] if len(edges) else np.zeros(0, bool)
    pairs = edges.src * max(len(edges.nodes), 1) + edges.dst
    doubled = edges.group == LOG
    doubled[doubled] = among(pairs[doubled], pairs[(edges.group == CONN) | (edges.group == ATTEMPT)])
    left_out["to or from multicast, broadcast and unspecified addresses"] += int(edges.count[cast].sum())
    left_out["in other logs about pairs of hosts that conn events tell of"] += int(edges.count[doubled & ~cast].sum())
    return edges.only(np.flatnonzero(~(cast | doubled))).with_used_nodes()


class Links:
    """Sessions between two hosts: columns of edges (links,). A node's place is the same as in edges.nodes."""

    def __init__(self, edges: Edges, hosts: Hosts) -> None:
        both = hosts.is_host[edges.src] & hosts.is_host[edges.dst] & (edges.src != edges.dst)
        self.hosts, self.edges = hosts, edges
        self.at = np.flatnonzero(both & ((edges.group == CONN) | (edges.group == LOG)))
        self.src, self.dst, self.service = edges.src[self.at], edges.dst[self.at], edges.service[self.at]
        self.count, self.first = edges.count[self.at], edges.first[self.at]
        self.bytes_out, self.bytes_in = edges.bytes_out[self.at], edges.bytes_in[self.at]
        self.attempts = np.flatnonzero(both & (edges.group == ATTEMPT))

    def of(self, *services: str) -> np.ndarray:
        """bool (links,): the link is by one of these services, alone or among others."""
        wanted = frozenset(services)
        named = np.array([not wanted.isdisjoint(text.split(",")) for text in self.edges.services], bool)
        found: np.ndarray = named[self.service]
        return found

    def distinct(self, key: np.ndarray, other: np.ndarray) -> np.ndarray:
        """int64 (nodes,): how many different others stand beside each key; both are places of nodes."""
        nodes = len(self.edges.nodes)
        pairs = different(key * max(nodes, 1) + other)
        return np.bincount(pairs // max(nodes, 1), minlength=nodes)

    def clients(self, chosen: np.ndarray) -> np.ndarray:
        """Internal hosts that reached each node by the chosen links."""
        chosen = chosen & self.hosts.internal[self.src]
        return self.distinct(self.dst[chosen], self.src[chosen])

    @cached_property
    def internal_hosts(self) -> int:
        """Internal hosts that take part in any session."""
        return int(self.hosts.internal[different(np.concatenate((self.src, self.dst)))].sum())


def is_peer(edges: Edges) -> np.ndarray:
    """bool (edges,): makes its ends peers. Attempts do not."""
    counted: np.ndarray = (edges.group != ATTEMPT) & (edges.src != edges.dst)
    return counted


def is_session(edges: Edges) -> np.ndarray:
    """bool (edges,): count tells sessions or rows of logs, not events of a finding."""
    counted: np.ndarray = (edges.group != ATTEMPT) & (edges.group != FINDING)
    return counted
