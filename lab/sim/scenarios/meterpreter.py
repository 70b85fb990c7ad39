"""Meterpreter-like fast polling while a session is open: every few seconds over bare TCP, for some hours.

The poll delay of the original is not verified; 5 s +- 10 % stands for "fast, nearly constant"."""

from __future__ import annotations

from lab.sim.beacons import Beacon
from lab.sim.laws import UniformAround
from lab.sim.scenario import beacon_scenario

SCENARIOS = (
    beacon_scenario(
        "meterpreter-5s",
        "TCP 4444 every 5 s for two hours",
        Beacon(
            "Meterpreter",
            UniformAround(5, 0.1),
            channel="tcp",
            port=4444,
            named=False,
            late=True,
            life_h=2,
            bursts=1,
            technique=("T1095", "T1571"),
        ),
    ),
)
