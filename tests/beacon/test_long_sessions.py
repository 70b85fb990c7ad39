"""Long sessions: one per uid, the same for any split of the events, cut to the longest."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from beacon.long_rows import Row, as_body, listed, mapped, merged, plain, session, taken
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import long_sessions as oracle
from zeekhunt.beacon import long_session, long_summary, long_table
from zeekhunt.beacon.long_columns import COLUMNS
from zeekhunt.beacon.long_score import totals
from zeekhunt.beacon.long_session import KEPT, ODD, UNSET, duration_ticks, open_log
from zeekhunt.spl.encode import encode_rows
from zeekhunt.zeek.partial import SummaryError


@contextmanager
def kept(count: int) -> Iterator[None]:
    """As if only so many sessions of a pair were kept."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (long_session, long_summary, long_table):
            patch.setattr(module, "KEPT", count)
        yield


@contextmanager
def cramped() -> Iterator[None]:
    """As if memory held next to nothing: the merge cuts after every other block."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (long_summary, long_table):
            patch.setattr(module, "SESSIONS_HELD", 2)
        yield


sizes = st.sampled_from(["0", "5", "40000"])
hostile = st.fixed_dictionaries(
    {
        "_time": st.sampled_from(["", "0", "x"])
        | st.integers(17_000_000_000, 17_000_000_900).map(lambda tick: f"{tick / 10:.6f}"),
        "id.orig_h": st.sampled_from(["10.0.0.1", "10.0.0.2", "", "-", 'x"y', "a\tb"]),
        "id.resp_h": st.sampled_from(["203.0.113.1", "2001:db8::1", "-"]),
        "duration": st.sampled_from(["", "-", "9.99", "10", "10.05", "600", "1e3", "nan", "-5", "1e12", "x", "9" * 40]),
        "uid": st.sampled_from(["", "Ca", "Cb", "Cc", "Cd", "é"]),
    },
    optional={
        "conn_state": st.sampled_from(["SF", "S1", "S0", "OTH", "-"]),
        "id.orig_p": st.sampled_from(["1", "50000", "70000", "-"]),
        "id.resp_p": st.sampled_from(["443", "1194", ","]),
        "proto": st.sampled_from(["tcp", "udp"]),
        "service": st.sampled_from(["ssl,http", "http,ssl", "-", "evil name"]),
        "orig_bytes": sizes | st.sampled_from(["-", "x", "9" * 16]),
        "orig_ip_bytes": sizes,
        "resp_bytes": sizes,
        "_path": st.sampled_from(["conn", "open_conn", "conn_long"]),
        "source": st.sampled_from(["/nsm/open_conn.log", "conn.log"]),
    },
)


@settings(max_examples=60)
@given(
    st.lists(hostile, max_size=20),
    st.integers(1, 7),
    st.integers(1, 4),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_any_split_order_and_repeat_gives_the_same_sessions(
    rows: list[Row], chunk: int, indexers: int, most: int, rng: random.Random
) -> None:
    with kept(most):
        whole, tally = taken([as_body(rows)])
        shuffled = rng.sample(rows, len(rows))
        partial = [data for at in range(indexers) for data in mapped(shuffled[at::indexers], chunk)]
        rng.shuffle(partial)
        pairs, tally_of_parts = taken(partial)
        assert (plain(pairs), tally_of_parts) == (plain(whole), tally)
        again = [*shuffled, *(rng.choices(rows, k=4) if rows else [])]
        for bodies in ([as_body(again)], mapped(again, chunk), [*partial, as_body(rows)], [*partial, *partial]):
            assert plain(merged(bodies)) == plain(whole)
        with cramped():
            pairs, tally_of_rows = taken([as_body([row]) for row in shuffled])
            assert (plain(pairs), tally_of_rows) == (plain(whole), tally)


ordinary = st.builds(
    session,
    st.sampled_from([f"C{at}" for at in range(6)]),
    st.integers(0, 300),
    st.integers(1, 400),
    id__orig_h=st.sampled_from(["10.0.0.1", "10.0.0.2"]),
    conn_state=st.sampled_from(["SF", "S1", "S0", "REJ"]),
    service=st.sampled_from(["ssl", "http", ""]),
    orig_bytes=st.sampled_from(["", "10", "2000"]),
    _path=st.sampled_from(["conn", "open_conn", "conn_long"]),
)


@settings(max_examples=120)
@given(st.lists(ordinary, max_size=15), st.integers(1, 4))
def test_sessions_and_sums_are_what_the_plain_loops_say(rows: list[Row], most: int) -> None:
    # what two sensors report has a test of its own: here a uid keeps its port and its start differs from others'
    rows = [{**row, "id.orig_p": str(2_000 + int(row["uid"][1:]))} for row in rows]
    with kept(most):
        pairs = merged(mapped(rows, 3))
    wanted = oracle.sessions(rows, most)
    found = listed(pairs)
    assert {key: sorted(each) for key, each in found.items()} == {key: sorted(each) for key, each in wanted.items()}
    sums = totals(pairs)
    for at, key in enumerate(pairs.keys):
        assert sums.open_ticks[at] == oracle.union_ticks(wanted[key])
        assert sums.longest_ticks[at] == max((each[1] for each in wanted[key]), default=0)
        assert sums.out_b[at] == sum(max(each[3], 0) for each in wanted[key])
        assert sums.still_open[at] == sum(not each[2] for each in wanted[key])


def test_reports_of_one_session_count_once_by_the_longest() -> None:
    rows = [
        session("C1", 0, 3_600, _path="open_conn", conn_state="S1", orig_bytes="10", resp_bytes="20", service=""),
        session("C1", 0, 7_200, _path="conn_long", conn_state="S1", orig_bytes="30", resp_bytes="50"),
        session("C1", 0, 9_000, _path="conn", orig_bytes="40", resp_bytes="70"),
    ]
    for order in (rows, rows[::-1], [rows[1], rows[2], rows[0]]):
        pairs = merged([as_body(order)])
        assert [pairs.of(name).tolist() for name in ("duration", "closed", "out_b", "in_b")] == [[90_000], [1], [40], [70]]
    assert totals(merged([as_body(rows[:2])])).still_open.tolist() == [1], "no final report: it may be open"


def test_an_attempt_never_is_a_session_even_when_it_has_a_duration() -> None:
    pairs, tally = taken(
        [as_body([session("C1", 0, 9_000, conn_state=state) for state in ("S0", "REJ", "RSTOS0", "RSTRH", "SH")])]
    )
    assert pairs.keys == []
    assert tally == {"read": 5, "attempt": 5}


def test_two_sensors_that_name_one_connection_twice_count_it_once() -> None:
    seen = [session("Cone", 0, 700, id__orig_p="5555"), session("Ctwo", 0.05, 701, id__orig_p="5555")]
    assert len(merged([as_body(seen)]).of("uid")) == 1
    another = [*seen, session("Cthree", 0, 700, id__orig_p="5556"), session("Cfour", 1, 700, id__orig_p="5555")]
    assert len(merged([as_body(another)]).of("uid")) == 3
    unported = [session("Cone", 0, 700, id__orig_p=""), session("Ctwo", 0, 700, id__orig_p="")]
    assert len(merged([as_body(unported)]).of("uid")) == 2, "without ports they may be two"


@pytest.mark.parametrize("uids", [pytest.param(("C1", "C1"), id="one-uid"), pytest.param(("C1", "C2"), id="two-sensors")])
def test_reports_that_differ_in_service_alone_are_told_by_its_text_not_by_which_came_first(uids: tuple[str, str]) -> None:
    services = ("http", "ssl")
    rows = [session(uid, 0, 60, service=service, id__orig_p="7") for uid, service in zip(uids, services)]
    for order in (rows, rows[::-1]):
        pairs = merged([data for row in order for data in mapped([row], 1)])
        assert pairs.services == ["443/tcp/ssl"]


def test_a_pair_of_more_sessions_than_are_kept_keeps_the_longest_and_says_so() -> None:
    count = KEPT + 100
    rows = [session(f"C{at}", 20 * at, 10 + at) for at in range(count)]
    random.Random(4).shuffle(rows)
    full = merged([as_body(rows)])
    assert full.capped.tolist() == [True]
    assert full.of("duration").min() == (10 + count - KEPT) * 10
    exact = sorted(rows, key=lambda row: -float(row["duration"]))[:KEPT]
    assert merged([as_body(exact)]).capped.tolist() == [False]
    assert np.array_equal(merged([as_body(exact)]).of("uid"), full.of("uid"))


@pytest.mark.parametrize(
    ("text", "ticks"),
    [
        pytest.param("10", 100, id="whole"),
        pytest.param("9.999999", 99, id="never-rounded-up"),
        pytest.param("0.06685185432434082", 0, id="as-json-writes-it"),
        pytest.param("", UNSET, id="unset"),
        pytest.param("nan", ODD, id="no-number"),
        pytest.param("-1", ODD, id="negative"),
        pytest.param("1e300", ODD, id="absurd"),
        pytest.param("9" * 10_000, ODD, id="long-text"),
    ],
)
def test_durations(text: str, ticks: int) -> None:
    assert duration_ticks(text) == ticks


@pytest.mark.parametrize(
    ("names", "log"),
    [
        pytest.param(("open_conn", "", ""), "open_conn", id="path"),
        pytest.param(("", "bro:conn_long:json", ""), "conn_long", id="source-type"),
        pytest.param(("", "corelight_conn_long", ""), "conn_long", id="corelight"),
        pytest.param(("", "", "/nsm/open_conn/conn.log"), "", id="a-folder-is-no-log"),
        pytest.param(("", "", "C:\\nsm\\open_conn.12.log"), "open_conn", id="windows-path"),
        pytest.param(("conn", "zeek:conn", "conn.log"), "", id="final"),
        pytest.param(("", "reopen_conn", ""), "", id="another-word"),
    ],
)
def test_which_log_an_event_is_of(names: tuple[str, str, str], log: str) -> None:
    assert open_log(*names) == log


def stored() -> Row:
    """A partial row of two sessions."""
    gathered = mapped([session("C1", 0, 60), session("C2", 5, 70)], 9)[0].decode().splitlines()
    return dict(zip(COLUMNS, gathered[1].split(",")))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"zh_version": "9"}, "version '9'", id="version"),
        pytest.param({"zh_kind": "conn_pair"}, "output=summary", id="of-another-mode"),
        pytest.param({"zh_sessions": "3"}, "does not fit", id="cut"),
        pytest.param({"zh_sessions": "9" * 9}, "at most", id="forged-count"),
        pytest.param({"zh_durations": ".-----6"}, "more numbers|too long|damaged", id="forged-run"),
        pytest.param({"zh_closed": "j."}, "damaged", id="damaged-list"),
        pytest.param({"zh_durations": "hh"}, "outside", id="shorter-than-a-session"),
        pytest.param({"_time": "-"}, "without a time", id="no-time"),
        pytest.param({"zh_service": "x" * 200}, "no service", id="service"),
    ],
)
def test_a_damaged_partial_row_is_refused_with_its_fault(changed: Row, words: str) -> None:
    merged([encode_rows({name: [cell] for name, cell in stored().items()})])
    with pytest.raises(SummaryError, match=words):
        merged([encode_rows({name: [cell] for name, cell in {**stored(), **changed}.items()})])
