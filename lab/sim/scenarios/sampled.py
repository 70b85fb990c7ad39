"""Beacons drawn at random from all families and options of the evaluation protocol, each on another host: the population
that benchmarks measure recall on. Planted on request only (SimSettings.sampled_beacons)."""

from __future__ import annotations

import numpy as np

from lab.sim.beacons import Beacon, Rotation, plant_beacon
from lab.sim.labels import Label
from lab.sim.laws import Gaussian, Law, UniformAbove, UniformAround, UniformBelow
from lab.sim.randomness import log_uniform
from lab.sim.scenario import Scenario
from lab.sim.stage import Stage

_JITTERS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
_SHORTEST_S = 10.0
_LONGEST_S = {1: 3600.0}  # per days of the world
_LONGEST_WEEK_S = 86_400.0
_LATE_SHARE, _SHORT_LIFE_SHARE, _BURST_SHARE, _MIXED_SHARE = 0.25, 0.2, 0.5, 0.12
_LOSSES = (0.0, 0.0, 0.0, 0.05, 0.15, 0.3)
_DUPLICATED_SHARE = 0.15
_ROTATIONS = (1, 1, 1, 1, 1, 2, 3, 5)


def plant_sampled(stage: Stage, _slot: int) -> list[Label]:
    """As many as the settings ask, on hosts that are not domain controllers."""
    hosts = [host for host in stage.office.hosts if host.service != "dc"]
    order = stage.rng.permutation(len(hosts))
    labels: list[Label] = []
    for number in range(min(stage.settings.sampled_beacons, len(hosts))):
        name = f"sampled-{number + 1:03d}"
        own = stage.component(name)
        labels += plant_beacon(own, name, hosts[int(order[number])], draw_beacon(own.rng, stage.settings.days))
    return labels


def draw_beacon(rng: np.random.Generator, days: int) -> Beacon:
    family, law = _draw_law(rng, float(log_uniform(rng, _SHORTEST_S, _LONGEST_S.get(days, _LONGEST_WEEK_S), 1)[0]))
    servers = int(rng.choice(_ROTATIONS))
    channel = str(rng.choice(("https", "https", "https", "http", "tcp")))
    return Beacon(
        framework=family,
        law=law,
        channel=channel,
        named=channel != "tcp",
        rotation=Rotation(servers, str(rng.choice(("random", "round-robin"))) if servers > 1 else "single"),
        life_h=float(rng.uniform(4, 9)) if rng.random() < _SHORT_LIFE_SHARE else None,
        late=bool(rng.random() < _LATE_SHARE),
        bursts=int(rng.integers(1, 4)) if rng.random() < _BURST_SHARE else 0,
        loss_share=float(rng.choice(_LOSSES)),
        duplicate_share=float(rng.uniform(0.02, 0.2)) if rng.random() < _DUPLICATED_SHARE else 0.0,
        browsing_hits=int(rng.integers(60, 480)) if rng.random() < _MIXED_SHARE else 0,
        technique=("T1095",) if channel == "tcp" else ("T1071.001",),
    )


def _draw_law(rng: np.random.Generator, sleep_s: float) -> tuple[str, Law]:
    jitter = float(rng.choice(_JITTERS))
    laws: tuple[tuple[str, Law], ...] = (
        ("Cobalt Strike", UniformBelow(sleep_s, jitter)),
        ("Empire", UniformAround(sleep_s, jitter)),
        ("Sliver", UniformAbove(sleep_s, max(jitter, 0.01) * sleep_s)),
        ("Mythic", UniformAround(sleep_s, jitter)),
        ("Gaussian", Gaussian(sleep_s, max(jitter, 0.02) / 3)),
    )
    return laws[int(rng.integers(len(laws)))]


SAMPLED = Scenario("sampled", "beacons drawn from the evaluation protocol", plant_sampled)
