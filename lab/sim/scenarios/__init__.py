"""All scenarios, one table. To add one: a small file here that builds a Scenario, and its line at the END of the table
(a scenario's place decides its host; inserting in the middle would move the later ones to other hosts)."""

from __future__ import annotations

from lab.sim.scenario import Scenario
from lab.sim.scenarios import (
    cobalt_strike,
    commodity_malware,
    dns_hosts,
    dns_tunnels,
    empire,
    evasion,
    imperfect_sensor,
    lateral_movement,
    meterpreter,
    mythic,
    sliver,
)

SCENARIOS: tuple[Scenario, ...] = (
    *cobalt_strike.SCENARIOS,
    *empire.SCENARIOS,
    *sliver.SCENARIOS,
    *mythic.SCENARIOS,
    *meterpreter.SCENARIOS,
    *commodity_malware.SCENARIOS,
    *evasion.SCENARIOS,
    *imperfect_sensor.SCENARIOS,
    *lateral_movement.SCENARIOS,
    *dns_tunnels.SCENARIOS,
    *dns_hosts.SCENARIOS,
)
