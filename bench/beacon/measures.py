"""Measures of a detector on worlds: recall at a rate of false positives, and triage at the real base rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.beacon.worlds import C2, PERSON, RANDOM, Seen
from lab.sim.randomness import Floats

FALSE_POSITIVES = 0.001
Test = Callable[[Seen], bool]

CELLS: tuple[tuple[str, Test], ...] = (
    ("all, rotated ones as groups", lambda seen: not seen.member),
    ("all, rotated ones per server as well", lambda seen: True),
    ("90 % jitter", lambda seen: not seen.member and seen.implant is not None and seen.implant.jitter == 0.9),
    ("70 % jitter", lambda seen: not seen.member and seen.implant is not None and seen.implant.jitter == 0.7),
    ("50 % jitter", lambda seen: not seen.member and seen.implant is not None and seen.implant.jitter == 0.5),
    ("no jitter", lambda seen: not seen.member and seen.implant is not None and seen.implant.jitter == 0.0),
    ("operator hours", lambda seen: not seen.member and seen.implant is not None and seen.implant.hours),
    ("30 % loss", lambda seen: not seen.member and seen.implant is not None and seen.implant.loss == 0.3),
    ("mixed with browsing", lambda seen: seen.mixed),
    ("rotating: the group", lambda seen: seen.group),
    ("rotating: one server", lambda seen: seen.member),
    ("fewer than 15 events", lambda seen: not seen.member and len(seen.ticks) < 15),
)


@dataclass(frozen=True)
class Triage:
    """average_precision and precision_25 of C2 rows; infected_50: share of infected hosts with a C2 row in the first 50."""

    average_precision: float
    precision_25: float
    infected_50: float


def threshold(seen: Sequence[Seen], score: Floats) -> float:
    """What one of a thousand browsing or memoryless series exceeds."""
    negative = np.array([each.kind in (PERSON, RANDOM) for each in seen])
    return float(np.quantile(score[negative], 1 - FALSE_POSITIVES))


def recall(seen: Sequence[Seen], score: Floats) -> list[tuple[str, float, int]]:
    """(cell, share of its C2 series above the threshold, series in the cell)."""
    above = score > threshold(seen, score)
    rows = []
    for name, test in CELLS:
        inside = np.array([each.kind == C2 and test(each) for each in seen])
        rows.append((name, float(above[inside].mean()) if inside.any() else float("nan"), int(inside.sum())))
    return rows


def triage(seen: Sequence[Seen], rank: Floats, tie: Floats) -> Triage:
    """Of one world; servers of a rotated implant are represented by their group."""
    rows = [at for at, each in enumerate(seen) if not each.member]
    order = sorted(rows, key=lambda at: (-rank[at], -tie[at], at))
    hits = np.array([seen[at].kind == C2 for at in order])
    infected = {each.host for each in seen if each.kind == C2}
    found = {seen[at].host for at in order[:50] if seen[at].kind == C2}
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return Triage(float(precision[hits].mean()), float(hits[:25].mean()), len(found) / max(len(infected), 1))
