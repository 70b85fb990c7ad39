"""Betweenness against its definition, and what sampling promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import betweenness as oracle
from zeekhunt.graph.betweenness import MOST_HOPS, betweenness

NODES = 8
graphs = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=24)


def columns(edges: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([a for a, _ in edges], np.int64), np.array([b for _, b in edges], np.int64)


@given(graphs)
def test_it_is_what_its_definition_says(edges: list[tuple[int, int]]) -> None:
    found = betweenness(*columns(edges), NODES)
    assert found.value.tolist() == pytest.approx(oracle.betweenness(edges, NODES), abs=1e-12)
    assert found.off_by == 0


@given(graphs, st.randoms(use_true_random=False))
def test_the_order_and_number_of_equal_edges_change_no_bit(edges: list[tuple[int, int]], chance: object) -> None:
    again = edges + edges[:3]
    chance.shuffle(again)  # type: ignore[attr-defined]
    assert betweenness(*columns(again), NODES).value.tobytes() == betweenness(*columns(edges), NODES).value.tobytes()


@pytest.mark.parametrize(
    ("edges", "node", "share"),
    [
        pytest.param([(0, 1), (1, 2)], 1, 1 / 2, id="the middle of a line: one of two ordered pairs"),
        pytest.param([(0, 1), (1, 2), (2, 1), (1, 0)], 1, 1.0, id="both ways"),
        pytest.param([(0, 1), (1, 3), (0, 2), (2, 3)], 1, 1 / 12, id="one of two equal ways counts half"),
        pytest.param([(0, 1), (2, 1)], 1, 0.0, id="where all come and none goes on"),
    ],
)
def test_known_graphs(edges: list[tuple[int, int]], node: int, share: float) -> None:
    nodes = 1 + max(max(edge) for edge in edges)
    assert betweenness(*columns(edges), nodes).value[node] == pytest.approx(share)


def test_no_edges_no_betweenness() -> None:
    nothing = np.zeros(0, np.int64)
    assert betweenness(nothing, nothing, 0).value.tolist() == []
    assert betweenness(nothing, nothing, 4).value.tolist() == [0.0] * 4


def test_a_sample_keeps_its_promise() -> None:
    chance = np.random.default_rng(5)
    src, dst = chance.integers(0, 300, 1_500), chance.integers(0, 300, 1_500)
    exact, sampled = betweenness(src, dst, 300), betweenness(src, dst, 300, work=200_000)
    assert sampled.sources < exact.sources and exact.off_by == 0
    assert 0 < np.abs(sampled.value - exact.value).max() <= sampled.off_by


def test_a_chain_longer_than_what_is_followed_ends() -> None:
    chain = np.arange(3 * MOST_HOPS)
    found = betweenness(chain, chain + 1, len(chain) + 1)
    assert found.value.max() > 0
    # at most MOST_HOPS - 1 nodes before and behind share a path with a node, and no pair is further apart than MOST_HOPS
    assert found.value.max() <= MOST_HOPS**2 / 2 / ((len(chain)) * (len(chain) - 1))
