"""Segment arithmetic against the same thing segment by segment."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import grouped
from oracles import timing as oracle
from zeekhunt.beacon import segments

LISTS = st.lists(st.lists(st.integers(0, 40) | st.integers(0, 2**50), max_size=12), max_size=8)
FULL = st.lists(st.lists(st.integers(1, 9) | st.integers(1, 2**20), min_size=1, max_size=40), min_size=1, max_size=6)


@given(LISTS, st.integers(1, 20))
def test_blocks_cover_every_segment_once_and_only_a_long_segment_exceeds_the_limit(lists: list[list[int]], limit: int) -> None:
    starts = grouped.starts(lists)
    ranges = list(segments.blocks(starts, limit))
    assert [pair for low, high in ranges for pair in range(low, high)] == list(range(len(lists)))
    for low, high in ranges:
        assert starts[high] - starts[low] <= limit or high - low == 1
        assert high - low <= limit


@given(LISTS)
def test_sums_gaps_and_sorting_equal_a_loop_over_segments(lists: list[list[int]]) -> None:
    values, starts = grouped.flat(lists), grouped.starts(lists)
    assert segments.sums(values, starts).tolist() == [sum(each) for each in lists]
    assert segments.sort_within(values, starts).tolist() == [value for each in lists for value in sorted(each)]
    assert values[segments.sort_order(values, starts)].tolist() == [value for each in lists for value in sorted(each)]
    gap, gap_starts = segments.gaps(values, starts)
    assert [gap[low:high].tolist() for low, high in zip(gap_starts, gap_starts[1:])] == [
        [later - earlier for earlier, later in zip(each, each[1:])] for each in lists
    ]


@given(LISTS, st.integers(2, 5))
def test_compress_and_select_keep_the_segments_apart(lists: list[list[int]], modulus: int) -> None:
    values, starts = grouped.flat(lists), grouped.starts(lists)
    kept, kept_starts = segments.compress(values, starts, values % modulus == 0)
    assert [kept[low:high].tolist() for low, high in zip(kept_starts, kept_starts[1:])] == [
        [value for value in each if value % modulus == 0] for each in lists
    ]
    chosen = np.array([len(each) > 2 for each in lists], dtype=bool)
    kept, kept_starts = segments.select(values, starts, chosen)
    assert [kept[low:high].tolist() for low, high in zip(kept_starts, kept_starts[1:])] == [
        each for each in lists if len(each) > 2
    ]


@given(FULL, st.sampled_from([5, 10, 25, 50, 75, 90, 95]))
def test_quantiles_and_medians_are_those_of_the_list_counted_or_not(lists: list[list[int]], percent: int) -> None:
    plain = segments.Ranked(grouped.flat([sorted(each) for each in lists]), grouped.starts(lists))
    sizes = grouped.sizes(lists)
    counted = segments.weighted(sizes.values, sizes.counts, sizes.starts, np.arange(len(lists)))
    for ranked in (plain, counted):
        assert ranked.quantile(percent).tolist() == [oracle.quantile(sorted(each), percent) for each in lists]
        assert (ranked.twice_median() / 2).tolist() == [float(np.median(each)) for each in lists]
        assert ranked.counts.tolist() == [len(each) for each in lists]
        far = ranked.distances(ranked.twice_median())
        assert (far.twice_median() / 4).tolist() == [float(np.median(np.abs(np.array(each) - np.median(each)))) for each in lists]


@pytest.mark.parametrize("percent", [5, 25, 95])
def test_the_quantile_is_numpys_default(percent: int) -> None:
    values = [3, 8, 8, 20, 21, 50, 51]
    ranked = segments.Ranked(np.array(values, np.int64), np.array([0, 7], np.int64))
    assert ranked.quantile(percent)[0] == pytest.approx(np.percentile(values, percent), rel=1e-15)


@given(FULL)
def test_half_sample_mode_equals_the_loop_in_fractions(lists: list[list[int]]) -> None:
    ordered = [sorted(each) for each in lists]
    found = segments.half_sample_mode(grouped.flat(ordered), grouped.starts(ordered))
    assert found.tolist() == [oracle.half_sample_mode(each) for each in ordered]


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        pytest.param([7], 7.0, id="one-value"),
        pytest.param([4, 9], 6.0, id="two-values-geometric-mean"),
        pytest.param([10, 20, 40], 20.0, id="three-with-equal-ratios-middle"),
        pytest.param([10, 11, 40], math.sqrt(110), id="three-lower-two-closer"),
        pytest.param([10, 30, 33], math.sqrt(990), id="three-upper-two-closer"),
        pytest.param([60, 60, 120, 120], 60.0, id="four-tied-windows-lowest"),
        pytest.param([600] * 9, 600.0, id="all-equal"),
        pytest.param([1, 100, 101, 102, 103, 5000], 102.5, id="cluster-in-the-middle"),
    ],
)
def test_half_sample_mode_of_named_cases(values: list[int], mode: float) -> None:
    found = segments.half_sample_mode(np.array(values, np.int64), np.array([0, len(values)], np.int64))
    assert found[0] == pytest.approx(mode, rel=1e-3 if mode == 102.5 else 1e-15)


def test_sorting_falls_back_to_two_keys_where_one_would_overflow() -> None:
    lists = [[2**50, 5, 2**49], *[[]] * 5000, [9, 2**50, 1]]  # 5,002 segments x 2^50 > 2^62
    values, starts = grouped.flat(lists), grouped.starts(lists)
    assert segments.sort_within(values, starts).tolist() == [5, 2**49, 2**50, 1, 9, 2**50]
    assert segments.sort_order(values, starts).tolist() == [1, 2, 0, 5, 3, 4]
