"""Interval laws as densities on a logarithmic grid: how implants sleep, and how people and memoryless programs do not.

A law of sleeping is uniform on [rho, 1] (times the longest sleep b). Cobalt Strike sleeps U[S(1 - j), S]: rho = 1 - j;
Empire and PoshC2 U[S(1 - j), S(1 + j)]: rho = (1 - j)/(1 + j); Sliver S + U[0, J): rho = S/(S + J). A sensor that misses a share
q of the calls, or an implant that goes to one of r servers at random (q = 1 - 1/r), shows sums of k sleeps with probability
(1 - q) q^(k - 1): the multiples of the period, each wider than the one before. A share of strays comes from elsewhere: a person
at the same site, a reconnect, a lost hour; they lie anywhere on the logarithm.

Densities are whole numbers of 1/1024 nat per bin of 7 %, so that sums over intervals are exact in float64 whatever their order:
the same pair gets the same bits in any block, on any BLAS.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .series import Floats, Ints

BIN = 0.07  # width of a bin on ln(interval)
REACH = 44  # bins on either side of the anchor: a factor of 22
BINS = 2 * REACH + 1
NAT = 1024  # units of a nat
BROAD = 6.0  # strays spread over this much of the logarithm, a factor of 400

LOSSES = (0.0, 0.15, 0.3, 0.5, 0.67, 0.8)
NARROW = (0.97, 0.9, 0.8, 0.7)  # rho; anchored at the mode of the intervals
WIDE = (0.5, 0.3, 0.1, 0.03)  # rho; anchored at their median
STRAYS = (0.03, 0.25)
COMPLEX = 1.0  # nats that a loss, or many strays, must earn before they help
HUMAN_SIGMA = (0.8, 1.0, 1.3, 1.7, 2.2, 3.0)  # of log-normal gaps; from .8 on the spread is that of exponential gaps or more


@dataclass(frozen=True, eq=False)
class Laws:
    """density: (BINS, laws) of 1/1024 nat, whole numbers in float64, relative to the anchor in the middle, per unit of ln d.
    prior: (laws,) what a law is charged for being less simple, in the same units. rho, loss, strays, shift: (laws,); shift:
    bins from the anchor to the longest sleep b."""

    density: Floats
    prior: Floats
    rho: Floats
    loss: Floats
    strays: Floats
    shift: Ints


@lru_cache(maxsize=1)
def at_the_mode() -> Laws:
    """Laws of narrow sleeps, at every place that the mode of the intervals may have within them."""
    rows = []
    for rho in NARROW:
        inside = round(-math.log(rho) / BIN)
        for loss in LOSSES:
            shifts = list(range(-1, inside + 2))
            if loss >= 0.5:  # with few samples the second multiple may be the fullest
                shifts += [shift - round(math.log(2) / BIN) for shift in range(0, inside + 1)]
            rows += [(rho, loss, strays, shift) for strays in (STRAYS if loss <= 0.3 else STRAYS[:1]) for shift in shifts]
    return _laws(rows)


@lru_cache(maxsize=1)
def at_the_median() -> Laws:
    """Laws of wide sleeps, their own median up to 35 % beside that of the intervals."""
    rows = []
    for rho in WIDE:
        for loss in LOSSES[:4]:
            middle = round(-math.log(_median(rho, loss)) / BIN)
            rows += [(rho, loss, strays, middle + off) for strays in (STRAYS if not loss else STRAYS[:1]) for off in range(-5, 6)]
    return _laws(rows)


@lru_cache(maxsize=1)
def people() -> Floats:
    """(BINS, laws) densities of log-normal gaps around the anchor, as in Laws."""
    centre = (np.arange(BINS) - REACH) * BIN
    columns = []
    for sigma in HUMAN_SIGMA:
        for shift in range(-8, 9, 2):
            z = (centre - shift * BIN) / sigma
            columns.append(-0.5 * z * z - math.log(sigma * math.sqrt(2 * math.pi)))
    return np.rint(np.column_stack(columns) * NAT)


def _laws(rows: list[tuple[float, float, float, int]]) -> Laws:
    columns = []
    for rho, loss, strays, shift in rows:
        sleeping = _per_log(rho, loss, shift)
        columns.append(np.rint(np.log((1 - strays) * sleeping + strays / BROAD) * NAT))
    rho_of, loss_of, strays_of, shift_of = (np.array(each) for each in zip(*rows))
    prior: Floats = np.asarray(-COMPLEX * NAT * ((loss_of > 0) * 1.0 + (strays_of > STRAYS[0])), dtype=np.float64)
    return Laws(np.column_stack(columns).astype(np.float64), prior, rho_of, loss_of, strays_of, shift_of.astype(np.int64))


def _per_log(rho: float, loss: float, shift: int) -> Floats:
    """Density per unit of ln d in each bin around the anchor, averaged over a bin, of a law with b ``shift`` bins right of it."""
    step, cumulative = _cumulative(rho, loss)
    edges = np.exp((np.arange(BINS + 1) - REACH - 0.5 - shift) * BIN)
    at = np.minimum(edges / step, len(cumulative) - 1)
    values: Floats = np.interp(at, np.arange(len(cumulative)), cumulative)
    return np.diff(values) / BIN


def _median(rho: float, loss: float) -> float:
    step, cumulative = _cumulative(rho, loss)
    return float(np.searchsorted(cumulative, 0.5) * step)


@lru_cache(maxsize=64)
def _cumulative(rho: float, loss: float) -> tuple[float, Floats]:
    """(step, distribution function at 0, step, 2 step, ...) of the interval in units of b; up to 9 sleeps."""
    step, most = 0.005, 9
    one = np.zeros(int(1.04 / step) + 1)
    one[round(rho / step) : round(1 / step) + 1] = 1.0
    one = np.convolve(one, [0.25, 0.5, 0.25], mode="same")  # calls take a moment: soft edges
    one /= one.sum()
    total = np.zeros(most * len(one))
    sleeps, chance = one, 1.0 - loss
    for _ in range(most):
        total[: len(sleeps)] += chance * sleeps
        sleeps, chance = np.convolve(sleeps, one), chance * loss
        if not chance:
            break
    running = np.cumsum(total)
    return step, running / running[-1]
