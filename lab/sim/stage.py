"""What a planter of events gets in hand: the office, the outside world, its own random stream, the sensor.

A planter is a benign traffic component or a scenario. Look-ups and Kerberos tickets that its sessions need are noted while
it plays and settled when the stage closes, since whether one is needed depends on all sessions together, in time order.
Benign components share one set of caches; each scenario has its own, so that planting it leaves benign rows as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from lab.sim.capture import Capture
from lab.sim.internet import Internet
from lab.sim.office import LOCAL_PREFIX, Office
from lab.sim.randomness import component_rng, zeek_ids
from lab.sim.settings import SimSettings
from lab.sim.wire.flows import FlowPlan, Flows, conn_columns, lay_out


class Lookup(NamedTuple):
    """A session's need of a name, before start_us. `name` in full; answers in the order of the reply."""

    start_us: int
    source: str
    name: str
    answers: tuple[str, ...]
    ttl_s: int


class TicketNeed(NamedTuple):
    """A session's need of a service ticket, before start_us. `account` as the KDC knows it: "aabel" or "DESK-001$"."""

    start_us: int
    source: str
    account: str
    service: str


@dataclass(frozen=True)
class Stage:
    settings: SimSettings
    office: Office
    internet: Internet
    capture: Capture
    rng: np.random.Generator
    scenario: str
    lookups: list[Lookup] = field(default_factory=list)
    tickets: list[TicketNeed] = field(default_factory=list)
    logged_certificates: set[tuple[str, int]] = field(default_factory=set)

    def component(self, name: str) -> Stage:
        """The same caches with the random stream of a component of this stage."""
        return replace(self, rng=component_rng(self.settings.seed, self.scenario, name))

    def dial(self, plan: FlowPlan) -> Flows:
        """Lay the sessions out and log them in conn. What is still open when the sensor stops is counted and left out."""
        flows = lay_out(self.rng, plan)
        window = self.capture.window
        closed = (flows.start_us >= window.start_us) & (flows.end_us < window.end_us)
        self.capture.still_open += int(len(flows) - closed.sum())
        flows = flows.take(closed)
        self._log(flows)
        return flows

    def copy_sessions(self, flows: Flows) -> None:
        """What a second sensor on the path sees: the same sessions in conn under other uids, up to 0.4 ms later."""
        n = len(flows)
        last_us = self.capture.window.end_us - 1 - flows.end_us
        delay_us = np.minimum(self.rng.integers(20, 400, n), last_us)
        self._log(replace(flows, uid=zeek_ids(self.rng, n, "C"), start_us=flows.start_us + delay_us))

    def _log(self, flows: Flows) -> None:
        self.capture.add("conn", flows.end_us, conn_columns(self.rng, flows, LOCAL_PREFIX))
