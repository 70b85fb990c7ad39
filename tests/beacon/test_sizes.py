"""Size evidence: branch edges and the naive twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import grouped
from oracles import sizes as oracle
from zeekhunt.beacon import sizes
from zeekhunt.beacon.settings import BeaconSettings

SETTINGS = BeaconSettings()
SIZE_LISTS = st.lists(
    st.lists(
        st.sampled_from([0, 0, 1, 16, 17, 100, 116, 117, 534, 1000, 1030]) | st.integers(0, 2000) | st.integers(0, 10**14),
        max_size=20,
    ),
    min_size=1,
    max_size=5,
)


@given(SIZE_LISTS, st.integers(1, 30))
def test_each_direction_equals_the_naive_twin_whatever_the_block(lists: list[list[int]], block: int) -> None:
    found = sizes.direction(grouped.sizes(lists), BeaconSettings(block_events=block))
    for pair, each in enumerate(lists):
        wanted = oracle.direction(each)
        assert found.known[pair] == len(each)
        if wanted is None:
            assert np.isnan(
                [found.z[pair], found.mode_b[pair], found.mode_share[pair], found.q10_b[pair], found.q90_b[pair]]
            ).all()
        else:
            assert found.z[pair] == pytest.approx(wanted[0], abs=1e-12)
            assert (found.mode_b[pair], found.mode_share[pair]) == wanted[1:]
            assert 0 <= found.z[pair] <= 1


@given(SIZE_LISTS)
def test_both_directions_add_up_to_the_naive_twin(lists: list[list[int]]) -> None:
    backwards = lists[::-1]
    found = sizes.size_evidence(grouped.sizes(lists), grouped.sizes(backwards), SETTINGS)
    wanted = [oracle.evidence(request, reply) for request, reply in zip(lists, backwards)]
    assert found.size.tolist() == pytest.approx(wanted, abs=1e-12)
    assert ((found.size >= 0) & (found.size <= 1)).all()


@pytest.mark.parametrize(
    ("values", "z", "mode"),
    [
        pytest.param([534] * 10, 1.0, 534, id="one-size"),
        pytest.param([0] * 10, 1.0, 0, id="only-zeros-are-one-size"),
        # share 2/10 earns nothing, q10 = 0 has no ratio
        pytest.param([0, 0, 100, 200, 300, 400, 500, 600, 700, 800], 0.0, 0, id="zero-to-anything-is-no-ratio"),
        pytest.param([100] * 8 + [116, 84], 1.0, 100, id="sixteen-bytes-off-is-near"),
        # share 1/2: .6 x .5; q90/q10 = 1.17 earns the second term in full
        pytest.param([100] * 5 + [117] * 5, 0.6 * 0.5 + 0.4, 100, id="seventeen-bytes-off-is-not"),
        pytest.param([1000] * 8 + [1030, 970], 1.0, 1000, id="three-per-cent-off-is-near"),
        pytest.param([10, 20, 30, 40], None, 20, id="equally-frequent-lower-middle"),
        pytest.param([10, 20, 30, 40, 50], None, 30, id="equally-frequent-middle"),
        # 9 of 100 calls are tasking: above q90, and the mode holds 91 %
        pytest.param([534] * 91 + [100_000] * 9, 1.0, 534, id="tasking-does-not-hurt"),
        # U[0, 1024] padding on 200 B: the range term alone, ln(1121.6/302.4) between ln 6 and ln 1.3
        pytest.param(
            list(range(200, 1225)), 0.4 * math.log(6 / (1122.0 / 302.4)) / math.log(6 / 1.3), 712, id="padding-keeps-the-range"
        ),
    ],
)
def test_named_cases(values: list[int], z: float | None, mode: int) -> None:
    found = sizes.direction(grouped.sizes([values]), SETTINGS)
    assert found.mode_b[0] == mode
    if z is not None:
        assert found.z[0] == pytest.approx(z, abs=2e-3 if mode == 712 else 1e-12)


def test_requests_weigh_65_and_replies_35_per_cent() -> None:
    found = sizes.size_evidence(grouped.sizes([[9] * 4, [], [9], []]), grouped.sizes([[], [9] * 4, [7], []]), SETTINGS)
    assert found.size.tolist() == pytest.approx([0.65, 0.35, 1.0, 0.0])
    assert np.isnan(found.reply.z).tolist() == [True, False, False, True]
