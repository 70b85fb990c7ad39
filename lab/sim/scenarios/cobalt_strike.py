"""Cobalt Strike: sleeps U[S(1-j), S]. The default of 60 s without jitter, and two settings found in real samples
(gist.github.com/usualsuspect/891392114006046a02efbfcf3e4c6f1c and /5cd694417f7a64436941e02e985d0ce2)."""

from __future__ import annotations

from lab.sim.beacons import Beacon
from lab.sim.laws import UniformBelow
from lab.sim.office import ALWAYS_ON
from lab.sim.scenario import beacon_scenario

_NAME = "Cobalt Strike"
_WEB = ("T1071.001", "T1573.002")

SCENARIOS = (
    beacon_scenario("cobalt-strike-60s", "HTTPS every 60 s, the default", Beacon(_NAME, UniformBelow(60), technique=_WEB)),
    beacon_scenario(
        "cobalt-strike-30s-j90",
        "HTTP every 3-30 s (90 % jitter)",
        Beacon(_NAME, UniformBelow(30, 0.9), channel="http"),
    ),
    beacon_scenario(
        "cobalt-strike-45s-j37",
        "HTTPS every 28-45 s (37 % jitter) on an always-on host",
        Beacon(_NAME, UniformBelow(45, 0.37), role=ALWAYS_ON, technique=_WEB),
    ),
)
