"""Sliver: sleeps S + U[0, J), next server at each reconnect (github.com/BishopFox/sliver implant/sliver/transports/beacon.go)."""

from __future__ import annotations

from lab.sim.beacons import Beacon, Rotation
from lab.sim.laws import UniformAbove
from lab.sim.scenario import beacon_scenario

SCENARIOS = (
    beacon_scenario(
        "sliver-30s-3-servers",
        "HTTPS every 30-60 s, three servers in turn",
        Beacon(
            "Sliver",
            UniformAbove(30, 30),
            rotation=Rotation(3, "round-robin"),
            technique=("T1071.001", "T1573.002", "T1008"),
        ),
    ),
)
