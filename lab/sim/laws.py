"""How long a program sleeps between two calls: the interval laws of implants and of benign software, seconds.

The time of the call itself comes on top (see renewal): an implant sleeps from the end of one call to the start of the next.
Sources of the implants' laws: Cobalt Strike and Empire, blog.fox-it.com/2020/01/15/hunting-for-beacons; Sliver,
github.com/BishopFox/sliver implant/sliver/transports/beacon.go.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from lab.sim.randomness import Floats, Ints
from lab.sim.settings import SECOND_US

# A Gaussian sleep is cut here, as software that computes a delay refuses one near or below 0.
_SHORTEST_GAUSSIAN_SHARE = 0.1


class Law(Protocol):
    """`mean_s`: expected sleep; `draw`: n independent sleeps in seconds."""

    @property
    def mean_s(self) -> float: ...

    def draw(self, rng: np.random.Generator, n: int) -> Floats: ...


@dataclass(frozen=True)
class UniformBelow:
    """U[S(1-j), S]: Cobalt Strike. `jitter` j in 0..1."""

    sleep_s: float
    jitter: float = 0.0

    @property
    def mean_s(self) -> float:
        return self.sleep_s * (1 - self.jitter / 2)

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        return rng.uniform(self.sleep_s * (1 - self.jitter), self.sleep_s, n)


@dataclass(frozen=True)
class UniformAround:
    """U[S(1-j), S(1+j)]: Empire, PoshC2, Mythic agents, SharpC2. `jitter` j in 0..1."""

    sleep_s: float
    jitter: float = 0.0

    @property
    def mean_s(self) -> float:
        return self.sleep_s

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        return rng.uniform(self.sleep_s * (1 - self.jitter), self.sleep_s * (1 + self.jitter), n)


@dataclass(frozen=True)
class UniformAbove:
    """S + U[0, J): Sliver, whose jitter is absolute and only lengthens."""

    sleep_s: float
    jitter_s: float

    @property
    def mean_s(self) -> float:
        return self.sleep_s + self.jitter_s / 2

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        return self.sleep_s + rng.uniform(0, self.jitter_s, n)


@dataclass(frozen=True)
class Gaussian:
    """Normal with mean S and standard deviation cv*S, cut below at a tenth of S."""

    sleep_s: float
    cv: float

    @property
    def mean_s(self) -> float:
        return self.sleep_s

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        return np.maximum(rng.normal(self.sleep_s, self.cv * self.sleep_s, n), _SHORTEST_GAUSSIAN_SHARE * self.sleep_s)


@dataclass(frozen=True)
class LogNormal:
    """exp(N(ln median, sigma))."""

    median_s: float
    sigma: float

    @property
    def mean_s(self) -> float:
        return float(self.median_s * np.exp(self.sigma**2 / 2))

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        return rng.lognormal(np.log(self.median_s), self.sigma, n)


@dataclass(frozen=True)
class Exponential:
    """Memoryless: calls of a Poisson process."""

    mean_s: float

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        return rng.exponential(self.mean_s, n)


def describe(law: Law) -> dict[str, Any]:
    """The law by name with its parameters, for labels.json."""
    return {"law": type(law).__name__, **asdict(law)}  # type: ignore[call-overload]


def fixed(sleep_s: float) -> UniformBelow:
    """No jitter at all."""
    return UniformBelow(sleep_s)


@dataclass(frozen=True)
class Renewal:
    """Calls of one program: `start_us` and `busy_us` (how long each call takes), both (n,), start_us rising."""

    start_us: Ints
    busy_us: Ints


def sleeps_to_cover(rng: np.random.Generator, law: Law, span_us: int) -> Ints:
    """Sleeps in microseconds whose sum reaches the span, plus one block of spare draws."""
    block = int(span_us / SECOND_US / law.mean_s * 1.1) + 16
    draws = np.rint(law.draw(rng, block) * SECOND_US).astype(np.int64)
    while draws.sum() < span_us:
        draws = np.concatenate([draws, np.rint(law.draw(rng, block) * SECOND_US).astype(np.int64)])
    return draws


def renewal(first_us: int, stop_us: int, sleeps_us: Ints, busy_us: Ints) -> Renewal:
    """Start i+1 = start i + busy i + sleep i, from first_us; calls that begin at or after stop_us are left out."""
    starts = first_us + np.concatenate([[0], np.cumsum(sleeps_us + busy_us)[:-1]])
    kept = int(np.searchsorted(starts, stop_us))
    return Renewal(starts[:kept].astype(np.int64), busy_us[:kept])
