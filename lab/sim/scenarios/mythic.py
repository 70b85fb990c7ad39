"""Mythic agents: callback interval and jitter in percent, working hours, several domains
(github.com/MythicMeta/Documentation operational-pieces/c2-profiles/http.md)."""

from __future__ import annotations

from lab.sim.beacons import Beacon, Rotation
from lab.sim.laws import UniformAround
from lab.sim.office import ALWAYS_ON
from lab.sim.scenario import beacon_scenario

SCENARIOS = (
    beacon_scenario(
        "mythic-120s-5-domains",
        "HTTPS every 120 s +- 23 %, 07-19 h, one of five domains at random",
        Beacon(
            "Mythic",
            UniformAround(120, 0.23),
            role=ALWAYS_ON,
            rotation=Rotation(5, "random"),
            hours=(7, 19),
            technique=("T1071.001", "T1573.002", "T1008", "T1029"),
        ),
    ),
)
