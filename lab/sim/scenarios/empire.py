"""Empire and PoshC2: sleeps U[S(1-j), S(1+j)] (blog.fox-it.com/2020/01/15/hunting-for-beacons)."""

from __future__ import annotations

from lab.sim.beacons import Beacon
from lab.sim.laws import UniformAround
from lab.sim.scenario import beacon_scenario

SCENARIOS = (
    beacon_scenario(
        "empire-20s-j20",
        "HTTP every 20 s +- 20 %, in the office's hours only",
        Beacon("Empire", UniformAround(20, 0.2), channel="http", hours=(9, 17), technique=("T1071.001", "T1029")),
    ),
    beacon_scenario(
        "poshc2-90s-j50",
        "HTTPS every 90 s +- 50 %",
        Beacon("PoshC2", UniformAround(90, 0.5), technique=("T1071.001", "T1573.002")),
    ),
)
