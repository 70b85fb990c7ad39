"""How much better a law of sleeping explains the intervals of a pair than random or human traffic does, in nats.

  L = max over laws of sum ln f(d) - max(ln likelihood of exponential gaps, of log-normal gaps with sigma >= .8)

d: times of silence longer than tau (see timing). Under memoryless traffic what a silence exceeds tau by is exponential again,
for every tau, so the collapse of bursts cannot make random traffic look regular; both alternatives are fitted to d - tau. laws.py
says which laws there are. A likelihood ratio of e^L has a chance of at most e^-L per law under random traffic, whatever the
number of intervals (Markov); timing.py takes the level that one series in a thousand reaches from simulation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from . import laws, segments
from .series import Floats, Ints

BATCH = 1_024  # segments at a time: 90 bins and 250 laws of 8 bytes each stay in the cache


@dataclass(frozen=True, eq=False)
class SleepLaw:
    """Per segment, (segments,). nats: L. longest: b of the best law, ticks. rho: shortest over longest sleep. loss: share of
    calls that the best law says are not seen. strays: share of silences it does not explain."""

    nats: Floats
    longest: Floats
    rho: Floats
    loss: Floats
    strays: Floats


def sleep_law(d: Ints, starts: Ints, tau: int, mode: Floats) -> SleepLaw:
    """d: silences of more than tau ticks, ascending within a segment, none empty; mode: (segments,) of ln d, in ticks."""
    found = [SleepLaw(*np.zeros((5, 0)))]
    for low in range(0, len(starts) - 1, BATCH):
        high = min(low + BATCH, len(starts) - 1)
        part = d[starts[low] : starts[high]]
        found.append(_fit(part, starts[low : high + 1] - starts[low], tau, mode[low:high]))
    return SleepLaw(*(np.concatenate([getattr(part, each.name) for part in found]) for each in fields(SleepLaw)))


def _fit(d: Ints, starts: Ints, tau: int, mode: Floats) -> SleepLaw:
    ranked = segments.Ranked(d, starts)
    count = ranked.counts
    log_bin = _log_bin(d)
    log_sum = segments.sums(log_bin, starts) * laws.BIN
    found = SleepLaw(*np.full((5, len(count)), -np.inf))
    for table, anchor in ((laws.at_the_mode(), _log_bin(mode)), (laws.at_the_median(), _log_bin(ranked.twice_median() / 2))):
        fits = _counts(log_bin, starts, anchor) @ table.density + table.prior
        law = fits.argmax(axis=1)
        nats = fits[np.arange(len(law)), law] / laws.NAT - log_sum
        better = nats > found.nats
        for column, values in (
            (found.nats, nats),
            (found.longest, np.exp((anchor + table.shift[law]) * laws.BIN)),
            (found.rho, table.rho[law]),
            (found.loss, table.loss[law]),
            (found.strays, table.strays[law]),
        ):
            column[better] = values[better]
    excess = 2 * (d - tau) - 1  # twice the middle of a tick
    random = -count * (1 + np.log(segments.sums(excess, starts) / (2 * count)))
    return replace(found, nats=found.nats - np.maximum(random, _people(excess, starts)))


def _people(excess: Ints, starts: Ints) -> Floats:
    """ln likelihood of the best log-normal gaps; excess: twice the ticks beyond tau."""
    ranked = segments.Ranked(excess, starts)
    log_bin = _log_bin(excess / 2)
    fits: Floats = _counts(log_bin, starts, _log_bin(ranked.twice_median() / 4)) @ laws.people()
    nats: Floats = fits.max(axis=1) / laws.NAT - segments.sums(log_bin, starts) * laws.BIN
    return nats


def _log_bin(ticks: Ints | Floats) -> Ints:
    return np.rint(np.log(ticks) / laws.BIN).astype(np.int64)


def _counts(log_bin: Ints, starts: Ints, anchor: Ints) -> Floats:
    """(segments, BINS) how many values lie in each bin around the anchor; what lies beyond is in the outermost bins."""
    lengths = np.diff(starts)
    place = np.clip(log_bin - np.repeat(anchor - laws.REACH, lengths), 0, laws.BINS - 1)
    flat = np.bincount(segments.owners(starts) * laws.BINS + place, minlength=len(lengths) * laws.BINS)
    return flat.reshape(len(lengths), laws.BINS).astype(np.float64)
