"""The words of a finding: where each point comes from, what speaks against it, and the search that shows its events."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .. import finding
from .score import BeaconScores
from .settings import PARTS, SEVERITIES, BeaconSettings
from .sizes import Direction
from .timing import EXPONENTIAL, SCORED

HUNT, HUNT_VERSION = "c2_beacon_ip", "1"
TECHNIQUES = ("T1071", "T1573")
MEANING = {
    "dispersion": "spread of the middle half of the intervals",
    "dead_time": "shortest interval against the median",
    "tail": "longest interval against the median",
    "pair_correlation": "share of events with another one period later, beyond chance",
    "count_dispersion": "variance of counts per window against their mean",
}
CONFIDENCE = ((30, "high"), (10, "medium"), (0, "low"))  # intervals it rests on
FEW_EVENTS = 12
COMMON = 0.10


@dataclass(frozen=True)
class Subject:
    """What is explained: one pair. sources: internal sources of the destination, of sources_seen."""

    src: str
    dest: str
    unanswered: bool
    events: int
    first_tick: int
    last_tick: int
    sources: int
    sources_seen: int
    threat_score: float


def evidence(scores: BeaconScores, at: int, subject: Subject) -> list[str]:
    """One line per part: its value, what random traffic would show, its points. The points sum to the threat score."""
    parts = [*scores.contributions[at].tolist()]
    parts.append(subject.threat_score - math.fsum(parts))
    points = finding.points(parts)
    lines = []
    for part, value, random, earned in zip(PARTS, scores.timing.statistics[at].tolist(), EXPONENTIAL, points):
        measured = "too few to measure" if math.isnan(value) else f"{value:.2f}, random traffic {random:.2f}"
        lines.append(f"{part}: {MEANING[part]} {measured}: {earned:+.2f}")
    request, reply = scores.sizes.request, scores.sizes.reply
    lines.append(f"sizes: {_sizes('requests', request, at)}; {_sizes('replies', reply, at)}: {points[len(PARTS)]:+.2f}")
    presence = scores.presence
    hours = f"active in {int(presence.active_hours[at])} of {int(presence.online_hours[at])} hours the source was on"
    lines.append(f"presence: {hours}: {points[len(PARTS) + 1]:+.2f}")
    answer = "; capped by the answered pair or as an unanswered one" if subject.unanswered else ""
    lines.append(f"rarity: {subject.sources} of {subject.sources_seen} internal sources go there{answer}: {points[-1]:+.2f}")
    return lines


def why_not(scores: BeaconScores, at: int, subject: Subject, settings: BeaconSettings) -> list[str]:
    """What speaks against the finding, the strongest first; never empty: what timing cannot tell is said as well."""
    reasons = []
    timing = scores.timing
    if int(timing.reason[at]) != SCORED:
        reasons.append(f"only {subject.events} events, too few intervals to measure")
    if subject.unanswered:
        reasons.append("nobody answers: a dead service, or a server that is gone")
    if subject.sources > 1 and scores.prevalence[at] > COMMON:
        reasons.append(f"{subject.sources} of {subject.sources_seen} internal sources go there")
    if subject.events < FEW_EVENTS:
        reasons.append(f"only {subject.events} events")
    if 100 * timing.timing[at] < settings.severity_medium:
        reasons.append("the timing is close to random traffic")
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


def drilldown(subject: Subject) -> str:
    """SPL that shows the events of the pair, in whatever spelling the site has them."""
    src, dest = _quoted(subject.src), _quoted(subject.dest)
    sources = " OR ".join(f"{name}={src}" for name in ('"id.orig_h"', "id_orig_h", "src_ip", "src"))
    dests = " OR ".join(f"{name}={dest}" for name in ('"id.resp_h"', "id_resp_h", "dest_ip", "dst_ip", "dest", "dst"))
    return f"`zeek_conn` ({sources}) ({dests}) earliest={subject.first_tick // 10} latest={subject.last_tick // 10 + 1}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _sizes(name: str, direction: Direction, at: int) -> str:
    share, mode = float(direction.mode_share[at]), float(direction.mode_b[at])
    return f"{name} of unknown size" if math.isnan(share) else f"{share:.0%} of {name} near {mode:,.0f} bytes"
