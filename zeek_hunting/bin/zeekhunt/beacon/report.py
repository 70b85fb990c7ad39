"""Ranked pairs as rows of findings: numbers for filters and charts, words for the hunter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .. import finding
from . import explain
from .pairs import Pairs
from .scope import Context
from .score import BeaconScores
from .series import TICKS_PER_S, Sizes
from .settings import BeaconSettings

RITA_COLUMNS = ("ts", "ds", "dur", "hist", "score")


@dataclass(frozen=True)
class Ranked:
    """chosen: (scored,) index into pairs of each scored pair, the order of scores and threat (100 = most suspicious, after
    the cap
    of unanswered pairs); rita: name -> (pairs,) RITA's scores, empty unless asked for."""

    pairs: Pairs
    chosen: np.ndarray
    scores: BeaconScores
    threat: np.ndarray
    around: Context
    rita: Mapping[str, np.ndarray]
    settings: BeaconSettings


def table(ranked: Ranked, order: np.ndarray) -> dict[str, Sequence[finding.Cell]]:
    """One row per entry of order, (rows,) index into ranked.chosen; not empty."""
    rows = [{**_finding(ranked, at), **_details(ranked, at)} for at in order.tolist()]
    columns: dict[str, Sequence[finding.Cell]] = {name: [row[name] for row in rows] for name in rows[0]}
    for name, values in ranked.rita.items():
        columns[f"rita_{name}"] = [
            None if np.isnan(value) else round(value, 3) for value in values[ranked.chosen[order]].tolist()
        ]
    return finding.table({name: columns.pop(name) for name in finding.FIELDS}, columns)


def _finding(ranked: Ranked, at: int) -> dict[str, finding.Cell]:
    subject = _subject(ranked, at)
    scores = ranked.scores
    return {
        "hunt": explain.HUNT,
        "hunt_version": explain.HUNT_VERSION,
        "entity": subject.src,
        "src": subject.src,
        "dest": subject.dest,
        "score": round(subject.threat_score, 2),
        "severity": explain.severity(scores, at),
        "confidence": explain.confidence(int(scores.timing.intervals[at])),
        "evidence": explain.evidence(scores, at, subject),
        "why_not": explain.why_not(scores, at, subject, ranked.settings),
        "technique": list(explain.TECHNIQUES),
        "first": subject.first_tick / TICKS_PER_S,
        "last": subject.last_tick / TICKS_PER_S,
        "events": subject.events,
        "drilldown": explain.drilldown(subject),
    }


def _details(ranked: Ranked, at: int) -> dict[str, finding.Cell]:
    """What only this hunt knows."""
    pairs, pair, timing = ranked.pairs, int(ranked.chosen[at]), ranked.scores.timing
    return {
        "beacon_score": round(float(ranked.scores.beacon_score[at]), 2),
        "threat_score": round(float(ranked.threat[at]), 2),
        "period": explain.period(ranked.scores, at),
        "period_s": None if np.isnan(timing.period_s[at]) else round(float(timing.period_s[at]), 1),
        "beats_missed": int(timing.beats_missed[at]),
        "service": [f"{service} ({count})" for service, count in pairs.services[pair]],
        "sources": int(ranked.around.sources_of_dest[pair]),
        "sources_seen": ranked.around.sources_seen,
        "bytes_out": _bytes(pairs.request, pair),
        "bytes_in": _bytes(pairs.reply, pair),
        "unanswered": int(pairs.attempt[pair]),
    }


def _subject(ranked: Ranked, at: int) -> explain.Subject:
    pairs, pair = ranked.pairs, int(ranked.chosen[at])
    low, high = int(pairs.series.starts[pair]), int(pairs.series.starts[pair + 1])
    return explain.Subject(
        src=pairs.src[pair],
        dest=pairs.dest[pair],
        unanswered=bool(pairs.attempt[pair]),
        events=high - low,
        first_tick=int(pairs.series.ticks[low]),
        last_tick=int(pairs.series.ticks[high - 1]),
        sources=int(ranked.around.sources_of_dest[pair]),
        sources_seen=ranked.around.sources_seen,
        threat_score=float(ranked.threat[at]),
    )


def _bytes(sizes: Sizes, pair: int) -> int | None:
    """Sum of the known sizes of a pair; None when none is known."""
    part = slice(int(sizes.starts[pair]), int(sizes.starts[pair + 1]))
    return int((sizes.values[part] * sizes.counts[part]).sum()) if part.stop > part.start else None
