"""Lattice fit: do the intervals lie on multiples of the period, as they do when beats are missed or shared among servers?

share = intervals within .15 sqrt(k) P of k P, k = 1 to 6, among all; k sleeps in a row spread sqrt(k) times as wide as one.
chance = what exponential intervals of the same mean show; excess = (share - chance)/(1 - chance), 0 by chance, 1 when all fit.
"""

from __future__ import annotations

import numpy as np

from . import segments
from .series import Floats, Ints
from .settings import BeaconSettings


def lattice_excess(d: Ints, starts: Ints, period: Floats, settings: BeaconSettings) -> Floats:
    """(segments,) excess, kept above -1; NaN where chance leaves no room. d: intervals in ticks, no segment empty."""
    beat = np.repeat(period, np.diff(starts))
    multiple = np.floor(d / beat + 0.5)
    fits = (multiple >= 1) & (multiple <= settings.lattice_multiples)
    fits &= np.abs(d - multiple * beat) <= settings.lattice_width * np.sqrt(multiple) * beat
    share = segments.counts_of(fits, starts) / np.diff(starts)
    beats_of_mean = period * np.diff(starts) / segments.sums(d, starts)
    missed_by_chance = np.ones(len(period))
    for k in range(1, settings.lattice_multiples + 1):
        half = settings.lattice_width * np.sqrt(k)
        missed_by_chance -= np.exp(-(k - half) * beats_of_mean) - np.exp(-(k + half) * beats_of_mean)
    excess: Floats = np.full(len(period), np.nan)
    np.divide(share - (1 - missed_by_chance), missed_by_chance, out=excess, where=missed_by_chance > settings.lattice_room)
    return np.maximum(excess, -1.0)
