"""Benign software that calls home by a timer: the look-alikes of beacons. Sizes come from the model that implants use.

Per program an interval law (fixed, Gaussian, +-20 %, log-normal; 30 s to 2 h), 35 % locked to the clock as scheduled jobs
are, and the hosts that run it: a share drawn from Beta(.5, 1.6), or for a fifth of the programs one or two hosts.
"""

from __future__ import annotations

import numpy as np

from lab.sim.beacons import BUSY_S, Program, Series, call_home, play
from lab.sim.internet import Site, SiteWish
from lab.sim.labels import BENIGN, Label, LabelHead, label_flows
from lab.sim.laws import Gaussian, Law, LogNormal, UniformAround, describe, fixed
from lab.sim.office import Host
from lab.sim.randomness import Ints, log_uniform
from lab.sim.settings import SECOND_US
from lab.sim.sizes import draw_profile
from lab.sim.stage import Stage
from lab.sim.wire.calls import draw_client

_PERIOD_S = (30.0, 7200.0)
_CLOCK_PERIODS_S = (60, 120, 300, 300, 600, 900, 900, 1800, 3600, 7200)
_LOCKED_SHARE = 0.35
_RARE_SHARE = 0.2
_PREVALENCE = (0.5, 1.6)
# Software on most machines does not open a session every 30 s (it keeps one open): sessions per day over all hosts.
_SESSIONS_PER_HOST = 180
_DAY_S = 86_400
_CHANNELS, _CHANNEL_SHARES = ("https", "http", "tcp"), (0.78, 0.14, 0.08)
_BUSY_SHARE = 0.3  # of programs now and then synchronise something, in bursts like an implant's tasks


def emit(stage: Stage) -> list[Label]:
    labels: list[Label] = []
    for number in range(4 + round(0.3 * len(stage.office.hosts))):
        labels += plant_program(stage.component(f"heartbeat {number}"), f"heartbeat-{number:03d}")
    return labels


def plant_program(stage: Stage, name: str) -> list[Label]:
    """One program on all its hosts; a label per host on which it ran."""
    rng = stage.rng
    channel = str(rng.choice(_CHANNELS, p=_CHANNEL_SHARES))
    wish = SiteWish(channel, named=channel != "tcp", addresses=int(rng.integers(1, 4)) if channel != "tcp" else 1)
    site = stage.internet.draw_site(rng, wish)
    locked = bool(rng.random() < _LOCKED_SHARE)
    law = fixed(float(rng.choice(_CLOCK_PERIODS_S))) if locked else _draw_law(rng)
    busy = bool(rng.random() < _BUSY_SHARE)
    profile, client = draw_profile(rng), draw_client(rng)
    labels: list[Label] = []
    for host in _installed_on(rng, stage.office.hosts, law.mean_s):
        bursts = int(rng.integers(1, 4)) if busy else 0
        series = _clockwork(rng, host, law.mean_s) if locked else play(rng, law, host.online, bursts)
        program = Program((site,), profile, client)
        flows = call_home(stage, host, series, program)
        if len(flows):
            parameters = {**describe(law), "clock_locked": locked, "channel": channel, "sizes": profile.kind}
            head = LabelHead(f"{name}/{host.address}", "heartbeats", BENIGN, "heartbeat", True, parameters=parameters)
            labels.append(label_flows(head, host, flows, _names(site)))
    return labels


def _names(site: Site) -> tuple[str, ...]:
    return (site.name,) if site.name else ()


def _draw_law(rng: np.random.Generator) -> Law:
    period_s = float(log_uniform(rng, *_PERIOD_S, 1)[0])
    laws: tuple[Law, ...] = (
        fixed(period_s),
        Gaussian(period_s, float(rng.uniform(0.02, 0.15))),
        UniformAround(period_s, 0.2),
        LogNormal(period_s, float(rng.uniform(0.1, 0.5))),
    )
    return laws[int(rng.integers(len(laws)))]


def _installed_on(rng: np.random.Generator, hosts: tuple[Host, ...], period_s: float) -> list[Host]:
    rare = rng.random() < _RARE_SHARE
    share = min(float(rng.beta(*_PREVALENCE)), _SESSIONS_PER_HOST * period_s / _DAY_S)
    count = int(rng.integers(1, 3)) if rare else max(1, round(share * len(hosts)))
    return [hosts[int(i)] for i in np.sort(rng.choice(len(hosts), count, replace=False))]


def _clockwork(rng: np.random.Generator, host: Host, period_s: float) -> Series:
    """A scheduled job: at multiples of the period since the epoch plus the host's own offset of up to 20 s, +- 0.3 s."""
    period_us = int(period_s * SECOND_US)
    offset_us = int(rng.uniform(0, 20) * SECOND_US)
    pieces: list[Ints] = []
    for start, end in host.online:
        first = start // period_us + 1
        ticks = np.arange(first, (end - SECOND_US) // period_us + 1) * period_us + offset_us
        jitter = np.rint(np.clip(rng.normal(0, 0.1, len(ticks)), -0.3, 0.3) * SECOND_US).astype(np.int64)
        times = ticks + jitter
        pieces.append(times[(times >= start) & (times < end)])
    start_us = np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)
    busy_us = np.rint(log_uniform(rng, *BUSY_S, len(start_us)) * SECOND_US).astype(np.int64)
    return Series(start_us, busy_us, np.arange(len(start_us)), np.empty(0, dtype=np.int64))
