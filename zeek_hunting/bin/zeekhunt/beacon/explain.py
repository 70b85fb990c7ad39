"""The words of a finding: where each point comes from, what speaks against it, and what would change it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import finding
from .entities import GROUP, Entity
from .score import BeaconScores, other_prevalence
from .service_text import off_its_ports, split
from .settings import CONTEXT, PARTS, SEVERITIES, BeaconSettings
from .sizes import Direction
from .timing import EXPONENTIAL, SCORED

HUNT_VERSION = "3"
MEANING = {
    "sleep_law": "nats by which a law of sleeping explains the intervals better than random traffic",
    "dispersion": "spread of the middle half of the intervals",
    "dead_time": "shortest interval against the median",
    "tail": "longest interval against the median",
    "pair_correlation": "share of events with another one period later, beyond chance",
    "count_dispersion": "variance of counts per window against their mean",
    "lattice": "share of intervals near a multiple of the period, beyond chance",
}
CONTEXT_WORDS = {
    "unnamed": "no name was seen for the address",
    "odd_port": "a port that its service does not use",
    "bad_certificate": "a certificate that is not valid",
    "own_signature": "a program that goes nowhere else",
    "new": "not known to the site before",
    "moves": "one timer over several servers",
    "known_service": "a time or name service",
    "clock_locked": "keeps to the clock, as schedulers do",
    "company": "its source does the same with {company} destinations",
}
CONFIDENCE = ((30, "high"), (10, "medium"), (0, "low"))  # intervals it rests on
FEW_EVENTS = 12
COMMON = 0.10
SUPPOSED_SHARE = 0.4  # of all sources, for the counterfactual
CLOCK_S = (60, 300, 600, 900, 1800, 3600)
CLOCK_SPREAD_S = 1.0


@dataclass(frozen=True)
class Subject:
    """What is explained. sources: those of the destination, of sources_seen, internal ones alone or external ones alone as the
    source itself (inside); destinations: addresses; kept: events that timing and sizes rest on."""

    kind: str
    unanswered: bool
    events: int
    kept: int
    first_tick: int
    last_tick: int
    destinations: int
    sources: int
    sources_seen: int
    inside: bool
    threat_score: float

    @property
    def sources_in_words(self) -> str:
        return "internal sources" if self.inside else "external sources"


def evidence(scores: BeaconScores, at: int, subject: Subject) -> list[str]:
    """One line per part: its value, what random traffic would show, its points. The points sum to the threat score.

    Rarity and context are log-odds: rarity is the step from the behaviour alone to the score without context, context the rest.
    """
    parts = [*scores.contributions[at].tolist()]
    without_context = 100 / (1 + math.exp(-float(scores.rank[at] - scores.context[at].sum())))
    company = int(scores.company[at])
    flags = [CONTEXT_WORDS[flag].format(company=company) for flag, odds in zip(CONTEXT, scores.context[at].tolist()) if odds]
    parts.append((without_context if flags else subject.threat_score) - math.fsum(parts))
    parts.append(subject.threat_score - math.fsum(parts))
    points = finding.points(parts)
    lines = []
    for part, value, random, earned in zip(PARTS, scores.timing.statistics[at].tolist(), EXPONENTIAL, points):
        measured = "too few to measure" if math.isnan(value) else f"{value:.2f}, random traffic {random:.2f}"
        lines.append(f"{part}: {MEANING.get(part, part.replace('_', ' '))} {measured}: {earned:+.2f}")
    request, reply = scores.sizes.request, scores.sizes.reply
    lines.append(f"sizes: {_sizes('requests', request, at)}; {_sizes('replies', reply, at)}: {points[len(PARTS)]:+.2f}")
    presence = scores.presence
    hours = f"active in {int(presence.active_hours[at])} of {int(presence.online_hours[at])} hours the source was on"
    lines.append(f"presence: {hours}: {points[len(PARTS) + 1]:+.2f}")
    answer = "; capped by the answered pair or as an unanswered one" if subject.unanswered else ""
    known = f"{subject.sources} of {subject.sources_seen} {subject.sources_in_words} go there{'' if flags else answer}"
    lines.append(f"rarity: {known}: {points[-2]:+.2f}")
    if flags:
        lines.append(f"context: {', '.join(flags)}{answer}: {points[-1]:+.2f}")
    return lines


def why_not(scores: BeaconScores, at: int, subject: Subject, settings: BeaconSettings) -> list[str]:
    """What speaks against the finding, the strongest first; never empty: what timing cannot tell is said as well."""
    reasons = []
    timing = scores.timing
    if int(timing.reason[at]) != SCORED:
        reasons.append(f"only {subject.events} events, too few intervals to measure")
    if subject.kind == GROUP:
        reasons.append(f"{subject.destinations} destinations that need not belong together: compare who owns them")
    if subject.kept < subject.events:
        reasons.append(f"sampled: timing and sizes are those of {subject.kept:,} of some {subject.events:,} events")
    if subject.unanswered:
        reasons.append("nobody answers: a dead service, or a server that is gone")
    if subject.sources > 1 and scores.prevalence[at] > COMMON:
        share = subject.sources / subject.sources_seen
        reasons.append(f"{subject.sources} of {subject.sources_seen} {subject.sources_in_words} go there ({share:.0%})")
    if scores.company[at] > settings.company_free:
        reasons.append(f"its source does the same with {int(scores.company[at]) - 1} other destinations: peers of one program")
    if subject.events < FEW_EVENTS:
        reasons.append(f"only {subject.events} events")
    if 100 * timing.timing[at] < settings.severity_medium:
        reasons.append("the timing is close to random traffic")
    locked = _clock(float(timing.period_s[at]), float(timing.q25_s[at]), float(timing.q75_s[at]))
    if locked:
        reasons.append(f"clock-locked to {locked}: schedulers and monitoring keep such round times")
    if not reasons:
        reasons.append(
            "a benign program with a timer to a rare destination looks the same: look at the destination and the process"
        )
    return reasons


def confidence(intervals: int) -> str:
    """How much the score rests on, in words."""
    return next(word for least, word in CONFIDENCE if intervals >= least)


def severity(scores: BeaconScores, at: int) -> str:
    return SEVERITIES[int(scores.severity[at])].lower()


def period(scores: BeaconScores, at: int) -> str:
    """``every 1 min 0 s, half of the intervals from 54 s to 1 min 0 s``; empty when there is no period."""
    timing = scores.timing
    if int(timing.reason[at]) != SCORED:
        return ""
    low, high = duration(float(timing.q25_s[at])), duration(float(timing.q75_s[at]))
    return f"every {duration(float(timing.period_s[at]))}, half of the intervals from {low} to {high}"


def duration(seconds: float) -> str:
    """Seconds in the two largest units."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def techniques(entity: Entity) -> list[str]:
    """ATT&CK ids: what the services and the way of naming say, beside the application-layer channel that every beacon is."""
    found = {"T1071"}
    for service, _ in entity.services:
        _, _, spoken = split(service)
        found.update({"T1071.001"} if {"ssl", "http"} & set(spoken) else set())
        found.update({"T1573"} if "ssl" in spoken else set())
        found.update({"T1571"} if off_its_ports(service) else set())
    found.update({"T1090"} if "connect" in entity.via else set())
    found.update({"T1008"} if entity.kind == GROUP else set())
    return sorted(found)


def counterfactual(scores: BeaconScores, at: int, subject: Subject, settings: BeaconSettings) -> str:
    """What the threat score would be with a common destination, in words."""
    supposed = max(math.ceil(SUPPOSED_SHARE * subject.sources_seen), 1)
    prevalence = float(other_prevalence(np.array([supposed]), subject.sources_seen, settings)[0])
    odds = -settings.prevalence_weight * math.log10(prevalence / settings.neutral_prevalence)
    rank = float(scores.rank[at]) - float(scores.prevalence_log_odds[at]) + odds
    points = min(100 / (1 + math.exp(-rank)), 100.0)
    return f"if {supposed} of {subject.sources_seen} {subject.sources_in_words} went there: {points:.0f}"


def _clock(period_s: float, low_s: float, high_s: float) -> str:
    """``5 min`` where half of the intervals keep a round time within a second; '' where not."""
    for round_s in CLOCK_S:
        if abs(period_s - round_s) <= 1 and high_s - low_s <= CLOCK_SPREAD_S:
            return duration(round_s)
    return ""


def _sizes(name: str, direction: Direction, at: int) -> str:
    share, mode = float(direction.mode_share[at]), float(direction.mode_b[at])
    return f"{name} of unknown size" if math.isnan(share) else f"{share:.0%} of {name} near {mode:,.0f} bytes"
