"""What each host is for, learnt from what it does, with the facts that say so.

A role holds when its rule does; the first that holds in the order of ORDER is the host's role, the others are kept beside it.
Rules and thresholds: role_settings and docs/methods/graph.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from . import scans as scan_facts
from .edge_row import PORTS_KEPT
from .host_links import ADMIN, Links
from .node_sums import different, node_sum
from .role_settings import RoleSettings
from .scans import Scans, Sweeps

SCANNER, CONTROLLER, RESOLVER, PROXY = "scanner", "domain controller", "resolver", "proxy"
JUMP, BACKUP, DEPLOYMENT, PRINTER = "jump host", "backup", "deployment", "printer"
SERVER, CLIENT, BOTH, EXTERNAL = "server", "client", "both", "external"
ORDER = (SCANNER, CONTROLLER, PROXY, RESOLVER, JUMP, BACKUP, DEPLOYMENT, PRINTER, EXTERNAL, SERVER, BOTH, CLIENT)
_WEB = ("http", "ssl", "quic", "socks", "tcp/80", "tcp/443", "tcp/8080", "tcp/3128")

Counts = np.ndarray  # int64 (nodes,)


@dataclass(frozen=True)
class RoleFacts:
    """All (nodes,), hosts unless said otherwise. dns, kerberos, ldap, web, printing: internal clients of the service;
    outside_web: outside hosts reached by web; web_in, web_out: sessions; admin_in, admin_out: hosts by remote administration;
    backup: hosts that gave it much and took little; backup_b: bytes from them; served, served_all: hosts that opened sessions to
    it, without and with those that only look round; opened, opened_inside: hosts it opened sessions to."""

    dns: Counts
    kerberos: Counts
    ldap: Counts
    web: Counts
    outside_web: Counts
    web_in: Counts
    web_out: Counts
    printing: Counts
    admin_in: Counts
    admin_out: Counts
    backup: Counts
    backup_b: Counts
    served: Counts
    served_all: Counts
    opened: Counts
    opened_inside: Counts


@dataclass(frozen=True)
class HostRoles:
    """holds: role -> bool (nodes,). primary: (nodes,) role, '' for what is no host or has no sessions and no scan."""

    holds: Mapping[str, np.ndarray]
    primary: list[str]
    reasons: Callable[[int], list[str]]

    def of(self, node: int) -> list[str]:
        """All roles that hold, the primary one first."""
        return [role for role in ORDER if self.holds[role][node]]


def roles(links: Links, settings: RoleSettings | None = None) -> HostRoles:
    chosen = settings or RoleSettings()
    scans, sweeps = scan_facts.scans(links, chosen), scan_facts.sweeps(links, chosen)
    looks = _looks_round(links, sweeps, chosen)
    facts = _facts(links, looks | scans.found(chosen), chosen)
    holds = _holds(links, facts, scans, sweeps, chosen)
    primary = [""] * len(links.edges.nodes)
    for role in reversed(ORDER):
        for node in np.flatnonzero(holds[role]).tolist():
            primary[node] = role
    words = _Words(links, facts, scans, sweeps, chosen)
    return HostRoles(holds, primary, lambda node: [words.of(role, node) for role in ORDER if holds[role][node]])


def _looks_round(links: Links, sweeps: Sweeps, chosen: RoleSettings) -> np.ndarray:
    small = max(chosen.sweep_least, int(np.ceil(chosen.sweep_share * links.internal_hosts)))
    least = np.where(sweeps.inside, min(chosen.sweep_hosts, small), chosen.sweep_hosts)
    found: np.ndarray = links.hosts.is_host & (sweeps.hosts >= least)
    return found


def _facts(links: Links, looks: np.ndarray, chosen: RoleSettings) -> RoleFacts:
    nodes, inside = len(links.edges.nodes), links.hosts.internal
    web, admin = links.of(*_WEB), links.of(*ADMIN)
    web_in, web_out = web & inside[links.src], web & ~inside[links.dst]
    quiet = ~looks[links.src]
    backup, backup_b = _backup(links, chosen)
    own = inside[links.dst]
    return RoleFacts(
        dns=links.clients(links.of("dns")),
        kerberos=links.clients(links.of("krb")),
        ldap=links.clients(links.of("ldap")),
        web=links.clients(web),
        outside_web=links.distinct(links.src[web_out], links.dst[web_out]),
        web_in=node_sum(links.dst[web_in], links.count[web_in], nodes),
        web_out=node_sum(links.src[web_out], links.count[web_out], nodes),
        printing=links.clients(links.of("print")),
        admin_in=links.distinct(links.dst[admin], links.src[admin]),
        admin_out=links.distinct(links.src[admin & own], links.dst[admin & own]),
        backup=backup,
        backup_b=backup_b,
        served=links.distinct(links.dst[quiet], links.src[quiet]),
        served_all=links.distinct(links.dst, links.src),
        opened=links.distinct(links.src, links.dst),
        opened_inside=links.distinct(links.src[own], links.dst[own]),
    )


def _backup(links: Links, chosen: RoleSettings) -> tuple[np.ndarray, np.ndarray]:
    """(hosts, bytes) that each internal host took from others in large sessions one way, whoever opened them."""
    nodes, inside = len(links.edges.nodes), links.hosts.internal
    both = np.flatnonzero(inside[links.src] & inside[links.dst])
    taker = np.concatenate((links.src[both], links.dst[both]))
    giver = np.concatenate((links.dst[both], links.src[both]))
    got = np.maximum(np.concatenate((links.bytes_in[both], links.bytes_out[both])), 0)
    gave = np.maximum(np.concatenate((links.bytes_out[both], links.bytes_in[both])), 0)
    sessions = np.concatenate((links.count[both], links.count[both]))
    large = (got >= chosen.backup_session_b * sessions) & (got >= chosen.backup_one_way * gave)
    return links.distinct(taker[large], giver[large]), node_sum(taker[large], got[large], nodes)


def _holds(links: Links, facts: RoleFacts, scans: Scans, sweeps: Sweeps, chosen: RoleSettings) -> dict[str, np.ndarray]:
    inside, outside = links.hosts.internal, links.hosts.outside
    looks = _looks_round(links, sweeps, chosen)
    heavy = sweeps.inside & (sweeps.sent_b >= chosen.sweep_light_b)
    small = max(chosen.controller_least, int(np.ceil(chosen.controller_share * links.internal_hosts)))
    seen = facts.served_all + facts.opened > 0
    clients = np.maximum(chosen.server_clients, chosen.server_share * facts.opened_inside)
    server = inside & (facts.served >= clients)
    both = inside & (facts.served > 0) & (facts.opened > 0) & ~server
    return {
        SCANNER: scans.found(chosen) | (looks & ~heavy),
        CONTROLLER: inside & (np.minimum(facts.kerberos, facts.ldap) >= min(chosen.controller_clients, small)),
        PROXY: _proxies(links, facts, chosen),
        RESOLVER: links.hosts.is_host & (facts.dns >= chosen.resolver_clients),
        JUMP: inside & (facts.admin_in >= chosen.jump_sources) & (facts.admin_out >= chosen.jump_hosts),
        BACKUP: inside & (facts.backup >= chosen.backup_hosts),
        DEPLOYMENT: looks & heavy,
        PRINTER: inside & (facts.printing >= chosen.print_clients),
        EXTERNAL: outside,
        SERVER: server,
        BOTH: both,
        CLIENT: inside & seen & ~server & ~both & (facts.opened > 0),
    }


def _proxies(links: Links, facts: RoleFacts, chosen: RoleSettings) -> np.ndarray:
    """bool (nodes,): many come to it by web and it goes to many, and those who come hardly go out themselves. Without the last a
    mail server with a web page and automatic updates would be one."""
    found: np.ndarray = (
        links.hosts.internal
        & (facts.web >= chosen.proxy_clients)
        & (facts.outside_web >= chosen.proxy_outside)
        & (facts.web_in >= chosen.proxy_relayed_share * facts.web_out)
    )
    at = np.flatnonzero(links.of(*_WEB) & links.hosts.internal[links.src] & found[links.dst])
    at = at[np.argsort(links.dst[at], kind="stable")]
    for node in np.flatnonzero(found).tolist():
        low, high = np.searchsorted(links.dst[at], (node, node + 1)).tolist()
        clients = different(links.src[at[low:high]])
        found[node] = np.median(facts.outside_web[clients]) <= chosen.proxy_client_outside * facts.outside_web[node]
    return found


class _Words:
    """One sentence per role of a host, with its numbers."""

    def __init__(self, links: Links, facts: RoleFacts, scans: Scans, sweeps: Sweeps, chosen: RoleSettings) -> None:
        self._links, self._scans, self._sweeps, self._chosen = links, scans, sweeps, chosen
        self._facts = list(vars(facts).items())

    def of(self, role: str, node: int) -> str:
        return f"{role}: {self._said(role, node)}"

    def _said(self, role: str, node: int) -> str:
        if role == SCANNER:
            return self._scan(node)
        if role == DEPLOYMENT:
            return self._sweep(node)
        return _SAID[role]({name: int(column[node]) for name, column in self._facts}, self._links.internal_hosts)

    def _scan(self, node: int) -> str:
        scans, said = self._scans, []
        if scans.hosts[node] >= self._chosen.scan_hosts:
            said.append(f"{int(scans.hosts[node]):,} hosts gave no answer on port {int(scans.port[node])}")
        if scans.ports[node] >= self._chosen.scan_ports:
            more = " or more" if scans.ports[node] == PORTS_KEPT else ""
            said.append(f"{int(scans.ports[node])}{more} ports of one host gave no answer")
        if not said:
            said.append(self._sweep(node))
        return "; ".join(said)

    def _sweep(self, node: int) -> str:
        sweeps, hosts = self._sweeps, int(self._sweeps.hosts[node])
        service = self._links.edges.services[int(sweeps.service[node])]
        whom = f"{hosts:,} of {self._links.internal_hosts:,} internal hosts" if sweeps.inside[node] else _hosts(hosts, "outside ")
        sent = "" if np.isnan(sweeps.sent_b[node]) else f", sending {int(sweeps.sent_b[node]):,} bytes a session"
        return f"first met {whom} by {service} within an hour{sent}"


def _hosts(count: int, which: str = "") -> str:
    return f"{count:,} {which}host{'' if count == 1 else 's'}"


# role -> its sentence from the facts of a host and the number of internal hosts
_SAID: Mapping[str, Callable[[Mapping[str, int], int], str]] = {
    CONTROLLER: lambda n, inside: (
        f"answers Kerberos for {n['kerberos']:,} and LDAP for {n['ldap']:,} of {inside:,} internal hosts"
    ),
    PROXY: lambda n, _: (
        f"{_hosts(n['web'], 'internal ')} come to it by web ({n['web_in']:,} sessions) and hardly go out themselves; "
        f"it goes to {_hosts(n['outside_web'], 'outside ')} ({n['web_out']:,} sessions)"
    ),
    RESOLVER: lambda n, all_: f"answers DNS for {n['dns']:,} of {all_:,} internal hosts",
    JUMP: lambda n, _: f"{_hosts(n['admin_in'])} administer it, and it administers {n['admin_out']:,} others",
    BACKUP: lambda n, _: f"takes {n['backup_b']:,} bytes from {_hosts(n['backup'], 'internal ')} in large sessions one way",
    PRINTER: lambda n, _: f"{_hosts(n['printing'], 'internal ')} print on it (ports 515, 631, 9100)",
    EXTERNAL: lambda n, _: (
        "not the site's own; "
        + (
            f"reached by {_hosts(n['served_all'])}, opens sessions to {_hosts(n['opened'])}"
            if n["served_all"] + n["opened"]
            else "no session with it was read"
        )
    ),
    SERVER: lambda n, _: f"serves {_hosts(n['served'])}, opens sessions to {_hosts(n['opened'])}",
    BOTH: lambda n, _: f"serves {_hosts(n['served'])}, opens sessions to {_hosts(n['opened'])}",
    CLIENT: lambda n, _: f"opens sessions to {_hosts(n['opened'])}, serves none",
}
