"""Beacons seen through a sensor that loses or doubles sessions, and one that is put to work now and then."""

from __future__ import annotations

from lab.sim.beacons import Beacon
from lab.sim.laws import UniformBelow
from lab.sim.office import ALWAYS_ON
from lab.sim.scenario import beacon_scenario

_NAME = "Cobalt Strike"
_WEB = ("T1071.001", "T1573.002")

SCENARIOS = (
    beacon_scenario(
        "lossy-300s-j20",
        "HTTPS every 240-300 s, 30 % of the sessions lost",
        Beacon(_NAME, UniformBelow(300, 0.2), role=ALWAYS_ON, loss_share=0.3, technique=_WEB),
    ),
    beacon_scenario(
        "tasking-120s-j30",
        "HTTP every 84-120 s with three bursts of tasking",
        Beacon(_NAME, UniformBelow(120, 0.3), channel="http", bursts=3),
    ),
    beacon_scenario(
        "doubled-60s-j50",
        "HTTPS every 30-60 s, 15 % of the sessions seen twice",
        Beacon(_NAME, UniformBelow(60, 0.5), duplicate_share=0.15, technique=_WEB),
    ),
)
