"""Beacons keep their framework's interval law, in the generator and in the logs."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any, Callable

import numpy as np
import pytest

from lab.sim.beacons import Rotation, pick_servers, play, with_losses
from lab.sim.laws import Gaussian, LogNormal, UniformAbove, UniformAround, UniformBelow, fixed

Rows = list[dict[str, Any]]
Distribution = Callable[[float], float]

DAY_US = 86_400_000_000
# Kolmogorov-Smirnov at 0.1 %: the largest gap of two distribution functions times sqrt(n) stays below 1.95.
KS_LIMIT = 1.95


def uniform(low: float, high: float) -> Distribution:
    return lambda x: min(max((x - low) / (high - low), 0.0), 1.0)


def normal(mean: float, sd: float) -> Distribution:
    return lambda x: 0.5 * (1 + math.erf((x - mean) / (sd * math.sqrt(2))))


def ks_statistic(values: np.ndarray, distribution: Distribution) -> float:
    """sqrt(n) times the largest distance between the sample's and the given distribution function."""
    ordered = np.sort(values)
    n = len(ordered)
    expected = np.asarray([distribution(float(x)) for x in ordered])
    above, below = np.arange(1, n + 1) / n - expected, expected - np.arange(n) / n
    return float(max(above.max(), below.max()) * math.sqrt(n))


LAWS = [
    pytest.param(UniformBelow(60, 0.9), uniform(6, 60), id="cobalt-strike-j90"),
    pytest.param(UniformBelow(45, 0.37), uniform(28.35, 45), id="cobalt-strike-j37"),
    pytest.param(UniformAround(20, 0.2), uniform(16, 24), id="empire-j20"),
    pytest.param(UniformAround(90, 0.5), uniform(45, 135), id="poshc2-j50"),
    pytest.param(UniformAbove(30, 30), uniform(30, 60), id="sliver"),
    pytest.param(Gaussian(200, 0.02), normal(200, 4), id="gaussian"),
    pytest.param(LogNormal(120, 0.4), lambda x: normal(math.log(120), 0.4)(math.log(x)), id="log-normal"),
]


@pytest.mark.parametrize(("law", "distribution"), LAWS)
def test_sleeps_between_calls_follow_the_law(law: Any, distribution: Distribution) -> None:
    series = play(np.random.default_rng(5), law, ((0, DAY_US),))
    sleeps = (series.start_us[1:] - series.start_us[:-1] - series.busy_us[:-1]) / 1e6
    assert len(sleeps) > 300
    assert ks_statistic(sleeps, distribution) < KS_LIMIT


def test_the_check_tells_laws_apart() -> None:
    """Guards the guard: Cobalt Strike's law with 37 % jitter against Empire's of the same mean."""
    sleeps = UniformBelow(60, 0.37).draw(np.random.default_rng(5), 500)
    assert ks_statistic(sleeps, uniform(60 * 0.63, 60)) < KS_LIMIT
    assert ks_statistic(sleeps, uniform(60 * 0.63 - 3, 60 + 3)) > KS_LIMIT


def test_without_jitter_every_sleep_is_the_same() -> None:
    series = play(np.random.default_rng(5), fixed(120), ((0, DAY_US),))
    assert set((series.start_us[1:] - series.start_us[:-1] - series.busy_us[:-1]).tolist()) == {120_000_000}


LOGGED = [
    pytest.param("cobalt-strike-30s-j90", uniform(3, 30), id="http-j90"),
    pytest.param("cobalt-strike-45s-j37", uniform(28.35, 45), id="https-j37"),
    pytest.param("empire-20s-j20", uniform(16, 24), id="empire-working-hours"),
    pytest.param("poshc2-90s-j50", uniform(45, 135), id="poshc2"),
    pytest.param("sliver-30s-3-servers", uniform(30, 60), id="sliver-over-three-servers"),
    pytest.param("mythic-120s-5-domains", uniform(120 * 0.77, 120 * 1.23), id="mythic-over-five-domains"),
    pytest.param("malware-migrating", normal(200, 4), id="moves-on-after-100-calls"),
    pytest.param("slow-3600s-j90", uniform(360, 3600), id="slow"),
    pytest.param("late-60s-j20", uniform(48, 60), id="late"),
    pytest.param("padded-60s", uniform(54, 66), id="padded"),
]


@pytest.mark.parametrize(("scenario", "distribution"), LOGGED)
def test_logged_sessions_follow_the_law(scenario: str, distribution: Distribution, sim_rows: Any, sim_labels: Rows) -> None:
    rows = sessions_of(scenario, sim_rows, sim_labels)
    starts, busy = (np.asarray([row[field] for row in rows]) for field in ("ts", "duration"))
    assert ks_statistic(np.diff(starts) - busy[:-1], distribution) < KS_LIMIT


def sessions_of(scenario: str, sim_rows: dict[str, Rows], sim_labels: Rows) -> Rows:
    label = next(label for label in sim_labels if label["id"] == scenario)
    chosen = [r for r in sim_rows["conn"] if r["id.orig_h"] == label["src"] and r["id.resp_h"] in label["dests"]]
    return sorted(chosen, key=lambda row: row["ts"])


def test_cobalt_strikes_default_has_no_jitter_in_the_log(sim_rows: Any, sim_labels: Rows) -> None:
    rows = sessions_of("cobalt-strike-60s", sim_rows, sim_labels)
    starts, busy = (np.asarray([row[field] for row in rows]) for field in ("ts", "duration"))
    assert np.abs(np.diff(starts) - busy[:-1] - 60).max() < 1e-5


def test_a_dead_server_never_answers(sim_rows: Any, sim_labels: Rows) -> None:
    rows = sessions_of("malware-dead-server", sim_rows, sim_labels)
    assert {row["conn_state"] for row in rows} == {"S0", "REJ"}


def test_losses_leave_gaps_of_several_periods(sim_rows: Any, sim_labels: Rows) -> None:
    rows = sessions_of("lossy-300s-j20", sim_rows, sim_labels)
    gaps = np.diff([row["ts"] for row in rows])
    # 30 % lost: a gap is longer than one period (301 s at most) with probability .3
    assert 0.15 < float((gaps > 302).mean()) < 0.45


def test_lost_sessions_keep_their_turn_in_the_rotation() -> None:
    rng = np.random.default_rng(3)
    series = with_losses(rng, play(rng, fixed(60), ((0, DAY_US),)), 0.3)
    servers = pick_servers(rng, series.ordinal, Rotation(3, "round-robin"))
    assert servers.tolist() == [ordinal % 3 for ordinal in series.ordinal.tolist()]
    assert 0.6 < len(series.ordinal) / (series.ordinal[-1] + 1) < 0.8


def test_migration_takes_the_next_server_after_its_calls(sim_rows: Any, sim_labels: Rows) -> None:
    servers = [row["id.resp_h"] for row in sessions_of("malware-migrating", sim_rows, sim_labels)]
    moves = [i for i in range(1, len(servers)) if servers[i] != servers[i - 1]]
    assert moves == [100, 200, 300, 400][: len(moves)]
    assert len(moves) >= 3


def test_tasking_bursts_are_quick_and_carry_more() -> None:
    rng = np.random.default_rng(8)
    series = play(rng, UniformBelow(120, 0.3), ((0, DAY_US),), bursts=3)
    gaps = np.diff(series.start_us) / 1e6
    assert 30 <= len(series.work) <= 3 * 60
    inside = series.work[series.work < len(gaps)]
    assert gaps[inside].max() < 5.1  # 4 s of sleep and a call of 1 s at most
    outside = np.setdiff1d(np.arange(len(gaps)), series.work)
    assert gaps[outside].min() > 80


def test_doubled_sessions_differ_in_uid_only_and_come_at_once(sim_rows: Any, sim_labels: Rows) -> None:
    label = next(label for label in sim_labels if label["id"] == "doubled-60s-j50")
    by_port = defaultdict(list)
    for row in sessions_of(label["id"], sim_rows, sim_labels):
        by_port[row["id.orig_p"], round(row["ts"])].append(row)
    twice = [rows for rows in by_port.values() if len(rows) == 2]
    assert len(twice) >= 0.9 * label["parameters"]["duplicates"] > 0
    for first, second in twice:
        assert first["uid"] != second["uid"] and first["orig_bytes"] == second["orig_bytes"]
        assert abs(first["ts"] - second["ts"]) < 0.0005


def test_working_hours_hold(sim_rows: Any, sim_labels: Rows) -> None:
    hours = [row["ts"] % 86_400 / 3600 for row in sessions_of("mythic-120s-5-domains", sim_rows, sim_labels)]
    assert 7 <= min(hours) < 7.2 and 18.8 < max(hours) < 19


def test_clock_locked_heartbeats_keep_their_phase_and_others_drift(sim_rows: Any, sim_labels: Rows) -> None:
    locked = [label for label in sim_labels if label["parameters"].get("clock_locked") and label["events"] >= 20]
    assert locked
    for label in locked:
        period = label["parameters"]["sleep_s"]
        rows = [r for r in sim_rows["conn"] if r["id.orig_h"] == label["src"] and r["id.resp_h"] in label["dests"]]
        phases = np.asarray([row["ts"] for row in rows]) * 2 * math.pi / period
        strength = float(abs(np.exp(1j * phases).mean()))
        assert strength > 0.95, label["id"]
