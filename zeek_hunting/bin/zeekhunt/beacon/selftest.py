"""The recall self-test: synthetic beacons planted among the events of this network, in memory alone, to see where they rank.

Each has the source that is on for the most hours, and a destination in 192.0.2.0/24, which is nobody's (RFC 5737). They cover the
whole time of the search and go the way of every summary, so filters, prevalence and limits of this search apply to them. Times
are drawn from a fixed seed: two runs over the same events plant the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import summary

SEED = 4
DEST = "192.0.2.{}"
SERVICE = "443/tcp/ssl"
MOST_EVENTS = 20_000  # of one planted beacon


@dataclass(frozen=True)
class Plan:
    """label: what the row is called. period_s: longest sleep; jitter: share of it that a sleep may be shorter; loss: share of
    calls that the sensor misses; servers: destinations that take turns, SERVER_CALLS calls each."""

    label: str
    period_s: float
    jitter: float
    loss: float = 0.0
    servers: int = 1


SERVER_CALLS = 8
PLANS = (
    Plan("every 60 s", 60, 0.0),
    Plan("every 60 s, 50 % jitter", 60, 0.5),
    Plan("every 5 min, 90 % jitter", 300, 0.9),
    Plan("every 10 min, 20 % jitter, 30 % loss", 600, 0.2, loss=0.3),
    Plan("every 30 min, 20 % jitter", 1_800, 0.2),
    Plan("every 5 min, 20 % jitter, 5 servers", 300, 0.2, servers=5),
)


def planted(src: str, first_tick: int, last_tick: int, rita: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(label, partial row) of every planted pair."""
    server = 0
    for at, plan in enumerate(PLANS):
        rng = random.Random(f"{SEED} {at}")
        ticks = list(_ticks(plan, first_tick, last_tick, rng))
        turns: list[list[int]] = [[] for _ in range(plan.servers)]
        for call, tick in enumerate(ticks):
            turns[call // SERVER_CALLS % plan.servers].append(tick)
        for held in turns:
            server += 1
            if held:
                key = (src, DEST.format(server), "0", "")
                columns = [[tick << summary.PORT_BITS | summary.PORT_MASK for tick in held], *_sizes(held, rng)]
                yield plan.label, summary.partial_row(key, {SERVICE: [*columns, *([[600] * len(held)] if rita else [])]})


def ranks(labels: Sequence[str]) -> str:
    """One sentence: the first rank of every planted beacon. labels: of the rows in order, '' of real ones."""
    places = [f"{plan.label}: {labels.index(plan.label) + 1 if plan.label in labels else 'not among them'}" for plan in PLANS]
    return f"self-test, rank of each planted beacon among {len(labels):,} rows: " + "; ".join(places)


def _ticks(plan: Plan, first_tick: int, last_tick: int, rng: random.Random) -> Iterator[int]:
    now = first_tick + rng.random() * 10 * plan.period_s
    for _ in range(MOST_EVENTS):
        if now > last_tick:
            return
        if rng.random() >= plan.loss:
            yield int(now)
        now += 10 * plan.period_s * (1 - plan.jitter * rng.random())


def _sizes(ticks: list[int], rng: random.Random) -> list[list[int]]:
    """Request and reply: the usual ones, and now and then a task."""
    tasked = [rng.random() < 0.05 for _ in ticks]
    return [[900 if task else 310 for task in tasked], [rng.randrange(1_000, 40_000) if task else 128 for task in tasked]]
