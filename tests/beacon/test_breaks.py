"""Breaks: where events of a busy pair are left out, no interval, echo or window reaches across."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.grouped import series
from zeekhunt.beacon.sampled import Sampled, breaks
from zeekhunt.beacon.series import Series, SeriesError
from zeekhunt.beacon.settings import PARTS, BeaconSettings
from zeekhunt.beacon.timing import TimingEvidence, timing_evidence

START = 17_000_000_000
SETTINGS = BeaconSettings()
stretches = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=4).map(
    lambda listed: sorted({(low, low + length) for low, length in listed})
)


def known(left_out: list[tuple[int, int]]) -> Sampled:
    begins, ends = np.array(left_out, np.int64).reshape(-1, 2).T
    return Sampled(1, 1, np.zeros(0, np.int64), begins, ends)


def numbers(found: TimingEvidence, pair: int) -> list[list[float]]:
    whole = [getattr(found, each.name) for each in fields(found) if each.name != "law"]
    law = [getattr(found.law, each.name) for each in fields(found.law)]
    return [np.atleast_1d(np.nan_to_num(column[pair], nan=-1)).tolist() for column in (*whole, *law)]


@given(st.lists(st.integers(0, 70), min_size=1, max_size=20).map(sorted), st.lists(stretches, min_size=1, max_size=3))
def test_a_break_is_where_a_tick_between_two_events_is_left_out(ticks: list[int], members: list[list[tuple[int, int]]]) -> None:
    missing = {tick for left_out in members for low, high in left_out for tick in range(low, high)}
    wanted = [False, *(any(one < tick < other for tick in missing) for one, other in zip(ticks, ticks[1:]))]
    assert breaks(np.array(ticks, np.int64), [known(left_out) for left_out in members]).tolist() == wanted


@given(st.lists(st.lists(st.integers(0, 4_000), max_size=30).map(sorted), min_size=1, max_size=3))
def test_no_break_changes_no_bit(pairs: list[list[int]]) -> None:
    plain = series(pairs)
    unbroken = Series(plain.ticks, plain.starts, np.zeros(len(plain.ticks), bool))
    one, other = (timing_evidence(each, SETTINGS) for each in (plain, unbroken))
    for pair in range(len(pairs)):
        assert numbers(one, pair) == numbers(other, pair)


def test_holes_change_little_where_they_are_known_and_spoil_the_timing_where_not() -> None:
    rng = np.random.default_rng(4)
    ticks = START + np.cumsum(np.clip(rng.normal(500, 40, 4_000), 400, 600).astype(np.int64))
    stretch = (ticks - START) // 12_000  # one of 20 minutes in three is kept
    held = ticks[stretch % 3 == 0]
    broken = np.diff(held, prepend=held[0]) > 600
    found = [
        timing_evidence(each, SETTINGS)
        for each in (series([ticks.tolist()]), Series(held, np.array([0, len(held)]), broken), series([held.tolist()]))
    ]
    whole, flagged, unflagged = ({name: each.statistics[0, at] for at, name in enumerate(PARTS)} for each in found)
    for name, error in (
        ("dispersion", 0.02),
        ("dead_time", 0.02),
        ("tail", 0.02),
        ("pair_correlation", 0.05),
        ("count_dispersion", 0.1),
        ("lattice", 0.05),
    ):
        assert flagged[name] == pytest.approx(whole[name], abs=error), name
    assert found[1].intervals[0] == len(held) - 1 - int(broken.sum())
    assert found[1].timing[0] == pytest.approx(found[0].timing[0], abs=0.02)
    assert abs(unflagged["pair_correlation"] - whole["pair_correlation"]) > 0.03, "what a break is for"
    assert int(found[1].beats_missed[0]) < 0.1 * len(held) < int(found[2].beats_missed[0])


def test_bursts_behind_a_break_count_from_there() -> None:
    calls = [START + call * 1_000 + extra for call in range(60) for extra in (0, 3, 6)]
    kept = np.array([tick for tick in calls if not START + 20_500 <= tick < START + 40_004])  # ends inside a burst
    broken = np.diff(kept, prepend=kept[0]) > 1_000
    found = timing_evidence(Series(kept, np.array([0, len(kept)]), broken), SETTINGS)
    assert found.period_s[0] == pytest.approx(100)
    assert found.intervals[0] == 20 + 19


def test_breaks_that_do_not_fit_the_events_are_refused() -> None:
    with pytest.raises(SeriesError, match="breaks must be bool of shape"):
        Series(np.array([START, START + 1]), np.array([0, 2]), np.zeros(1, bool))
