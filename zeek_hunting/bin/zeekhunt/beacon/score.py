"""The beacon score of a pair and where it comes from; the threat score, which adds how rare the destination is.

  B = T (.62 + .20 Z + .18 K)          behaviour; timing gates: constant sizes or constant presence alone score nothing
  p = (k - 1 + .3)/(H - 1 + 3)         prevalence of other sources: k contacted the destination, H were seen
  rank = logit(B) - w log10(p/p0) + context
                                       log-odds, w = 4, p0 = .1: no evidence, what a network of one source has; B at most .98
  beacon_score = 100 B                 how strong the pattern is
  threat_score = 100 sigmoid(rank)     how suspicious; many benign programs are periodic, few of them at one host only

T: timing, Z: sizes, K: presence. Severity follows beacon_score on RITA's scale (20 Low, 40 Medium, 60 High, 80 Critical) and is
capped by p: Critical only up to .1, High up to .2, Medium up to .5. Weights: BeaconSettings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .company import alike
from .context import context_log_odds
from .presence import PresenceEvidence, presence_evidence
from .series import Floats, Ints, PairColumns
from .settings import PARTS, BeaconSettings
from .sizes import SizeEvidence, size_evidence
from .timing import TimingEvidence, timing_evidence

CONTRIBUTIONS = (*PARTS, "sizes", "presence")


@dataclass(frozen=True, eq=False)
class BeaconScores:
    """Per pair; (pairs,) unless said.

    beacon_score, threat_score: [0, 100]. contributions: (pairs, 9) points in the order of CONTRIBUTIONS that add up to
    beacon_score (within 1e-9). rank = behaviour_log_odds + prevalence_log_odds + the context of the row;
    the first has B kept from 1e-6 to .98. context: (pairs, flags) log-odds in the order of settings.CONTEXT. company: alike
    destinations of the source, this one included. prevalence: p.
    severity: index into settings.SEVERITIES. timing, sizes, presence: the evidence behind.
    """

    beacon_score: Floats
    threat_score: Floats
    contributions: Floats
    rank: Floats
    behaviour_log_odds: Floats
    prevalence_log_odds: Floats
    context: Floats
    company: Ints
    prevalence: Floats
    severity: Ints
    timing: TimingEvidence
    sizes: SizeEvidence
    presence: PresenceEvidence


def score(pairs: PairColumns, settings: BeaconSettings) -> BeaconScores:
    """Everything about every pair. Deterministic: a pair's numbers have the same bits whatever other pairs are scored with it."""
    timing = timing_evidence(pairs.series, settings)
    sizes = size_evidence(pairs.request_sizes, pairs.reply_sizes, settings)
    presence = presence_evidence(pairs.extent or pairs.series, pairs.source_of_pair, pairs.online_hours, settings)

    contributions = _contributions(timing, sizes, presence, settings)
    behaviour = np.minimum(
        timing.timing * (settings.timing_share + settings.size_share * sizes.size + settings.presence_share * presence.presence),
        1.0,
    )
    prevalence = other_prevalence(pairs.sources_of_dest, pairs.sources_seen, settings)
    bounded = np.clip(behaviour, settings.behaviour_floor, settings.behaviour_ceiling)
    from_behaviour = np.log(bounded / (1 - bounded))
    from_prevalence = -settings.prevalence_weight * np.log10(prevalence / settings.neutral_prevalence)
    company = alike(pairs, timing, settings)
    context = context_log_odds(pairs, timing.timing, company, settings)
    rank = from_behaviour + from_prevalence
    for flag in range(context.shape[1]):  # one order of rounding everywhere
        rank = rank + context[:, flag]
    return BeaconScores(
        beacon_score=100 * behaviour,
        threat_score=100 / (1 + np.exp(-rank)),
        contributions=contributions,
        rank=rank,
        behaviour_log_odds=from_behaviour,
        prevalence_log_odds=from_prevalence,
        context=context,
        company=company,
        prevalence=prevalence,
        severity=_severity(100 * behaviour, prevalence, settings),
        timing=timing,
        sizes=sizes,
        presence=presence,
    )


def other_prevalence(sources_of_dest: Ints, sources_seen: int | Ints, settings: BeaconSettings) -> Floats:
    """p: how common the destination is among the *other* sources, smoothed; a network of one source has p = .1."""
    others = sources_of_dest.astype(np.float64) - 1
    return (others + settings.prior_sources) / (sources_seen - 1 + settings.prior_seen)


def _contributions(timing: TimingEvidence, sizes: SizeEvidence, presence: PresenceEvidence, settings: BeaconSettings) -> Floats:
    """(pairs, 9): 62 points for each part of T; sizes and presence own what they add, in proportion to T."""
    return np.column_stack(
        [
            100 * settings.timing_share * timing.points,
            100 * settings.size_share * sizes.size * timing.timing,
            100 * settings.presence_share * presence.presence * timing.timing,
        ]
    )


def _severity(beacon_score: Floats, prevalence: Floats, settings: BeaconSettings) -> Ints:
    """0 None to 4 Critical: the lower of what the pattern earns and what the prevalence allows."""
    steps = np.array([settings.severity_low, settings.severity_medium, settings.severity_high, settings.severity_critical])
    earned = np.searchsorted(steps, beacon_score, side="right")
    caps = np.array([settings.critical_prevalence, settings.high_prevalence, settings.medium_prevalence])
    allowed = len(steps) - np.searchsorted(caps, prevalence, side="left")
    return np.minimum(earned, allowed).astype(np.int64)
