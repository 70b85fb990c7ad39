"""Who looks round: many hosts or many ports without an answer, and many hosts in an hour with one.

The first is a scan as Zeek's policy/misc/scan counted it. The second is what an authenticated vulnerability scan, a worm, a
password guesser or a patch run looks like, which conn_state alone calls ordinary sessions: many hosts of the site by any service,
or many outside by one that administers, which no browser speaks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..zeek.partial import SummaryError
from .host_links import ADMIN, Links
from .node_sums import among, different
from .role_settings import RoleSettings

_PORTS = 65_536


@dataclass(frozen=True)
class Scans:
    """All int64 (nodes,), 0 where there is none. hosts: most hosts without an answer on one port, where these are most of the
    hosts tried on that side of the border; port: which; ports: most ports without an answer on one host."""

    hosts: np.ndarray
    port: np.ndarray
    ports: np.ndarray
    attempted: np.ndarray  # hosts without an answer, on any port

    def found(self, settings: RoleSettings) -> np.ndarray:
        """bool (nodes,)"""
        scanning: np.ndarray = (self.hosts >= settings.scan_hosts) | (self.ports >= settings.scan_ports)
        return scanning


@dataclass(frozen=True)
class Sweeps:
    """All (nodes,). hosts: most hosts that a node first met by one service within the window, all inside or all outside; inside:
    which; service: place of that service in Edges.services; sent_b: median bytes sent per session to them, NaN where unknown."""

    hosts: np.ndarray
    inside: np.ndarray
    service: np.ndarray
    sent_b: np.ndarray


def scans(links: Links, settings: RoleSettings) -> Scans:
    edges, nodes = links.edges, len(links.edges.nodes)
    src, dst = edges.src[links.attempts], edges.dst[links.attempts]
    inside = links.hosts.internal[dst].astype(np.int64)
    met = among(src * max(nodes, 1) + dst, links.src * max(nodes, 1) + links.dst)
    failed = np.bincount(src[~met] * 2 + inside[~met], minlength=2 * nodes)
    answered = _answered(links, nodes)
    mostly = failed >= settings.scan_failed_share * (failed + answered)
    place, port = _ports([edges.more[at] for at in links.attempts.tolist()])
    ports = np.zeros(nodes, np.int64)
    np.maximum.at(ports, src, np.bincount(place, minlength=len(src)))
    alone = ~met[place]
    place, port = place[alone], port[alone]
    keys, hosts = np.unique((src[place] * 2 + inside[place]) * _PORTS + port, return_counts=True)
    side = keys // _PORTS
    keys, hosts, side = keys[mostly[side]], hosts[mostly[side]], side[mostly[side]]
    most, which = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    order = np.lexsort((-keys, hosts))  # of equal counts the lowest port is written last
    most[side[order] // 2], which[side[order] // 2] = hosts[order], keys[order] % _PORTS
    return Scans(most, which, ports, links.distinct(src[~met], dst[~met]))


def _answered(links: Links, nodes: int) -> np.ndarray:
    """int64 (2 * nodes,): hosts with which each node had sessions, outside and inside in turn."""
    pairs = different(links.src * max(nodes, 1) + links.dst)
    src, dst = pairs // max(nodes, 1), pairs % max(nodes, 1)
    return np.bincount(src * 2 + links.hosts.internal[dst], minlength=2 * nodes)


def _ports(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """(place of the text, port) for every port of every text. Raises SummaryError."""
    words = [text.split() for text in texts]
    place = np.repeat(np.arange(len(texts)), [len(each) for each in words])
    flat = [word for each in words for word in each]
    if not all(word.isascii() and word.isdecimal() and len(word) <= 5 for word in flat):
        raise SummaryError("a summary of attempts whose zh_more is no list of ports: damaged or forged")
    return place.astype(np.int64), np.fromiter(map(int, flat), np.int64, len(flat)) % _PORTS


def sweeps(links: Links, settings: RoleSettings) -> Sweeps:
    nodes = len(links.edges.nodes)
    at = np.flatnonzero(links.hosts.internal[links.dst] | links.of(*ADMIN, "smb"))
    side = links.hosts.internal[links.dst[at]]
    at = at[np.lexsort((links.dst[at], links.first[at], side, links.service[at], links.src[at]))]
    src, service, inside = links.src[at], links.service[at], links.hosts.internal[links.dst[at]]
    differs = (src[1:] != src[:-1]) | (service[1:] != service[:-1]) | (inside[1:] != inside[:-1])
    # far enough apart that no window reaches from one series into the next
    moment = (np.cumsum(np.append(0, differs))[: len(at)] << 40) + links.first[at]
    ends = np.searchsorted(moment, moment + settings.sweep_within, "right")
    within = ends - np.arange(len(at))
    start = np.full(nodes, -1, np.int64)
    best = np.lexsort((-np.arange(len(at)), within))  # of equal windows the earliest is written last
    start[src[best]] = best
    found = Sweeps(np.zeros(nodes, np.int64), np.zeros(nodes, bool), np.zeros(nodes, np.int64), np.full(nodes, np.nan))
    sweeping = np.flatnonzero(start >= 0)
    low = start[sweeping]
    found.hosts[sweeping], found.inside[sweeping], found.service[sweeping] = within[low], inside[low], service[low]
    for node in np.flatnonzero(found.hosts >= settings.sweep_least).tolist():
        met = at[int(start[node]) : int(ends[start[node]])]
        known = met[links.bytes_out[met] >= 0]
        if len(known):
            found.sent_b[node] = np.median(links.bytes_out[known] / links.count[known])
    return found
