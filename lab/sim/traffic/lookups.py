"""Look-ups that no session follows: mistyped and vanished names, search suffixes, service records, reverse names."""

from __future__ import annotations

import numpy as np

from lab.sim.labels import Label
from lab.sim.office import DOMAIN, Host
from lab.sim.randomness import texts
from lab.sim.spans import moments
from lab.sim.stage import Stage
from lab.sim.wire.resolver import Queries, ask

_PER_DAY = 14
_SERVICE_RECORDS = (f"_ldap._tcp.dc._msdcs.{DOMAIN}", f"_kerberos._tcp.dc._msdcs.{DOMAIN}")


def emit(stage: Stage) -> list[Label]:
    rng = stage.rng
    gone = [stage.internet.claim_name(rng) for _ in range(40)]
    rows: list[tuple[int, str, str, str, str, tuple[str, ...] | None, int]] = []
    for host in stage.office.hosts:
        if host.service == "dc":
            continue
        for span in host.online:
            rows += [(at, host.address, *_question(rng, stage, host, gone)) for at in moments(rng, span, _PER_DAY)]
    times, sources, names, qtypes, rcodes, answers, ttls = zip(*sorted(rows, key=lambda row: row[:2])) if rows else ([],) * 7
    n = len(times)
    queries = Queries(
        start_us=np.asarray(times, dtype=np.int64),
        source=texts(sources),
        query=texts(names),
        qtype=texts(qtypes),
        rcode=texts(rcodes),
        answers=texts(answers),
        ttl_s=np.asarray(ttls, dtype=np.int64),
        rtt_us=rng.integers(600, 40_000, n),
    )
    ask(stage, queries)
    return []


def _question(
    rng: np.random.Generator, stage: Stage, host: Host, gone: list[str]
) -> tuple[str, str, str, tuple[str, ...] | None, int]:
    """Name, query type, reply code, answers, time to live."""
    kind = rng.random()
    controller = stage.office.controller_of(host.address)
    if kind < 0.35:
        return gone[int(rng.integers(len(gone)))], "A", "NXDOMAIN", None, 900
    if kind < 0.55:
        return f"{gone[int(rng.integers(len(gone)))]}.{DOMAIN}", "A", "NXDOMAIN", None, 900
    if kind < 0.65:
        return f"wpad.{DOMAIN}", "A", "NXDOMAIN", None, 900
    if kind < 0.9:
        return _SERVICE_RECORDS[int(rng.integers(2))], "SRV", "NOERROR", (controller.full_name,), 600
    peer = stage.office.hosts[int(rng.integers(len(stage.office.hosts)))]
    reverse = ".".join(reversed(peer.address.split("."))) + ".in-addr.arpa"
    return reverse, "PTR", "NOERROR", (peer.full_name,), 1200
