"""Presence evidence: clock hours, the source's own online hours, the naive twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import grouped
from oracles import presence as oracle
from oracles.traffic import NOON
from zeekhunt.beacon import presence
from zeekhunt.beacon.series import SeriesError
from zeekhunt.beacon.settings import BeaconSettings

HOUR = 36_000
NOON_HOUR = NOON // HOUR


@given(
    st.lists(st.lists(st.integers(0, 30 * HOUR), max_size=12), min_size=1, max_size=5),
    st.lists(st.sets(st.integers(0, 30)), min_size=2, max_size=2),
    st.integers(1, 20),
    st.integers(0, 500),
)
def test_presence_equals_the_naive_twin_at_any_hour(
    lists: list[list[int]], online: list[set[int]], block: int, shift: int
) -> None:
    lists = [[NOON + shift * HOUR + tick for tick in each] for each in lists]
    hours = [[NOON_HOUR + shift + hour for hour in each] for each in online]
    source = [pair % 2 for pair in range(len(lists))]
    found = presence.presence_evidence(
        grouped.series(lists), np.array(source, np.int64), grouped.online(hours), BeaconSettings(block_events=block)
    )
    for pair, ticks in enumerate(lists):
        value, active, seen = oracle.evidence(ticks, hours[source[pair]])
        assert (found.active_hours[pair], found.online_hours[pair]) == (active, seen)
        assert found.presence[pair] == pytest.approx(value, abs=1e-12)
        assert 0 <= found.presence[pair] <= 1


@pytest.mark.parametrize(
    ("ticks", "online", "wanted"),
    [
        pytest.param([0], [0], 0.0, id="one-event-spans-nothing"),
        pytest.param([0, 4 * HOUR], [0, 4], 1.0, id="four-hours-in-both-online-hours"),
        pytest.param([0, 2 * HOUR], [0, 2], 0.5, id="two-hours-earn-half"),
        pytest.param([0, 8 * HOUR], list(range(9)), 2 / 9, id="silent-in-seven-of-nine-online-hours"),
        pytest.param([0, 8 * HOUR], [0, 8, 9, 10], 1.0, id="hours-after-the-last-event-do-not-count"),
        pytest.param([0, 8 * HOUR], [], 1.0, id="events-prove-that-the-source-was-on"),
        pytest.param([HOUR - 1, HOUR, 5 * HOUR], [0, 1, 5], 1.0, id="clock-hours-not-hours-since-the-first"),
    ],
)
def test_named_cases(ticks: list[int], online: list[int], wanted: float) -> None:
    found = presence.presence_evidence(
        grouped.series([[NOON + tick for tick in ticks]]),
        np.zeros(1, np.int64),
        grouped.online([[NOON_HOUR + hour for hour in online]]),
        BeaconSettings(),
    )
    assert found.presence[0] == pytest.approx(wanted, abs=1e-12)


def test_a_pair_of_an_unknown_source_is_refused() -> None:
    with pytest.raises(SeriesError, match="source_of_pair must be from 0 to 0, got 1 to 1"):
        presence.presence_evidence(
            grouped.series([[NOON]]), np.ones(1, np.int64), grouped.online([[NOON_HOUR]]), BeaconSettings()
        )
