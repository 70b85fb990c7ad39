"""Beacons that make themselves hard to see: slow, padded, interleaved with a person's browsing, short-lived."""

from __future__ import annotations

from lab.sim.beacons import Beacon
from lab.sim.laws import UniformAround, UniformBelow
from lab.sim.office import ALWAYS_ON
from lab.sim.scenario import beacon_scenario

_NAME = "Cobalt Strike"
_WEB = ("T1071.001", "T1573.002")

SCENARIOS = (
    beacon_scenario(
        "slow-3600s-j90",
        "HTTPS every 6-60 min (90 % jitter)",
        Beacon(_NAME, UniformBelow(3600, 0.9), role=ALWAYS_ON, technique=_WEB),
    ),
    beacon_scenario(
        "padded-60s",
        "HTTPS every 60 s +- 10 % with random padding",
        Beacon("SharpC2", UniformAround(60, 0.1), padded=True, technique=(*_WEB, "T1001.001")),
    ),
    beacon_scenario(
        "beside-browsing-300s",
        "HTTPS every 240-300 s to a site that the user browses too",
        Beacon(_NAME, UniformBelow(300, 0.2), browsing_hits=120, technique=(*_WEB, "T1102")),
    ),
    beacon_scenario(
        "late-60s-j20",
        "HTTPS every 48-60 s, begins late and lives four hours",
        Beacon(_NAME, UniformBelow(60, 0.2), late=True, life_h=4, technique=_WEB),
    ),
)
