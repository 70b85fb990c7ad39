"""The score: formulas, contributions, invariances, settings and what arrays are refused."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import grouped, traffic
from oracles import presence as presence_oracle
from oracles import sizes as sizes_oracle
from oracles import timing as timing_oracle
from zeekhunt.beacon import rita, score, segments
from zeekhunt.beacon.series import OnlineHours, PairColumns, Series, SeriesError, Sizes
from zeekhunt.beacon.settings import SEVERITIES, BeaconSettings, RitaSettings, SettingsError
from zeekhunt.beacon.sleep_law import sleep_law
from zeekhunt.zeek import event_time

SETTINGS = BeaconSettings()
HOUR = 36_000


@dataclasses.dataclass
class Pair:
    ticks: list[int]
    request: list[int]
    reply: list[int]
    source: int = 0
    known_by: int = 1


def columns(pairs: list[Pair], sources_seen: int = 50, shift: int = 0) -> PairColumns:
    hours = [list(range(traffic.NOON // HOUR + shift, traffic.NOON // HOUR + shift + 30)), [traffic.NOON // HOUR + shift]]
    return PairColumns(
        series=grouped.series([[tick + shift * HOUR for tick in pair.ticks] for pair in pairs]),
        request_sizes=grouped.sizes([pair.request for pair in pairs]),
        reply_sizes=grouped.sizes([pair.reply for pair in pairs]),
        source_of_pair=np.array([pair.source for pair in pairs], np.int64),
        online_hours=grouped.online(hours),
        sources_of_dest=np.array([pair.known_by for pair in pairs], np.int64),
        sources_seen=sources_seen,
    )


def mixed_pairs(count: int, seed: int) -> list[Pair]:
    """Beacons, random and human traffic of every length, with ties, bursts, nights and unknown sizes."""
    rng = random.Random(seed)
    laws = [traffic.sleeper(60, 0.5), traffic.sleeper(900, 0.2), traffic.poisson(20), traffic.poisson(300), lambda _: 30.0]
    pairs = []
    for _ in range(count):
        ticks = traffic.renewal(rng.choice(laws), rng, span_s=rng.choice([0, 300, 3000, 9000]))
        if rng.random() < 0.3:
            ticks += [tick + rng.choice([0, 3, 40]) for tick in ticks[::3]]
        if rng.random() < 0.1:
            ticks += [tick + 10 * HOUR for tick in ticks]
        request = [rng.choice([534, 534, 540, rng.randint(0, 3000)]) for _ in ticks[rng.randint(0, 3) :]]
        pairs.append(Pair(ticks, request, [size * 3 for size in request[1:]], rng.randint(0, 1), rng.randint(1, 50)))
    return pairs


def arrays(found: Any, path: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Every array of nested results, by name."""
    for field in dataclasses.fields(found):
        value = getattr(found, field.name)
        if dataclasses.is_dataclass(value):
            yield from arrays(value, f"{path}{field.name}.")
        else:
            yield path + field.name, value


def assert_same_bits(here: Any, there: Any, rows: Any = slice(None)) -> None:
    """here equals the chosen rows of there, NaNs included, bit for bit."""
    others = dict(arrays(there))
    for name, value in arrays(here):
        assert value.tobytes() == np.ascontiguousarray(others[name][rows]).tobytes(), name


def timing_nats(silences: list[int], tau: int) -> float:
    d, starts = whole(*silences), whole(0, len(silences))
    return float(sleep_law(d, starts, tau, segments.half_sample_mode(d, starts)).nats[0])


CROWD = mixed_pairs(1000, seed=11)


@pytest.mark.parametrize("block", [1, 700, 2_000_000], ids=["pair-by-pair", "blocks-of-700", "one-block"])
def test_a_pair_alone_has_the_same_bits_as_among_a_thousand(block: int) -> None:
    crowd = score.score(columns(CROWD), BeaconSettings(block_events=block))
    assert (crowd.beacon_score > 40).sum() > 100  # the crowd is worth comparing
    assert (crowd.timing.reason > 0).sum() > 100
    assert len(np.unique(crowd.timing.tau_s[crowd.timing.reason == 0])) == 3
    for at in range(0, 1000, 25):
        assert_same_bits(score.score(columns([CROWD[at]]), SETTINGS), crowd, [at])


def test_order_of_pairs_changes_nothing() -> None:
    order = list(range(1000))
    random.Random(5).shuffle(order)
    shuffled = score.score(columns([CROWD[at] for at in order]), SETTINGS)
    assert_same_bits(shuffled, score.score(columns(CROWD), SETTINGS), order)


def test_rita_scores_of_a_pair_do_not_depend_on_the_others_either() -> None:
    def scored(pairs: list[Pair], block: int) -> rita.RitaScores:
        first = traffic.NOON // 10
        whole = columns(pairs)
        return rita.rita_scores(whole.series, whole.request_sizes, first, first + 86_400, block)

    crowd = scored(CROWD, 700)
    assert_same_bits(crowd, scored(CROWD, 2_000_000))
    for at in range(0, 1000, 25):
        assert_same_bits(scored([CROWD[at]], 2_000_000), crowd, [at])


@given(st.integers(0, 2**32), st.integers(1, 300))
@settings(max_examples=15, deadline=None)
def test_a_shift_by_whole_hours_changes_nothing(seed: int, hours: int) -> None:
    pairs = mixed_pairs(6, seed)
    assert_same_bits(score.score(columns(pairs), SETTINGS), score.score(columns(pairs, shift=hours), SETTINGS))


@given(st.integers(0, 2**32), st.integers(50, 1000))
@settings(max_examples=20, deadline=None)
def test_scores_equal_the_formulas_over_the_naive_twins(seed: int, sources_seen: int) -> None:
    pairs = [pair for pair in mixed_pairs(4, seed) if len(pair.ticks) < 250]  # the twins are quadratic
    whole = columns(pairs, sources_seen)
    found = score.score(whole, SETTINGS)
    for at, pair in enumerate(pairs):
        timing = timing_oracle.evidence(pair.ticks, timing_nats)
        t = timing.timing if timing else 0.0
        z = sizes_oracle.evidence(pair.request, pair.reply)
        hours = whole.online_hours.hours[whole.online_hours.starts[pair.source] : whole.online_hours.starts[pair.source + 1]]
        k = presence_oracle.evidence(pair.ticks, hours.tolist())[0]
        behaviour = t * (0.62 + 0.20 * z + 0.18 * k)
        bounded = min(max(behaviour, 1e-6), 0.98)
        prevalence = (pair.known_by - 1 + 0.3) / (sources_seen - 1 + 3)
        rank = math.log(bounded / (1 - bounded)) - 4 * math.log10(prevalence / 0.1)
        assert found.beacon_score[at] == pytest.approx(100 * behaviour, abs=1e-9)
        assert found.prevalence[at] == pytest.approx(prevalence, abs=1e-12)
        rank += found.context[at].sum()
        assert found.rank[at] == pytest.approx(rank, abs=1e-6)
        assert found.threat_score[at] == pytest.approx(100 / (1 + math.exp(-rank)), abs=1e-6)


def test_contributions_add_up_and_scores_stay_in_range() -> None:
    found = score.score(columns(CROWD), SETTINGS)
    assert np.abs(found.contributions.sum(axis=1) - found.beacon_score).max() < 1e-9
    assert (found.contributions >= 0).all()
    parts = found.behaviour_log_odds + found.prevalence_log_odds + found.context.sum(axis=1)
    assert np.abs(parts - found.rank).max() < 1e-9
    for values in (found.beacon_score, found.threat_score):
        assert ((values >= 0) & (values <= 100)).all()
    assert found.contributions.shape == (1000, len(score.CONTRIBUTIONS))


def beat(known_by: int = 1, events: int = 200) -> Pair:
    return Pair([traffic.NOON + 3000 * at for at in range(events)], [534] * events, [9] * events, known_by=known_by)


@pytest.mark.parametrize(
    ("known_by", "sources_seen", "prevalence", "severity"),
    [
        pytest.param(1, 1, 0.1, "Critical", id="network-of-one-is-neutral"),
        pytest.param(1, 50, 0.3 / 52, "Critical", id="rare"),
        pytest.param(6, 50, 5.3 / 52, "High", id="just-over-a-tenth"),
        pytest.param(12, 50, 11.3 / 52, "Medium", id="over-a-fifth"),
        pytest.param(27, 50, 26.3 / 52, "Low", id="over-a-half"),
        pytest.param(50, 50, 49.3 / 52, "Low", id="everybody"),
    ],
)
def test_a_perfect_beat_is_capped_by_how_common_its_destination_is(
    known_by: int, sources_seen: int, prevalence: float, severity: str
) -> None:
    found = score.score(columns([beat(known_by)], sources_seen), SETTINGS)
    assert found.beacon_score[0] == pytest.approx(100, abs=1e-9)
    assert found.prevalence[0] == pytest.approx(prevalence, rel=1e-12)
    assert SEVERITIES[found.severity[0]] == severity


def test_severity_thresholds_and_prevalence_caps_are_inclusive() -> None:
    pair = beat(known_by=6, events=20)  # 19 intervals
    found = score.score(columns([pair]), SETTINGS)
    reached, common = float(found.beacon_score[0]), float(found.prevalence[0])
    missed = math.nextafter(reached, 100)

    def severity(**changes: float) -> str:
        return SEVERITIES[score.score(columns([pair]), BeaconSettings(**changes)).severity[0]]

    assert severity(critical_prevalence=common, severity_critical=reached) == "Critical"
    assert severity(critical_prevalence=common, severity_critical=missed) == "High"
    assert severity(critical_prevalence=common, severity_high=missed, severity_critical=missed) == "Medium"
    assert severity(critical_prevalence=0.1, high_prevalence=common) == "High"
    assert severity(critical_prevalence=0.1, high_prevalence=0.1) == "Medium"


def test_constant_size_and_presence_alone_score_nothing() -> None:
    silent = Pair([traffic.NOON, traffic.NOON + 6 * HOUR], [534] * 2, [9] * 2)
    found = score.score(columns([silent, Pair([], [], [])]), SETTINGS)
    assert found.beacon_score.tolist() == [0, 0]
    assert found.sizes.size.tolist() == [1, 0]
    assert found.presence.presence[0] > 0
    assert found.behaviour_log_odds[0] == pytest.approx(math.log(1e-6), abs=1e-5)  # B is kept off zero


def test_facts_move_the_rank_by_their_points_and_leave_the_behaviour() -> None:
    plain = columns([beat(), beat(), beat()])
    facts = {"odd_port": np.array([True, False, False]), "known_service": np.array([False, True, False])}
    here, there = (score.score(dataclasses.replace(plain, facts=each), SETTINGS) for each in (facts, {}))
    moved = (here.rank - there.rank).tolist()
    assert moved == pytest.approx([SETTINGS.odd_port_points, SETTINGS.known_service_points, 0], abs=1e-9)
    assert np.array_equal(here.beacon_score, there.beacon_score)


def test_a_job_that_keeps_the_clock_ranks_below_one_that_drifts() -> None:
    drifting = Pair([traffic.NOON + 3050 * at for at in range(200)], [534] * 200, [9] * 200)
    found = score.score(columns([beat(), drifting]), SETTINGS)
    assert found.context.sum(axis=1).tolist() == [SETTINGS.clock_locked_points, 0]
    assert found.rank[0] < found.rank[1]


@pytest.mark.parametrize("facts", [{"moon": np.zeros(1, bool)}, {"new": np.zeros(2, bool)}, {"new": np.zeros(1)}])
def test_facts_of_another_name_or_shape_are_refused(facts: dict[str, np.ndarray]) -> None:
    with pytest.raises(SeriesError, match=r"facts holds '(moon|new)'"):
        dataclasses.replace(columns([beat()]), facts=facts)


def test_no_pairs_give_empty_columns() -> None:
    found = score.score(columns([]), SETTINGS)
    assert all(len(values) == 0 for _, values in arrays(found))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prevalence_weight": 21}, r"prevalence_weight must be from 0 to 20 \(log-odds per factor 10\), got 21"),
        ({"prevalence_weight": float("nan")}, "prevalence_weight must be from 0 to 20"),
        ({"collapse_s": (5.0, 1.0)}, "collapse_s must ascend"),
        ({"collapse_s": ()}, "collapse_s must ascend and name at least one"),
        ({"collapse_s": (0.5,)}, "collapse_s must be from 1 to 3,600"),
        ({"size_share": 0.3}, "timing_share, size_share, presence_share must sum to 1, they sum to 1.1"),
        ({"tail_none": 1.35}, "tail_none and tail_full must differ"),
        ({"severity_low": 50}, "severity_low, .* must ascend"),
        ({"prior_sources": 5}, "prior_sources, prior_seen must ascend"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_threshold_out_of_range_is_refused_with_its_range(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        BeaconSettings(**changes)


def test_weights_are_compared_with_a_tolerance() -> None:
    BeaconSettings(timing_share=0.1 + 0.2, size_share=0.3, presence_share=0.4)  # 1.0000000000000002


@pytest.mark.parametrize("table", [BeaconSettings, RitaSettings])
def test_every_setting_names_unit_range_and_source(table: type) -> None:
    for field in dataclasses.fields(table):
        assert field.metadata["unit"], field.name
        assert field.metadata["source"], field.name
        for value in field.default if isinstance(field.default, tuple) else (field.default,):
            assert field.metadata["low"] <= value <= field.metadata["high"], field.name


def whole(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        pytest.param(lambda: Series(whole(5, 4), whole(0, 2)), "ticks must ascend within a pair; row 1", id="falling-ticks"),
        pytest.param(lambda: Series(whole(-1), whole(0, 1)), "ticks must be from 0", id="negative-tick"),
        pytest.param(lambda: Series(whole(2**40), whole(0, 1)), "leave such events out and count them", id="tick-after-2100"),
        pytest.param(
            lambda: Series(whole(1), whole(0, 2)), "starts must ascend from 0 to the number of ticks, 1", id="starts-too-far"
        ),
        pytest.param(lambda: Series(whole(1, 2), whole(0, 2, 1, 2)), "starts must ascend", id="starts-fall"),
        pytest.param(lambda: Series(np.zeros(1), whole(0, 1)), "flat int64 arrays, got float64", id="floats"),
        pytest.param(lambda: Sizes(whole(5, 5), whole(1, 1), whole(0, 2)), "without repeats", id="size-twice"),
        pytest.param(lambda: Sizes(whole(5), whole(0), whole(0, 1)), "counts must be 1 or more", id="size-that-never-occurred"),
        pytest.param(
            lambda: Sizes(whole(5), whole(1, 1), whole(0, 1)), "counts must be int64 of shape", id="counts-of-another-length"
        ),
        pytest.param(lambda: OnlineHours(whole(3, 3), whole(0, 2)), "hours must ascend without repeats", id="hour-twice"),
        pytest.param(
            lambda: columns([beat(known_by=3)], sources_seen=2),
            "sources_of_dest must be from 1 to sources_seen = 2",
            id="more-than-all",
        ),
        pytest.param(lambda: columns([beat(known_by=0)]), "sources_of_dest must be from 1", id="known-by-nobody"),
        pytest.param(
            lambda: dataclasses.replace(columns([beat()]), request_sizes=grouped.sizes([])),
            "request_sizes holds 0 pairs",
            id="other-pairs",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused(build: Any, message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        build()


def test_equal_neighbours_across_pairs_are_no_repeat() -> None:
    assert Series(whole(9, 9, 3), whole(0, 1, 2, 2, 3)).pairs == 4
    assert Sizes(whole(9, 9), whole(1, 1), whole(0, 1, 2)).pairs == 2


def test_the_latest_time_that_an_event_can_have_is_accepted() -> None:
    latest = event_time.ticks(str(event_time.LATEST_S))
    assert latest is not None
    assert Series(whole(latest), whole(0, 1)).pairs == 1
