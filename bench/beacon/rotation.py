"""Seven days of a network with implants that move on to a new server every few hours, through the whole merge.

40 hosts with the programs of bench.beacon.worlds; six of them are infected, each by a strain of its own. Strains differ in what
makes grouping hard: servers of one's own or one list that several hosts walk, one port or a port for each server, names that
are made up for each server or none, lost connections, servers that are dead (attempts), a new server after so many calls or so
many hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from zeekhunt.beacon.ranking import Request

from bench.beacon import programs
from bench.beacon.hunted import Flow, Row, findings
from bench.beacon.programs import DAY_S, HOUR_S, Spans
from lab.sim.laws import UniformBelow
from lab.sim.randomness import Floats, Ints, log_uniform
from lab.sim.sizes import draw_profile, draw_sizes

HOSTS, INFECTED, DAYS = 40, 6, 7
IMPLANT = "implant"
STAY_H = (2.0, 6.0)
STAY_CALLS = (60, 150)
OTHER_PORTS = ("443/tcp/ssl", "8443/tcp/ssl", "4443/tcp/ssl", "9443/tcp/ssl")


@dataclass(frozen=True)
class Strain:
    """One way to rotate. sleep_s, jitter: of every call; stay_h: hours at one server, or None: stay_calls; shared: servers that
    infected hosts of this strain have in common; ported: a port for each server; named: a new name for each server; loss: share
    of calls that no sensor sees; dead: share of servers that do not answer."""

    name: str
    sleep_s: tuple[float, float]
    jitter: float
    by_calls: bool = False
    shared: bool = False
    ported: bool = False
    named: bool = False
    loss: float = 0.0
    dead: float = 0.0


STRAINS = (
    Strain("fixed, a new server after so many calls", (120, 300), 0.0, by_calls=True),
    Strain("20 % jitter, names made up", (60, 900), 0.2, named=True),
    Strain("50 % jitter, a port for each server", (60, 600), 0.5, ported=True),
    Strain("20 % jitter, 15 % loss", (60, 600), 0.2, loss=0.15),
    Strain("30 % jitter, a third of the servers is dead", (120, 600), 0.3, by_calls=True, dead=0.33),
    Strain("20 % jitter, one list of servers for all", (60, 600), 0.2, shared=True),
)


@dataclass(frozen=True)
class Infection:
    """servers: addresses that the implant of a host went to, with its answered calls at each."""

    strain: Strain
    host: str
    servers: dict[str, int]


@dataclass(frozen=True)
class Week:
    flows: list[Flow]
    infections: list[Infection]


def table(seeds: Sequence[int]) -> list[str]:
    """Lines of Markdown: the place of the group row among the rows of its host, by strain."""
    places: dict[str, list[int]] = {strain.name: [] for strain in STRAINS}
    held: dict[str, list[float]] = {strain.name: [] for strain in STRAINS}
    for seed in seeds:
        week = build(seed)
        rows = findings(week.flows, Request(limit=50_000))
        for infection in week.infections:
            place, share = group_rank(rows, infection)
            places[infection.strain.name].append(place)
            held[infection.strain.name].append(share)
    lines = [
        "| strain | infected hosts | group first | in the first 3 | worst place | calls in the group |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, place in places.items():
        first, third = (np.mean(np.array(place) <= least) for least in (1, 3))
        lines.append(f"| {name} | {len(place)} | {first:.2f} | {third:.2f} | {max(place)} | {np.mean(held[name]):.2f} |")
    return lines


def build(seed: int, strains: Sequence[Strain] = STRAINS) -> Week:
    rng = np.random.default_rng([seed, 77])
    hosts = [f"10.0.0.{at + 1}" for at in range(HOSTS)]
    spans = [_spans(rng, at) for at in range(HOSTS)]
    flows = [flow for at in range(160) for flow in _site(rng, at, hosts, spans)]
    infected = rng.permutation(HOSTS)[: 2 * len(strains)].tolist()
    infections = []
    for at, strain in enumerate(strains):
        walked = [f"198.18.{at}.{server + 1}" for server in range(250)]
        for again in range(4 if strain.shared else 1):
            host = infected.pop()
            servers = walked if strain.shared else walked[:250]
            if not again:
                sleep_s = float(log_uniform(rng, *strain.sleep_s, 1)[0])
            infection, calls = _infect(rng, strain, hosts[host], spans[host], (servers, sleep_s))
            infections.append(infection)
            flows += calls
    return Week(flows, infections)


def group_rank(rows: Sequence[Row], infection: Infection) -> tuple[int, float]:
    """(place of the first group row of the host that holds half of the implant's calls or more, among the rows of its host; share
    of calls it holds); one behind the last where there is none."""
    own = [row for row in rows if row["src"] == infection.host]
    total = sum(infection.servers.values())
    for place, row in enumerate(own, 1):
        held = _held(row, infection) / total
        if row["by"] == "group" and held >= 0.5:
            return place, held
    return len(own) + 1, 0.0


def _held(row: Row, infection: Infection) -> int:
    addresses = row["addresses"]
    return sum(infection.servers.get(str(each), 0) for each in addresses) if isinstance(addresses, (list, tuple)) else 0


def _spans(rng: np.random.Generator, host: int) -> list[tuple[float, float]]:
    if host % 5 >= 3:
        return [(0.0, DAYS * DAY_S)]
    starts = [day * DAY_S + 8.2 * HOUR_S + rng.normal(0, 0.6 * HOUR_S) for day in (0, 1, 2, 5, 6)]  # two days of weekend
    return [(start, start + rng.normal(9, 0.8) * HOUR_S) for start in starts]


def _site(rng: np.random.Generator, at: int, hosts: Sequence[str], spans: Sequence[Spans]) -> list[Flow]:
    """One benign destination and everybody who goes there."""
    kind = str(rng.choice(("browsing", "timer", "random", "clock"), p=(0.5, 0.25, 0.17, 0.08)))
    users = rng.permutation(HOSTS)[: int(rng.choice((1, 1, 2, 3, 8, 30)))].tolist()
    profile, sleep_s, law = draw_profile(rng), float(log_uniform(rng, 60, 7200, 1)[0]), int(rng.integers(0, 4))
    flows = []
    for host in users:
        if kind == "browsing":
            times = programs.browsing(rng, spans[host], int(log_uniform(rng, 4, 800, 1)[0]))
        elif kind == "timer":
            times = programs.benign_timer(rng, spans[host], sleep_s, law)
        elif kind == "clock":
            times = programs.clock_locked(rng, spans[host])
        else:
            times = programs.memoryless(rng, spans[host])[:4000]
        sizes = draw_sizes(rng, profile, len(times))
        flows.append(Flow(kind, hosts[host], f"203.0.{at}.9", "443/tcp/ssl", times, sizes.request_b, sizes.reply_b))
    return flows


def _infect(
    rng: np.random.Generator, strain: Strain, host: str, spans: Spans, plan: tuple[Sequence[str], float]
) -> tuple[Infection, list[Flow]]:
    """plan: the servers in the order they are walked, and the sleep."""
    servers, sleep_s = plan
    times = programs.renewal(rng, UniformBelow(sleep_s, strain.jitter), spans)
    turn = _turns(rng, strain, times)
    seen = rng.random(len(times)) >= strain.loss
    times, turn = times[seen], turn[seen]
    sizes = draw_sizes(rng, draw_profile(rng), len(times))
    flows, calls = [], {}
    for at in np.unique(turn).tolist():
        here = turn == at
        dead = bool(rng.random() < strain.dead)
        service = str(rng.choice(OTHER_PORTS)) if strain.ported else "443/tcp/ssl"
        server = servers[at % len(servers)]
        request, reply = (sizes.request_b[here], sizes.reply_b[here]) if not dead else (0 * turn[here], 0 * turn[here])
        name = f"{rng.integers(16**10):010x}.example" if strain.named else ""
        flows.append(Flow(IMPLANT, host, server, service, times[here], request, reply, dead, name))
        calls[server] = int(here.sum()) if not dead else 0
    return Infection(strain, host, calls), flows


def _turns(rng: np.random.Generator, strain: Strain, times: Floats) -> Ints:
    """At which server, counted from 0, each call goes."""
    if strain.by_calls:
        ends = np.cumsum(rng.integers(*STAY_CALLS, len(times) // STAY_CALLS[0] + 2))
        return np.searchsorted(ends, np.arange(len(times)), "right").astype(np.int64)
    ends = np.cumsum(rng.uniform(*STAY_H, int(DAYS * 24 / STAY_H[0]) + 2)) * HOUR_S
    return np.searchsorted(ends, times, "right").astype(np.int64)
