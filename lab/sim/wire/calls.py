"""Calls: sessions of programs or browsers to sites outside or inside, over TLS, plain HTTP or bare TCP.

The one way in which anything in the simulated world contacts a site, implants included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.sim.internet import Site
from lab.sim.randomness import Flags, Ints, Texts, texts, words
from lab.sim.stage import Lookup, Stage
from lab.sim.wire.flows import FlowPlan, Flows, IntColumn, TextColumn
from lab.sim.wire.tls import Handshakes, handshake_bytes, log_handshakes
from lab.sim.wire.web import REPLY_HEADER_B, REQUEST_HEADER_B, Requests, log_requests

SERVICES = {"https": "ssl", "http": "http", "tcp": None}
_BROWSERS = tuple(
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {product}"
    for system in ("Windows NT 10.0; Win64; x64", "Windows NT 10.0; WOW64")
    for product in ("Chrome/124.0.0.0 Safari/537.36", "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0")
)

_PROGRAMS = words(
    "agent client collector connector courier helper launcher monitor notifier reporter service sync tray updater watcher"
)


@dataclass(frozen=True)
class Client:
    """How a program shows itself: HTTP user agent, TLS fingerprint (JA3)."""

    user_agent: str
    ja3: str


@dataclass(frozen=True)
class Calls:
    """(n,) calls: `start_us`, `source` address, position of the site in `sites` (all of one channel), `request_b` and
    `reply_b` of the application, `duration_us`; `state` as in FlowPlan; `requests` per session (HTTP only);
    `service` replaces the channel's."""

    start_us: Ints
    source: TextColumn
    sites: tuple[Site, ...]
    site: Ints
    request_b: Ints
    reply_b: Ints
    duration_us: Ints
    client: Client | None = None
    state: TextColumn = "SF"
    requests: IntColumn = 1
    service: TextColumn = None
    user_agent: TextColumn = None
    ja3: TextColumn = None


def draw_client(rng: np.random.Generator) -> Client:
    """A program's face: half imitate a browser in HTTP, half name themselves; the TLS library is the program's own."""
    agent = _BROWSERS[int(rng.integers(len(_BROWSERS)))]
    version = f"{rng.integers(1, 9)}.{rng.integers(0, 20)}"
    name, imitates = str(rng.choice(_PROGRAMS)), rng.random() < 0.5
    return Client(agent if imitates else f"{name}/{version}", rng.bytes(16).hex())


def browser_clients(rng: np.random.Generator, n: int) -> list[Client]:
    """The browsers of n people: four products in the whole office."""
    products = [Client(agent, rng.bytes(16).hex()) for agent in _BROWSERS]
    return [products[int(i)] for i in rng.integers(0, len(products), n)]


def place_calls(stage: Stage, calls: Calls) -> Flows:
    """Log the calls in conn and in their protocol's logs; note the look-ups they need. Out: the flows, in the calls' order."""
    channels = {site.channel for site in calls.sites}
    if len(channels) != 1:
        raise ValueError(f"calls of one batch go over one channel, got {sorted(channels)}")
    channel = channels.pop()
    resumed = _resumed(stage, calls)
    orig, resp = calls.request_b, calls.reply_b
    if channel == "https":
        hello, handshake = handshake_bytes(calls.sites, calls.site, resumed)
        orig, resp = orig + hello, resp + handshake
    elif channel == "http":
        orig, resp = np.maximum(orig, REQUEST_HEADER_B), np.maximum(resp, REPLY_HEADER_B)
    plan = FlowPlan(
        start_us=calls.start_us,
        source=calls.source,
        dest=_addresses(stage, calls),
        dest_port=np.asarray([s.port for s in calls.sites], dtype=np.int64)[calls.site],
        duration_us=calls.duration_us,
        orig_b=orig,
        resp_b=resp,
        service=SERVICES[channel] if calls.service is None else calls.service,
        state=calls.state,
    )
    flows = stage.dial(plan)
    _log_application(stage, calls, flows, resumed)
    _note_lookups(stage, calls, flows)
    return flows


def _resumed(stage: Stage, calls: Calls) -> Flags:
    share = np.asarray([s.resumed_share for s in calls.sites])[calls.site]
    return np.asarray(stage.rng.random(len(calls.site)) < share)


def _addresses(stage: Stage, calls: Calls) -> Texts:
    """One of the site's addresses for each call."""
    width = max(len(s.addresses) for s in calls.sites)
    table = texts([s.addresses[i % len(s.addresses)] for s in calls.sites for i in range(width)])
    counts = np.asarray([len(s.addresses) for s in calls.sites])[calls.site]
    picks = (stage.rng.random(len(calls.site)) * counts).astype(np.int64)
    return np.asarray(table[calls.site * width + picks])


def _log_application(stage: Stage, calls: Calls, flows: Flows, resumed: Flags) -> None:
    live = flows.established
    rows = flows.plan_row[live]
    channel = calls.sites[0].channel
    client = calls.client
    if channel == "https":
        ja3 = client.ja3 if client else _at(calls.ja3, rows)
        log_handshakes(stage, Handshakes(flows.take(live), calls.sites, calls.site[rows], resumed[rows], ja3))
    elif channel == "http":
        agent = client.user_agent if client else _at(calls.user_agent, rows)
        count = calls.requests[rows] if isinstance(calls.requests, np.ndarray) else np.full(len(rows), calls.requests)
        log_requests(stage, Requests(flows.take(live), calls.sites, calls.site[rows], count, agent))


def _at(column: TextColumn, rows: Ints) -> TextColumn:
    return column[rows] if isinstance(column, np.ndarray) else column


def _note_lookups(stage: Stage, calls: Calls, flows: Flows) -> None:
    site_of = calls.site[flows.plan_row].tolist()
    for start_us, source, i in zip(flows.start_us.tolist(), flows.source.tolist(), site_of):
        site = calls.sites[i]
        if site.name is not None:
            stage.lookups.append(Lookup(start_us, source, site.name, site.addresses, site.ttl_s))
