"""A network of 150 hosts from a seed: every series a sensor would show, with what made it (beaconing.md 6.2).

260 destinations with prevalence Beta(.5, 1.6), a fifth of them known to one or two hosts; 40 infected hosts. A rotated implant
gives a series per server and one of the group (all its servers together), as the hunt sees them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.beacon import programs
from bench.beacon.programs import DAY_S, HOUR_S, PROTOCOL, Habits, Implant
from lab.sim.randomness import Floats, Ints
from lab.sim.sizes import draw_profile, draw_sizes

HOSTS, DESTINATIONS, INFECTED = 150, 260, 40
START_S = 1_700_006_400  # a Wednesday, 00:00 UTC
C2, TIMER, PERSON, RANDOM, TAB, CLOCK = "c2", "timer", "browsing", "random", "tab", "clock"
STRANGER_HITS = (10, 150)
KINDS = (PERSON, TIMER, RANDOM, TAB, "update", CLOCK)
KIND_SHARES = (0.42, 0.26, 0.18, 0.06, 0.06, 0.02)


@dataclass
class Seen:
    """One series of a world. kind: what made it; member: one server of a rotated implant, group: all of them."""

    kind: str
    host: int
    ticks: npt.NDArray[Any]  # seconds while a world is built, whole ticks in a finished one
    request: npt.NDArray[Any]
    reply: npt.NDArray[Any]
    known_by: int
    implant: Implant | None = None
    member: bool = False
    group: bool = False
    mixed: bool = False


@dataclass
class World:
    """online: hours since the epoch in which each host was on."""

    seen: list[Seen] = field(default_factory=list)
    online: list[Ints] = field(default_factory=list)


def build(seed: int, days: int = 1, habits: Habits = PROTOCOL) -> World:
    rng = np.random.default_rng([seed, days, 20_231_115])
    world = World()
    spans = [_spans(rng, host, days) for host in range(HOSTS)]
    for _ in range(DESTINATIONS):
        _destination(rng, world, spans)
    for host in rng.permutation(HOSTS)[:INFECTED].tolist():
        _infect(rng, world, host, spans[host], (DAY_S if days > 1 else HOUR_S, habits))
    for here in spans:
        hours = [np.arange(int(start // HOUR_S), int((end - 1) // HOUR_S) + 1) for start, end in here]
        world.online.append(np.unique(np.concatenate(hours)).astype(np.int64) + START_S // 3600)
    return world


def _spans(rng: np.random.Generator, host: int, days: int) -> list[tuple[float, float]]:
    if host % 5 >= 3:  # always on: a fifth desktops left on, a fifth servers
        return [(0.0, days * DAY_S)]
    spans = []
    for day in range(days):
        start = day * DAY_S + 8.2 * HOUR_S + rng.normal(0, 0.7 * HOUR_S)
        spans.append((max(start, 0.0), min(start + rng.normal(9.2, 1) * HOUR_S, days * DAY_S)))
    return spans


def _destination(rng: np.random.Generator, world: World, spans: list[list[tuple[float, float]]]) -> None:
    kind = str(rng.choice(KINDS, p=KIND_SHARES))
    rare = rng.random() < 0.2
    share = rng.beta(0.5, 1.6)
    users = rng.permutation(HOSTS)[: int(rng.integers(1, 3)) if rare else max(1, int(share * HOSTS))].tolist()
    profile, sleep_s = draw_profile(rng), float(np.exp(rng.uniform(np.log(30), np.log(7200))))
    law, locked = int(rng.integers(0, 4)), rng.random() < 0.35
    for host in users:
        here = spans[host]
        if kind == PERSON:
            times = programs.browsing(rng, here, int(np.exp(rng.uniform(np.log(4), np.log(500)))))
        elif kind == TIMER:
            times = programs.clock_locked(rng, here) if locked else programs.benign_timer(rng, here, sleep_s, law)
        elif kind == RANDOM:
            times = programs.memoryless(rng, here)
        elif kind == TAB:
            start, end = here[0]
            opened = rng.uniform(start, end - 1)
            times = programs.benign_timer(rng, [(opened, min(end, opened + rng.uniform(0.2, 4) * HOUR_S))], sleep_s / 8, 0)
        elif kind == CLOCK:
            times = programs.benign_timer(rng, here, 64.0 * 2 ** int(rng.integers(0, 5)), 1)
        else:
            times = np.sort(
                np.concatenate([rng.uniform(here[0][0], here[0][1], 3) + np.cumsum(rng.exponential(3.0, 3)) for _ in range(3)])
            )
        if kind in (PERSON, RANDOM):
            request, reply = (np.rint(rng.lognormal(np.log(median), 0.8, len(times))) for median in (900, 6000))
            if kind == RANDOM and rng.random() < 0.5:
                sizes = draw_sizes(rng, profile, len(times))
                request, reply = sizes.request_b, sizes.reply_b
        else:
            sizes = draw_sizes(rng, profile, len(times))
            request, reply = sizes.request_b, sizes.reply_b
        _add(world, Seen(kind, host, times, request, reply, len(users)))


def _infect(
    rng: np.random.Generator, world: World, host: int, spans: list[tuple[float, float]], drawn: tuple[float, Habits]
) -> None:
    """drawn: the longest sleep and the habits that the implant is drawn from."""
    implant = programs.draw_implant(rng, *drawn)
    times, work = programs.implant_calls(rng, implant, spans)
    sizes = draw_sizes(rng, draw_profile(rng), len(times), np.flatnonzero(work))
    request, reply = sizes.request_b, sizes.reply_b
    if implant.duplicates:
        again = np.sort(np.concatenate([np.arange(len(times)), np.flatnonzero(rng.random(len(times)) < 0.5)]))
        times, request, reply = times[again], request[again], reply[again]
    if implant.servers > 1:
        order = np.arange(len(times))
        server = order % implant.servers if implant.round_robin else rng.integers(0, implant.servers, len(times))
        for each in range(implant.servers):
            on = server == each
            _add(world, Seen(C2, host, times[on], request[on], reply[on], 1, implant, member=True))
        if drawn[1].stranger and rng.random() < drawn[1].stranger:
            times, request, reply = _mixed(rng, (times, request, reply), spans, int(np.exp(rng.uniform(*np.log(STRANGER_HITS)))))
        _add(world, Seen(C2, host, times, request, reply, 1, implant, group=True))
        return
    known_by = 1
    if implant.browsing:
        times, request, reply = _mixed(rng, (times, request, reply), spans, implant.browsing)
    _add(world, Seen(C2, host, times, request, reply, known_by, implant, mixed=implant.browsing > 0))


def _mixed(
    rng: np.random.Generator, calls: tuple[Floats, Ints, Ints], spans: list[tuple[float, float]], hits: int
) -> tuple[Floats, Ints, Ints]:
    """Times, requests and replies of calls and of a person's visits beside them."""
    extra = programs.browsing(rng, spans, hits)
    seen = (extra, *(np.rint(rng.lognormal(np.log(median), 1.0, len(extra))) for median in (1500, 14_000)))
    times, request, reply = (np.concatenate(both) for both in zip(calls, seen))
    return times, request, reply


def _add(world: World, seen: Seen) -> None:
    """Keep a series of 4 events or more, its times as ticks of 0.1 s."""
    if len(seen.ticks) >= 4:
        times: Floats = np.asarray(seen.ticks, dtype=np.float64)
        seen.ticks = np.sort(((times + START_S) * 10).astype(np.int64))
        seen.request, seen.reply = (np.asarray(each).astype(np.int64) for each in (seen.request, seen.reply))
        world.seen.append(seen)
