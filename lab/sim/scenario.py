"""What a scenario is. The table of all of them: lab.sim.scenarios.

A scenario plants labelled events on a stage, through the emitters of lab.sim.wire that benign traffic uses too. It gets
its slot, the place in the table among those of its role, so that scenarios spread over different hosts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from lab.sim.beacons import Beacon, choose_victim, plant_beacon
from lab.sim.labels import Label
from lab.sim.office import DESKTOP
from lab.sim.stage import Stage


@dataclass(frozen=True)
class Scenario:
    """`role`: the kind of host it begins on. `plant(stage, slot)` plants the events and returns their labels; none when the
    world gave no chance to act (a host that was off). Ids never change once released: labels, benchmarks and hunts refer
    to them."""

    id: str
    title: str
    plant: Callable[[Stage, int], list[Label]]
    role: str = DESKTOP


def beacon_scenario(scenario_id: str, title: str, beacon: Beacon) -> Scenario:
    """A scenario that is one implant on one host."""

    def plant(stage: Stage, slot: int) -> list[Label]:
        return plant_beacon(stage, scenario_id, choose_victim(stage, slot, beacon.role), beacon)

    return Scenario(scenario_id, title, plant, beacon.role)
