"""Timing evidence T in [0, 1]: how far the intervals of a pair are from random traffic of the same rate, and its parts.

Bursts are collapsed first: an event counts only when the event before it lies more than tau away (tau = 1, 5, 30 s; the best T
stays, a longer tau costs 0.02). d = intervals of what is left, without those over 6 h when 3 or more remain; m = median of d;
P = mode of ln d (half-sample mode). s = silences, the time from the last event of a burst to the next. Each part is a
statistic on a ramp from what is no evidence (0) to full evidence (1):

  sleep_law          L, by how many nats the best law of sleeping beats random and human gaps at explaining s: see sleep_law
  dispersion         (Q3 - Q1)/(Q3 + Q1) of d        narrow middle half
  dead_time          q05/m                           a sleeping implant has a shortest interval, random traffic has none
  tail               q95/m, ramp on its logarithm    ... and a longest one
  pair_correlation   share of events with an echo one period later, in excess of chance
  count_dispersion   variance/mean of counts in windows of 8 P, ramp on ln(that + 0.02); Poisson counts have 1
  lattice            share of d near a multiple of P, in excess of chance: missed beats, rotated servers

T = G (weighted sum), where the gate G is what L says, so that nothing scores which random traffic would show:
  E = L min(1, L/(n .15)); G rises to .36 at E = 8.5, which 1 of 1,000 random series reaches whatever n is, and from there with
  ln E to 1 at E = 60. Part sleep_law is 1 in the sum wherever G > 0. Beyond that the timer is certain, and how regular it is says
  little: from E = 60 to 300 sleep_law takes up to .8 of what the other parts leave.
Where events of a busy pair are left out (see sampling), nothing reaches across: each stretch between two breaks has intervals,
echoes and windows of its own, and a burst that it begins inside counts from there.
Weights, ramps and levels: BeaconSettings. Quantiles: see segments. All times are whole ticks of 0.1 s, so shifting the clock
changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from . import segments
from .lattice import lattice_excess
from .ramp import log_ramp, ramp
from .series import TICKS_PER_S, Flags, Floats, Ints, Series
from .settings import PARTS, BeaconSettings
from .sleep_law import SleepLaw, sleep_law

SCORED, TOO_FEW = 0, 1
REASONS = ("", "fewer than 3 intervals once bursts are collapsed")

# The statistics of exponential gaps (a Poisson process), in the order of PARTS. Quartiles ln(4/3) and ln 4, median ln 2,
# q05 = -ln .95, q95 = ln 20, in units of the mean.
EXPONENTIAL = (
    0.0,
    (math.log(4) - math.log(4 / 3)) / (math.log(4) + math.log(4 / 3)),
    -math.log(0.95) / math.log(2),
    math.log(20) / math.log(2),
    0.0,
    1.0,
    0.0,
)


@dataclass(frozen=True, eq=False)
class TimingEvidence:
    """Per pair; (pairs,) unless said. NaN, and 0 in whole-number columns, where reason says that nothing could be measured.

    timing: T, in [0, 1]; 0 where too few. It is the sum of the points from left to right, exactly.
    statistics: (pairs, parts) in the order of PARTS and of EXPONENTIAL; NaN also where one part could not be measured:
      pair_correlation without an event a period before the last (0 points), count_dispersion below 3 windows or 2 events a window
      (the mean of the scores of dispersion and tail stands in). The statistic of sleep_law is L itself, in nats.
    points: (pairs, parts) what each part adds to T. The gate and the cost of a longer tau are shared out in proportion, so there
      is no remainder.
    law: the law that explains the silences best; its lengths are in ticks.
    period_s, q25_s, q75_s: mode and quartiles of the intervals.  tau_s: the burst collapse that won.
    intervals: intervals used. beats_expected: time in these intervals / period + 1, rounded; beats_missed: how many of them are
      not there, never below 0. reason: index into REASONS.
    """

    timing: Floats
    statistics: Floats
    points: Floats
    period_s: Floats
    q25_s: Floats
    q75_s: Floats
    tau_s: Floats
    intervals: Ints
    beats_expected: Ints
    beats_missed: Ints
    reason: Ints
    law: SleepLaw

    @classmethod
    def empty(cls, pairs: int) -> TimingEvidence:
        """Of pairs with too few intervals."""
        period_s, q25_s, q75_s, tau_s = np.full((4, pairs), np.nan)
        intervals, expected, missed = np.zeros((3, pairs), dtype=np.int64)
        reason = np.full(pairs, TOO_FEW, dtype=np.int64)
        statistics, points = np.full((pairs, len(PARTS)), np.nan), np.zeros((pairs, len(PARTS)))
        law = SleepLaw(*np.full((5, pairs), np.nan))
        return cls(np.zeros(pairs), statistics, points, period_s, q25_s, q75_s, tau_s, intervals, expected, missed, reason, law)


@dataclass(frozen=True, eq=False)
class _Events:
    """Of some pairs. ticks: ascending in a pair; starts: of pairs; begins: (events,) the first of a pair or behind a break."""

    ticks: Ints
    starts: Ints
    begins: Flags

    def stretches(self) -> tuple[Ints, Ints]:
        """Where the events of each stretch without a break start, and the pair of each stretch."""
        at = np.flatnonzero(self.begins)
        return np.append(at, len(self.ticks)), np.searchsorted(self.starts, at, side="right") - 1


@dataclass(frozen=True, eq=False)
class _Beats:
    """Pairs with enough intervals after burst collapse. ticks: the events left; stretches: where those of each stretch start,
    owner: the pair of each stretch. d: intervals used, silences: of more than tau, both sorted in a pair and without nights."""

    ticks: Ints
    stretches: Ints
    owner: Ints
    d: segments.Ranked
    silences: segments.Ranked
    period: Floats  # ticks


def timing_evidence(series: Series, settings: BeaconSettings) -> TimingEvidence:
    """T and its parts for every pair of the series."""
    found = TimingEvidence.empty(series.pairs)
    for low, high in segments.blocks(series.starts, settings.block_events):
        starts = series.starts[low : high + 1]
        part = slice(int(starts[0]), int(starts[-1]))
        begins = segments.firsts(starts - starts[0], part.stop - part.start)
        if series.breaks is not None:
            begins |= series.breaks[part]
        _score_block(_Events(series.ticks[part], starts - starts[0], begins), low, settings, found)
    return found


def _score_block(events: _Events, low: int, settings: BeaconSettings, found: TimingEvidence) -> None:
    """Fill ``found`` from pair number ``low`` on with the best T over the burst collapses."""
    ticks, starts = events.ticks, events.starts
    gap = np.diff(ticks, prepend=0)
    before = np.zeros(len(starts) - 1, dtype=np.int64)
    stretches = segments.counts_of(events.begins, starts)
    inner = segments.offsets(np.diff(starts) - stretches)
    ranked = segments.Ranked(segments.sort_within(gap[~events.begins], inner), inner)
    for position, tau_s in enumerate(settings.collapse_s):
        keep = events.begins | (gap > tau_s * TICKS_PER_S)
        left = segments.counts_of(keep, starts)
        intervals = left - stretches
        # a longer tau that removes nothing more can only lose its penalty
        wanted = (intervals >= settings.intervals_min) & (intervals != before)
        before = intervals
        keep &= np.repeat(wanted, np.diff(starts))
        if wanted.any():
            silences = segments.largest(ranked, np.where(wanted, intervals, 0), wanted)
            burst = (left < np.diff(starts))[wanted]
            kept = _Events(ticks[keep], segments.offsets(left[wanted]), events.begins[keep])
            beats = _beats(kept, silences, burst, settings)
            penalty = settings.collapse_penalty if position else 0.0
            _keep_best(found, low + np.flatnonzero(wanted), beats, (tau_s, penalty), settings)


def _beats(kept: _Events, silences: segments.Ranked, burst: Flags, settings: BeaconSettings) -> _Beats:
    """kept: the events left; burst: which pairs have lost any."""
    quiet = d = _without_nights(silences, settings)
    if burst.any():  # without a burst a silence is the interval itself
        gaps, counts = np.diff(kept.ticks)[~kept.begins[1:]], silences.counts
        lost = np.repeat(burst, counts)
        values = silences.values.copy()
        values[lost] = segments.sort_within(gaps[lost], segments.offsets(counts[burst]))
        d = _without_nights(segments.Ranked(values, silences.starts), settings)
    return _Beats(kept.ticks, *kept.stretches(), d, quiet, segments.half_sample_mode(d.values, d.starts))


def _without_nights(ranked: segments.Ranked, settings: BeaconSettings) -> segments.Ranked:
    """The values up to the limit; all of them where too few would remain."""
    d, starts = ranked.values, ranked.starts
    short = d <= settings.interval_limit_s * TICKS_PER_S
    if short.all():
        return ranked
    enough = segments.counts_of(short, starts) >= settings.intervals_min
    return segments.Ranked(*segments.compress(d, starts, short | ~np.repeat(enough, np.diff(starts))))


def _keep_best(found: TimingEvidence, pair: Ints, beats: _Beats, collapse: tuple[float, float], settings: BeaconSettings) -> None:
    """Write the evidence of these beats where it beats what is there. collapse: tau in seconds and its penalty."""
    silences, tau = beats.silences, round(collapse[0] * TICKS_PER_S)
    usual = beats.period if silences is beats.d else segments.half_sample_mode(silences.values, silences.starts)
    law = sleep_law(silences.values, silences.starts, tau, usual)
    statistics, points, timing = _points(beats, law, collapse[1], settings)
    better = (timing > found.timing[pair]) | (found.reason[pair] == TOO_FEW)
    at = pair[better]
    q25, q75 = beats.d.quantile(25), beats.d.quantile(75)
    intervals = beats.d.counts
    expected = np.floor(segments.sums(beats.d.values, beats.d.starts) / beats.period + 0.5).astype(np.int64) + 1
    for column, values in (
        (found.timing, timing),
        (found.statistics, statistics),
        (found.points, points),
        (found.period_s, beats.period / TICKS_PER_S),
        (found.q25_s, q25 / TICKS_PER_S),
        (found.q75_s, q75 / TICKS_PER_S),
        (found.intervals, intervals),
        (found.beats_expected, expected),
        (found.beats_missed, np.maximum(expected - intervals - 1, 0)),
        *((getattr(found.law, each.name), getattr(law, each.name)) for each in fields(law)),
    ):
        column[at] = values[better]
    found.tau_s[at], found.reason[at] = collapse[0], SCORED


def _points(beats: _Beats, law: SleepLaw, penalty: float, settings: BeaconSettings) -> tuple[Floats, Floats, Floats]:
    """(statistics, points, T): the weighted sum behind the gate, the penalty taken from every part in proportion."""
    q25, q75, median = beats.d.quantile(25), beats.d.quantile(75), beats.d.twice_median() / 2
    statistics = np.column_stack(
        [
            law.nats,
            (q75 - q25) / (q75 + q25),
            beats.d.quantile(5) / median,
            beats.d.quantile(95) / median,
            _pair_correlation(beats, settings),
            _count_dispersion(beats, settings),
            lattice_excess(beats.d.values, beats.d.starts, beats.period, settings),
        ]
    )
    earned = _earned(law.nats, beats.silences.counts, settings)
    points = np.array(settings.part_weights) * _scores(statistics, settings)
    certain = settings.law_certain_share * log_ramp(
        np.maximum(earned, settings.law_full_nats), settings.law_full_nats, settings.law_certain_nats
    )
    points[:, 0] += certain * (1 - _total(points))
    points = points * _gate(earned, settings)[:, np.newaxis]
    if penalty:
        raw = _total(points)
        left = np.divide(np.maximum(raw - penalty, 0.0), raw, out=np.zeros_like(raw), where=raw > 0)
        points = points * left[:, np.newaxis]
    return statistics, points, _total(points)


def _earned(nats: Floats, intervals: Ints, settings: BeaconSettings) -> Floats:
    """E, nats; 0 without evidence for a law, see the module."""
    kept = np.maximum(nats, 0.0)
    earned: Floats = kept * np.minimum(kept / (intervals * settings.law_gain_full), 1.0)
    return earned


def _gate(earned: Floats, settings: BeaconSettings) -> Floats:
    """G in [0, 1]: 0 without evidence for a law, see the module."""
    doubtful = settings.law_random_timing * np.minimum(earned / settings.law_random_nats, 1.0)
    sure = log_ramp(np.maximum(earned, settings.law_random_nats), settings.law_random_nats, settings.law_full_nats)
    gate: Floats = doubtful + (1 - settings.law_random_timing) * sure
    return gate


def _total(points: Floats) -> Floats:
    """Sum over the parts from left to right, one order of rounding everywhere."""
    total: Floats = points[:, 0].copy()
    for part in range(1, points.shape[1]):
        total += points[:, part]
    return total


def _scores(statistics: Floats, settings: BeaconSettings) -> Floats:
    """(pairs, parts) each statistic on its ramp; that of the law is the gate's."""
    law, dispersion, dead_time, tail, correlation, counts, lattice = (statistics[:, part] for part in range(len(PARTS)))
    r = ramp(dispersion, settings.dispersion_none, settings.dispersion_full)
    u = log_ramp(tail, settings.tail_none, settings.tail_full)
    c = log_ramp(counts, settings.count_dispersion_none, settings.count_dispersion_full, settings.count_floor)
    return np.column_stack(
        [
            np.ones(len(law)),
            r,
            ramp(dead_time, settings.dead_time_none, settings.dead_time_full),
            u,
            np.nan_to_num(ramp(correlation, settings.pair_correlation_none, settings.pair_correlation_full)),
            np.where(np.isnan(counts), (r + u) / 2, c),
            np.nan_to_num(ramp(lattice, settings.lattice_none, settings.lattice_full)),
        ]
    )


def _pair_correlation(beats: _Beats, settings: BeaconSettings) -> Floats:
    """Excess share e = (h - p0)/(1 - p0) of events with another one in [t + P - delta, t + P + delta].

    h is over the events up to P + delta before the last of their stretch. delta = max(.12 P, 1 s). p0 = 1 - exp(-2 lambda delta)
    is what chance gives at lambda events per active second, counted over the intervals below 10 P. Kept above -1; NaN where no
    event is early enough.
    """
    delta = np.maximum(settings.echo_share * beats.period, settings.echo_min_s * TICKS_PER_S)
    nearest = np.maximum(np.ceil(beats.period - delta), 1).astype(np.int64)  # an event is no echo of itself
    farthest = np.floor(beats.period + delta).astype(np.int64)
    starts, owner, lengths = beats.stretches, beats.owner, np.diff(beats.stretches)
    first, last = beats.ticks[starts[:-1]], beats.ticks[starts[1:] - 1]
    # each stretch on a part of its own of one line, so that one search serves all
    line = beats.ticks + np.repeat(segments.offsets(last - first + 1)[:-1] - first, lengths)
    reach = np.ceil(beats.period + delta).astype(np.int64)
    early = beats.ticks <= np.repeat(last - reach[owner], lengths)
    asking = segments.counts_of(early, starts)
    here = line[early]
    echo = line[np.searchsorted(line, here + np.repeat(nearest[owner], asking))]
    heard = segments.counts_of(echo <= here + np.repeat(farthest[owner], asking), segments.offsets(asking))

    of_pair = np.searchsorted(owner, np.arange(len(delta) + 1))
    asked, hits = segments.sums(asking, of_pair), segments.sums(heard, of_pair)
    share = np.divide(hits, asked, out=np.full(len(asked), np.nan), where=asked > 0)
    chance_left = np.exp(-2.0 * _rate(beats, settings) * delta)
    excess: Floats = np.divide(share - (1.0 - chance_left), chance_left, out=np.zeros_like(share), where=chance_left > 0)
    return np.maximum(excess, -1.0)


def _rate(beats: _Beats, settings: BeaconSettings) -> Floats:
    """Events per active tick: the intervals below 10 P, how many over how long. The period lies within d, so there is one."""
    d, starts = beats.d.values, beats.d.starts
    active = d < np.repeat(settings.active_gap_periods * beats.period, np.diff(starts))
    rate: Floats = segments.counts_of(active, starts) / segments.sums(np.where(active, d, 0), starts)
    return rate


def _count_dispersion(beats: _Beats, settings: BeaconSettings) -> Floats:
    """Variance (of the population) over mean of event counts in windows of 8 P from the first event of a stretch on. Its
    first, its last and empty windows are left out; NaN below 3 windows or a mean of 2."""
    starts = beats.stretches
    stretch = segments.owners(starts)
    since = beats.ticks - beats.ticks[starts[:-1]][stretch]
    window = np.floor(since / (settings.window_periods * beats.period)[beats.owner[stretch]]).astype(np.int64)
    begins = segments.firsts(starts, beats.ticks.size)
    begins[1:] |= np.diff(window) != 0
    at = np.flatnonzero(begins)
    count, number, within = np.diff(at, append=beats.ticks.size), window[at], stretch[at]
    inner: Flags = (number > 0) & (number < window[starts[1:] - 1][within])
    count, pair = count[inner], beats.owner[within[inner]]
    starts = segments.offsets(np.bincount(pair, minlength=len(beats.period)))
    windows, total, squares = np.diff(starts), segments.sums(count, starts), segments.sums(count * count, starts)
    usable = (windows >= settings.windows_min) & (total >= settings.window_mean_min * windows)
    spread = np.maximum(1.0 * windows * squares - 1.0 * total * total, 0.0)
    dispersion: Floats = np.divide(spread, 1.0 * windows * total, out=np.full(len(windows), np.nan), where=usable)
    return dispersion
