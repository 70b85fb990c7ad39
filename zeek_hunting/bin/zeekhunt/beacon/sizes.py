"""Size evidence Z in [0, 1]: do the calls of a pair look alike in bytes?

z of one direction = .6 ramp(share of sizes within +-max(16 B, 3 %) of the mode; .2 -> 0, .8 -> 1)
                   + .4 ramp(ln(q90/q10); ln 6 -> 0, ln 1.3 -> 1)
Z = .65 z(request) + .35 z(reply)

The second term keeps random but bounded padding scored; tasking, rare and large, stays above q90 and does no harm. Weights and
ramps: BeaconSettings, a hand-weighted prototype of this project. Sizes are weighted multisets; quantiles: see segments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import segments
from .ramp import log_ramp, ramp
from .series import Floats, Ints, Sizes
from .settings import BeaconSettings


@dataclass(frozen=True, eq=False)
class Direction:
    """Sizes of one direction; (pairs,) each, NaN where no size is known.

    z: [0, 1]. mode_b: the most frequent size; of several equally frequent ones the middle one, of an even number the lower middle
    (with random sizes every one is a mode, and an extreme one would see half the neighbours). mode_share: share of sizes near it.
    q10_b, q90_b: quantiles. known: how many sizes there are.
    """

    z: Floats
    mode_b: Floats
    mode_share: Floats
    q10_b: Floats
    q90_b: Floats
    known: Ints

    @classmethod
    def empty(cls, pairs: int) -> Direction:
        """Of pairs without known sizes."""
        z, mode_b, mode_share, q10_b, q90_b = np.full((5, pairs), np.nan)
        return cls(z, mode_b, mode_share, q10_b, q90_b, np.zeros(pairs, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class SizeEvidence:
    """size: Z, (pairs,) in [0, 1]. A direction without known sizes adds nothing to it; its own columns are NaN."""

    size: Floats
    request: Direction
    reply: Direction


def size_evidence(request_sizes: Sizes, reply_sizes: Sizes, settings: BeaconSettings) -> SizeEvidence:
    """Z and its two directions for every pair."""
    request, reply = direction(request_sizes, settings), direction(reply_sizes, settings)
    size = settings.request_weight * np.nan_to_num(request.z) + settings.reply_weight * np.nan_to_num(reply.z)
    return SizeEvidence(size, request, reply)


def direction(sizes: Sizes, settings: BeaconSettings) -> Direction:
    """z of one direction for every pair."""
    found = Direction.empty(sizes.pairs)
    for low, high in segments.blocks(sizes.starts, settings.block_events):
        pair = low + np.flatnonzero(np.diff(sizes.starts[low : high + 1]))
        if pair.size:
            _measure(sizes, pair, settings, found)
    return found


def _measure(sizes: Sizes, pair: Ints, settings: BeaconSettings, found: Direction) -> None:
    """Fill ``found`` at these pairs; none is empty."""
    ranked = segments.weighted(sizes.values, sizes.counts, sizes.starts, pair)
    values, counts, starts, known = ranked.values, ranked.weights, ranked.starts, ranked.counts
    mode = _mode(values, counts, starts)
    width = np.maximum(settings.mode_width_min_b, settings.mode_width_share * mode)
    lengths = np.diff(starts)
    near = np.abs(values - np.repeat(mode, lengths)) <= np.repeat(width, lengths)
    share = segments.sums(np.where(near, counts, 0), starts) / known

    q10, q90 = ranked.quantile(10), ranked.quantile(90)
    # sizes of 0 only are one size; from 0 to anything is no ratio, and no evidence
    ratio = np.divide(q90, q10, out=np.where(q90 > 0, np.inf, 1.0), where=q10 > 0)
    alike = ramp(share, settings.mode_none, settings.mode_full)
    bounded = log_ramp(ratio, settings.range_none, settings.range_full)
    found.z[pair] = settings.mode_weight * alike + settings.range_weight * bounded
    for column, measured in (
        (found.mode_b, mode),
        (found.mode_share, share),
        (found.q10_b, q10),
        (found.q90_b, q90),
        (found.known, known),
    ):
        column[pair] = measured


def _mode(values: Ints, counts: Ints, starts: Ints) -> Ints:
    """The most frequent value per segment, the (lower) middle one of equally frequent ones."""
    most = np.maximum.reduceat(counts, starts[:-1])
    tied, tied_starts = segments.compress(values, starts, counts == np.repeat(most, np.diff(starts)))
    middle: Ints = tied[tied_starts[:-1] + (np.diff(tied_starts) - 1) // 2]
    return middle
