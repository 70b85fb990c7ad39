"""Beacons: an implant's calls home, from its framework's interval law to labelled sessions.

Options follow the evaluation protocol: late start, life of some hours, working hours, padding, tasking bursts, lost
events, sensor duplicates, rotation over servers, browsing to the same name, servers that do not answer. Benign heartbeats
are planted by the same `play` with the same sizes (lab.sim.sizes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lab.sim.internet import Site, SiteWish
from lab.sim.labels import MALICIOUS, Label, LabelHead, label_flows
from lab.sim.laws import Law, Renewal, describe, renewal, sleeps_to_cover
from lab.sim.office import DESKTOP, Host, Span
from lab.sim.randomness import Ints, component_rng, log_uniform, texts
from lab.sim.settings import HOUR_US, SECOND_US, Window
from lab.sim.sizes import MessageSizes, SizeProfile, draw_profile, draw_sizes
from lab.sim.spans import part, total_us, within_hours
from lab.sim.stage import Stage
from lab.sim.wire.calls import Calls, Client, draw_client, place_calls
from lab.sim.wire.flows import Flows, TextColumn

BUSY_S = (0.05, 1.0)  # how long one call takes
_BURST_GAP_S = (0.3, 4.0)  # an implant that works through tasks hardly sleeps
_BURST_CALLS = (10, 60)
_LATE_SHARE = (0.25, 0.75)


@dataclass(frozen=True)
class Rotation:
    """`order`: single, random (server per call), round-robin, or migrate (next server after `calls_each` calls)."""

    servers: int = 1
    order: str = "single"
    calls_each: int = 1


@dataclass(frozen=True)
class Beacon:
    """One implant. `channel` https, http or tcp; `port` 0 = the channel's usual; `named` False = called by address.
    `hours`: working hours of the implant; `life_h`: how long it lives; `late`: begins after a quarter to three quarters
    of the host's time. `bursts` of tasking; shares in 0..1. `browsing_hits`: a person's visits to the same name.
    `unanswered`: share of calls that get S0 (the rest of a dead server's: REJ), None = the server answers."""

    framework: str
    law: Law
    channel: str = "https"
    port: int = 0
    named: bool = True
    role: str = DESKTOP
    rotation: Rotation = Rotation()
    hours: tuple[float, float] | None = None
    life_h: float | None = None
    late: bool = False
    padded: bool | None = None
    bursts: int = 0
    loss_share: float = 0.0
    duplicate_share: float = 0.0
    browsing_hits: int = 0
    unanswered: float | None = None
    technique: tuple[str, ...] = ("T1071.001",)


@dataclass(frozen=True)
class Series:
    """Calls of one program, (n,): start, duration, place in the program's life, and whether it carries work."""

    start_us: Ints
    busy_us: Ints
    ordinal: Ints
    work: Ints


def plant_beacon(stage: Stage, scenario: str, victim: Host, beacon: Beacon) -> list[Label]:
    """Plant one implant on a host. No label when it never called (its host was off)."""
    rng = stage.rng
    sites = _servers(stage, beacon)
    profile, client = draw_profile(rng, beacon.padded), draw_client(rng)
    series = with_losses(
        rng, play(rng, beacon.law, _alive(rng, victim, stage.capture.window, beacon), beacon.bursts), beacon.loss_share
    )
    if not len(series.start_us):
        return []
    server = pick_servers(rng, series.ordinal, beacon.rotation)
    program = Program(sites, profile, client, server, beacon.unanswered)
    flows = call_home(stage, victim, series, program)
    _browse_beside(stage, victim, sites, beacon.browsing_hits)
    extra = _duplicate(stage, flows, beacon.duplicate_share)
    if not len(flows):
        return []
    parameters = {
        **describe(beacon.law),
        **_options(beacon),
        "channel": beacon.channel,
        "duplicates": extra,
        "sizes": profile.kind,
    }
    head = LabelHead(scenario, scenario, MALICIOUS, "beacon", True, beacon.framework, beacon.technique, parameters)
    contacted = {sites[i].name for i in server[flows.plan_row].tolist()}
    return [label_flows(head, victim, flows, tuple(name for name in contacted if name is not None))]


def choose_victim(stage: Stage, slot: int, role: str) -> Host:
    """The slot-th host of a role in an order drawn from the seed (beyond the last: from the first again)."""
    hosts = stage.office.with_role(role)
    order = component_rng(stage.settings.seed, "victims", role).permutation(len(hosts))
    return hosts[int(order[slot % len(hosts)])]


def play(rng: np.random.Generator, law: Law, spans: tuple[Span, ...], bursts: int = 0) -> Series:
    """Calls in these spans: after each switching-on a first wait of at most a sleep, then sleep by sleep.
    `bursts` of 10-60 quick calls are put in at random places of the whole life."""
    pieces: list[Renewal] = []
    works: list[Ints] = []
    offset = 0
    if not spans:
        return Series(*(np.empty(0, dtype=np.int64) for _ in range(4)))
    shares = rng.multinomial(bursts, [(end - start) / total_us(spans) for start, end in spans])
    for (start, end), here in zip(spans, shares.tolist()):
        first = start + int(rng.uniform(0, min(law.mean_s, (end - start) / SECOND_US)) * SECOND_US)
        sleeps = sleeps_to_cover(rng, law, end - first)
        places = np.sort(rng.integers(1, max(int((end - first) / SECOND_US / law.mean_s), 1) + 1, here))
        sleeps, work = _with_bursts(rng, sleeps, places)
        busy = np.rint(log_uniform(rng, *BUSY_S, len(sleeps)) * SECOND_US).astype(np.int64)
        piece = renewal(first, end, sleeps, busy)
        pieces.append(piece)
        works.append(work[work < len(piece.start_us)] + offset)
        offset += len(piece.start_us)
    start_us, busy_us = (np.concatenate([getattr(p, name) for p in pieces]) for name in ("start_us", "busy_us"))
    return Series(start_us, busy_us, np.arange(len(start_us)), np.concatenate(works))


def _with_bursts(rng: np.random.Generator, sleeps: Ints, places: Ints) -> tuple[Ints, Ints]:
    """Sleeps with quick ones put in before these places; and the positions of the calls that carry work."""
    work: list[Ints] = []
    shift = 0
    for place in places.tolist():
        count = int(rng.integers(*_BURST_CALLS))
        gaps = np.rint(rng.uniform(*_BURST_GAP_S, count) * SECOND_US).astype(np.int64)
        sleeps = np.insert(sleeps, place + shift, gaps)
        work.append(np.arange(place + shift, place + shift + count))
        shift += count
    return sleeps, np.concatenate(work) if work else np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Program:
    """What calls and whom: `site` (n,) is the place in `sites` that each call of the series goes to; None = the first."""

    sites: tuple[Site, ...]
    profile: SizeProfile
    client: Client
    site: Ints | None = None
    unanswered: float | None = None


def call_home(stage: Stage, host: Host, series: Series, program: Program) -> Flows:
    """The sessions of a series. Flow i belongs to call flows.plan_row[i]."""
    n = len(series.start_us)
    sizes: MessageSizes = draw_sizes(stage.rng, program.profile, n, series.work)
    states: TextColumn = "SF"
    if program.unanswered is not None:
        states = texts(["S0" if silent else "REJ" for silent in (stage.rng.random(n) < program.unanswered).tolist()])
    calls = Calls(
        start_us=series.start_us,
        source=host.address,
        sites=program.sites,
        site=np.zeros(n, dtype=np.int64) if program.site is None else program.site,
        request_b=sizes.request_b,
        reply_b=sizes.reply_b,
        duration_us=series.busy_us,
        client=program.client,
        state=states,
    )
    return place_calls(stage, calls)


def _servers(stage: Stage, beacon: Beacon) -> tuple[Site, ...]:
    """The implant's servers: one build of the same software, so they share the handshake's sizes and fingerprint."""
    wish = SiteWish(beacon.channel, beacon.named, beacon.port, self_signed_share=0.3)
    first = stage.internet.draw_site(stage.rng, wish)
    others = [stage.internet.draw_site(stage.rng, wish) for _ in range(beacon.rotation.servers - 1)]
    shared = {
        name: getattr(first, name)
        for name in ("port", "tls_version", "hello_b", "handshake_b", "path", "method", "mime_type", "server_ja3")
    }
    return (first, *(replace(site, **shared) for site in others))


def _alive(rng: np.random.Generator, victim: Host, window: Window, beacon: Beacon) -> tuple[Span, ...]:
    spans = victim.online if beacon.hours is None else within_hours(victim.online, window, beacon.hours)
    skip_us = int(total_us(spans) * rng.uniform(*_LATE_SHARE)) if beacon.late else 0
    keep_us = total_us(spans) if beacon.life_h is None else int(beacon.life_h * HOUR_US)
    return part(spans, skip_us, keep_us)


def pick_servers(rng: np.random.Generator, ordinal: Ints, rotation: Rotation) -> Ints:
    if rotation.order == "random":
        return rng.integers(0, rotation.servers, len(ordinal))
    if rotation.order in ("round-robin", "migrate"):
        return np.asarray(ordinal // rotation.calls_each % rotation.servers)
    return np.zeros(len(ordinal), dtype=np.int64)


def with_losses(rng: np.random.Generator, series: Series, share: float) -> Series:
    """The series as a sensor that loses sessions sees it."""
    kept = rng.random(len(series.start_us)) >= share
    is_work = np.zeros(len(kept), dtype=bool)
    is_work[series.work] = True
    return Series(series.start_us[kept], series.busy_us[kept], series.ordinal[kept], np.flatnonzero(is_work[kept]))


def _browse_beside(stage: Stage, victim: Host, sites: tuple[Site, ...], hits: int) -> None:
    """A person's visits to the beacon's first site, in bursts with log-normal gaps; not part of the label's events."""
    rng, spans = stage.rng, victim.attended or victim.online
    if not hits or not spans:
        return
    start, end = spans[0]
    gaps = rng.lognormal(np.log(20), 1.6, hits)
    at = start + np.rint(np.cumsum(gaps) / gaps.sum() * (end - start - 120 * SECOND_US)).astype(np.int64)
    request, reply = (np.rint(rng.lognormal(np.log(median), 1.0, hits)).astype(np.int64) for median in (1500, 14000))
    busy = np.rint(log_uniform(rng, 0.2, 60, hits) * SECOND_US).astype(np.int64)
    browser = draw_client(rng)
    calls = Calls(at, victim.address, sites[:1], np.zeros(hits, dtype=np.int64), request, reply, busy, browser)
    place_calls(stage, calls)


def _duplicate(stage: Stage, flows: Flows, share: float) -> int:
    """A second sensor on the path logs a part of the sessions again, under another uid and up to 0.4 ms later."""
    chosen = flows.take(stage.rng.random(len(flows)) < share)
    if len(chosen):
        stage.copy_sessions(chosen)
    return len(chosen)


def _options(beacon: Beacon) -> dict[str, object]:
    """Options that differ from a plain beacon, for the label."""
    plain = Beacon(beacon.framework, beacon.law)
    names = ("port", "named", "hours", "life_h", "late", "bursts", "loss_share", "browsing_hits", "unanswered", "padded")
    out: dict[str, object] = {name: getattr(beacon, name) for name in names if getattr(beacon, name) != getattr(plain, name)}
    if beacon.rotation.servers > 1:
        out |= {"servers": beacon.rotation.servers, "rotation": beacon.rotation.order, "calls_each": beacon.rotation.calls_each}
    return out
