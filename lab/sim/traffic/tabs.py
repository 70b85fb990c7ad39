"""Browser tabs that refresh themselves: dashboards, mail, scores; every 30 s to 5 min for an hour or more, to sites of
middling popularity. Timed by a machine, opened and closed by a person."""

from __future__ import annotations

from lab.sim.beacons import Program, call_home, play
from lab.sim.internet import SiteWish
from lab.sim.labels import BENIGN, Label, LabelHead, label_flows
from lab.sim.laws import UniformAround, describe
from lab.sim.settings import HOUR_US
from lab.sim.sizes import draw_profile
from lab.sim.spans import part, total_us
from lab.sim.stage import Stage
from lab.sim.wire.calls import draw_client

_PERIODS_S = (30.0, 60.0, 60.0, 120.0, 300.0)
_TABS_PER_PERSON = 0.35


def emit(stage: Stage) -> list[Label]:
    rng, people = stage.rng, stage.office.people
    sites = [stage.internet.draw_site(rng, SiteWish(addresses=2)) for _ in range(3 + len(people) // 8)]
    programs = [(draw_profile(rng), draw_client(rng)) for site in sites]
    labels: list[Label] = []
    for number in range(round(_TABS_PER_PERSON * len(people))):
        host, chosen = people[int(rng.integers(len(people)))], int(rng.integers(len(sites)))
        law = UniformAround(float(rng.choice(_PERIODS_S)), float(rng.choice((0.0, 0.02))))
        spans = part(host.attended, int(total_us(host.attended) * rng.uniform(0, 0.7)), int(rng.uniform(1, 4) * HOUR_US))
        series = play(rng, law, spans)
        site, (profile, client) = sites[chosen], programs[chosen]
        flows = call_home(stage, host, series, Program((site,), profile, client))
        if len(flows):
            head = LabelHead(f"tab-{number:03d}/{host.address}", "tabs", BENIGN, "tab-refresh", True, parameters=describe(law))
            labels.append(label_flows(head, host, flows, (str(site.name),)))
    return labels
