"""RITA v5's beacon score, so that its users can compare: four sub-scores, a quarter each.

  ts    symmetry and dispersion of the intervals between events (whole seconds, same-second events count once)
  ds    the same of the originator's IP bytes of every connection
  hist  how flat 24 equal bins of the data set's window are filled
  dur   how much of the window the pair covers, or its longest run of filled bins

Formulas and constants: github.com/activecm/rita at a3c5150, analysis/beacons.go. Whole numbers are kept whole as long as can be;
where RITA's own double arithmetic decides a rounding (a product before a ceiling), the same operation is done in the same order.
Which events fall into the window (the last 24 h before the latest event of the data set) is the caller's choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import segments
from .series import TICKS_PER_S, Flags, Floats, Ints, Series, SeriesError, Sizes
from .settings import BeaconSettings, RitaSettings

RITA = RitaSettings()

SCORED, STROBE, FEW_SECONDS, FEW_SIZES, NO_WINDOW = range(5)
REASONS = (
    "",
    f"strobe: {RITA.strobe_events:,} events or more",
    f"fewer than {RITA.unique_seconds_min} unique seconds",
    f"fewer than {RITA.sizes_min} known sizes",
    "the window of the data set has no length",
)


@dataclass(frozen=True, eq=False)
class RitaScores:
    """Per pair, (pairs,), in [0, 1] with three decimals; NaN where RITA drops the row. reason: index into REASONS."""

    ts: Floats
    ds: Floats
    dur: Floats
    hist: Floats
    score: Floats
    reason: Ints


def rita_scores(
    series: Series, request_sizes: Sizes, first_s: int, last_s: int, block_events: int = BeaconSettings.block_events
) -> RitaScores:
    """RITA's scores of every pair. request_sizes: originator IP bytes. first_s, last_s: the window, whole seconds since the
    epoch; events before it count in its first bin, an event after it is an error of the caller (SeriesError)."""
    if request_sizes.pairs != series.pairs:
        raise SeriesError(f"request_sizes holds {request_sizes.pairs} pairs, series holds {series.pairs}")
    if series.ticks.size and int(series.ticks.max()) // TICKS_PER_S > last_s:
        raise SeriesError(f"an event at {int(series.ticks.max()) // TICKS_PER_S} lies after the window's end at {last_s}")
    ts, ds, dur, hist, score = np.full((5, series.pairs), np.nan)
    reason = np.zeros(series.pairs, dtype=np.int64)
    for low, high in segments.blocks(series.starts, block_events):
        starts = series.starts[low : high + 1]
        seconds = series.ticks[starts[0] : starts[-1]] // TICKS_PER_S
        known = _known(request_sizes, low, high)
        reason[low:high] = _reasons(seconds, starts - starts[0], known, last_s > first_s)
        scored = reason[low:high] == SCORED
        if scored.any():
            pair = low + np.flatnonzero(scored)
            seconds, starts = segments.select(seconds, starts - starts[0], scored)
            ts[pair] = _interval_score(seconds, starts)
            ds[pair] = _size_score(request_sizes, pair)
            counts = bin_counts(seconds, starts, (first_s, last_s), RITA.bins)
            hist[pair] = histogram_score(counts)
            dur[pair] = duration_score(counts, seconds[starts[:-1]], seconds[starts[1:] - 1], last_s - first_s)
    score[:] = weighted_score((ts, ds, dur, hist), RITA.weights)
    return RitaScores(ts, ds, dur, hist, score, reason)


def rita_threat(score: Floats) -> Floats:
    """The beacon part of RITA's base threat score, [0, .8]: .2 to .4 between the first two thresholds, and so on; 0 below the
    first, NaN where there is no score."""
    percent, step = score * 100, RITA.threat_step
    threat = np.where(np.isnan(score), np.nan, 0.0)
    for bucket, (low, high) in enumerate(zip(RITA.threat_thresholds, RITA.threat_thresholds[1:]), start=1):
        inside = percent >= low
        threat = np.where(inside, bucket * step + (np.minimum(percent, high) - low) / (high - low) * step, threat)
    return threat


def round3(values: Floats) -> Floats:
    """Nearest thousandth, halves away from zero (np.round would send them to even)."""
    scaled = values * 1000
    whole = np.trunc(scaled)
    return (whole + np.where(np.abs(scaled - whole) >= 0.5, np.sign(scaled), 0.0)) / 1000


def ceil3(values: Floats) -> Floats:
    """The next thousandth upwards."""
    return np.ceil(values * 1000) / 1000


def weighted_score(parts: tuple[Floats, ...], weights: tuple[float, ...]) -> Floats:
    """round3 of the weighted sum, added in the order ts, ds, dur, hist."""
    total = weights[0] * parts[0]
    for part, weight in zip(parts[1:], weights[1:]):
        total = total + weight * part
    return round3(total)


def symmetry_and_dispersion(ranked: segments.Ranked, default: float) -> Floats:
    """S: the mean of 1 - |Bowley skewness| and of the median's share that the median absolute deviation leaves.

    Of 3 or more whole numbers a segment. Quartiles are the medians of the lower and the upper half, without the middle element of
    an odd number. The skewness is 0 where the quartiles lie closer than 10 or the median on one of them. Below a median of 1 the
    second term is ``default``.
    """
    count = ranked.counts
    half = count // 2
    middle = ranked.twice_median()
    lower, upper = ranked.twice_median(length=half), ranked.twice_median(start=count - half, length=half)
    spread = upper - lower
    skewed = (spread >= 2 * RITA.skew_spread_min) & (middle != lower) & (middle != upper)
    skew = np.divide(lower + upper - 2 * middle, spread, out=np.zeros(len(count)), where=skewed)

    median = middle / 2
    deviation = ranked.distances(middle).twice_median() / 4
    usable = median >= RITA.median_min
    regular = np.divide(median - deviation, median, out=np.full(len(count), default), where=usable)
    return round3(((1 - np.abs(skew)) + np.maximum(regular, 0.0)) / 2)


def bin_counts(seconds: Ints, starts: Ints, window: tuple[int, int], bins: int) -> Ints:
    """(pairs, bins) events in equal bins of the window [first, last] in seconds: earlier ones in the first bin, one at the last
    edge in the last bin. Edges are fractions; whole-number division meets them exactly."""
    first, last = window
    number = np.clip(bins * (seconds - first) // (last - first), 0, bins - 1)
    flat = np.bincount(segments.owners(starts) * bins + number, minlength=bins * (len(starts) - 1))
    return flat.reshape(-1, bins).astype(np.int64)


def histogram_score(counts: Ints) -> Floats:
    """The larger of flatness and of the fit to at most two levels. counts: (pairs, bins)."""
    return np.maximum(flatness_score(counts), level_score(counts))


def flatness_score(counts: Ints) -> Floats:
    """1 - coefficient of variation (population) over all bins, empty ones included; 0 where it is above 1."""
    bins, total = counts.shape[1], counts.sum(axis=1)
    spread = bins * (counts * counts).sum(axis=1) - total * total
    variation = np.sqrt(spread.astype(np.float64)) / total
    return np.where(variation > 1, 0.0, round3(1 - variation))


def level_score(counts: Ints) -> Floats:
    """Share of the filled bins in the two most common levels, one outlier forgiven; a level is .05 of the fullest bin wide. 0
    below 11 filled bins."""
    filled = counts > 0
    bars = filled.sum(axis=1)
    width = np.ceil(RITA.bimodal_level_share * counts.max(axis=1)).astype(np.int64)
    level = counts // np.maximum(width, 1)[:, np.newaxis]
    most, second = _two_most_common(level, filled)
    fit = (most + second) / np.maximum(bars - RITA.bimodal_outliers, 1)
    return np.where(bars < RITA.bimodal_bars_min, 0.0, np.minimum(round3(fit), 1.0))


def _two_most_common(level: Ints, filled: Flags) -> tuple[Ints, Ints]:
    """How many filled bins have the most and the second most common level."""
    population = np.zeros(level.shape, dtype=np.int64)
    for column in range(level.shape[1]):
        population += (level == level[:, [column]]) & filled[:, [column]]
    population *= filled
    at = population.argmax(axis=1)
    top = np.take_along_axis(level, at[:, np.newaxis], axis=1)
    return population.max(axis=1), np.where(level == top, 0, population).max(axis=1)


def longest_run(counts: Ints) -> Ints:
    """Longest run of filled bins; the last bin is followed by the first."""
    bins = counts.shape[1]
    run = np.zeros(len(counts), dtype=np.int64)
    longest = run.copy()
    for column in range(2 * bins):
        run = (run + 1) * (counts[:, column % bins] > 0)
        longest = np.maximum(longest, run)
    circular: Ints = np.minimum(longest, bins)
    return circular


def duration_score(counts: Ints, first: Ints, last: Ints, window_s: int) -> Floats:
    """The larger of the covered share of the window and of the longest run over 12 bins, at most 1; 0 below 6 filled bins. first,
    last: seconds of the pair's first and last event."""
    coverage = np.minimum(ceil3((last - first) / window_s), 1.0)
    consistency = np.minimum(ceil3(longest_run(counts) / RITA.duration_run), 1.0)
    enough = (counts > 0).sum(axis=1) >= RITA.duration_bars_min
    return np.where(enough, np.maximum(coverage, consistency), 0.0)


def _reasons(seconds: Ints, starts: Ints, known_sizes: Ints, has_window: bool) -> Ints:
    """Why RITA drops a row, in the order in which it looks."""
    events = np.diff(starts)
    unique = segments.firsts(starts, seconds.size)
    unique[1:] |= np.diff(seconds) != 0
    return np.select(
        [
            events >= RITA.strobe_events,
            segments.counts_of(unique, starts) < RITA.unique_seconds_min,
            known_sizes < RITA.sizes_min,
            np.full(len(events), not has_window),
        ],
        [STROBE, FEW_SECONDS, FEW_SIZES, NO_WINDOW],
        SCORED,
    ).astype(np.int64)


def _known(sizes: Sizes, low: int, high: int) -> Ints:
    """How many sizes pairs low to high have."""
    starts = sizes.starts[low : high + 1]
    return segments.sums(sizes.counts[starts[0] : starts[-1]], starts - starts[0])


def _interval_score(seconds: Ints, starts: Ints) -> Floats:
    gap, gap_starts = segments.gaps(seconds, starts)
    gap, gap_starts = segments.compress(gap, gap_starts, gap > 0)
    return symmetry_and_dispersion(segments.Ranked(segments.sort_within(gap, gap_starts), gap_starts), default=1.0)


def _size_score(sizes: Sizes, pair: Ints) -> Floats:
    return symmetry_and_dispersion(segments.weighted(sizes.values, sizes.counts, sizes.starts, pair), default=0.0)
