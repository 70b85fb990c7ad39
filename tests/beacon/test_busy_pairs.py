"""Busy pairs are sampled on the way: any split gives the same bits, nothing is invented, what the rows tell stays right."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import numpy as np
import pytest
from beacon.test_summary import Row, as_body, event, mapped, merged, plain
from hypothesis import given, settings
from hypothesis import strategies as st
from zeekhunt.beacon import busy, codec, pairs, sampled, sampling, summary
from zeekhunt.beacon.entities import tls_sizes
from zeekhunt.beacon.pairs import Pairs, PairTable
from zeekhunt.beacon.ranking import Ranking, Request
from zeekhunt.beacon.sampled import Sampled, most_within
from zeekhunt.beacon.scope import context
from zeekhunt.beacon.stored import SummaryWriter
from zeekhunt.beacon.strobe import StrobeHunt, StrobeRequest
from zeekhunt.spl import arrays
from zeekhunt.spl.encode import encode_rows
from zeekhunt.zeek.partial import SummaryError
from zeekhunt.zeek.site import Site

PAIR = "10.0.0.5\t203.0.113.9"
START = 17_000_000_000
DAY = 864_000


@contextmanager
def cap(events: int, slice_events: int = 3, room: int = 4) -> Iterator[None]:
    """No more events of a pair are kept; the map samples from twice as many, the merge makes room from ``room`` on."""
    with ExitStack() as patches:
        for module, name, value in (
            (sampling, "EVENTS_KEPT", events),
            (summary, "BUSY_EVENTS", 2 * events),
            (busy, "SLICE_EVENTS", slice_events),
            (pairs, "ROOM_EVENTS", room),
        ):
            patches.enter_context(mock.patch.object(module, name, value))
        yield


def everything(found: Pairs) -> list[Any]:
    known = [
        (at, each.kept, each.events, each.marks.tolist(), each.begins.tolist(), each.ends.tolist())
        for at, each in sorted(found.sampled.items())
    ]
    return [*plain(found), known, found.events.tolist()]


def stored(bodies: Sequence[bytes]) -> bytes:
    writer = SummaryWriter(arrays.keys)
    for data in bodies:
        for block in arrays.tables(data, {}, 4096):
            writer.add(block)
    return encode_rows(writer.finish())


minutes = (st.integers(0, 200) | st.integers(0, 2)).map(lambda minute: str(1_700_000_000 + 60 * minute))
few_pairs = st.fixed_dictionaries(
    {
        "_time": minutes | st.just("1700000000.5"),
        "src": st.sampled_from(["10.0.0.1", "10.0.0.2"]),
        "dest": st.just("203.0.113.9"),
    },
    optional={
        "id.orig_p": st.sampled_from(["1", "50000"]),
        "id.resp_p": st.integers(1, 40).map(str),
        "orig_bytes": st.sampled_from(["", "1", "40"]),
        "conn_state": st.sampled_from(["SF", "S0"]),
    },
)
rows_of_busy_pairs = st.lists(few_pairs, max_size=60) | st.lists(event, max_size=20)


@settings(max_examples=200, deadline=None)
@given(
    rows_of_busy_pairs,
    st.integers(1, 6),
    st.integers(1, 9),
    st.integers(1, 4),
    st.integers(1, 9),
    st.randoms(use_true_random=False),
)
def test_any_split_of_busy_pairs_merges_to_the_same(
    rows: list[Row], kept: int, chunk: int, indexers: int, slice_events: int, rng: random.Random
) -> None:
    with cap(kept, slice_events):
        whole, whole_tally = merged([as_body(rows)], rita=False)
        again = rng.sample([*rows, *rows[:3]], len(rows) + len(rows[:3]))
        shards = [again[at::indexers] for at in range(indexers)]
        partial = [data for shard in shards for data in mapped(shard, chunk, rita=False)]
        rng.shuffle(partial)
        half = len(again) // 2
        for bodies in (
            partial,
            [as_body(again[at : at + chunk]) for at in range(0, len(again), chunk)],
            [*mapped(again[:half], chunk, rita=False), as_body(again[half:])],
        ):
            found, tally = merged(bodies, rita=False)
            assert everything(found) == everything(whole)
            told = tally.get("repeated", 0) + tally.get("left_out", 0)
            assert tally.get("used", 0) - told == whole_tally.get("used", 0) - whole_tally.get("repeated", 0) - whole_tally.get(
                "left_out", 0
            )
        found, _ = merged([stored(partial[:1]), stored(partial[1:]), stored([as_body(rows)])], rita=False)
        assert everything(found) == everything(whole)


def test_a_storm_in_one_moment_is_cut_alike_by_the_map_and_the_merge() -> None:
    rng = random.Random(7)
    rows = [
        {
            "_time": "1700000000",
            "src": "10.0.0.1",
            "dest": "203.0.113.9",
            "id.orig_p": str(rng.randrange(4)),
            "id.resp_p": str(rng.randrange(3)),
            "orig_bytes": str(rng.randrange(3)),
            "resp_bytes": str(rng.randrange(3)),
        }
        for _ in range(150)
    ]
    with cap(10, 30, 40):
        whole, _ = merged([as_body(rows)], rita=False)
        split, _ = merged(mapped(rows, 30, rita=False), rita=False)
    assert everything(split) == everything(whole)
    assert whole.sampled[0].kept >= 10


def test_rows_of_a_part_of_the_time_say_that_they_are_sampled() -> None:
    rows = [{"_time": str(1_700_000_000 + at), "src": "10.0.0.1", "dest": "203.0.113.9"} for at in range(2_000)]
    # all within one clock hour: its first event and the last are the marks, the row between has none of them
    with cap(1_100, 500, 1_000):
        writer = SummaryWriter(arrays.keys)
        for block in arrays.tables(as_body(rows), {}, 4096):
            writer.add(block)
        cells = writer.finish()
        assert [int(count) for count in cells["zh_events"][:-1]] == [500, 500, 100]
        for at in range(3):
            found, _ = merged([encode_rows({name: [column[at]] for name, column in cells.items()})], rita=False)
            assert list(found.sampled) == [0], f"row {at}"
            assert found.sampled[0].kept == len(found.series.ticks) == int(cells["zh_events"][at])


@pytest.mark.parametrize("marks", [[0], [1], [17_000_000_600, 17_000_000_600], [41_024_448_000], [5, 17_000_000_600]])
def test_marks_that_no_map_wrote_do_no_harm(marks: list[int]) -> None:
    (data,) = mapped([{"_time": "1700000000", "src": "10.0.0.1", "dest": "203.0.113.9"}], 9, rita=False)
    table = next(iter(arrays.tables(data, {}, 4096)))
    cells = {name: table.column(name).texts(np.arange(table.rows)) for name in table.names}
    cells["zh_sampled"] = [codec.encode(marks), *[""] * (table.rows - 1)]
    found, _ = merged([encode_rows(cells)], rita=False)
    assert found.sampled[0].events >= 1
    assert found.bounds() == (min(17_000_000_000, *marks), max(17_000_000_000, *marks))


def test_a_scan_of_many_ports_in_one_moment_holds_the_lowest_alone() -> None:
    pair = busy.BusyPair(("10.0.0.1", "203.0.113.9", "1", ""), ported=True)
    for port in range(30_000):
        pair.add(f"{port}/tcp/-", [[START << summary.PORT_BITS], [0], [-1]])
    assert len(pair._held[0]) == summary.SERVICES_KEPT + 1
    (row,) = pair.rows()
    assert row[summary.COLUMNS.index("zh_events")] == "17"
    assert row[summary.COLUMNS.index("zh_services")].split() == [f"{port}/tcp/-" for port in range(16)]


def test_a_source_is_on_in_the_hours_of_events_that_are_left_out() -> None:
    rows = [{"_time": str(1_700_000_000 + 60 * at), "src": "10.0.0.1", "dest": "203.0.113.9"} for at in range(6_000)]
    with cap(300, 100, 1_000):
        pair = PairTable(arrays.keys)
        for block in arrays.tables(as_body(rows), {}, 4096):
            pair.add(block)
        found, named = pair.finish()
    assert len({tick // 36_000 for tick in found.series.ticks.tolist()}) < 100
    around = context(found, named, Site())
    assert len(around.online.hours) == len({(1_700_000_000 + 60 * at) // 3_600 for at in range(6_000)})
    assert (around.first_tick, around.last_tick) == (17_000_000_000, 17_000_000_000 + 5_999 * 600)


def test_rita_scores_read_every_event() -> None:
    rows = [{"_time": str(1_700_000_000 + at), "src": "10.0.0.1", "dest": "203.0.113.9", "orig_bytes": "1"} for at in range(50)]
    with cap(5):
        found, _ = merged(mapped(rows, 7), rita=True)
        assert len(found.series.ticks) == 50 and not found.sampled
        with pytest.raises(SummaryError, match="without rita=true"):
            merged(mapped(rows, 50, rita=False), rita=True)


def test_a_row_of_the_release_before_is_read() -> None:
    rows = [{"_time": "1700000000", "src": "10.0.0.1", "dest": "203.0.113.9"}]
    (data,) = mapped(rows, 9, rita=False)
    table = PairTable(arrays.keys)
    for block in arrays.tables(data, {}, 4096):
        cells = {name: block.column(name).texts(np.arange(block.rows)) for name in block.names if name != "zh_sampled"}
        cells["zh_version"] = ["2"] * block.rows
        for older in arrays.tables(encode_rows(cells), {}, 4096):
            table.add(older)
    found, _ = table.finish()
    assert found.src == ["10.0.0.1"]


@pytest.mark.parametrize("count", [60_000, 400_000])
def test_the_number_of_events_and_the_peak_are_estimated_well(count: int) -> None:
    rng = np.random.default_rng(5)
    ticks = START + np.sort(rng.choice(3 * DAY, count, replace=False))
    ticks = ticks[ticks % DAY < DAY // 2]  # at night there is none
    count = len(ticks)
    with cap(4_000):
        held = ticks[sampled.keep(PAIR, [ticks] * 4)]
        known = Sampled.of(PAIR, held, sampling.marks(ticks.tolist()))
    assert len(held) == known.kept == 4_000
    assert known.events == pytest.approx(count, rel=0.05)
    assert most_within(held, known, DAY) == pytest.approx(count / 3, rel=0.15)
    assert most_within(held, known, 9 * DAY) == known.events


def test_what_a_row_tells_of_a_busy_beacon_is_right() -> None:
    rng = random.Random(2)
    times, now = [], 1_700_000_000.0
    while now < 1_700_000_000 + 2 * 86_400:
        times.append(now)
        now += 20 * (1 - 0.3 * rng.random())
    beacon = {"src": "10.0.0.1", "dest": "203.0.113.9", "id.resp_p": "443", "proto": "tcp", "orig_bytes": "300"}
    rows = [{"_time": f"{time:.6f}", **beacon} for time in times]
    told = {}
    for kept in (20_000, 2_000):
        with cap(kept, 500, 4_000):
            ranking = Ranking(Request(), Site(), arrays.keys)
            for data in mapped(rows, 3_000, rita=False):
                for block in arrays.tables(data, {}, 4096):
                    ranking.add(block)
            found = ranking.finish()
            told[kept] = {name: column[0] for name, column in found.items()}
            assert any("busy pairs" in text for _, text in ranking.messages) == (kept < len(rows))
    whole, part = told[20_000], told[2_000]
    for name in ("first", "last", "active_hours", "online_hours", "by"):
        assert part[name] == whole[name], name
    for name in ("events", "bytes_out", "period_s"):
        assert part[name] == pytest.approx(whole[name], rel=0.05), name
    assert part["beacon_score"] == pytest.approx(whole["beacon_score"], abs=3)
    assert (whole["sampled"], part["sampled"]) == (0, 1)
    assert any(reason.startswith("sampled: timing and sizes are those of 2,000 of some") for reason in part["why_not"])
    lines = {kept: [int(count) for count in found["sparkline"][1:]] for kept, found in told.items()}
    assert sum(lines[2_000]) == part["events"]
    assert lines[2_000] == pytest.approx(lines[20_000], rel=0.1), "the line is of all events, not of the sample"


def test_a_busy_strobe_is_found_with_its_estimated_number() -> None:
    rows = [
        {"_time": f"{1_700_000_000 + 4.3 * at:.1f}", "src": "10.0.0.1", "dest": "203.0.113.9", "orig_bytes": "300"}
        for at in range(20_000)
    ]
    with cap(1_000, 500, 4_000):
        hunt = StrobeHunt(StrobeRequest(per_day=15_000), Site(), arrays.keys)
        for data in mapped(rows, 5_000, rita=False):
            for block in arrays.tables(data, {}, 4096):
                hunt.add(block)
        found = hunt.finish()
    assert found["peak_events"][0] == pytest.approx(20_000, rel=0.05)
    assert found["events"][0] == pytest.approx(20_000, rel=0.05)
    assert found["bytes_out"][0] == pytest.approx(6_000_000, rel=0.05)
    assert found["first"][0] == 1_700_000_000 and found["last"][0] == pytest.approx(1_700_000_000 + 4.3 * 19_999, abs=0.1)


def test_busy_names_are_sampled_at_the_times_of_their_connections() -> None:
    ends = {"id.orig_h": "10.0.0.1", "id.resp_h": "203.0.113.9", "id.resp_p": "443"}
    opened = [{**ends, "_time": f"{1_700_000_000 + 60 * at}", "conn_state": "SF", "orig_bytes": "7"} for at in range(900)]
    named = [{**ends, "_time": f"{1_700_000_001 + 60 * at}", "server_name": "c2.example"} for at in range(900)]
    found = []
    with cap(100, 50, 300):
        for bodies in ([as_body([*opened, *named])], mapped(random.Random(1).sample([*opened, *named], 1_800), 500, rita=False)):
            table = PairTable(arrays.keys)
            for data in bodies:
                for block in arrays.tables(data, {}, 4096):
                    table.add(block)
            connections, names = table.finish()
            found.append([*everything(connections), *everything(names)])
            assert names.events[0] == pytest.approx(900, rel=0.1) and names.sampled[0].kept == 100
            request, _ = tls_sizes(names, connections)
            assert (request == 7).sum() > 80, "kept at the same times, so nearly every name finds its connection"
    assert found[0] == found[1]
