"""Software updates: a small check over TLS a few times a day, and where something is new, large downloads in parts over
plain HTTP from a distribution network (their content is signed, so their transport is not encrypted)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lab.sim.internet import SiteWish
from lab.sim.labels import Label
from lab.sim.randomness import texts
from lab.sim.settings import HOUR_US, SECOND_US
from lab.sim.stage import Stage
from lab.sim.wire.calls import Calls, draw_client, place_calls

_VENDORS = 3
_CHECKS_PER_DAY = 3
_DOWNLOAD_SHARE = 0.2  # of checks
_PART_B = (2_000_000, 40_000_000)


def emit(stage: Stage) -> list[Label]:
    """No labels: neither timed nor rare."""
    for vendor in range(_VENDORS):
        _vendor(stage.component(f"vendor {vendor}"))
    return []


def _vendor(stage: Stage) -> None:
    rng = stage.rng
    check = stage.internet.draw_site(rng, SiteWish(addresses=4))
    drawn = stage.internet.draw_site(rng, SiteWish("http", addresses=4))
    download = replace(drawn, method="GET", mime_type="application/vnd.ms-cab-compressed", path="/d/package.cab")
    client = draw_client(rng)
    at, source = [], []
    for host in stage.office.hosts:
        for start, end in host.online:
            times = rng.uniform(start, end, rng.poisson(_CHECKS_PER_DAY * (end - start) / (24 * HOUR_US)) + 1)
            at += [int(t) for t in np.sort(times).tolist()]
            source += [host.address] * len(times)
    start_us, sources = np.asarray(at, dtype=np.int64), texts(source)
    n = len(start_us)
    sizes = rng.integers(900, 2400, n), rng.integers(2_000, 30_000, n)
    checks = Calls(start_us, sources, (check,), np.zeros(n, dtype=np.int64), *sizes, rng.integers(150_000, 2_000_000, n), client)
    place_calls(stage, checks)
    fetched = np.repeat(np.flatnonzero(rng.random(n) < _DOWNLOAD_SHARE), rng.integers(1, 4))
    m = len(fetched)
    part_b = rng.integers(*_PART_B, m)
    duration = part_b * SECOND_US // rng.integers(4_000_000, 20_000_000, m)
    begun = start_us[fetched] + rng.integers(3, 600, m) * SECOND_US
    place_calls(
        stage,
        Calls(
            begun, sources[fetched], (download,), np.zeros(m, dtype=np.int64), rng.integers(300, 700, m), part_b, duration, client
        ),
    )
