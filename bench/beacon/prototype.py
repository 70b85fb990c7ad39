"""The hand-weighted prototype of the beaconing reference (5.2, 5.3) as a yardstick: how hard a world is, said by what it gets
there.

Timing as the reference words it, series by series; sizes, presence and rank as the app computes them, since the reference's
formulas are the app's. It has no sleep laws, no lattice and no context beyond rarity. Groups are scored like any series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from zeekhunt.beacon.presence import presence_evidence
from zeekhunt.beacon.score import other_prevalence
from zeekhunt.beacon.series import PairColumns
from zeekhunt.beacon.settings import BeaconSettings
from zeekhunt.beacon.sizes import size_evidence

from lab.sim.randomness import Floats, Ints

COLLAPSE_S = (1.0, 5.0, 30.0)
COLLAPSE_COST = 0.02
NIGHT_S = 6 * 3600.0
WEIGHTS = {"dispersion": 0.22, "dead_time": 0.18, "tail": 0.18, "echo": 0.24, "counts": 0.18}
RARITY = 4.0


@dataclass(frozen=True)
class Prototype:
    """(pairs,) each. beacon_score: 0 to 100; rank: log-odds."""

    beacon_score: Floats
    rank: Floats


def prototype(pairs: PairColumns) -> Prototype:
    settings = BeaconSettings()
    starts = pairs.series.starts
    timing = np.array([evidence(pairs.series.ticks[low:high]) for low, high in zip(starts, starts[1:])])
    size = size_evidence(pairs.request_sizes, pairs.reply_sizes, settings).size
    presence = presence_evidence(pairs.series, pairs.source_of_pair, pairs.online_hours, settings).presence
    behaviour = timing * (0.62 + 0.20 * size + 0.18 * presence)
    kept = np.clip(behaviour, 1e-6, 1 - 1e-6)
    rarity = -RARITY * np.log10(other_prevalence(pairs.sources_of_dest, pairs.sources_seen, settings))
    return Prototype(100 * behaviour, np.log(kept / (1 - kept)) + rarity)


def evidence(ticks: Ints) -> float:
    """T of one series; ticks of 0.1 s, ascending."""
    best = 0.0
    for tau in COLLAPSE_S:
        times = ticks[np.diff(ticks, prepend=ticks[0] - 10**9) > 10 * tau] / 10
        gaps = np.diff(times)
        day = gaps[gaps <= NIGHT_S]
        gaps = day if len(day) >= 3 else gaps
        if len(gaps) >= 3:
            best = max(best, _collapsed(times, gaps) - (COLLAPSE_COST if tau > COLLAPSE_S[0] else 0.0))
    return best


def _collapsed(times: Floats, gaps: Floats) -> float:
    q05, q25, median, q75, q95 = np.quantile(gaps, (0.05, 0.25, 0.5, 0.75, 0.95))
    period = _mode(np.sort(gaps))
    dispersion = _ramp((q75 - q25) / (q75 + q25), 0.55, 0.05)
    tail = _ramp(np.log(q95 / median), np.log(4), np.log(1.35))
    parts = {
        "dispersion": dispersion,
        "dead_time": _ramp(q05 / median, 0.08, 0.70),
        "tail": tail,
        "echo": _ramp(_echo(times, gaps, period), 0.05, 0.8),
        "counts": _counts(times, period, (dispersion + tail) / 2),
    }
    return sum(WEIGHTS[name] * value for name, value in parts.items()) * (1 - float(np.exp(-len(gaps) / 6)))


def _ramp(value: float, none: float, full: float) -> float:
    return float(np.clip((value - none) / (full - none), 0.0, 1.0))


def _mode(ascending: Floats) -> float:
    """Half-sample mode of ln d."""
    logs = np.log(ascending)
    while len(logs) > 2:
        half = (len(logs) + 1) // 2
        at = int(np.argmin(logs[half - 1 :] - logs[: len(logs) - half + 1]))
        logs = logs[at : at + half] if half < len(logs) else logs[:2]
    return float(np.exp(logs.mean()))


def _echo(times: Floats, gaps: Floats, period: float) -> float:
    delta = max(0.12 * period, 1.0)
    asked = times[times <= times[-1] - period - delta]
    if not len(asked):
        return 0.0
    after = np.searchsorted(times, asked + period - delta)
    heard = float((times[np.minimum(after, len(times) - 1)] <= asked + period + delta).mean())
    active = gaps[gaps < 10 * period]
    chance = 1 - float(np.exp(-2 * delta * len(active) / active.sum()))
    return (heard - chance) / max(1 - chance, 1e-9)


def _counts(times: Floats, period: float, instead: float) -> float:
    counts = np.unique(np.floor((times - times[0]) / (8 * period)), return_counts=True)[1][1:-1]
    if len(counts) < 3 or counts.mean() < 2:
        return instead
    return _ramp(float(np.log(counts.var() / counts.mean() + 0.02)), 0.0, float(np.log(0.12)))
