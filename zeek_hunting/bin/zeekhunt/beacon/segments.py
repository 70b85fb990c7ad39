"""Arithmetic over many short runs of one long array, without a Python loop over the runs.

A segment is values[starts[i]:starts[i + 1]] of a flat array (CSR). Sums are of whole numbers only and everything else works value
by value, so that the result of a segment has the same bits wherever it lies and whatever lies beside it; float sums
(np.add.reduceat) would not promise that.

Quantiles interpolate linearly between order statistics: h = (n - 1) q, Q = x[floor h] + (h - floor h) (gap to the next),
definition 7 of Hyndman and Fan 1996, the default of numpy and R. q is in whole per cent, which makes floor h exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .series import Flags, Floats, Ints

KEY_LIMIT = 2**62  # segment and value packed into one int64 sort several times faster than two keys


def blocks(starts: Ints, limit: int) -> Iterator[tuple[int, int]]:
    """Ranges (low, high) of segments that together hold at most ``limit`` values; a longer segment comes alone. Also at most
    ``limit`` segments, for the empty ones."""
    low, segments = 0, len(starts) - 1
    while low < segments:
        fits = int(np.searchsorted(starts, starts[low] + limit, side="right")) - 1
        high = min(max(fits, low + 1), low + limit, segments)
        yield low, high
        low = high


def owners(starts: Ints) -> Ints:
    """The segment of each value."""
    return np.repeat(np.arange(len(starts) - 1, dtype=np.int64), np.diff(starts))


def offsets(counts: Ints) -> Ints:
    """starts of segments with these lengths: 0 and the running sums."""
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def sums(values: Ints, starts: Ints) -> Ints:
    """Sum per segment of whole numbers; the total of all segments must stay below 2^63."""
    return np.diff(offsets(values)[starts])


def counts_of(flags: Flags, starts: Ints) -> Ints:
    """How many flags are set per segment."""
    return sums(flags.astype(np.int64), starts)


def compress(values: Ints, starts: Ints, keep: Flags) -> tuple[Ints, Ints]:
    """The values flagged in ``keep`` and their starts; the number of segments stays."""
    return values[keep], offsets(counts_of(keep, starts))


def select(values: Ints, starts: Ints, segments: Flags) -> tuple[Ints, Ints]:
    """The flagged segments alone."""
    lengths = np.diff(starts)
    return values[np.repeat(segments, lengths)], offsets(lengths[segments])


def firsts(starts: Ints, size: int) -> Flags:
    """True at the first value of every segment that has one."""
    flags = np.zeros(size + 1, dtype=np.bool_)
    flags[starts[:-1]] = True
    return flags[:size]


def gaps(values: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """Differences of neighbours within a segment, and their starts; n - 1 for a segment of n."""
    inner = ~firsts(starts, values.size)[1:]
    return np.diff(values)[inner], offsets(np.maximum(np.diff(starts) - 1, 0))


def sort_order(values: Ints, starts: Ints) -> Ints:
    """Indices that sort the values (0 or more) within each segment."""
    owner = owners(starts)
    span = int(values.max()) + 1 if values.size else 1
    if span * len(starts) < KEY_LIMIT:
        return np.argsort(owner * span + values, kind="stable")
    return np.lexsort((values, owner))


def sort_within(values: Ints, starts: Ints) -> Ints:
    """The values (0 or more) sorted within each segment."""
    bits = int(values.max(initial=0)).bit_length()
    if len(starts) << bits >= KEY_LIMIT:
        return values[np.lexsort((values, owners(starts)))]
    key = np.repeat(np.arange(len(starts) - 1, dtype=np.int64) << bits, np.diff(starts))
    key |= values
    key.sort()
    key &= (1 << bits) - 1
    return key


@dataclass(frozen=True, eq=False)
class Ranked:
    """Multisets, one per segment and none empty, to be asked by rank. values ascend within a segment; running (values + 1,) holds
    how many elements lie before each value when a value stands for several, None when each stands for itself."""

    values: Ints
    starts: Ints
    running: Ints | None = None

    @property
    def counts(self) -> Ints:
        """Elements per segment."""
        return np.diff(self.starts if self.running is None else self.running[self.starts])

    @property
    def weights(self) -> Ints:
        """How many elements each value stands for."""
        return np.ones(self.values.size, dtype=np.int64) if self.running is None else np.diff(self.running)

    def pick(self, rank: Ints) -> Ints:
        """Element number ``rank`` of each segment, from 0."""
        if self.running is None:
            at = self.starts[:-1] + rank
        else:
            at = np.searchsorted(self.running, self.running[self.starts[:-1]] + rank, side="right") - 1
        picked: Ints = self.values[at]
        return picked

    def twice_median(self, start: Ints | None = None, length: Ints | None = None) -> Ints:
        """Twice the median, a whole number: the sum of the two middle elements (an odd middle counts twice), of all elements or
        of ``length`` of them from rank ``start``."""
        count = self.counts if length is None else length
        first = 0 if start is None else start
        return self.pick(first + (count - 1) // 2) + self.pick(first + count // 2)

    def quantile(self, percent: int) -> Floats:
        """The quantile at ``percent`` of a hundred, linear interpolation (module docstring)."""
        count = self.counts
        position = (count - 1) * percent
        low = self.pick(position // 100)
        high = self.pick(np.minimum(position // 100 + 1, count - 1))
        return low.astype(np.float64) + (position % 100) / 100 * (high - low)

    def distances(self, twice_centre: Ints) -> Ranked:
        """Twice the distances of the elements to a centre per segment, |2x - 2c|, as multisets again."""
        far = np.abs(2 * self.values - np.repeat(twice_centre, np.diff(self.starts)))
        if self.running is None:
            return Ranked(sort_within(far, self.starts), self.starts)
        order = sort_order(far, self.starts)
        return Ranked(far[order], self.starts, offsets(self.weights[order]))


def largest(ranked: Ranked, counts: Ints, chosen: Flags) -> Ranked:
    """The ``counts`` largest values of the chosen segments, each value standing for itself; counts: (segments,)."""
    counts = counts[chosen]
    starts = offsets(counts)
    at = np.arange(starts[-1]) + np.repeat(ranked.starts[1:][chosen] - starts[1:], counts)
    return Ranked(ranked.values[at], starts)


def weighted(values: Ints, counts: Ints, starts: Ints, chosen: Ints) -> Ranked:
    """The multisets of the chosen segments, given by number, ascending, none empty. counts: how often each value occurred."""
    begin, end = starts[chosen[0]], starts[chosen[-1] + 1]
    lengths = np.diff(starts[chosen[0] : chosen[-1] + 2])
    wanted = np.zeros(len(lengths), dtype=np.bool_)
    wanted[chosen - chosen[0]] = True
    keep = np.repeat(wanted, lengths)
    return Ranked(values[begin:end][keep], offsets(lengths[wanted]), offsets(counts[begin:end][keep]))


def half_sample_mode(values: Ints, starts: Ints) -> Floats:
    """Mode of the logarithm of positive whole numbers, back on their own scale; values ascend, no segment is empty.

    Robertson and Cryer 1974, in the form of Bickel and Fruehwirth 2006: keep the ceil(n/2) neighbours that lie closest together,
    again and again. Closest on the logarithm means the smallest ratio of last to first, so no logarithm is taken and equal ratios
    are equal in bits. Ties: the lowest of the tied windows, the shorter period of two. Of three values the closer two are kept,
    the middle one when both ratios are equal; of two the geometric mean is the mode.
    """
    low, count = starts[:-1].copy(), np.diff(starts)
    while True:
        active = np.flatnonzero(count > 3)
        if not active.size:
            break
        half = (count[active] + 1) // 2
        low[active] = _closest_window(values, low[active], count[active] - half + 1, half)
        count[active] = half
    first = values[low].astype(np.float64)
    second = values[low + np.minimum(1, count - 1)].astype(np.float64)
    third = values[low + np.minimum(2, count - 1)].astype(np.float64)
    triple, below, above = count == 3, second / first, third / second
    first, second = (
        np.where(triple & (above <= below), second, first),
        np.where(triple & (above < below), third, second),
    )
    mode: Floats = np.sqrt(first * second)
    return mode


def _closest_window(values: Ints, low: Ints, windows: Ints, length: Ints) -> Ints:
    """Where the window of ``length`` values with the smallest ratio begins, of the first ``windows`` positions from ``low``."""
    starts = offsets(windows)
    at = np.arange(starts[-1], dtype=np.int64) + np.repeat(low - starts[:-1], windows)
    ratio = values[at + np.repeat(length - 1, windows)] / values[at]
    smallest = np.minimum.reduceat(ratio, starts[:-1])
    tied = np.flatnonzero(ratio == np.repeat(smallest, windows))
    return at[tied[np.searchsorted(tied, starts[:-1])]]
