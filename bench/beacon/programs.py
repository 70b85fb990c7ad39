"""Event times of one program on one host: implants, timers of benign software, people, and memoryless calls. Seconds.

Interval laws and message sizes are the lab's (lab.sim.laws, lab.sim.sizes), so that implants and benign timers draw from one
model of sizes. Spans are (start, end) in seconds in which the host is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lab.sim.laws import Exponential, Gaussian, Law, LogNormal, UniformAbove, UniformAround, UniformBelow
from lab.sim.randomness import Floats

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
JITTERS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
LOSSES = (0.0, 0.0, 0.05, 0.15, 0.30)
CLOCK_S = (60.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
BUSY_S = (0.05, 1.0)

Spans = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Implant:
    """One implant's habits. jitter: share of the sleep; loss: share of events the sensor misses; hours: works in working hours
    alone; browsing: a person's visits to the same server; servers: rotation over this many."""

    law: Law
    jitter: float
    sleep_s: float
    loss: float
    hours: bool
    late: bool
    life_h: float
    bursts: int
    duplicates: bool
    browsing: int
    servers: int
    round_robin: bool


@dataclass(frozen=True)
class Habits:
    """From what the options of implants are drawn. shortest_s, longest: sleep, the longest in terms of the world's (an hour of
    a day); losses: one of these shares is missed; late, short, busy: shares of implants that start late, live short_h hours,
    work in bursts; browsing: visits of a person to the same server, from, to; stranger: share of rotating implants whose group
    holds a site that is none of its servers."""

    shortest_s: float = 10.0
    longest: float = 1.0
    losses: tuple[float, ...] = LOSSES
    late: float = 0.25
    short: float = 0.2
    short_h: tuple[float, float] = (4.0, 9.0)
    busy: float = 0.5
    bursts: int = 3
    browsing: tuple[float, float] = (10.0, 400.0)
    stranger: float = 0.0


PROTOCOL = Habits()  # beaconing.md 6.2
# the prototype of the reference gets here about what it gets in worlds that are harder on purpose (bench.beacon.prototype)
HARDER = Habits(15.0, 1.5, (0.0, 0.05, 0.15, 0.3, 0.3), 0.3, 0.3, (2.0, 8.0), 0.6, 4, (20.0, 700.0), 0.5)


def draw_implant(rng: np.random.Generator, longest_s: float = HOUR_S, habits: Habits = PROTOCOL) -> Implant:
    """Evaluation protocol of beaconing.md 6.2: options are drawn apart from each other, so that they pile up."""
    sleep_s = float(np.exp(rng.uniform(np.log(habits.shortest_s), np.log(longest_s * habits.longest))))
    jitter = float(rng.choice(JITTERS))
    family = rng.integers(0, 4)
    law: Law = UniformBelow(sleep_s, jitter)
    if family == 1:
        law = UniformAround(sleep_s, min(jitter, 0.9))
    elif family == 2:
        law = UniformAbove(sleep_s, sleep_s * jitter)
    elif family == 3:
        law = Gaussian(sleep_s, jitter / 3)
    kind = rng.random()
    return Implant(
        law,
        jitter,
        sleep_s,
        loss=float(rng.choice(habits.losses)),
        hours=bool(rng.random() < 0.2),
        late=bool(rng.random() < habits.late),
        life_h=float(rng.uniform(*habits.short_h)) if rng.random() < habits.short else 1e9,
        bursts=int(rng.integers(1, habits.bursts + 1)) if rng.random() < habits.busy else 0,
        duplicates=bool(rng.random() < 0.15),
        browsing=int(np.exp(rng.uniform(*np.log(habits.browsing)))) if kind < 0.12 else 0,
        servers=int(rng.choice((2, 3, 5))) if 0.12 <= kind < 0.37 else 1,
        round_robin=bool(rng.random() < 0.3),
    )


def renewal(rng: np.random.Generator, law: Law, spans: Spans) -> Floats:
    """Calls in each span: a first wait of at most a sleep, then call after call."""
    pieces = []
    for start, end in spans:
        at = start + rng.uniform(0, min(law.mean_s, end - start))
        count = int((end - at) / law.mean_s * 1.3) + 8
        gaps = law.draw(rng, count) + np.exp(rng.uniform(np.log(BUSY_S[0]), np.log(BUSY_S[1]), count))
        times = at + np.concatenate(([0.0], np.cumsum(gaps)))
        pieces.append(times[times < end])
    return np.concatenate(pieces) if pieces else np.empty(0)


def clock_locked(rng: np.random.Generator, spans: Spans) -> Floats:
    """A scheduled job: every whole period of the clock, a moment late."""
    period, phase = float(rng.choice(CLOCK_S)), rng.uniform(0, 30)
    pieces = [np.arange(np.ceil(start / period), np.floor(end / period) + 1) * period for start, end in spans]
    times = np.concatenate(pieces) if pieces else np.empty(0)
    return times + phase + rng.exponential(0.4, len(times))


def browsing(rng: np.random.Generator, spans: Spans, hits: int) -> Floats:
    """Sessions with log-normal gaps between hits, at random times."""
    if not spans:
        return np.empty(0)
    pieces, left = [], hits
    while left > 0:
        start, end = spans[int(rng.integers(0, len(spans)))]
        count = min(left, int(rng.integers(1, 40)))
        gaps = rng.lognormal(np.log(rng.uniform(2, 40)), rng.uniform(1.0, 1.8), count)
        times = rng.uniform(start, end) + np.cumsum(gaps)
        pieces.append(times[times < end])
        left -= count
    return np.concatenate(pieces)


def memoryless(rng: np.random.Generator, spans: Spans) -> Floats:
    """Calls of an interface that many users drive: Poisson, .4 to 600 an hour."""
    per_hour = float(np.exp(rng.uniform(np.log(0.4), np.log(600))))
    return renewal(rng, Exponential(HOUR_S / per_hour), spans)


def benign_timer(rng: np.random.Generator, spans: Spans, sleep_s: float, kind: int) -> Floats:
    """A heartbeat: fixed, Gaussian, +-20 % or log-normal."""
    laws: tuple[Law, ...] = (
        UniformBelow(sleep_s),
        Gaussian(sleep_s, 0.08),
        UniformAround(sleep_s, 0.2),
        LogNormal(sleep_s, 0.3),
    )
    return renewal(rng, laws[kind], spans)


def implant_calls(rng: np.random.Generator, implant: Implant, spans: Spans) -> tuple[Floats, Floats]:
    """(times, whether a call carries work) of an implant over a host's spans."""
    alive = _alive(rng, implant, spans)
    times = renewal(rng, implant.law, alive)
    if not len(times):
        return times, times
    work = [np.zeros(len(times))]
    pieces = [times]
    for _ in range(implant.bursts):
        count = int(rng.integers(10, 61))
        start = times[int(rng.integers(0, len(times)))]
        pieces.append(start + np.cumsum(rng.uniform(0.3, 4.0, count)))
        work.append(np.ones(count))
        inside = (times > start) & (times < pieces[-1][-1])  # an implant at work does not sleep meanwhile
        pieces[0], work[0] = pieces[0][~inside[: len(pieces[0])]], work[0][~inside[: len(work[0])]]
        times = pieces[0]
        if not len(times):
            break
    all_times, all_work = np.concatenate(pieces), np.concatenate(work)
    order = np.argsort(all_times, kind="stable")
    seen = rng.random(len(order)) >= implant.loss
    return all_times[order][seen], all_work[order][seen]


def _alive(rng: np.random.Generator, implant: Implant, spans: Spans) -> list[tuple[float, float]]:
    pieces = []
    for start, end in spans:
        if implant.hours:
            day = start // DAY_S * DAY_S
            start, end = max(start, day + 9 * HOUR_S), min(end, day + 17 * HOUR_S)
        if end - start > 60:
            pieces.append((start, end))
    if pieces and implant.late:
        start, end = pieces[0]
        pieces[0] = (start + (end - start) * rng.uniform(0.25, 0.75), end)
    if pieces and implant.life_h < 1e8:
        start, end = pieces[0]
        pieces = [(start, min(end, start + implant.life_h * HOUR_S))]
    return pieces
