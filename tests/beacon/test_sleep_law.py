"""The sleep law: its densities against draws, its fit against a plain loop, and what random and human gaps earn."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zeekhunt.beacon import laws, segments
from zeekhunt.beacon.sleep_law import SleepLaw, sleep_law


def fit(*lists: list[int], tau: int = 10) -> SleepLaw:
    d = np.array([value for values in lists for value in sorted(values)], np.int64)
    starts = np.cumsum([0, *map(len, lists)]).astype(np.int64)
    return sleep_law(d, starts, tau, segments.half_sample_mode(d, starts))


def fullest(table: laws.Laws, rho: float, loss: float) -> int:
    return int(np.flatnonzero((table.rho == rho) & (table.loss == loss) & (table.strays == laws.STRAYS[0]))[0])


@pytest.mark.parametrize(
    ("table", "rho", "loss"),
    [
        pytest.param(laws.at_the_mode(), 0.9, 0.3, id="narrow-with-misses"),
        pytest.param(laws.at_the_median(), 0.1, 0.0, id="jitter-90"),
        pytest.param(laws.at_the_median(), 0.5, 0.5, id="half-missed"),
    ],
)
def test_a_density_is_that_of_its_sleeps_plus_strays(table: laws.Laws, rho: float, loss: float) -> None:
    at = fullest(table, rho, loss)
    rng = np.random.default_rng(1)
    sleeps = rng.geometric(1 - loss, 20_000) if loss else np.ones(20_000, int)
    draws = np.array([rng.uniform(rho, 1, k).sum() for k in sleeps])
    place = np.rint(np.log(draws) / laws.BIN).astype(int) + laws.REACH + int(table.shift[at])
    seen = np.bincount(place, minlength=laws.BINS)[: laws.BINS] / len(draws)
    wanted = np.exp(table.density[:, at] / laws.NAT) * laws.BIN
    strays = laws.STRAYS[0] * laws.BIN / laws.BROAD
    assert np.abs((wanted - strays) / (1 - laws.STRAYS[0]) - seen).max() < 0.04  # edges are soft, half a bin at most


def test_densities_are_whole_numbers_so_that_sums_are_exact() -> None:
    for density in (laws.at_the_mode().density, laws.at_the_median().density, laws.people()):
        assert np.array_equal(density, np.rint(density))
        assert np.abs(density).max() < 2**22  # times 2^27 intervals: below 2^53


@given(st.lists(st.integers(11, 5000), min_size=3, max_size=20))
@settings(max_examples=30, deadline=None)
def test_nats_equal_a_plain_loop_over_laws_and_silences(silences: list[int]) -> None:
    d = sorted(silences)
    starts = np.array([0, len(d)], np.int64)
    mode = float(segments.half_sample_mode(np.array(d, np.int64), starts)[0])

    def log_bin(value: float) -> int:
        return int(np.rint(np.log(value) / laws.BIN))

    def best(density: np.ndarray, prior: np.ndarray, values: list[float], anchor: int) -> float:
        rows = [min(max(log_bin(value) - anchor + laws.REACH, 0), laws.BINS - 1) for value in values]
        totals = [sum(density[row, law] for row in rows) + prior[law] for law in range(density.shape[1])]
        return float(max(totals)) / laws.NAT - sum(map(log_bin, values)) * laws.BIN

    sleeping = max(
        best(table.density, table.prior, list(d), log_bin(centre))
        for table, centre in ((laws.at_the_mode(), mode), (laws.at_the_median(), float(np.median(d))))
    )
    excess = [value - 10 - 0.5 for value in d]
    random_gaps = -len(d) * (1 + math.log(sum(excess) / len(d)))
    human = best(laws.people(), np.zeros(laws.people().shape[1]), excess, log_bin(float(np.median(excess))))
    assert fit(d).nats[0] == pytest.approx(sleeping - max(random_gaps, human), abs=1e-9)


@pytest.mark.parametrize(("jitter", "per_interval"), [(0.0, 2.5), (0.5, 0.7), (0.9, 0.2)])
def test_every_jitter_earns_nats_in_proportion_to_intervals(jitter: float, per_interval: float) -> None:
    rng = random.Random(4)
    found = fit([int(rng.uniform(600 * (1 - jitter), 600)) + 1 for _ in range(300)])
    assert found.nats[0] > 300 * per_interval


def test_missed_calls_are_named() -> None:
    rng = random.Random(4)
    at, seen = 0.0, []
    for _ in range(600):
        at += rng.uniform(540, 600)
        if rng.random() > 0.5:
            seen.append(int(at))
    found = fit([later - earlier for earlier, later in zip(seen, seen[1:])])
    assert found.loss[0] == 0.5
    assert found.longest[0] == pytest.approx(600, rel=0.12)


@pytest.mark.parametrize("sigma", [1.0, 1.5])
def test_human_gaps_earn_nothing(sigma: float) -> None:
    rng = np.random.default_rng(8)
    gaps = 11 + rng.lognormal(5, sigma, (300, 60))
    assert (fit(*gaps.astype(int).tolist()).nats < 8.5).all()


def test_a_segment_has_the_same_bits_in_any_batch() -> None:
    rng = np.random.default_rng(2)
    lists = [(11 + rng.exponential(500, int(rng.integers(3, 40)))).astype(int).tolist() for _ in range(1500)]
    together = fit(*lists)
    for at in (0, 1, 1023, 1024, 1499):
        alone = fit(lists[at])
        for name in vars(alone):
            assert getattr(alone, name)[0] == getattr(together, name)[at], name
