"""Coherent samples of busy pairs: any split gives the same one, intervals inside it are real, the cap holds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zeekhunt.beacon.sampling import (
    HOUR_TICKS,
    LADDER,
    LAST,
    WINDOW_TICKS,
    Place,
    edge,
    kept,
    left_out,
    marks,
    place,
    sentence,
)

PAIR = "10.0.0.5\t203.0.113.9"
START = 17_000_000_000
ticks = st.integers(START, START + 40 * WINDOW_TICKS) | st.integers(START, START + 30)
Event = tuple[int, int]  # tick, and what tells it from others of its tick
events = st.lists(st.tuples(ticks, st.integers(0, 2)), max_size=80)


def sample(listed: list[Event], cap: int) -> list[Event]:
    ordered = sorted(set(listed))
    return [event for low, high in kept(PAIR, [tick for tick, _ in ordered], cap) for event in ordered[low:high]]


@given(events, st.integers(1, 20))
def test_kept_are_the_first_in_the_order_of_places(listed: list[Event], cap: int) -> None:
    ordered = sorted(set(listed), key=lambda event: (place(PAIR, event[0]), event[1]))
    assert sample(listed, cap) == sorted(ordered[:cap]), "a busy pair never vanishes"
    if listed:
        assert edge(PAIR, [tick for tick, _ in sample(listed, cap)]) == max(place(PAIR, tick) for tick, _ in ordered[:cap])


@settings(max_examples=200)
@given(events, st.integers(1, 5), st.integers(1, 20), st.randoms(use_true_random=False))
def test_any_split_order_and_repeat_gives_the_same_sample(
    listed: list[Event], indexers: int, cap: int, rng: random.Random
) -> None:
    shuffled = rng.sample([*listed, *listed[:5]], len(listed) + len(listed[:5]))
    parts = [sample(shuffled[at::indexers], cap) for at in range(indexers)]
    assert sample([event for part in parts for event in part], cap) == sample(listed, cap)


@given(ticks, st.lists(ticks, min_size=1, max_size=4))
def test_left_out_are_the_ticks_behind_the_edge_in_hours_with_an_event(edge_tick: int, listed: list[int]) -> None:
    last_kept, told = place(PAIR, edge_tick), marks(sorted(listed))
    hours = {tick // HOUR_TICKS for tick in listed}
    # what is left of a window is one stretch, so that its first and last ticks tell of it
    borders = [low + at for hour in hours for low in range(hour * HOUR_TICKS, (hour + 1) * HOUR_TICKS, 375) for at in (0, 374)]
    asked = [tick for tick in {*borders, *listed, edge_tick, edge_tick + 1} if told[0] <= tick <= told[-1]]
    missing = left_out(PAIR, last_kept, told)
    for tick in asked:
        wanted = tick // HOUR_TICKS in hours and place(PAIR, tick) > last_kept
        assert any(low <= tick < high for low, high in missing) == wanted


@given(st.lists(ticks, max_size=40).map(sorted), st.integers(1, 4))
def test_marks_tell_first_last_and_hours_and_marks_of_parts_those_of_the_whole(listed: list[int], parts: int) -> None:
    told = marks(listed)
    assert {tick // HOUR_TICKS for tick in told} == {tick // HOUR_TICKS for tick in listed}
    assert told[:1] + told[-1:] == listed[:1] + listed[-1:]
    assert marks(sorted({tick for at in range(parts) for tick in marks(listed[at::parts])})) == told


def test_high_ranks_halve_the_time() -> None:
    assert LADDER[0] == (0, 0)
    assert all(sum(after) == sum(before) + 1 for before, after in zip(LADDER, LADDER[1:]))
    month = 30 * 864_000
    every_hour = [*range(START, START + month, HOUR_TICKS), START + month - 1]
    for rank in range(6):
        last_kept = Place(LAST - rank, 2**64, 0)  # all of this rank and above
        missing = sum(high - low for low, high in left_out(PAIR, last_kept, every_hour))
        assert 1 - missing / month == pytest.approx(0.5**rank, rel=0.15)


def test_most_intervals_of_a_busy_day_stay_and_none_is_invented() -> None:
    rng = random.Random(3)
    tick, listed = START, []
    while tick < START + 864_000:
        listed.append((tick, 0))
        tick += rng.randrange(10, 60)
    held = [tick for tick, _ in sample(listed, 2_000)]
    missing = left_out(PAIR, edge(PAIR, held), marks([tick for tick, _ in listed]))
    following = {one: other for (one, _), (other, _) in zip(listed, listed[1:])}
    told = [
        (one, other) for one, other in zip(held, held[1:]) if not any(low < other and high > one + 1 for low, high in missing)
    ]
    assert len(told) > 0.98 * len(held)
    assert all(following[one] == other for one, other in told)
    assert len({one // WINDOW_TICKS for one in held}) >= 10, "spread over the day"


def test_a_storm_in_one_moment_is_cut_and_not_lost() -> None:
    storm = [(START, port) for port in range(500)]
    assert sample(storm, 100) == storm[:100]
    windows = [(START + WINDOW_TICKS * window, port) for window in range(500) for port in range(3)]
    assert len(sample(windows, 2)) == 2


def test_pairs_are_sampled_at_times_of_their_own() -> None:
    moments = [START + WINDOW_TICKS * window for window in range(100)]
    one, other = ([place(f"10.0.0.{host}\t203.0.113.9", tick).rank_below for tick in moments] for host in (1, 2))
    assert one != other


def test_the_sentence_names_the_number_and_the_cap() -> None:
    assert sentence(3, 20_000).startswith("3 busy pairs had more than 20,000 events")
