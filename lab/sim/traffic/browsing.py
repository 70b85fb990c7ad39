"""People on the web: sittings of pages with log-normal reading times, each page with third parties; popular and rare sites."""

from __future__ import annotations

import numpy as np

from lab.sim.internet import Site, SiteWish
from lab.sim.labels import Label
from lab.sim.office import Host
from lab.sim.randomness import Ints, texts
from lab.sim.settings import DAY_US, SECOND_US
from lab.sim.stage import Stage
from lab.sim.wire.calls import Calls, browser_clients, place_calls

_SITTINGS_PER_DAY = 14
_PAGES_MEAN = 9
_READING_S = (25.0, 1.3)  # median and sigma
_THIRD_PARTIES_MEAN = 3.0
_THIRD_PARTY_SITES = 90
_VISITED_SITES = 320
_OWN_SITES = 4  # per person: sites nobody else in the office reads
_OWN_SHARE = 0.12
_HTTP_SHARE = 0.09
_KEEP_ALIVE_US = 75 * SECOND_US
_STATES, _STATE_SHARES = ("SF", "RSTO", "RSTR", "S1", "S0", "REJ"), (0.9, 0.04, 0.03, 0.015, 0.01, 0.005)


def emit(stage: Stage) -> list[Label]:
    """No labels: browsing is what everything else hides in."""
    people = stage.office.people
    rng = stage.rng
    own = [_draw_site(stage) for _ in range(_OWN_SITES * len(people))]
    sites = (*(_draw_site(stage) for _ in range(_THIRD_PARTY_SITES + _VISITED_SITES)), *own)
    browsers = browser_clients(rng, len(people))
    start_us, person, site = _visits(rng, people)
    kept = _without_reuse(start_us, person, site)
    start_us, person, site = start_us[kept], person[kept], site[kept]
    ends = np.asarray([_last_end(host) for host in people], dtype=np.int64)[person]
    n = len(start_us)
    state = texts(rng.choice(_STATES, n, p=_STATE_SHARES).tolist())
    duration = np.minimum(np.rint(rng.lognormal(np.log(18), 1.1, n) * SECOND_US).astype(np.int64), ends - start_us)
    request = np.rint(rng.lognormal(np.log(2200), 0.9, n)).astype(np.int64) + 300
    reply = np.rint(rng.lognormal(np.log(16_000), 1.6, n)).astype(np.int64) + 400
    plain = np.asarray([s.channel == "http" for s in sites])[site]
    for chosen in (np.flatnonzero(plain), np.flatnonzero(~plain)):
        order = chosen[np.argsort(start_us[chosen], kind="stable")]
        channel_sites, places = _subset(sites, site[order])
        if not channel_sites:
            continue
        calls = Calls(
            start_us=start_us[order],
            source=texts([h.address for h in people])[person[order]],
            sites=channel_sites,
            site=places,
            request_b=request[order],
            reply_b=reply[order],
            duration_us=np.maximum(duration[order], 200_000),
            state=state[order],
            requests=rng.integers(1, 6, len(order)),
            user_agent=texts([c.user_agent for c in browsers])[person[order]],
            ja3=texts([c.ja3 for c in browsers])[person[order]],
        )
        place_calls(stage, calls)
    return []


def _draw_site(stage: Stage) -> Site:
    channel = "http" if stage.rng.random() < _HTTP_SHARE else "https"
    return stage.internet.draw_site(stage.rng, SiteWish(channel, addresses=int(stage.rng.integers(1, 5))))


def _last_end(host: Host) -> int:
    return host.online[-1][1] if host.online else 0


def _visits(rng: np.random.Generator, people: list[Host]) -> tuple[Ints, Ints, Ints]:
    """(connections,) start, person and site: first parties of pages, then the third parties a moment later."""
    pages, readers = _page_times(rng, people)
    n = len(pages)
    first_party = _THIRD_PARTY_SITES + _zipf(rng, _VISITED_SITES, n)
    private = rng.random(n) < _OWN_SHARE
    own_base = _THIRD_PARTY_SITES + _VISITED_SITES + _OWN_SITES * readers
    first_party[private] = (own_base + rng.integers(0, _OWN_SITES, n))[private]
    count = rng.poisson(_THIRD_PARTIES_MEAN, n)
    page = np.repeat(np.arange(n), count)
    delay = np.rint(rng.exponential(0.4, len(page)) * SECOND_US).astype(np.int64) + 60_000
    start = np.concatenate([pages, pages[page] + delay])
    return (
        start,
        np.concatenate([readers, readers[page]]),
        np.concatenate([first_party, _zipf(rng, _THIRD_PARTY_SITES, len(page))]),
    )


def _page_times(rng: np.random.Generator, people: list[Host]) -> tuple[Ints, Ints]:
    times: list[Ints] = []
    readers: list[Ints] = []
    for i, host in enumerate(people):
        for start, end in host.attended:
            for sitting in rng.uniform(start, end, rng.poisson(_SITTINGS_PER_DAY * (end - start) / (0.38 * DAY_US))):
                gaps = rng.lognormal(np.log(_READING_S[0]), _READING_S[1], rng.geometric(1 / _PAGES_MEAN))
                at = int(sitting) + np.rint(np.cumsum(gaps) * SECOND_US).astype(np.int64)
                at = at[at < end - 5 * SECOND_US]
                times.append(at)
                readers.append(np.full(len(at), i))
    if not times:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(times), np.concatenate(readers)


def _zipf(rng: np.random.Generator, sites: int, n: int) -> Ints:
    """Site by popularity: the r-th most popular in proportion to 1/r."""
    weights = 1 / np.arange(1, sites + 1)
    return np.asarray(rng.choice(sites, n, p=weights / weights.sum()), dtype=np.int64)


def _without_reuse(start_us: Ints, person: Ints, site: Ints) -> Ints:
    """Positions in time order, without those that find a connection of their browser to the site still open."""
    busy_until: dict[tuple[int, int], int] = {}
    kept = []
    order = np.argsort(start_us, kind="stable").tolist()
    times, people, sites = start_us.tolist(), person.tolist(), site.tolist()
    for i in order:
        key = (people[i], sites[i])
        if times[i] >= busy_until.get(key, 0):
            busy_until[key] = times[i] + _KEEP_ALIVE_US
            kept.append(i)
    return np.asarray(kept, dtype=np.int64)


def _subset(sites: tuple[Site, ...], used: Ints) -> tuple[tuple[Site, ...], Ints]:
    """The sites that occur, and the positions in them."""
    distinct, places = np.unique(used, return_inverse=True)
    return tuple(sites[i] for i in distinct.tolist()), places.astype(np.int64)
