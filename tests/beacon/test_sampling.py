"""Coherent samples of busy pairs: any split gives the same one, intervals inside it are real, the cap holds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zeekhunt.beacon.sampling import (
    LADDER,
    LAST,
    WINDOW_TICKS,
    Event,
    Place,
    Sample,
    covered_ticks,
    estimated_events,
    merge,
    place,
    sample,
    sentence,
    unbroken,
)

PAIR = "10.0.0.5\t203.0.113.9\t0"
START = 17_000_000_000
ticks = st.integers(START, START + 40 * WINDOW_TICKS) | st.integers(START, START + 30)
events = st.lists(st.builds(Event, ticks, st.tuples(st.integers(0, 2))), max_size=80)


@settings(max_examples=200)
@given(events, st.integers(1, 5), st.integers(1, 20), st.randoms(use_true_random=False))
def test_any_split_order_and_repeat_gives_the_same_sample(
    listed: list[Event], indexers: int, cap: int, rng: random.Random
) -> None:
    whole = sample(PAIR, listed, cap)
    repeats = rng.choices(listed, k=5) if listed else []
    shuffled = rng.sample([*listed, *repeats], len(listed) + len(repeats))
    parts = [sample(PAIR, shuffled[at::indexers], cap) for at in range(indexers)]
    assert merge(PAIR, parts, cap) == whole
    assert merge(PAIR, [merge(PAIR, parts[:2], cap), *parts[1:]], cap) == whole, "merged in steps, one part twice"
    assert len(whole.events) == min(cap, len(set(listed))), "a busy pair never vanishes"
    assert (whole.edge is None) == (len(set(listed)) <= cap)


@given(events, st.integers(1, 20))
def test_what_is_kept_of_a_window_is_its_beginning_and_intervals_are_real(listed: list[Event], cap: int) -> None:
    taken = sample(PAIR, listed, cap)
    kept = set(taken.events)
    for event in set(listed) - kept:
        later = [other for other in kept if other.tick // WINDOW_TICKS == event.tick // WINDOW_TICKS and other.tick > event.tick]
        assert not later
    for one, other in zip(taken.events, taken.events[1:]):
        missing = [event for event in set(listed) - kept if one.tick < event.tick < other.tick]
        assert not (missing and unbroken(PAIR, taken.edge, one.tick, other.tick))
        if one.tick // WINDOW_TICKS == other.tick // WINDOW_TICKS:
            assert unbroken(PAIR, taken.edge, one.tick, other.tick)


@given(ticks, ticks, st.integers(0, 2 * WINDOW_TICKS))
def test_covered_time_is_that_of_the_ticks_kept(edge_tick: int, first: int, more: int) -> None:
    edge = place(PAIR, edge_tick)
    counted = sum(place(PAIR, tick) <= edge for tick in range(first, first + more + 1))
    assert covered_ticks(PAIR, edge, first, first + more) == counted


def test_high_ranks_halve_the_time() -> None:
    assert LADDER[0] == (0, 0)
    assert all(sum(after) == sum(before) + 1 for before, after in zip(LADDER, LADDER[1:]))
    month = 30 * 864_000
    for rank in range(6):
        edge = Place(LAST - rank, 2**64, 0)  # all of this rank and above
        assert covered_ticks(PAIR, edge, START, START + month - 1) / month == pytest.approx(0.5**rank, rel=0.15)


def test_most_intervals_of_a_busy_day_stay_and_none_is_invented() -> None:
    rng = random.Random(3)
    tick, listed = START, []
    while tick < START + 864_000:
        listed.append(Event(tick))
        tick += rng.randrange(10, 60)
    taken = sample(PAIR, listed, 2_000)
    following = dict(zip([event.tick for event in listed], [event.tick for event in listed[1:]]))
    kept = [event.tick for event in taken.events]
    told = [(one, other) for one, other in zip(kept, kept[1:]) if unbroken(PAIR, taken.edge, one, other)]
    assert len(told) > 0.98 * len(kept)
    assert all(following[one] == other for one, other in told)
    assert len({one // WINDOW_TICKS for one in kept}) >= 10, "spread over the day"


@pytest.mark.parametrize("count", [60_000, 400_000])
def test_the_number_of_events_is_estimated_well_and_exact_when_nothing_is_left_out(count: int) -> None:
    rng = random.Random(5)
    listed = [Event(tick) for tick in sorted(rng.sample(range(START, START + 864_000), count))]
    first, last = listed[0].tick, listed[-1].tick
    assert estimated_events(PAIR, sample(PAIR, listed, 4_000), first, last) == pytest.approx(count, rel=0.05)
    assert estimated_events(PAIR, sample(PAIR, listed[:100], 100), first, last) == 100
    assert estimated_events(PAIR, Sample([], place(PAIR, START + 500_000)), START, START) == 0


def test_a_storm_in_one_moment_is_cut_and_not_lost() -> None:
    storm = [Event(START, (port,)) for port in range(500)]
    assert sample(PAIR, storm, 100).events == storm[:100]
    windows = [Event(START + WINDOW_TICKS * window, (port,)) for window in range(500) for port in range(3)]
    assert len(sample(PAIR, windows, 2).events) == 2


def test_pairs_are_sampled_at_times_of_their_own() -> None:
    moments = [START + WINDOW_TICKS * window for window in range(100)]
    one, other = ([place(f"10.0.0.{host}\t203.0.113.9\t0", tick).rank_below for tick in moments] for host in (1, 2))
    assert one != other


def test_the_sentence_names_the_number_and_the_cap() -> None:
    assert sentence(3, 20_000).startswith("3 busy pairs had more than 20,000 events")
