"""Timing evidence: branch edges, the naive twin, what must not change it, and the published figures."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles import grouped, traffic
from oracles import timing as oracle
from zeekhunt.beacon import segments, timing
from zeekhunt.beacon.settings import PARTS, BeaconSettings
from zeekhunt.beacon.sleep_law import sleep_law

SETTINGS = BeaconSettings()
SIX_HOURS = 216_000
GAPS = st.lists(
    st.sampled_from([0, 1, 10, 11, 50, 51, 300, 301, 600, 601, SIX_HOURS, SIX_HOURS + 1])
    | st.integers(0, 700)
    | st.integers(590, 610)
    | st.integers(0, 2**22),
    max_size=45,
)


def ticks_of(gaps: list[int], start: int = traffic.NOON) -> list[int]:
    ticks = [start]
    for gap in gaps:
        ticks.append(ticks[-1] + gap)
    return ticks


def evidence(*lists: list[int]) -> timing.TimingEvidence:
    return timing.timing_evidence(grouped.series(lists), SETTINGS)


def nats(silences: list[int], tau: int) -> float:
    """Of the sleep law, one segment alone; test_sleep_law holds its twin."""
    d, starts = np.array(silences, np.int64), np.array([0, len(silences)], np.int64)
    return float(sleep_law(d, starts, tau, segments.half_sample_mode(d, starts)).nats[0])


def same(here: timing.TimingEvidence, there: timing.TimingEvidence) -> bool:
    pairs = [(vars(here), vars(there)), (vars(here.law), vars(there.law))]
    return all(np.array_equal(a[name], b[name], equal_nan=True) for a, b in pairs for name in a if name != "law")


def assert_equals_oracle(found: timing.TimingEvidence, pair: int, ticks: list[int]) -> None:
    wanted = oracle.evidence(ticks, nats)
    if wanted is None:
        assert found.reason[pair] == timing.TOO_FEW
        assert found.timing[pair] == 0
        assert found.points[pair].tolist() == [0] * len(PARTS)
        assert np.isnan([found.period_s[pair], found.q25_s[pair], found.tau_s[pair], *found.statistics[pair]]).all()
        return
    assert found.reason[pair] == timing.SCORED
    assert (found.tau_s[pair], found.intervals[pair]) == (wanted.tau_s, wanted.intervals)
    assert (found.beats_expected[pair], found.beats_missed[pair]) == (wanted.expected, wanted.missed)
    assert found.timing[pair] == pytest.approx(wanted.timing, abs=1e-12)
    assert found.points[pair].tolist() == pytest.approx(wanted.points, abs=1e-12)
    assert found.statistics[pair].tolist() == pytest.approx(wanted.statistics, abs=1e-9, rel=1e-9, nan_ok=True)
    assert (found.period_s[pair], found.q25_s[pair], found.q75_s[pair]) == (wanted.period_s, wanted.q25_s, wanted.q75_s)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(GAPS, min_size=1, max_size=5))
@example([[600, 600, 600]])  # n = minimum
@example([[600, 600], [600] * 40, []])
@example([[SIX_HOURS + 1] * 3])  # nothing would remain
@example([[600, 600, 600, 2**22, 600]])  # one huge gap
@example([[0] * 9])  # one burst
@example([[600] * 6 + [1500] + [600] * 3 + [672]])  # an event exactly P + delta before the last still asks for its echo
@example([[600] * 6 + [6000]])  # a gap of exactly 10 P is not active time
@example([[200, 300, 11, 11]])  # far fewer echoes than chance would give: kept above -1
@example([[20, 100, 1000, 10_000, 100_000]])  # no evidence at any tau: the shortest is reported
def test_evidence_equals_the_naive_twin(gap_lists: list[list[int]]) -> None:
    lists = [ticks_of(gaps) for gaps in gap_lists]
    found = evidence(*lists)
    for pair, ticks in enumerate(lists):
        assert_equals_oracle(found, pair, ticks)


@pytest.mark.parametrize(
    "law", [traffic.sleeper(60, 0.5), traffic.poisson(60), traffic.sleeper(300, 0.9)], ids=["cs50", "poisson", "cs90"]
)
def test_evidence_of_longer_series_equals_the_naive_twin(law: traffic.Law) -> None:
    ticks = traffic.renewal(law, random.Random(3), span_s=20_000)
    assert_equals_oracle(evidence(ticks), 0, ticks)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(GAPS, min_size=1, max_size=4))
def test_points_sum_to_timing_exactly_and_everything_stays_in_range(gap_lists: list[list[int]]) -> None:
    found = evidence(*map(ticks_of, gap_lists))
    for pair in range(len(gap_lists)):
        total = 0.0
        for point in found.points[pair].tolist():
            total += point
        assert total == found.timing[pair]
    assert ((found.timing >= 0) & (found.timing <= 1)).all()
    assert (found.points >= 0).all()


@settings(deadline=None)  # the machine may be busy
@given(GAPS, st.integers(1, 3), st.integers(0, 10_000))
def test_a_shift_of_the_clock_changes_nothing(gaps: list[int], repeats: int, hours: int) -> None:
    here, there = evidence(ticks_of(gaps)), evidence(ticks_of(gaps, traffic.NOON + hours * 36_000))
    assert same(here, there)


@settings(deadline=None)  # the machine may be busy
@given(GAPS, st.integers(0, 2**30))
def test_duplicates_at_the_same_tick_change_nothing(gaps: list[int], seed: int) -> None:
    ticks = ticks_of(gaps)
    again = ticks + random.Random(seed).choices(ticks, k=len(ticks))
    here, there = evidence(ticks), evidence(again)
    assert same(here, there)


@pytest.mark.parametrize(
    ("gaps", "intervals", "tau_s", "period_s"),
    [
        pytest.param([600] * 3, 3, 1, 60.0, id="minimum-of-three-intervals"),
        pytest.param([600, 10, 600, 600], 3, 1, 60.0, id="one-second-apart-is-a-burst"),
        pytest.param([600, 11, 600, 600], 3, 5, 60.0, id="just-over-a-second-waits-for-tau-5"),
        pytest.param([600, 20, 600, 20, 600, 20, 600, 20, 600], 5, 5, 62.0, id="two-seconds-collapse-at-tau-5"),
        pytest.param([9000, 200, 9000, 200, 9000, 200, 9000, 200, 9000], 5, 30, 920.0, id="twenty-seconds-collapse-at-tau-30"),
        pytest.param([600] * 3 + [SIX_HOURS], 4, 1, 60.0, id="six-hours-stay"),
        pytest.param([600] * 3 + [SIX_HOURS + 1], 3, 1, 60.0, id="over-six-hours-is-a-night"),
        pytest.param([600] * 2 + [SIX_HOURS + 1], 3, 1, 60.0, id="unless-fewer-than-three-would-remain"),
    ],
)
def test_which_intervals_count(gaps: list[int], intervals: int, tau_s: int, period_s: float | None) -> None:
    found = evidence(ticks_of(gaps))
    assert (found.intervals[0], found.tau_s[0]) == (intervals, tau_s)
    if period_s is not None:
        assert found.period_s[0] == period_s


def test_a_perfect_beat_earns_all_points_and_four_beats_do_not() -> None:
    found = evidence(ticks_of([600] * 100), ticks_of([600] * 4))
    assert found.timing[0] == pytest.approx(1, abs=1e-12)
    assert found.points[0].tolist() == pytest.approx(list(SETTINGS.part_weights), abs=1e-12)
    assert 0.2 < found.timing[1] < 0.6  # a thing that happens by chance among many pairs
    assert np.isnan(found.statistics[1, PARTS.index("count_dispersion")])  # 4 intervals make no 3 windows of 8 periods


def test_missed_beats_are_counted_in_periods_and_not_over_nights() -> None:
    found = evidence(ticks_of([600] * 20 + [1800] + [600] * 20 + [SIX_HOURS * 2] + [600] * 20))
    assert (found.beats_expected[0], found.beats_missed[0]) == (64, 2)


def test_fewer_than_three_intervals_say_why() -> None:
    found = evidence([], [traffic.NOON], ticks_of([600, 600]), ticks_of([5] * 50))
    assert [timing.REASONS[reason] for reason in found.reason] == ["fewer than 3 intervals once bursts are collapsed"] * 4


def test_exponential_gaps_show_the_constants_of_the_table() -> None:
    assert list(timing.EXPONENTIAL) == pytest.approx([0, 0.656, 0.074, 4.32, 0, 1, 0], abs=5e-3)
    ticks = traffic.renewal(traffic.poisson(6), random.Random(1), span_s=3_000_000)
    found = timing.timing_evidence(grouped.series([ticks]), BeaconSettings(collapse_s=(1.0,)))
    # 5,000 gaps: quartiles are within 5 %, the tails within 15 %
    assert found.statistics[0, 0] < 0  # the law loses
    assert found.statistics[0, 1:].tolist() == pytest.approx(timing.EXPONENTIAL[1:], rel=0.15, abs=0.08)


@pytest.mark.parametrize(
    ("law", "span_s", "least"),
    [
        pytest.param(traffic.sleeper(60, 0.0), 86_400, 0.99, id="sleep-60-jitter-0"),
        pytest.param(traffic.sleeper(60, 0.5), 86_400, 0.80, id="sleep-60-jitter-50"),
        pytest.param(traffic.sleeper(60, 0.9), 86_400, 0.65, id="sleep-60-jitter-90"),
        pytest.param(traffic.sleeper(600, 0.9), 86_400, 0.55, id="sleep-600-jitter-90"),
        pytest.param(traffic.sleeper(60, 0.2), 28_800, 0.92, id="eight-hours-only"),
        pytest.param(lambda rng: 64.0, 86_400, 0.99, id="ntp-64-s"),
    ],
)
def test_sleeping_implants_reach_their_timing_in_every_run(law: traffic.Law, span_s: float, least: float) -> None:
    found = evidence(*[traffic.renewal(law, random.Random(seed), span_s) for seed in range(8)])
    assert found.timing.min() >= least


def test_lossy_and_mixed_beacons_stay_above_what_random_traffic_reaches() -> None:
    beacons = [traffic.renewal(traffic.sleeper(300, 0.2), random.Random(seed)) for seed in range(8)]
    lossy = [[tick for tick in beacon if random.Random(tick).random() > 0.3] for beacon in beacons]
    mixed = [beacon + traffic.browsing(random.Random(seed), 100) for seed, beacon in enumerate(beacons)]
    assert evidence(*lossy).timing.min() > 0.6
    assert np.median(evidence(*mixed).timing) > 0.34


@pytest.mark.parametrize("per_hour", [1, 20, 600])
@pytest.mark.parametrize("intervals", [4, 6, 12, 40])
def test_random_traffic_stays_below_34_whatever_its_rate_and_length(per_hour: float, intervals: int) -> None:
    rng = np.random.default_rng([intervals, int(per_hour)])
    gaps = rng.exponential(36_000 / per_hour, (2000, intervals + 1))
    ticks = (traffic.NOON + gaps.cumsum(axis=1)).astype(np.int64)
    found = evidence(*ticks.tolist())
    assert (found.timing > 0.34).sum() <= 4  # 2 expected at the 99.9 % quantile


def test_people_stay_below_34() -> None:
    found = evidence(*[traffic.browsing(random.Random(seed), 20 + seed) for seed in range(200)])
    assert found.timing.max() < 0.34
