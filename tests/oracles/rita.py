"""RITA v5's beacon score of one pair, in plain loops from the description of its formulas; no numpy, no shared code.

Whole seconds. Doubles where RITA has doubles; the population deviation of the bins comes from fractions, so the histogram score
may differ from another order of doubles by one thousandth at an exact half.
"""

from __future__ import annotations

import math
from fractions import Fraction


def scores(seconds: list[int], sizes: list[int], first: int, last: int) -> dict[str, float] | str:
    """ts, ds, dur, hist, score; or why RITA drops the row."""
    times = sorted(seconds)
    if len(times) >= 86_400:
        return "strobe: 86,400 events or more"
    if len(set(times)) < 4:
        return "fewer than 4 unique seconds"
    if len(sizes) < 3:
        return "fewer than 3 known sizes"
    if last <= first:
        return "the window of the data set has no length"
    gaps = [later - earlier for earlier, later in zip(times, times[1:]) if later > earlier]
    counts = bins(times, first, last)
    found = {
        "ts": symmetry_and_dispersion(gaps, 1.0),
        "ds": symmetry_and_dispersion(sizes, 0.0),
        "dur": duration(counts, times[0], times[-1], last - first),
        "hist": max(flatness(counts), levels(counts)),
    }
    found["score"] = round3(0.25 * found["ts"] + 0.25 * found["ds"] + 0.25 * found["dur"] + 0.25 * found["hist"])
    return found


def round3(value: float) -> float:
    """math.floor(x + .5) would be wrong just below a half; values are never negative here."""
    whole = math.floor(value * 1000)
    return (whole + (value * 1000 - whole >= 0.5)) / 1000


def ceil3(value: float) -> float:
    return math.ceil(value * 1000) / 1000


def median(values: list[float]) -> float:
    ordered, middle = sorted(values), len(values) // 2
    return float(ordered[middle]) if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def symmetry_and_dispersion(values: list[int], default: float) -> float:
    ordered, half = sorted(values), len(values) // 2
    q1, q2, q3 = median(ordered[:half]), median(ordered), median(ordered[-half:])
    skew = 0.0
    if q3 - q1 >= 10 and q2 not in (q1, q3):
        skew = (q1 + q3 - 2 * q2) / (q3 - q1)
    deviation = median([abs(value - q2) for value in ordered])
    regular = max(0.0, (q2 - deviation) / q2) if q2 >= 1 else default
    return round3(((1 - abs(skew)) + regular) / 2)


def bins(times: list[int], first: int, last: int, number: int = 24) -> list[int]:
    counts = [0] * number
    edges = [first + Fraction((last - first) * i, number) for i in range(number + 1)]
    for time in times:
        at = 0
        while at < number - 1 and time >= edges[at + 1]:
            at += 1
        counts[at] += 1
    return counts


def flatness(counts: list[int]) -> float:
    mean = Fraction(sum(counts), len(counts))
    deviation = math.sqrt(sum((count - mean) ** 2 for count in counts) / len(counts))
    variation = deviation / float(mean)
    return 0.0 if variation > 1 else round3(1 - variation)


def levels(counts: list[int]) -> float:
    filled = [count for count in counts if count]
    if len(filled) < 11:
        return 0.0
    width = math.ceil(0.05 * max(filled))
    population: dict[int, int] = {}
    for count in filled:
        level = count // width * width
        population[level] = population.get(level, 0) + 1
    two = sorted(population.values(), reverse=True)[:2]
    return min(1.0, round3(sum(two) / max(len(filled) - 1, 1)))


def run(counts: list[int]) -> int:
    longest = current = 0
    for count in counts + counts:
        current = current + 1 if count else 0
        longest = max(longest, current)
    return min(longest, len(counts))


def duration(counts: list[int], first_event: int, last_event: int, window: int) -> float:
    if sum(1 for count in counts if count) < 6:
        return 0.0
    return max(min(1.0, ceil3((last_event - first_event) / window)), min(1.0, ceil3(run(counts) / 12)))


def threat(score: float) -> float:
    """Of score x 100 against 50, 70, 90, 100."""
    percent = score * 100
    if percent < 50:
        return 0.0
    if percent < 70:
        return 0.2 + (percent - 50) / 20 * 0.2
    if percent < 90:
        return 0.4 + (percent - 70) / 20 * 0.2
    return min(0.8, 0.6 + (percent - 90) / 10 * 0.2)
