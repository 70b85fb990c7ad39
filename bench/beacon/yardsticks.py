"""The same series before three detectors: this score, the hand-weighted prototype of the reference, and RITA v5's beacon
score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from zeekhunt.beacon.rita import rita_scores
from zeekhunt.beacon.score import score
from zeekhunt.beacon.series import TICKS_PER_S, PairColumns
from zeekhunt.beacon.settings import BeaconSettings

from bench.beacon.prototype import prototype
from lab.sim.randomness import Floats

NAMES = ("zeekbeacon", "prototype", "RITA v5")


@dataclass(frozen=True)
class Judged:
    """(series,) each. strength: 0 to 100, how machine-timed; rank: what rows are sorted by."""

    strength: Floats
    rank: Floats


def judged(columns: PairColumns, first_s: int) -> dict[str, Judged]:
    """By NAMES. first_s: where the time searched begins, which RITA cuts into hours. RITA reads IP bytes; request bytes stand
    in."""
    ours, hand = score(columns, BeaconSettings()), prototype(columns)
    last_s = int(columns.series.ticks.max()) // TICKS_PER_S + 1
    rita = 100 * np.nan_to_num(rita_scores(columns.series, columns.request_sizes, first_s, last_s).score)
    both = (Judged(ours.beacon_score, ours.rank), Judged(hand.beacon_score, hand.rank), Judged(rita, rita))
    return dict(zip(NAMES, both))
