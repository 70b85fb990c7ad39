"""What a row shows of its events: the sparkline and whether they are a strobe."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.beacon import report, sparkline


@given(st.lists(st.integers(0, 10**6), min_size=1), st.integers(0, 10**6))
def test_a_sparkline_counts_every_event_once(steps: list[int], room: int) -> None:
    ticks = np.sort(np.array(steps, np.int64))
    counts = sparkline.counts(ticks, sparkline.edges(int(ticks[0]), int(ticks[-1]) + room))
    assert len(counts) == sparkline.BINS
    assert sum(counts) == len(steps)


def test_the_last_event_of_the_search_is_in_the_last_bin() -> None:
    assert sparkline.counts(np.array([0, 864_000]), sparkline.edges(0, 864_000)) == [1, *[0] * 22, 1]


@pytest.mark.parametrize(
    ("events", "gap_ticks", "strobe"),
    [
        pytest.param(86_400, 10, True, id="one-a-second-for-a-day"),
        pytest.param(86_399, 10, False, id="one-event-short"),
        pytest.param(86_400, 11, False, id="a-little-slower"),
        pytest.param(90_000, 5, True, id="in-half-a-day"),
        pytest.param(5, 1, False, id="few"),
    ],
)
def test_a_strobe_is_a_day_of_one_event_a_second(events: int, gap_ticks: int, strobe: bool) -> None:
    assert report.is_strobe(np.arange(events, dtype=np.int64) * gap_ticks, events) is strobe
