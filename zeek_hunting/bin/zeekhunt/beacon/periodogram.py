"""Second opinion on the period: the largest ordinate of the periodogram of counts, against white noise. Shown, never weighted.

The time from the first to the last event is cut into up to 4,096 bins; I(f) = |sum (c - mean) exp(-2 pi i f t)|^2 at the Fourier
frequencies. Fisher's g = max I / sum I; for m ordinates of white noise P(g > x) <= m (1 - x)^(m - 1), the first
term of Fisher's 1929 series and Walker's 1914 large-sample test. It sees one strict period and misses sleeps whose phase
drifts: agreement is strong, disagreement says little.

One transform per pair: meant for the pairs that are shown, not for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .series import TICKS_PER_S, Floats, Series

BINS = 4_096
EVENTS_MIN = 8
LOWEST = 3  # cycles in the whole time: fewer are a trend


@dataclass(frozen=True, eq=False)
class Periodogram:
    """(pairs,): period_s of the largest ordinate; chance: bound on how often white noise shows one as large, in [0, 1]. NaN for a
    pair of fewer than 8 events or of no length."""

    period_s: Floats
    chance: Floats


def periodogram(series: Series) -> Periodogram:
    period_s, chance = np.full((2, series.pairs), np.nan)
    for pair in np.flatnonzero(np.diff(series.starts) >= EVENTS_MIN).tolist():
        ticks = series.ticks[series.starts[pair] : series.starts[pair + 1]]
        since = ticks - ticks[0]
        span = int(since[-1]) + 1
        bins = min(BINS, span)
        if bins < 4 * LOWEST:
            continue
        counts = np.bincount(since * bins // span, minlength=bins)
        power = np.abs(np.fft.rfft(counts - counts.mean())[LOWEST : bins // 2]) ** 2
        total = float(power.sum())
        if total <= 0 or len(power) < LOWEST:
            continue
        at = int(power.argmax())
        period_s[pair] = span / (at + LOWEST) / TICKS_PER_S
        chance[pair] = min(len(power) * (1 - float(power[at]) / total) ** (len(power) - 1), 1.0)
    return Periodogram(period_s, chance)
