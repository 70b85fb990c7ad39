"""Event times that random, human and implant traffic makes, from a seed; Python's generator, whose streams do not change.

Ticks of 0.1 s from NOON on. Implant laws: Cobalt Strike sleeps U[S(1 - j), S].
"""

from __future__ import annotations

import random
from collections.abc import Callable

NOON = 17_000_000_000 // 864_000 * 864_000 + 432_000
DAY_S = 86_400.0

Law = Callable[[random.Random], float]  # one gap in seconds


def renewal(law: Law, rng: random.Random, span_s: float = DAY_S) -> list[int]:
    """Events with independent gaps over span_s."""
    at, ticks = law(rng), []
    while at < span_s:
        ticks.append(NOON + int(at * 10))
        at += law(rng)
    return ticks


def sleeper(sleep_s: float, jitter: float, request_s: float = 0.2) -> Law:
    """Cobalt Strike's sleep and the time a request takes."""
    return lambda rng: rng.uniform(sleep_s * (1 - jitter), sleep_s) + rng.uniform(0.05, request_s)


def poisson(per_hour: float) -> Law:
    return lambda rng: rng.expovariate(per_hour / 3600)


def browsing(rng: random.Random, hits: int = 480) -> list[int]:
    """Sessions of 8 to 60 hits with log-normal gaps, at random times of the day."""
    ticks: list[int] = []
    while len(ticks) < hits:
        at = rng.uniform(0, DAY_S)
        for _ in range(rng.randint(8, 60)):
            at += rng.lognormvariate(1.0, 1.5)
            ticks.append(NOON + int(at * 10))
    return ticks[:hits]
