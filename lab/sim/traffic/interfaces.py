"""Programs that call interfaces on demand: memoryless (Poisson), 1 to 120 calls an hour, each on a few hosts. Not timers:
a detector that reports these confuses constant use with regularity."""

from __future__ import annotations

import numpy as np

from lab.sim.beacons import Program, call_home, play
from lab.sim.internet import SiteWish
from lab.sim.labels import BENIGN, Label, LabelHead, label_flows
from lab.sim.laws import Exponential, describe
from lab.sim.randomness import log_uniform
from lab.sim.sizes import draw_profile
from lab.sim.stage import Stage
from lab.sim.wire.calls import draw_client

_CALLS_PER_HOUR = (1.0, 120.0)


def emit(stage: Stage) -> list[Label]:
    labels: list[Label] = []
    for number in range(3 + len(stage.office.hosts) // 6):
        labels += _interface(stage.component(f"interface {number}"), f"api-{number:03d}")
    return labels


def _interface(stage: Stage, name: str) -> list[Label]:
    rng, hosts = stage.rng, stage.office.hosts
    site = stage.internet.draw_site(rng, SiteWish(addresses=int(rng.integers(1, 5))))
    law = Exponential(3600 / float(log_uniform(rng, *_CALLS_PER_HOUR, 1)[0]))
    profile, client = draw_profile(rng), draw_client(rng)
    labels: list[Label] = []
    for i in np.sort(rng.choice(len(hosts), int(rng.integers(1, 4)), replace=False)):
        host = hosts[int(i)]
        series = play(rng, law, host.online)
        flows = call_home(stage, host, series, Program((site,), profile, client))
        if len(flows):
            head = LabelHead(f"{name}/{host.address}", "interfaces", BENIGN, "api", False, parameters=describe(law))
            labels.append(label_flows(head, host, flows, (str(site.name),)))
    return labels
