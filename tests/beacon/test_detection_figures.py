"""The measures behind docs/beacon.md: worlds are the same for a seed, recall and triage are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from bench.beacon import internet_facing, measures, rotation, worlds
from bench.beacon.prototype import evidence
from bench.beacon.rotation import Infection
from bench.beacon.worlds import C2, PERSON, Seen


def seen(kind: str, host: int = 0, member: bool = False) -> Seen:
    empty = np.zeros(4, np.int64)
    return Seen(kind, host, empty, empty, empty, 1, member=member)


def test_recall_counts_what_exceeds_all_but_a_thousandth_of_the_negatives() -> None:
    series = [seen(PERSON) for _ in range(1001)] + [seen(C2), seen(C2), seen("timer")]
    score = np.concatenate([np.arange(1001.0), [1000.0, 999.0, 5000.0]])
    assert measures.threshold(series, score) == pytest.approx(999.0)
    _, share, count = measures.recall(series, score)[0]
    assert (share, count) == (0.5, 2)


def test_triage_leaves_single_servers_of_a_rotation_to_their_group() -> None:
    series = [seen(C2, 1), seen(PERSON, 2), seen(C2, 3), seen(C2, 4, member=True)]
    found = measures.triage(series, np.array([3.0, 2.0, 1.0, 9.0]), np.zeros(4))
    assert found.average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert found.infected_50 == pytest.approx(2 / 3)


def test_a_world_is_the_same_for_its_seed_and_another_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "DESTINATIONS", 3)
    here, again, other = worlds.build(7), worlds.build(7), worlds.build(8)
    assert [each.ticks.tolist() for each in here.seen] == [each.ticks.tolist() for each in again.seen]
    assert [each.ticks.tolist() for each in here.seen] != [each.ticks.tolist() for each in other.seen]
    assert {each.kind for each in here.seen} >= {C2}


@pytest.mark.parametrize(
    ("gaps_s", "low", "high"),
    [
        pytest.param([60.0] * 200, 0.99, 1.0, id="fixed"),
        pytest.param(np.random.default_rng(1).uniform(6, 60, 400).tolist(), 0.4, 0.7, id="90-percent-jitter"),
        pytest.param(np.random.default_rng(1).exponential(60, 400).tolist(), 0.0, 0.34, id="memoryless"),
        pytest.param([60.0] * 2, 0.0, 0.0, id="too-few"),
    ],
)
def test_the_prototype_scores_as_the_reference_tells(gaps_s: list[float], low: float, high: float) -> None:
    ticks = (17_000_000_000 + 10 * np.cumsum([0.0, *gaps_s])).astype(np.int64)
    assert low <= evidence(ticks) <= high


def test_places_are_counted_from_the_rows_of_a_search() -> None:
    flows, _ = internet_facing.build(1)
    implant = next(flow.dest for flow in flows if flow.kind == internet_facing.IMPLANT)
    row = {"src": internet_facing.SERVER, "by": "ip", "dest": "203.0.0.1", "addresses": ["203.0.0.1"]}
    assert internet_facing.rank_of([row, {**row, "dest": implant}], flows) == 2
    assert internet_facing.rank_of([row], flows) == 2, "behind the last"
    infection = Infection(rotation.STRAINS[0], "10.0.0.5", {"198.18.0.1": 60, "198.18.0.2": 40})
    other, half, group = (
        {"src": src, "by": "group", "addresses": held}
        for src, held in (("10.0.0.6", [*infection.servers]), ("10.0.0.5", ["198.18.0.2"]), ("10.0.0.5", [*infection.servers]))
    )
    assert rotation.group_rank([other, half, group], infection) == (2, 1.0), "its own rows, and most of its calls"
