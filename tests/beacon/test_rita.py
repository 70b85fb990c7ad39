"""RITA-compatible scores: own vectors to the last bit, vectors of the reference, branch edges, the naive twin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oracles import grouped
from oracles import rita as oracle
from zeekhunt.beacon import rita
from zeekhunt.beacon.segments import Ranked
from zeekhunt.beacon.series import SeriesError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "rita_own.json").read_text(encoding="utf-8"))["vectors"]
FIRST = 1_700_000_000
DAY = 86_400
COLUMNS = ("ts", "ds", "dur", "hist", "score")


def scores(*pairs: tuple[list[int], list[int]], first: int = FIRST, last: int = FIRST + DAY) -> rita.RitaScores:
    """Of (seconds, sizes) per pair."""
    series = grouped.series([[10 * second for second in seconds] for seconds, _ in pairs])
    return rita.rita_scores(series, grouped.sizes([sizes for _, sizes in pairs]), first, last)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_own_vectors_are_met_exactly(vector: dict[str, Any]) -> None:
    found = scores((vector["ts"], vector["bytes"]), first=vector["dataset"][0], last=vector["dataset"][1])
    wanted = vector["expected"]
    if wanted is None:
        assert rita.REASONS[found.reason[0]] == "fewer than 4 unique seconds"
        assert np.isnan([getattr(found, column)[0] for column in COLUMNS]).all()
        assert np.isnan(rita.rita_threat(found.score)[0])
    else:
        assert {column: getattr(found, column)[0] for column in COLUMNS} == {column: wanted[column] for column in COLUMNS}
        assert rita.rita_threat(found.score)[0] == pytest.approx(wanted["threat"], abs=1e-12)


def test_all_own_vectors_at_once_equal_each_alone() -> None:
    together = scores(*[(vector["ts"], vector["bytes"]) for vector in VECTORS if vector["dataset"] == [FIRST, FIRST + DAY]])
    alone = [vector["expected"] for vector in VECTORS if vector["dataset"] == [FIRST, FIRST + DAY]]
    assert len(alone) >= 20
    for column in COLUMNS:
        wanted = [np.nan if expected is None else expected[column] for expected in alone]
        assert np.array_equal(getattr(together, column), np.array(wanted), equal_nan=True)


def ranked(values: list[int]) -> Ranked:
    return Ranked(np.array(sorted(values), np.int64), np.array([0, len(values)], np.int64))


@pytest.mark.parametrize(
    ("values", "default", "wanted"),
    [
        pytest.param([1, 2, 25, 42, 90, 299, 500, 1500, 4975], 1.0, 0.083, id="intervals-skewed"),
        pytest.param([1, 3, 41, 50, 5000, 98654, 524885, 965842], 0.0, 0.008, id="sizes-skewed"),
        pytest.param([7, 8, 7, 8, 7, 8, 7, 8, 7], 1.0, 1.0, id="spread-below-ten-has-no-skew"),
        pytest.param([0] * 6, 0.0, 0.5, id="zeros-as-sizes"),
        pytest.param([0] * 6, 1.0, 1.0, id="zeros-as-intervals"),
        pytest.param([98, 300] * 5, 0.0, 0.746, id="two-sizes-alternating"),
        # Q 10 12 20: a spread of exactly ten counts, skew .6; MAD 2: (.4 + 5/6)/2
        pytest.param([10, 10, 12, 20, 20], 1.0, 0.617, id="spread-of-exactly-ten"),
        pytest.param([1] * 4, 0.0, 1.0, id="median-of-exactly-one"),
        # median on the lower quartile: no skew; MAD 0
        pytest.param([10, 10, 10, 10, 90], 1.0, 1.0, id="median-on-a-quartile"),
        # MAD beyond the median is clipped: (1 - |skew| + 0)/2 with Q 0, 1, 100 -> skew .98
        pytest.param([0, 0, 1, 100, 100], 0.0, 0.01, id="deviation-clipped-at-zero"),
        # (1 + 0.9)/2 = .95 and a half of a thousandth upwards: MAD 1 of 400 -> .99875 -> .999
        pytest.param([399, 399, 400, 401, 401], 1.0, 0.999, id="half-a-thousandth-rounds-up"),
    ],
)
def test_symmetry_and_dispersion_of_the_reference_vectors(values: list[int], default: float, wanted: float) -> None:
    assert rita.symmetry_and_dispersion(ranked(values), default)[0] == wanted
    assert oracle.symmetry_and_dispersion(values, default) == wanted


@pytest.mark.parametrize(
    ("counts", "level", "run"),
    [
        # b = ceil(.05 x 902) = 46: one level of 8, but 8 bars are too few for the score
        pytest.param([900, 901, 899, 900, 899, 902, 900, 901], 0.0, 8, id="eight-bars"),
        # b = 101, level 1919 holds all ten; 10 bars are too few as well
        pytest.param(
            [2002, 2000, 1999, 2005, 1990, 0, 0, 0, 0, 0, 0, 2000, 2001, 2002, 2003, 2004], 0.0, 10, id="run-wraps-around"
        ),
        pytest.param([2, 0] * 12, 1.0, 1, id="every-other-bin"),
        pytest.param([40] * 50 + [30] * 30 + [20] + [10] * 2, 0.976, 83, id="two-of-four-levels-of-83"),
        pytest.param([5] * 11, 1.0, 11, id="eleven-bars-are-enough"),
        pytest.param([5] * 10 + [0], 0.0, 10, id="ten-bars-are-not"),
        # b = ceil(.05 x 141) = 8, not 7: 141 and 136 share level 136; (8 + 2)/(13 - 1)
        pytest.param([141] * 4 + [136] * 4 + [100] * 2 + [50, 60, 70], 0.833, 13, id="width-rounds-up"),
    ],
)
def test_levels_and_runs_of_the_reference_vectors(counts: list[int], level: float, run: int) -> None:
    row = np.array([counts], np.int64)
    assert rita.level_score(row)[0] == level == oracle.levels(counts)
    assert rita.longest_run(row)[0] == run == oracle.run(counts)


def test_eight_bins_of_the_reference_vector() -> None:
    seconds = np.array([98, 99, 99, 100, 100, 100, 101, 101, 102], np.int64)
    counts = rita.bin_counts(seconds, np.array([0, 9], np.int64), (98, 102), 8)
    assert counts.tolist() == [[1, 0, 2, 0, 3, 0, 2, 1]]
    assert rita.flatness_score(counts)[0] == 0.064


def test_weights_apply_in_their_order() -> None:
    parts = tuple(np.array([value]) for value in (0.111, 0.222, 0.333, 0.444))
    assert rita.weighted_score(parts, (0.173, 0.325, 0.299, 0.203))[0] == 0.281


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        pytest.param(0.0005, 0.001, id="half-up"),
        pytest.param(-0.0005, -0.001, id="half-away-from-zero"),
        pytest.param(0.0014999, 0.001, id="below-half"),
        pytest.param(0.49999999999999994 / 1000, 0.0, id="just-below-half"),
    ],
)
def test_rounding(value: float, wanted: float) -> None:
    assert rita.round3(np.array([value]))[0] == wanted


@pytest.mark.parametrize(
    ("score", "wanted"),
    [(0.0, 0.0), (0.499, 0.0), (0.5, 0.2), (0.6, 0.3), (0.7, 0.4), (0.8, 0.5), (0.9, 0.6), (0.95, 0.7), (1.0, 0.8)],
)
def test_threat_buckets(score: float, wanted: float) -> None:
    assert rita.rita_threat(np.array([score]))[0] == pytest.approx(wanted, abs=1e-12)
    assert oracle.threat(score) == pytest.approx(wanted, abs=1e-12)


REGULAR = [FIRST + 600 * step for step in range(20)]


@pytest.mark.parametrize(
    ("seconds", "sizes", "reason"),
    [
        pytest.param([FIRST + second for second in (0, 1, 2, 3)], [9] * 4, "", id="four-unique-seconds"),
        pytest.param(
            [FIRST + second for second in (0, 1, 2, 2)], [9] * 4, "fewer than 4 unique seconds", id="three-unique-seconds"
        ),
        pytest.param([], [], "fewer than 4 unique seconds", id="no-events"),
        pytest.param(REGULAR, [9, 9], "fewer than 3 known sizes", id="two-sizes"),
        pytest.param([FIRST + at for at in range(DAY - 1)], [9] * 9, "", id="one-below-a-strobe"),
        pytest.param([FIRST + at for at in range(DAY)], [9] * 9, "strobe: 86,400 events or more", id="strobe"),
        pytest.param([FIRST] * DAY, [9] * 9, "strobe: 86,400 events or more", id="strobe-in-one-second"),
    ],
)
def test_dropped_rows_say_why(seconds: list[int], sizes: list[int], reason: str) -> None:
    found = scores((seconds, sizes))
    assert rita.REASONS[found.reason[0]] == reason
    assert np.isnan(found.score[0]) == bool(reason)


def test_a_window_without_length_drops_every_row() -> None:
    found = scores((REGULAR, [9] * 20), first=REGULAR[-1], last=REGULAR[-1])
    assert rita.REASONS[found.reason[0]] == "the window of the data set has no length"


def test_an_event_after_the_window_is_the_callers_mistake() -> None:
    with pytest.raises(SeriesError, match=f"an event at {REGULAR[-1]} lies after the window's end at {REGULAR[-2]}"):
        scores((REGULAR, [9] * 20), last=REGULAR[-2])


PAIRS = st.tuples(
    st.lists(st.integers(-3500, DAY) | st.sampled_from([0, 1, 3600, 7200, DAY]), max_size=40)
    | st.builds(lambda step, n: [step * at for at in range(n) if step * at <= DAY], st.integers(1, 9000), st.integers(4, 60)),
    st.lists(st.integers(0, 2000) | st.sampled_from([0, 534, 2**49]), max_size=20),
)


@given(st.lists(PAIRS, min_size=1, max_size=4), st.integers(DAY, DAY + 3))
@example([([0, 0, 1, 2, 3, DAY], [0, 0, 0])], DAY)
def test_scores_equal_the_naive_twin(pairs: list[tuple[list[int], list[int]]], window: int) -> None:
    pairs = [([FIRST + second for second in seconds], sizes) for seconds, sizes in pairs]
    found = scores(*pairs, last=FIRST + window)
    for pair, (seconds, sizes) in enumerate(pairs):
        wanted = oracle.scores(seconds, sizes, FIRST, FIRST + window)
        if isinstance(wanted, str):
            assert rita.REASONS[found.reason[pair]] == wanted
            continue
        assert found.reason[pair] == rita.SCORED
        for column in ("ts", "ds", "dur"):
            assert getattr(found, column)[pair] == wanted[column], column
        for column in ("hist", "score"):  # an exact half may round either way, see the oracle
            assert getattr(found, column)[pair] == pytest.approx(wanted[column], abs=0.0010001), column
