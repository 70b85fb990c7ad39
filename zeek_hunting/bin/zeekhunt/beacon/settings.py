"""Every number of the beacon scores, in two tables: unit, range, default, source.

BeaconSettings holds what this project chose and a site may change. RitaSettings holds what RITA v5 computes with by default; it
is there so that the RITA-compatible columns stay comparable and has no options.

A ramp is a pair of fields: ``<part>_none`` is the value that earns nothing, ``<part>_full`` the value that earns everything;
between them the points grow linearly. Which of the two is larger says whether more or less is suspicious.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

PARTS = ("sleep_law", "dispersion", "dead_time", "tail", "pair_correlation", "count_dispersion", "lattice")
FLAGS = ("unnamed", "odd_port", "bad_certificate", "own_signature", "new", "moves", "known_service", "clock_locked")
CONTEXT = (*FLAGS, "company")
SEVERITIES = ("None", "Low", "Medium", "High", "Critical")

PROTOTYPE = "weighted by hand on a synthetic network of 150 hosts, before any labelled capture was seen"
HALVED = "half for the law, which is calibrated; the other half in the proportions of the prototype"
JITTER = "between uniform jitter of 50-90 % and exponential gaps; exponential values: see timing.EXPONENTIAL"
PRIOR = "prior of 0.3 sources in 3: one source in a network of one has p = 0.1"
FLAG = "one of the modifiers that RITA and beaconing practice share; "
BUCKETS = "the scale of RITA v5: 0.2 Low, 0.4 Medium, 0.6 High, 0.8 Critical"
WEIGHT_TOLERANCE = 1e-9  # weights are compared with a tolerance: 0.4 + 0.3 + 0.2 + 0.1 is not 1 in binary


class SettingsError(ValueError):
    """A threshold out of its range, or weights that do not add up."""


def _number(default: Any, unit: str, low: float, high: float, source: str) -> Any:
    return field(default=default, metadata={"unit": unit, "low": low, "high": high, "source": source})


@dataclass(frozen=True)
class BeaconSettings:
    """Thresholds of timing, sizes, presence and score. Raises SettingsError when one is out of range."""

    # timing: from events to intervals
    collapse_s: tuple[float, ...] = _number(
        (1.0, 5.0, 30.0), "s, ascending", 1, 3600, "bursts are one call; 1 s is the usual retry"
    )
    collapse_penalty: float = _number(0.02, "points of T", 0, 1, "a longer collapse is one more chance to look regular")
    interval_limit_s: float = _number(21_600, "s", 60, 864_000, "a longer gap is a night or a weekend, not a sleep")
    intervals_min: int = _number(3, "intervals", 3, 1000, "below three there is no spread to measure")
    # timing: how sure the sleep law makes us (the gate, see timing), and what it and the other parts weigh (sum 1)
    law_gain_full: float = _number(
        0.15, "nats per interval", 0.001, 3, "below it a law is nearly random traffic, however many intervals say so"
    )
    law_random_nats: float = _number(
        8.5, "nats", 0.1, 100, "what at most 1 of 1,000 random series reaches for 4 to 400 intervals: bench/beacon/calibrate.py"
    )
    law_random_timing: float = _number(0.36, "gate", 0.01, 0.99, "the gate at law_random_nats; the other parts keep T below .34")
    law_full_nats: float = _number(60, "nats", 0.1, 1000, "20 intervals without jitter, some 200 with 90 %: no doubt left")
    law_certain_nats: float = _number(300, "nats", 0.1, 10_000, "a thousand intervals with 90 % jitter")
    law_certain_share: float = _number(
        0.8, "share of the other parts", 0, 1, "how regular a certain timer is says little about it"
    )
    sleep_law_weight: float = _number(0.50, "share of T", 0, 1, HALVED)
    dispersion_weight: float = _number(0.11, "share of T", 0, 1, HALVED)
    dead_time_weight: float = _number(0.08, "share of T", 0, 1, HALVED)
    tail_weight: float = _number(0.08, "share of T", 0, 1, HALVED)
    pair_correlation_weight: float = _number(0.10, "share of T", 0, 1, HALVED)
    count_dispersion_weight: float = _number(0.08, "share of T", 0, 1, HALVED)
    lattice_weight: float = _number(0.05, "share of T", 0, 1, "from pair correlation, which it resembles without misses")
    # timing: ramps
    dispersion_none: float = _number(0.55, "(Q3-Q1)/(Q3+Q1)", 0, 1, JITTER)
    dispersion_full: float = _number(0.05, "(Q3-Q1)/(Q3+Q1)", 0, 1, JITTER)
    dead_time_none: float = _number(0.08, "q05/median", 0, 1, JITTER)
    dead_time_full: float = _number(0.70, "q05/median", 0, 1, JITTER)
    tail_none: float = _number(4.0, "q95/median", 1, 1000, JITTER + "; ramp on the logarithm")
    tail_full: float = _number(1.35, "q95/median", 1, 1000, JITTER + "; ramp on the logarithm")
    pair_correlation_none: float = _number(0.05, "excess share", 0, 1, PROTOTYPE)
    pair_correlation_full: float = _number(0.80, "excess share", 0, 1, PROTOTYPE)
    count_dispersion_none: float = _number(1.0, "variance/mean", 1e-6, 1000, "Poisson counts; ramp on the logarithm")
    count_dispersion_full: float = _number(0.12, "variance/mean", 1e-6, 1000, JITTER + "; ramp on the logarithm")
    lattice_none: float = _number(0.05, "excess share", 0, 1, "as pair correlation")
    lattice_full: float = _number(0.80, "excess share", 0, 1, "as pair correlation")
    lattice_width: float = _number(
        0.15, "periods", 0.01, 0.2, "and sqrt(k) times as much for k beats; under half a period at k = 6"
    )
    lattice_multiples: int = _number(6, "periods", 1, 6, "80 % of all beats missed leave a third beyond it")
    lattice_room: float = _number(0.01, "share", 1e-6, 1, "below it chance alone explains all, and nothing is measured")
    # timing: how pair correlation and count dispersion look
    echo_share: float = _number(0.12, "share of the period", 0.001, 0.5, PROTOTYPE)
    echo_min_s: float = _number(1.0, "s", 0.1, 60, "one second of clock and network noise")
    active_gap_periods: float = _number(
        10, "periods", 2, 1000, "a longer gap is not active time when the chance rate is estimated"
    )
    window_periods: float = _number(8, "periods", 2, 1000, PROTOTYPE)
    windows_min: int = _number(3, "windows", 2, 1000, "below it the mean of dispersion and tail stands in")
    window_mean_min: float = _number(2, "events per window", 0, 1000, "below it the mean of dispersion and tail stands in")
    count_floor: float = _number(0.02, "variance/mean", 1e-6, 1, "added inside the logarithm: constant counts have variance 0")
    # sizes
    request_weight: float = _number(0.65, "share of Z", 0, 1, PROTOTYPE)
    reply_weight: float = _number(0.35, "share of Z", 0, 1, PROTOTYPE)
    mode_weight: float = _number(0.6, "share of z", 0, 1, PROTOTYPE)
    range_weight: float = _number(0.4, "share of z", 0, 1, "keeps random but bounded padding scored")
    mode_width_min_b: float = _number(16, "bytes", 0, 10_000, PROTOTYPE)
    mode_width_share: float = _number(0.03, "share of the mode", 0, 1, PROTOTYPE)
    mode_none: float = _number(0.2, "share of sizes", 0, 1, PROTOTYPE)
    mode_full: float = _number(0.8, "share of sizes", 0, 1, PROTOTYPE)
    range_none: float = _number(6.0, "q90/q10", 1, 1000, "ramp on the logarithm; tasking is the rare tenth above q90")
    range_full: float = _number(1.3, "q90/q10", 1, 1000, "ramp on the logarithm")
    # presence
    presence_span_s: float = _number(14_400, "s", 1, 864_000, "a pair seen for less than this earns presence in proportion")
    # score
    timing_share: float = _number(0.62, "share of B", 0, 1, PROTOTYPE)
    size_share: float = _number(0.20, "share of B", 0, 1, PROTOTYPE)
    presence_share: float = _number(0.18, "share of B", 0, 1, PROTOTYPE)
    behaviour_floor: float = _number(1e-6, "B", 1e-12, 0.1, "B is kept this far from 0 before the logit")
    behaviour_ceiling: float = _number(
        0.98, "B", 0.5, 1 - 1e-9, "B counts up to here in the logit: a clock-like program is worth one factor 10 of rarity"
    )
    neutral_prevalence: float = _number(0.1, "p", 1e-6, 1, "what a network of one source has: no evidence either way")
    prevalence_weight: float = _number(4, "log-odds per factor 10", 0, 20, "best of 0-6 but one; beyond it one-source pages win")
    prior_sources: float = _number(0.3, "sources", 0.001, 100, PRIOR)
    prior_seen: float = _number(3, "sources", 0.001, 1000, PRIOR)
    # context: log-odds when the flag of that name holds (see context); below those of one factor 3 of prevalence each, so that no
    # single one decides
    unnamed_points: float = _number(0.5, "log-odds", -5, 5, FLAG + "no name and no DNS answer for the address")
    odd_port_points: float = _number(0.7, "log-odds", -5, 5, FLAG + "a port that its service does not use")
    bad_certificate_points: float = _number(0.7, "log-odds", -5, 5, FLAG + "self-signed or not valid")
    own_signature_points: float = _number(1.0, "log-odds", -5, 5, FLAG + "JA3, JA4 or user agent at this destination alone")
    new_points: float = _number(0.7, "log-odds", -5, 5, FLAG + "nobody went there before the last week of the search")
    moves_points: float = _number(1.0, "log-odds", -5, 5, "one timer over several rare servers: few benign programs do that")
    known_service_points: float = _number(-2.0, "log-odds", -5, 5, FLAG + "time, resolver or update service of the site")
    clock_locked_points: float = _number(-0.7, "log-odds", -5, 5, "schedulers keep the clock, sleeps drift: see phase_lock")
    company_points: float = _number(
        -2.0, "log-odds per e-fold", -5, 5, "1/n for the prior odds, 1/n for being a crowd; servers of seeds 1 to 24"
    )
    company_most: float = _number(4.0, "log-odds", 0, 20, "what company may cost: as much as one factor 10 of prevalence")
    company_free: float = _number(5, "destinations", 1, 1000, "servers that one implant commonly has: no company up to here")
    company_timing: float = _number(0.36, "T", 0.01, 1, "machine-timed: as law_random_timing")
    company_period: float = _number(1.15, "ratio of periods", 1, 10, "peers of one timer differ by their own delays")
    # severity: the pattern decides, a destination that many sources share caps
    severity_low: float = _number(20, "beacon_score", 0, 100, BUCKETS)
    severity_medium: float = _number(40, "beacon_score", 0, 100, BUCKETS + "; random traffic stays below")
    severity_high: float = _number(60, "beacon_score", 0, 100, BUCKETS)
    severity_critical: float = _number(80, "beacon_score", 0, 100, BUCKETS)
    critical_prevalence: float = _number(0.10, "p", 0, 1, "Critical up to this p; a network of one source has it")
    high_prevalence: float = _number(0.20, "p", 0, 1, "High up to this p")
    medium_prevalence: float = _number(0.50, "p", 0, 1, "Medium up to this p; above it a service of the site, at most Low")
    # memory
    block_events: int = _number(2_000_000, "events", 1, 100_000_000, "about 100 bytes of temporary arrays an event")

    def __post_init__(self) -> None:
        for each in fields(self):
            _check_range(each.name, getattr(self, each.name), each.metadata)
        if not self.collapse_s or list(self.collapse_s) != sorted(set(self.collapse_s)):
            raise SettingsError(f"collapse_s must ascend and name at least one time, got {self.collapse_s}")
        for names in _WEIGHTS:
            total = sum(getattr(self, name) for name in names)
            if abs(total - 1) > WEIGHT_TOLERANCE:
                raise SettingsError(f"{', '.join(names)} must sum to 1, they sum to {total:.6g}")
        for name in _RAMPS:
            if getattr(self, name + "_none") == getattr(self, name + "_full"):
                raise SettingsError(f"{name}_none and {name}_full must differ: a ramp of no width divides by zero")
        for names in _ASCENDING:
            values = [getattr(self, name) for name in names]
            if values != sorted(values):
                raise SettingsError(f"{', '.join(names)} must ascend, got {values}")

    @property
    def part_weights(self) -> tuple[float, ...]:
        """Weights of PARTS in their order."""
        return tuple(getattr(self, part + "_weight") for part in PARTS)


_WEIGHTS = (
    tuple(part + "_weight" for part in PARTS),
    ("request_weight", "reply_weight"),
    ("mode_weight", "range_weight"),
    ("timing_share", "size_share", "presence_share"),
)
_RAMPS = (*PARTS[1:], "mode", "range")
_ASCENDING = (
    ("severity_low", "severity_medium", "severity_high", "severity_critical"),
    ("law_random_nats", "law_full_nats", "law_certain_nats"),
    ("critical_prevalence", "high_prevalence", "medium_prevalence"),
    ("prior_sources", "prior_seen"),
)


def _check_range(name: str, value: Any, about: Any) -> None:
    for number in value if isinstance(value, tuple) else (value,):
        if not about["low"] <= number <= about["high"]:
            raise SettingsError(f"{name} must be from {about['low']:,g} to {about['high']:,g} ({about['unit']}), got {number!r}")


RITA_SOURCE = "RITA v5, github.com/activecm/rita at a3c5150: "
ANALYSIS = RITA_SOURCE + "analysis/beacons.go"
DEFAULTS = RITA_SOURCE + "default_config.hjson"


@dataclass(frozen=True)
class RitaSettings:
    """What RITA v5 computes with by default."""

    unique_seconds_min: int = _number(4, "seconds", 4, 86_400, DEFAULTS)
    strobe_events: int = _number(86_400, "events", 1, 10**9, ANALYSIS)
    sizes_min: int = _number(3, "sizes", 3, 3, ANALYSIS)
    skew_spread_min: float = _number(10, "s or bytes", 10, 10, ANALYSIS + ": one number for both units")
    median_min: float = _number(1, "s or bytes", 1, 1, ANALYSIS)
    bins: int = _number(24, "bins", 24, 24, ANALYSIS)
    bimodal_bars_min: int = _number(11, "non-empty bins", 6, 24, DEFAULTS)
    bimodal_level_share: float = _number(0.05, "share of the fullest bin", 0, 1, DEFAULTS)
    bimodal_outliers: int = _number(1, "bins", 0, 24, DEFAULTS)
    duration_bars_min: int = _number(6, "non-empty bins", 0, 24, DEFAULTS)
    duration_run: int = _number(12, "bins", 1, 24, DEFAULTS)
    weights: tuple[float, ...] = _number((0.25, 0.25, 0.25, 0.25), "ts, ds, dur, hist", 0, 1, DEFAULTS)
    threat_thresholds: tuple[float, ...] = _number((50, 70, 90, 100), "score x 100", 0, 100, DEFAULTS)
    threat_step: float = _number(0.2, "threat", 0, 1, RITA_SOURCE + "analysis/analysis.go: each bucket is worth this")
