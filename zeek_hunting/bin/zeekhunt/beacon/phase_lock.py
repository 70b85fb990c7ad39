"""Phase lock: do the events keep to the wall clock, as scheduled jobs do and sleeping implants do not?

R = |sum over events of exp(2 pi i t/P)| / n at P = 1, 5, 10, 15, 30, 60 minutes since the epoch; Rayleigh's test: random phases
exceed R with probability near exp(-n R^2). n is the number of clock periods with an event, since events of one period are not
apart: ten minutes of anything lie in one part of the hour, and keep no clock. An implant's phase drifts with every sleep and
every call; cron's does not. What is shown is mild evidence for a benign program, never proof: an implant may be started by a
scheduler.

Phases are taken in 3,600 steps and cosines as whole numbers of 2^-20, so that sums are exact and a pair has the same bits in any
block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import segments
from .series import TICKS_PER_S, Floats, Ints, Series

CLOCK_S = (60, 300, 600, 900, 1800, 3600)
STEPS = 3_600
UNIT = 2**20
SURE = 13.8  # n R^2: one pair in a million random ones, at six clocks and many pairs


@dataclass(frozen=True, eq=False)
class PhaseLock:
    """resultant: (pairs, clocks) R, NaN for a pair without events. clock_s: (pairs,) the clock kept best, the longest of equally
    good ones; 0 where none is kept."""

    resultant: Floats
    clock_s: Ints


def phase_lock(series: Series) -> PhaseLock:
    """Of every pair; several events in one tick count as often as they occur."""
    angle = 2 * np.pi * np.arange(STEPS) / STEPS
    cosine, sine = (np.rint(turn * UNIT).astype(np.int64) for turn in (np.cos(angle), np.sin(angle)))
    count = np.diff(series.starts)
    resultant = np.full((series.pairs, len(CLOCK_S)), np.nan)
    some = count > 0
    for clock, seconds in enumerate(CLOCK_S):
        period = seconds * TICKS_PER_S
        step = series.ticks % period * STEPS // period
        east, north = segments.sums(cosine[step], series.starts)[some], segments.sums(sine[step], series.starts)[some]
        resultant[some, clock] = np.sqrt((east / UNIT) ** 2 + (north / UNIT) ** 2) / count[some]
    kept = np.nan_to_num(resultant) ** 2 * count[:, np.newaxis] > SURE
    for clock, seconds in enumerate(CLOCK_S):
        pair = np.flatnonzero(kept[:, clock])
        kept[pair, clock] = resultant[pair, clock] ** 2 * _periods(series, pair, seconds * TICKS_PER_S) > SURE
    # a job of every 10 minutes keeps the minute as well: the longest clock kept nearly as well says most
    strongest = np.where(kept, resultant, 0.0).max(axis=1, initial=0.0)
    near = kept & (resultant >= 0.9 * strongest[:, np.newaxis])
    longest = np.where(near, np.array(CLOCK_S, np.int64), 0).max(axis=1, initial=0)
    return PhaseLock(resultant, longest.astype(np.int64))


def _periods(series: Series, pair: Ints, period: int) -> Ints:
    """How many clock periods of so many ticks have an event, of these pairs."""
    chosen = np.zeros(series.pairs, np.bool_)
    chosen[pair] = True
    ticks, starts = segments.select(series.ticks, series.starts, chosen)
    new = segments.firsts(starts, ticks.size)
    new[1:] |= np.diff(ticks // period) != 0
    return segments.counts_of(new, starts)
