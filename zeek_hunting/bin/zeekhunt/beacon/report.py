"""Ranked entities as rows of findings: numbers for filters and charts, words for the hunter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .. import finding
from . import drilldown, explain, sparkline
from .canonical import Pairs
from .entities import IP, Entity
from .scope import Context
from .score import BeaconScores
from .series import TICKS_PER_HOUR, TICKS_PER_S, PairColumns, Sizes
from .settings import BeaconSettings

RITA_COLUMNS = ("ts", "ds", "dur", "hist", "score")
HUNT_OF = {"ip": "c2_beacon_ip", "name": "c2_beacon_name", "group": "c2_beacon_group"}
STROBE_EVENTS = 86_400
LISTED = 50  # addresses named in a row


@dataclass(frozen=True)
class Ranked:
    """about: what was scored, of pairs of addresses and named ones; in the order of columns, scores and threat (100 = most
    suspicious, after the cap of unanswered pairs); rita: name -> (pairs,) RITA's scores, empty unless asked for."""

    about: Sequence[Entity]
    pairs: Pairs
    named: Pairs
    columns: PairColumns
    scores: BeaconScores
    threat: np.ndarray
    around: Context
    rita: Mapping[str, np.ndarray]
    settings: BeaconSettings


def table(ranked: Ranked, order: np.ndarray) -> dict[str, Sequence[finding.Cell]]:
    """One row per entry of order, (rows,) index into ranked.about; not empty."""
    rows = [{**_finding(ranked, at), **_details(ranked, at)} for at in order.tolist()]
    columns: dict[str, Sequence[finding.Cell]] = {name: [row[name] for row in rows] for name in rows[0]}
    for name, values in ranked.rita.items():
        columns[f"rita_{name}"] = [_rita(ranked.about[at], values) for at in order.tolist()]
    return finding.table({name: columns.pop(name) for name in finding.FIELDS}, columns)


def _finding(ranked: Ranked, at: int) -> dict[str, finding.Cell]:
    subject, entity = _subject(ranked, at), ranked.about[at]
    scores = ranked.scores
    return {
        "hunt": HUNT_OF[entity.kind],
        "hunt_version": explain.HUNT_VERSION,
        "entity": entity.src,
        "src": entity.src,
        "dest": entity.dest or list(entity.addresses[:LISTED]),
        "score": round(subject.threat_score, 2),
        "severity": explain.severity(scores, at),
        "confidence": explain.confidence(int(scores.timing.intervals[at])),
        "evidence": explain.evidence(scores, at, subject),
        "why_not": explain.why_not(scores, at, subject, ranked.settings),
        "technique": explain.techniques(entity),
        "first": subject.first_tick / TICKS_PER_S,
        "last": subject.last_tick / TICKS_PER_S,
        "events": subject.events,
        "drilldown": drilldown.search(entity, subject.first_tick, subject.last_tick),
    }


def _details(ranked: Ranked, at: int) -> dict[str, finding.Cell]:
    """What only this hunt knows."""
    entity, timing, presence = ranked.about[at], ranked.scores.timing, ranked.scores.presence
    return {
        "beacon_score": round(float(ranked.scores.beacon_score[at]), 2),
        "threat_score": round(float(ranked.threat[at]), 2),
        "by": entity.kind,
        "period": explain.period(ranked.scores, at),
        "period_s": None if np.isnan(timing.period_s[at]) else round(float(timing.period_s[at]), 1),
        "beats_missed": int(timing.beats_missed[at]),
        "active_hours": int(presence.active_hours[at]),
        "online_hours": int(presence.online_hours[at]),
        "service": [f"{service} ({count})" for service, count in entity.services],
        "destinations": len(entity.addresses),
        "addresses": list(entity.addresses[:LISTED]),
        "sources": entity.sources,
        "sources_seen": ranked.around.seen(entity.src),
        "bytes_out": _bytes(ranked, ranked.columns.request_sizes, at),
        "bytes_in": _bytes(ranked, ranked.columns.reply_sizes, at),
        "unanswered": int(entity.attempt),
        "strobe": int(is_strobe(_ticks(ranked, at), ranked.columns.counted(at))),
        "counterfactual": explain.counterfactual(ranked.scores, at, _subject(ranked, at), ranked.settings),
        "sampled": int(_is_sampled(ranked, at)),
        "sparkline": [sparkline.MARK, *map(str, _line(ranked, at))],
    }


def is_strobe(ticks: np.ndarray, events: int) -> bool:
    """Whether any 24 hours hold STROBE_EVENTS events or more, one a second; RITA v5's threshold. ticks: ascending, each
    stands for an equal share of the events."""
    later = ticks[-(-STROBE_EVENTS * len(ticks) // events) - 1 :]
    return bool((later - ticks[: len(later)] <= 24 * TICKS_PER_HOUR).any())


def _subject(ranked: Ranked, at: int) -> explain.Subject:
    entity = ranked.about[at]
    first_tick, last_tick = ranked.columns.bounds(at)
    return explain.Subject(
        kind=entity.kind,
        unanswered=entity.attempt,
        events=ranked.columns.counted(at),
        kept=len(_ticks(ranked, at)),
        first_tick=first_tick,
        last_tick=last_tick,
        destinations=len(entity.addresses),
        sources=entity.sources,
        sources_seen=ranked.around.seen(entity.src),
        inside=ranked.around.is_inside(entity.src),
        threat_score=float(ranked.threat[at]),
    )


def _ticks(ranked: Ranked, at: int) -> np.ndarray:
    starts = ranked.columns.series.starts
    return ranked.columns.series.ticks[int(starts[at]) : int(starts[at + 1])]


def _is_sampled(ranked: Ranked, at: int) -> bool:
    """Whether events of the row are left out of its timing, sizes and services."""
    return ranked.columns.counted(at) > len(_ticks(ranked, at))


def _line(ranked: Ranked, at: int) -> list[int]:
    bounds = sparkline.edges(ranked.around.first_tick, ranked.around.last_tick)
    if not _is_sampled(ranked, at):
        return sparkline.counts(_ticks(ranked, at), bounds)
    return sparkline.estimated(ranked.about[at], ranked.columns.counted(at), ranked.pairs, ranked.named, bounds)


def _rita(entity: Entity, values: np.ndarray) -> float | None:
    """RITA's score of a pair of addresses; None for what it does not score."""
    value = float(values[entity.pairs[0]]) if entity.kind == IP else np.nan
    return None if np.isnan(value) else round(value, 3)


def _bytes(ranked: Ranked, sizes: Sizes, at: int) -> int | None:
    """Sum of the known sizes of an entity, scaled to all its events where some are left out; None when none is known."""
    part = slice(int(sizes.starts[at]), int(sizes.starts[at + 1]))
    if part.stop == part.start:
        return None
    known = int((sizes.values[part] * sizes.counts[part]).sum())
    return known * ranked.columns.counted(at) // len(_ticks(ranked, at))
