"""Timing evidence of one pair, in plain loops from the formulas: no numpy, no code and no settings shared with the product.

Numbers are those of the table: tau 1, 5, 30 s; weights .50 .11 .08 .08 .10 .08 .05; ramps as below. Times are 0.1 s ticks. The
nats of the sleep law come from the caller: they have a test of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

Law = Callable[[list[int], int], float]  # silences ascending, tau in ticks -> nats


@dataclass
class Evidence:
    timing: float
    statistics: list[float]  # NaN where a part could not be measured
    points: list[float]
    period_s: float
    q25_s: float
    q75_s: float
    tau_s: int
    intervals: int
    expected: int
    missed: int


def evidence(ticks: list[int], law: Law) -> Evidence | None:
    """None where fewer than 3 intervals are left."""
    best = None
    for tau_s in (1, 5, 30):
        found = _at_tau(sorted(ticks), tau_s, law)
        if found is not None and (best is None or found.timing > best.timing):
            best = found
    return best


def _at_tau(ticks: list[int], tau_s: int, law: Law) -> Evidence | None:
    beats, silences = [], []
    for at, tick in enumerate(ticks):
        if at == 0 or tick - ticks[at - 1] > tau_s * 10:
            beats.append(tick)
            silences += [tick - ticks[at - 1]] if at else []
    d = [later - earlier for earlier, later in zip(beats, beats[1:])]
    if len(d) < 3:
        return None
    d, silences = without_nights(d), without_nights(silences)
    median, period = quantile(d, 50), half_sample_mode(d)
    q25, q75 = quantile(d, 25), quantile(d, 75)
    nats = law(silences, tau_s * 10)
    statistics = [
        nats,
        (q75 - q25) / (q75 + q25),
        quantile(d, 5) / median,
        quantile(d, 95) / median,
        pair_correlation(beats, d, period),
        count_dispersion(beats, period),
        lattice(d, period),
    ]
    r = ramp(statistics[1], 0.55, 0.05)
    u = ramp(math.log(statistics[3]), math.log(4), math.log(1.35))
    a, x = (0.0 if math.isnan(statistics[part]) else ramp(statistics[part], 0.05, 0.8) for part in (4, 6))
    c = (r + u) / 2 if math.isnan(statistics[5]) else ramp(math.log(statistics[5] + 0.02), 0.0, math.log(0.12))
    scores = [1.0, r, ramp(statistics[2], 0.08, 0.7), u, a, c, x]
    earned = earned_nats(nats, len(silences))
    points = [weight * score for weight, score in zip((0.50, 0.11, 0.08, 0.08, 0.10, 0.08, 0.05), scores)]
    if earned > 60:
        points[0] += 0.8 * min(math.log(earned / 60) / math.log(300 / 60), 1.0) * (1 - sum(points))
    points = [point * certainty(earned) for point in points]
    total = sum(points)
    if tau_s > 1:
        left = max(total - 0.02, 0.0)
        points = [point * left / total if total else 0.0 for point in points]
        total = left
    expected = math.floor(sum(d) / period + 0.5) + 1
    missed = max(0, expected - len(d) - 1)
    return Evidence(total, statistics, points, period / 10, q25 / 10, q75 / 10, tau_s, len(d), expected, missed)


def without_nights(d: list[int]) -> list[int]:
    short = [gap for gap in d if gap <= 6 * 3600 * 10]
    return sorted(short if len(short) >= 3 else d)


def earned_nats(nats: float, intervals: int) -> float:
    earned = max(nats, 0.0)
    return earned * min(earned / (intervals * 0.15), 1.0)


def certainty(earned: float) -> float:
    if earned <= 8.5:
        return 0.36 * earned / 8.5
    return 0.36 + 0.64 * min(math.log(earned / 8.5) / math.log(60 / 8.5), 1.0)


def lattice(d: list[int], period: float) -> float:
    hits, chance = 0, 0.0
    mean = sum(d) / len(d)
    for k in range(1, 7):
        half = 0.15 * math.sqrt(k)
        hits += sum(math.floor(gap / period + 0.5) == k and abs(gap - k * period) <= half * period for gap in d)
        chance += math.exp(-(k - half) * period / mean) - math.exp(-(k + half) * period / mean)
    if 1 - chance <= 0.01:
        return math.nan
    return max((hits / len(d) - chance) / (1 - chance), -1.0)


def ramp(value: float, none: float, full: float) -> float:
    return min(1.0, max(0.0, (value - none) / (full - none)))


def quantile(ordered: list[int], percent: int) -> float:
    """Linear interpolation between the order statistics around (n - 1) q."""
    place = Fraction((len(ordered) - 1) * percent, 100)
    low = math.floor(place)
    if low + 1 == len(ordered):
        return float(ordered[low])
    return ordered[low] + float(place - low) * (ordered[low + 1] - ordered[low])


def half_sample_mode(ordered: list[int]) -> float:
    """Of ln d, back in ticks; fractions instead of logarithms: exact ties. Lowest window first; of three the closer two."""
    left = list(ordered)
    while len(left) > 3:
        half = math.ceil(len(left) / 2)
        at = min(range(len(left) - half + 1), key=lambda i: (Fraction(left[i + half - 1], left[i]), i))
        left = left[at : at + half]
    if len(left) == 3:
        below, above = Fraction(left[1], left[0]), Fraction(left[2], left[1])
        left = [left[1], left[1]] if below == above else left[:2] if below < above else left[1:]
    return math.sqrt(left[0] * left[-1])


def pair_correlation(beats: list[int], d: list[int], period: float) -> float:
    delta = max(0.12 * period, 10.0)
    hits = asked = 0
    for event in beats:
        if beats[-1] - event < period + delta:
            continue
        asked += 1
        hits += any(period - delta <= other - event <= period + delta for other in beats if other != event)
    if not asked:
        return math.nan
    active = [gap for gap in d if gap < 10 * period]
    chance = 1 - math.exp(-2 * len(active) / sum(active) * delta)
    return max((hits / asked - chance) / (1 - chance), -1.0)


def count_dispersion(beats: list[int], period: float) -> float:
    windows: dict[int, int] = {}
    for event in beats:
        number = math.floor((event - beats[0]) / (8 * period))
        windows[number] = windows.get(number, 0) + 1
    first, last = min(windows), max(windows)
    counts = [count for number, count in windows.items() if number not in (first, last)]
    if len(counts) < 3 or sum(counts) / len(counts) < 2:
        return math.nan
    mean = Fraction(sum(counts), len(counts))
    return float(sum((count - mean) ** 2 for count in counts) / len(counts) / mean)
