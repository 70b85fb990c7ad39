"""DNS: look-ups that sessions need, with caches at the client and at the internal resolver, and any other query.

Clients ask the domain controller over UDP; for names outside the domain it asks the provider's resolvers when its own
cache has expired. One session per query, as Zeek sees the ports of current clients.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from lab.sim.office import DOMAIN
from lab.sim.randomness import Ints, Texts, texts
from lab.sim.rendering import Column
from lab.sim.settings import SECOND_US
from lab.sim.stage import Lookup, Stage
from lab.sim.wire.flows import FlowPlan, Flows

PROVIDER_RESOLVERS = ("203.0.113.53", "198.51.100.53")
QTYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "NULL": 10, "PTR": 12, "MX": 15, "TXT": 16, "KEY": 25, "AAAA": 28, "SRV": 33}
RCODES = {"NOERROR": 0, "SERVFAIL": 2, "NXDOMAIN": 3}
_DUAL_STACK_SHARE = 0.25  # of look-ups are followed by one for AAAA
_LOCAL_RTT_US = (250, 900)
_OUTSIDE_RTT_US = (6_000, 60_000)
_THINK_US = (400, 6_000)  # from the answer to the session
_RECORD_B = 16


@dataclass(frozen=True)
class Queries:
    """(n,) queries: `start_us`, `source` (address), `query` (name), `qtype`, `rcode` (names), `answers`, `ttl_s`;
    `rtt_us` from query to reply. `resolver` None = the domain controller of each source, which forwards."""

    start_us: Ints
    source: Texts
    query: Texts
    qtype: Texts
    rcode: Texts
    answers: Texts
    ttl_s: Ints
    rtt_us: Ints
    resolver: Texts | None = None


def settle_lookups(stage: Stage, needs: list[Lookup]) -> None:
    """Emit the look-ups behind these needs: one when the source has not asked for the name within its time to live."""
    expires: dict[tuple[str, str], int] = {}
    chosen: list[tuple[int, Lookup]] = []
    needs = sorted(needs, key=lambda need: (need.start_us, need.source, need.name))
    rng, controllers = stage.rng, {host.address for host in stage.office.controllers}
    local, outside, think = (rng.integers(*span, len(needs)).tolist() for span in (_LOCAL_RTT_US, _OUTSIDE_RTT_US, _THINK_US))
    rtts = []
    for need, local_us, outside_us, think_us in zip(needs, local, outside, think):
        key = (need.source, need.name)
        rtt_us = local_us if _is_internal(need.name) else outside_us
        asked_us = need.start_us - rtt_us - think_us
        if asked_us < expires.get(key, 0):
            continue
        if need.source not in controllers:  # theirs is the cache for which `ask` accounts
            expires[key] = asked_us + need.ttl_s * SECOND_US
        chosen.append((asked_us, need))
        rtts.append(rtt_us)
    if chosen:
        ask(stage, _with_second_family(stage.rng, chosen, rtts))


def _with_second_family(rng: np.random.Generator, chosen: list[tuple[int, Lookup]], rtts: list[int]) -> Queries:
    """A queries for all, AAAA queries (answered with no record: the office's world is IPv4) beside a part of them."""
    n = len(chosen)
    dual = np.flatnonzero(rng.random(n) < _DUAL_STACK_SHARE)
    rows = np.concatenate([np.arange(n), dual])
    is_second = np.arange(len(rows)) >= n
    asked = np.asarray([asked_us for asked_us, _ in chosen], dtype=np.int64)[rows] + 90 * is_second
    answers = texts([need.answers for _, need in chosen])[rows]
    answers[is_second] = None
    return Queries(
        start_us=asked,
        source=texts([need.source for _, need in chosen])[rows],
        query=texts([need.name for _, need in chosen])[rows],
        qtype=texts(["AAAA" if second else "A" for second in is_second.tolist()]),
        rcode=np.full(len(rows), "NOERROR", dtype=object),
        answers=answers,
        ttl_s=np.asarray([need.ttl_s for _, need in chosen], dtype=np.int64)[rows],
        rtt_us=np.asarray(rtts, dtype=np.int64)[rows],
    )


def ask(stage: Stage, queries: Queries) -> Flows:
    """Log queries in dns and conn. Those to a domain controller are forwarded when they are not the domain's own; a
    controller's own queries begin with the forwarding. Out: the sessions of the sources with their resolver."""
    if queries.resolver is not None:
        return _log(stage, queries, queries.resolver)
    resolver = texts([stage.office.controller_of(source).address for source in queries.source.tolist()])
    _forward(stage, queries, resolver)
    over_wire = np.flatnonzero(resolver != queries.source)
    return _log(stage, _take(queries, over_wire), resolver[over_wire])


def _take(queries: Queries, rows: Ints) -> Queries:
    columns = {column.name: getattr(queries, column.name) for column in fields(queries)}
    taken: dict[str, Any] = {name: None if column is None else column[rows] for name, column in columns.items()}
    return Queries(**taken)


def _forward(stage: Stage, queries: Queries, resolver: Texts) -> None:
    expires: dict[tuple[str, str, str], int] = {}
    forwarded = []
    for i in np.argsort(queries.start_us, kind="stable").tolist():
        key = (resolver[i], queries.query[i], queries.qtype[i])
        if _is_internal(queries.query[i]) or queries.start_us[i] < expires.get(key, 0):
            continue
        expires[key] = int(queries.start_us[i]) + int(queries.ttl_s[i]) * SECOND_US
        forwarded.append(i)
    rows = np.asarray(forwarded, dtype=np.int64)
    provider = texts(list(PROVIDER_RESOLVERS))[stage.rng.integers(0, len(PROVIDER_RESOLVERS), len(rows))]
    asked = _take(queries, rows)
    rtt_us = np.maximum(asked.rtt_us - 300, 100)
    outside = replace(asked, start_us=asked.start_us + 120, source=resolver[rows], rtt_us=rtt_us, resolver=provider)
    _log(stage, outside, provider)


def _is_internal(name: str) -> bool:
    return name == DOMAIN or name.endswith("." + DOMAIN)


def _log(stage: Stage, queries: Queries, resolver: Texts) -> Flows:
    question_b = np.asarray([18 + len(name) for name in queries.query.tolist()], dtype=np.int64)
    answer_b = np.asarray([0 if a is None else sum(_RECORD_B - 4 + _data_b(v) for v in a) for a in queries.answers.tolist()])
    plan = FlowPlan(
        start_us=queries.start_us,
        source=queries.source,
        dest=resolver,
        dest_port=53,
        duration_us=queries.rtt_us,
        orig_b=question_b,
        resp_b=question_b + answer_b.astype(np.int64),
        proto="udp",
        service="dns",
    )
    flows = stage.dial(plan)
    trans_id = stage.rng.integers(1, 65536, len(flows))
    stage.capture.add("dns", flows.end_us, {"trans_id": trans_id, **_columns(flows, _take(queries, flows.plan_row))})
    return flows


def _columns(flows: Flows, queries: Queries) -> dict[str, Column]:
    """The dns log's columns; query i belongs to flow i."""
    answered = zip(queries.answers.tolist(), queries.ttl_s.tolist())
    return {
        "ts": flows.start_us,
        **flows.tuple_columns(),
        "proto": "udp",
        "rtt": flows.duration_us,
        "query": queries.query,
        "qclass": 1,
        "qclass_name": "C_INTERNET",
        "qtype": [QTYPES[name] for name in queries.qtype.tolist()],
        "qtype_name": queries.qtype,
        "rcode": [RCODES[name] for name in queries.rcode.tolist()],
        "rcode_name": queries.rcode,
        "AA": [_is_internal(name) for name in queries.query.tolist()],
        "TC": False,
        "RD": True,
        "RA": True,
        "Z": 0,
        "answers": queries.answers,
        "TTLs": [None if a is None else (float(ttl),) * len(a) for a, ttl in answered],
        "rejected": False,
        "opcode": 0,
        "opcode_name": "query",
    }


def _data_b(answer: str) -> int:
    """Bytes of a record's data: four for an address, else the text and its length byte."""
    return 4 if answer.replace(".", "").isdigit() else len(answer) + 1
