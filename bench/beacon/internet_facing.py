"""One server on the internet for a day: everything it talks to, and one implant that calls a rare address from among it.

The laws are those of the programs named, not of the scores: NTP doubles its poll between 64 and 1,024 s; a resolver asks again
when a name's time to live has run out; peers of a swarm keep a connection alive every two minutes while they live; a crawler
waits its delay between pages; mail is tried again after 5, 15, 30 and 60 minutes; scanners come by in trains, monitors on the
minute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from zeekhunt.beacon.ranking import Request
from zeekhunt.beacon.scope import ALL, OUTBOUND
from zeekhunt.beacon.series import TICKS_PER_S

from bench.beacon.columns import pair_columns
from bench.beacon.hunted import START_S, Flow, Row, findings
from bench.beacon.programs import DAY_S
from bench.beacon.worlds import Seen, World
from bench.beacon.yardsticks import NAMES, judged
from lab.sim.laws import UniformBelow
from lab.sim.randomness import Floats, log_uniform

SERVER = "10.0.0.5"
IMPLANT = "implant"
SLEEPS_S = (30.0, 3600.0)
JITTERS = (0.0, 0.2, 0.5, 0.9)
SWARM_S = (120.0, 900.0)  # keep-alive of a peer connection, refresh of a table of peers
CRAWL_S = (1.0, 30.0)
RETRIES_S = (300.0, 900.0, 1800.0, 3600.0)


@dataclass(frozen=True)
class Crowd:
    """How many of a kind a server has: from, to; times: (rng, place) -> seconds of the connections of one of them."""

    kind: str
    counts: tuple[int, int]
    services: Sequence[str]
    request_b: tuple[float, float]
    times: Callable[[np.random.Generator], Floats]
    inbound: bool = False
    attempt_share: float = 0.0


@dataclass(frozen=True)
class Ranks:
    """Of one seed: rows of the search; jitter of the implant; place of its row, by detector."""

    rows: int
    jitter: float
    places: dict[str, int]


def table(seeds: Sequence[int]) -> list[str]:
    """Lines of Markdown: ranks over seeds, outbound rows and all rows."""
    lines = [
        "| direction | jitter of the implant | servers | rows of each | detector | median place | in first 3 | in first 10 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for direction in (OUTBOUND, ALL):
        found = [ranks(seed, direction) for seed in seeds]
        rows = [each.rows for each in found]
        for jittered, words in ((False, "0 to 50 %"), (True, "90 %")):
            held = [each.places for each in found if (each.jitter > 0.5) == jittered]
            for name in held[0] if held else ():
                place = np.array([places[name] for places in held])
                told = f"{np.median(place):.0f} | {np.mean(place <= 3):.2f} | {np.mean(place <= 10):.2f}"
                lines.append(f"| {direction} | {words} | {len(held)} | {min(rows)} to {max(rows)} | {name} | {told} |")
    return lines


def ranks(seed: int, direction: str) -> Ranks:
    flows, jitter = build(seed)
    rows = findings(flows, Request(direction=direction, limit=50_000))
    scored = [flow for flow in flows if len(flow.times_s) >= 4 and (direction == ALL or flow.src == SERVER)]
    columns = pair_columns(_world(scored))
    implant = [flow.kind for flow in scored].index(IMPLANT)
    places = {name: int((one.rank >= one.rank[implant]).sum()) for name, one in judged(columns, START_S).items()}
    return Ranks(len(rows), jitter, {**places, NAMES[0]: rank_of(rows, flows)})


def _world(flows: Sequence[Flow]) -> World:
    """The same connections as series, all of one source that nobody else shares a destination with."""
    seen = []
    for flow in flows:
        order = np.argsort(flow.times_s)
        ticks = ((flow.times_s[order] + START_S) * TICKS_PER_S).astype(np.int64)
        sizes = (np.asarray(each)[order].astype(np.int64) for each in (flow.request, flow.reply))
        seen.append(Seen(flow.kind, 0, ticks, *sizes, 1))
    hours = np.arange(START_S // 3600, START_S // 3600 + 25, dtype=np.int64)
    return World(seen, [hours])


def build(seed: int) -> tuple[list[Flow], float]:
    """The day of a server, and the implant's jitter; the implant is the flow of kind IMPLANT."""
    rng = np.random.default_rng([seed, 44])
    flows = []
    for crowd in CROWDS:
        for _ in range(int(rng.integers(*crowd.counts))):
            flows.append(_flow(rng, crowd, _address(len(flows))))
    jitter = float(rng.choice(JITTERS))
    sleep_s = float(log_uniform(rng, *SLEEPS_S, 1)[0])
    times = np.cumsum(UniformBelow(sleep_s, jitter).draw(rng, int(DAY_S / sleep_s * 3) + 8)) + rng.uniform(0, DAY_S / 4)
    times = times[times < DAY_S]
    request = np.full(len(times), rng.integers(200, 1500)) + rng.integers(0, 64, len(times))
    port = str(rng.choice(("443/tcp/ssl", "8080/tcp/http", "4444/tcp/-", "8443/tcp/ssl", "9001/udp/-")))
    return [*flows, Flow(IMPLANT, SERVER, _address(len(flows)), port, times, request, request * 3.0)], jitter


def rank_of(rows: Sequence[Row], flows: Sequence[Flow]) -> int:
    """Place of the implant's row, from 1; one behind the last where it has none."""
    dest = next(flow.dest for flow in flows if flow.kind == IMPLANT)
    return next((at for at, row in enumerate(rows, 1) if row["dest"] == dest or dest in _listed(row)), len(rows) + 1)


def _listed(row: Row) -> Sequence[object]:
    addresses = row["addresses"]
    return addresses if isinstance(addresses, (list, tuple)) else ()


def _address(at: int) -> str:
    return f"203.{at // 60_000}.{at // 250 % 240}.{at % 250 + 1}"


def _flow(rng: np.random.Generator, crowd: Crowd, address: str) -> Flow:
    times = np.sort(crowd.times(rng))
    times = times[(times >= 0) & (times < DAY_S)]
    usual = float(log_uniform(rng, *crowd.request_b, 1)[0])
    spread = float(rng.choice((0.0, 0.0, 0.05, 0.5)))
    request = np.rint(usual * rng.lognormal(0, spread, len(times)))
    reply = np.rint(usual * rng.uniform(0.5, 8) * rng.lognormal(0, spread, len(times)))
    ends = (address, SERVER) if crowd.inbound else (SERVER, address)
    unanswered = bool(rng.random() < crowd.attempt_share)
    return Flow(crowd.kind, *ends, str(rng.choice(crowd.services)), times, request, reply, unanswered)


def _life(rng: np.random.Generator, shortest_s: float) -> tuple[float, float]:
    start = rng.uniform(0, DAY_S)
    return start, min(start + float(log_uniform(rng, shortest_s, DAY_S, 1)[0]), DAY_S)


def _ntp(rng: np.random.Generator) -> Floats:
    poll, at, found = 64.0, rng.uniform(0, 1024), []
    while at < DAY_S:
        found.append(at)
        poll = float(np.clip(poll * rng.choice((0.5, 1, 1, 1, 2, 2)), 64, 1024))
        at += poll + rng.uniform(-1, 2)
    return np.array(found)


def _resolver(rng: np.random.Generator) -> Floats:
    """Asked again when the answer's time to live is over and somebody wants the name."""
    live_s, wait_s = float(rng.choice((60, 300, 300, 900, 3600))), float(log_uniform(rng, 1, 7200, 1)[0])
    return np.cumsum(live_s + rng.exponential(wait_s, int(DAY_S / (live_s + wait_s) * 1.5) + 8))


def _swarm(rng: np.random.Generator) -> Floats:
    start, end = _life(rng, 300)
    every = float(rng.choice(SWARM_S)) * rng.uniform(0.9, 1.1)
    times = np.arange(start, end, every)
    return times + rng.normal(0, every * float(rng.choice((0.002, 0.05, 0.2))), len(times))


def _crawl(rng: np.random.Generator) -> Floats:
    """A crawler's visits to one site: pages a delay apart."""
    delay = float(log_uniform(rng, *CRAWL_S, 1)[0])
    visits = []
    for start in rng.uniform(0, DAY_S, int(rng.integers(1, 4))):
        pages = int(log_uniform(rng, 3, 60, 1)[0]) + 1
        visits.append(start + np.cumsum(delay + rng.exponential(delay * 0.1, pages)))
    return np.concatenate(visits)


def _mail(rng: np.random.Generator) -> Floats:
    """Messages to one server, each tried again until it is taken."""
    found = []
    for start in rng.uniform(0, DAY_S, int(log_uniform(rng, 1, 12, 1)[0])):
        tries = int(rng.integers(1, 8))
        waits = [RETRIES_S[min(step, len(RETRIES_S) - 1)] for step in range(tries)]
        found.append(start + np.concatenate(([0.0], np.cumsum(waits)[:-1])) + rng.uniform(0, 20, tries))
    return np.concatenate(found)


def _retries(rng: np.random.Generator) -> Floats:
    """A peer that is gone, tried with growing pauses, a few times over the day."""
    waits = float(rng.choice((1, 3, 5))) * 2.0 ** np.arange(int(rng.integers(3, 8)))
    return np.concatenate([start + np.cumsum(waits) for start in rng.uniform(0, DAY_S, int(rng.integers(1, 5)))])


def _update(rng: np.random.Generator) -> Floats:
    every = float(rng.choice((1800, 3600, 7200, 21_600)))
    return np.arange(rng.uniform(0, every), DAY_S, every) + rng.uniform(0, float(rng.choice((1, 60, 600))))


def _agent(rng: np.random.Generator) -> Floats:
    """A monitoring or backup agent's own heartbeat."""
    every = float(rng.choice((30, 60, 300)))
    times = np.arange(rng.uniform(0, every), DAY_S, every)
    return times + rng.exponential(0.5, len(times))


def _hook(rng: np.random.Generator) -> Floats:
    return np.cumsum(rng.exponential(float(log_uniform(rng, 60, 7200, 1)[0]), 2000))


def _guesses(rng: np.random.Generator) -> Floats:
    """A password guesser's train."""
    start, end = _life(rng, 60)
    every = float(log_uniform(rng, 2, 600, 1)[0])
    times = np.arange(start, end, every)[:3000]
    return times + rng.exponential(every * 0.1, len(times))


def _scans(rng: np.random.Generator) -> Floats:
    starts = rng.uniform(0, DAY_S, int(rng.integers(1, 5)))
    return np.concatenate([start + np.cumsum(rng.exponential(rng.uniform(0.2, 20), int(rng.integers(2, 9)))) for start in starts])


def _monitor(rng: np.random.Generator) -> Floats:
    return np.arange(rng.uniform(0, 60), DAY_S, float(rng.choice((60, 180, 300)))) + rng.uniform(0, 2)


HIGH_PORTS = (*(f"{port}/udp/-" for port in (6881, 51413, 30303, 8999, 26656, 16881)), "6881/tcp/-", "8333/tcp/-")
CROWDS = (
    Crowd("ntp", (6, 16), ("123/udp/ntp",), (48, 49), _ntp),
    Crowd("resolver", (100, 250), ("53/udp/dns",), (35, 90), _resolver),
    Crowd("swarm", (250, 480), HIGH_PORTS, (60, 400), _swarm, attempt_share=0.2),
    Crowd("crawl", (120, 220), ("443/tcp/ssl", "443/tcp/ssl", "80/tcp/http"), (300, 900), _crawl),
    Crowd("mail", (60, 140), ("25/tcp/smtp",), (600, 9000), _mail, attempt_share=0.5),
    Crowd("retries", (60, 140), ("8080/tcp/-", "443/tcp/-", "22/tcp/-"), (1, 2), _retries, attempt_share=1.0),
    Crowd("update", (4, 10), ("443/tcp/ssl", "80/tcp/http"), (200, 900), _update),
    Crowd("agent", (1, 3), ("443/tcp/ssl",), (300, 1500), _agent),
    Crowd("hook", (5, 15), ("443/tcp/ssl",), (500, 4000), _hook),
    Crowd("guesses", (60, 150), ("22/tcp/ssh", "3389/tcp/rdp", "25/tcp/smtp"), (800, 2500), _guesses, inbound=True),
    Crowd("scans", (150, 300), ("80/tcp/http", "443/tcp/ssl", "22/tcp/ssh", "23/tcp/-"), (20, 400), _scans, True, 0.5),
    Crowd("monitor", (3, 9), ("443/tcp/ssl", "80/tcp/http"), (200, 500), _monitor, inbound=True),
)
