"""NTP: always-on hosts poll outside servers every 64 to 1024 s (powers of two); desktops poll their domain controller,
domain controllers poll outside. The most regular traffic there is."""

from __future__ import annotations

import numpy as np

from lab.sim.beacons import play
from lab.sim.labels import BENIGN, Label, LabelHead, label_flows
from lab.sim.laws import Gaussian, describe
from lab.sim.office import ALWAYS_ON, DESKTOP, SERVER, Host
from lab.sim.stage import Lookup, Stage
from lab.sim.wire.flows import FlowPlan

_OUTSIDE_POLLS_S = (64, 256, 512, 1024, 1024, 1024)
_INSIDE_POLL_S = 1024
_MESSAGE_B = 48


def emit(stage: Stage) -> list[Label]:
    rng = stage.rng
    pool = [(stage.internet.claim_name(rng), stage.internet.claim_address(rng)) for _ in range(4)]
    labels: list[Label] = []
    for host in stage.office.hosts:
        if host.role == DESKTOP or (host.role == SERVER and host.service != "dc"):
            controller = stage.office.controller_of(host.address)
            _poll(stage, host, _INSIDE_POLL_S, (controller.full_name, controller.address))
        elif host.role == ALWAYS_ON or host.service == "dc":
            labels += _poll(stage, host, int(rng.choice(_OUTSIDE_POLLS_S)), pool[int(rng.integers(len(pool)))])
    return labels


def _poll(stage: Stage, host: Host, every_s: int, server: tuple[str, str]) -> list[Label]:
    """ntpd adds a few per cent of randomness to its poll interval. The name is looked up once, at the start."""
    law = Gaussian(float(every_s), 0.01)
    series = play(stage.rng, law, host.online)
    name, address = server
    plan = FlowPlan(
        start_us=series.start_us,
        source=host.address,
        dest=address,
        dest_port=123,
        duration_us=stage.rng.integers(300, 60_000, len(series.start_us)),
        orig_b=_MESSAGE_B,
        resp_b=_MESSAGE_B,
        proto="udp",
        service="ntp",
        source_port=np.full(len(series.start_us), 123, dtype=np.int64),
    )
    flows = stage.dial(plan)
    if not len(flows):
        return []
    stage.lookups.append(Lookup(int(flows.start_us[0]), host.address, name, (address,), 3600))
    head = LabelHead(f"ntp/{host.address}", "timekeeping", BENIGN, "ntp", True, parameters=describe(law))
    return [label_flows(head, host, flows, (name,))]
