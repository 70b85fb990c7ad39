"""Phase lock and periodogram: what keeps to the clock, what keeps a period, and what does neither."""

from __future__ import annotations

import random

import numpy as np
import pytest
from oracles import grouped, traffic
from zeekhunt.beacon.periodogram import periodogram
from zeekhunt.beacon.phase_lock import CLOCK_S, phase_lock


def scheduled(every_s: int, late_s: float) -> list[int]:
    rng = random.Random(1)
    return [traffic.NOON + at * every_s * 10 + int(rng.uniform(0, late_s) * 10) for at in range(100)]


@pytest.mark.parametrize("every_s", CLOCK_S)
def test_a_scheduled_job_names_its_clock(every_s: int) -> None:
    found = phase_lock(grouped.series([scheduled(every_s, 0.02 * every_s)]))
    assert found.clock_s.tolist() == [every_s]
    assert found.resultant[0, CLOCK_S.index(every_s)] > 0.99


@pytest.mark.parametrize(
    "law", [traffic.sleeper(60, 0.0), traffic.sleeper(300, 0.3), traffic.poisson(60)], ids=["drifting", "jittered", "random"]
)
def test_what_sleeps_or_is_random_keeps_no_clock(law: traffic.Law) -> None:
    lists = [traffic.renewal(law, random.Random(seed)) for seed in range(10)]
    assert phase_lock(grouped.series(lists)).clock_s.tolist() == [0] * 10


def test_resultants_equal_the_definition_and_empty_pairs_have_none() -> None:
    ticks = traffic.renewal(traffic.poisson(30), random.Random(2))
    found = phase_lock(grouped.series([ticks, []]))
    for clock, seconds in enumerate(CLOCK_S):
        wanted = abs(np.exp(2j * np.pi * np.array(ticks) / (seconds * 10)).sum()) / len(ticks)
        assert found.resultant[0, clock] == pytest.approx(wanted, abs=2e-3)  # a step is a 3,600th of a turn
    assert np.isnan(found.resultant[1]).all()
    assert found.clock_s[1] == 0


def test_a_strict_period_is_found_and_noise_is_not() -> None:
    strict = [traffic.NOON + 6000 * at for at in range(140)]
    noise = [traffic.renewal(traffic.poisson(60), random.Random(seed)) for seed in range(20)]
    found = periodogram(grouped.series([strict, *noise]))
    fundamental = 600 / found.period_s[0]
    assert fundamental == pytest.approx(round(fundamental), abs=0.01)  # the period or a harmonic of it
    assert found.chance[0] < 1e-6
    assert (found.chance[1:] > 0.01).sum() >= 18


@pytest.mark.parametrize(
    "ticks", [[], [traffic.NOON] * 50, [traffic.NOON + at for at in range(5)]], ids=["none", "one-tick", "few"]
)
def test_a_pair_without_length_has_no_second_opinion(ticks: list[int]) -> None:
    found = periodogram(grouped.series([ticks]))
    assert np.isnan(found.period_s[0])
    assert np.isnan(found.chance[0])
