"""Pair summaries: the map's rows, and the same numbers for any split of the events over chunks, indexers and paths."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import summary as oracle
from zeekhunt.beacon import codec, decode, names, summary
from zeekhunt.beacon.pairs import Pairs, PairTable
from zeekhunt.spl import arrays, body
from zeekhunt.spl.encode import encode_parts, encode_rows
from zeekhunt.zeek.partial import SummaryError

Row = dict[str, str]


def as_body(rows: Sequence[Row]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return encode_rows({name: [row.get(name, "") for row in rows] for name in names})


def mapped(rows: Sequence[Row], chunk: int, rita: bool = True) -> list[bytes]:
    """The bodies an indexer sends: one drain per 3 chunks, as if the memory bound were that low."""
    gathering, out = names.EventSummary(rita), []
    for number, at in enumerate(range(0, len(rows), chunk)):
        for block in body.blocks(as_body(rows[at : at + chunk]), 4096):
            gathering.add(block)
        if number % 3 == 2:
            out.append(encode_parts(gathering.drain()))
    return [*out, encode_parts(gathering.drain())]


def merged(bodies: Sequence[bytes], rita: bool = True) -> tuple[Pairs, dict[str, int]]:
    table = PairTable(arrays.keys, rita)
    for data in bodies:
        for block in arrays.tables(data, {}, 4096):
            table.add(block)
    pairs, named = table.finish()
    assert not named.src
    return pairs, {name: count for name, count in table.tally.items() if count}


def plain(pairs: Pairs) -> list[Any]:
    """Everything a Pairs holds, comparable."""
    sizes = [pairs.request_b.tolist(), pairs.reply_b.tolist()]
    ip = None if pairs.ip is None else (pairs.ip.values.tolist(), pairs.ip.starts.tolist())
    series = (pairs.series.ticks.tolist(), pairs.series.starts.tolist())
    return [pairs.src, pairs.dest, pairs.attempt.tolist(), pairs.services, series, *sizes, ip]


address = st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1", "-", "", "198.51.100.7", "a\tb", 'x"y', "1" * 70])
size = st.sampled_from(["", "-", "0", "1", "40", "41", "007", "1000000", "9" * 15, "9" * 16, "x", "+5", "-3", "1.5"])
time = st.sampled_from(
    ["", "-", "0", "-5", "XXXXXXXXXX.XXXXXX", "1700000000", "1700000000.05", "1700000000.1", "1700003600.999999"]
) | st.integers(1_700_000_000_000_000, 1_700_000_100_000_000).map(lambda us: f"{us // 10**6}.{us % 10**6:06d}")
event = st.fixed_dictionaries(
    {"_time": time, "id.orig_h": address, "id.resp_h": address, "orig_bytes": size, "orig_ip_bytes": size},
    optional={
        "id_orig_h": address,
        "dest": address,
        "ts": time,
        "conn_state": st.sampled_from(["SF", "S0", "REJ", "OTH", "-", ""]),
        "id.orig_p": st.sampled_from(["1", "50000", "70000", "-"]),  # some blocks have the field, some have not
        "id.resp_p": st.sampled_from(["443", "80", "-", "x", ","]),
        "proto": st.sampled_from(["tcp", "udp"]),
        "service": st.sampled_from(["ssl,http", "http,ssl", "-", "", "dns", "evil name"]),
        "resp_bytes": size,
        "resp_ip_bytes": size,
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(event, max_size=25), st.integers(1, 9), st.integers(1, 4), st.randoms(use_true_random=False))
def test_any_split_merges_to_the_same_pairs(rows: list[Row], chunk: int, indexers: int, rng: random.Random) -> None:
    whole, whole_tally = merged([as_body(rows)])
    shuffled = rng.sample(rows, len(rows))
    shards = [shuffled[at::indexers] for at in range(indexers)]
    partial = [data for shard in shards for data in mapped(shard, chunk)]
    rng.shuffle(partial)
    for bodies in (partial, [as_body(shuffled[at : at + chunk]) for at in range(0, len(rows), chunk)]):
        pairs, tally = merged(bodies)
        assert plain(pairs) == plain(whole)
        assert tally == whole_tally
    mixed, tally = merged([*mapped(shuffled[: len(rows) // 2], chunk), as_body(shuffled[len(rows) // 2 :])])
    assert (plain(mixed), tally) == (plain(whole), whole_tally)


def test_a_service_whose_events_have_no_time_is_not_listed() -> None:
    dated = {"_time": "1700000000", "src": "10.0.0.1", "dest": "198.51.100.1", "id.resp_p": "443"}
    undated = {**dated, "_time": "-", "id.resp_p": "80"}
    for bodies in (mapped([dated, undated], 9), [as_body([dated, undated])]):
        pairs, tally = merged(bodies)
        assert pairs.services == [[("443/-/-", 1)]]
        assert tally == {"read": 2, "used": 1, "no_time": 1}


def ordinary(seed: int, count: int) -> list[Row]:
    rng = random.Random(seed)
    rows = []
    for _ in range(count):
        tick = 17_000_000_000 + rng.randrange(100_000)
        payload = rng.choice(["", "-", str(rng.randrange(2000))])
        rows.append(
            {
                "_time": f"{tick // 10}.{tick % 10}{rng.randrange(100_000):05d}",
                rng.choice(["id.orig_h", "id_orig_h", "src"]): f"10.0.0.{rng.randrange(5)}",
                rng.choice(["id.resp_h", "dest"]): f"198.51.100.{rng.randrange(5)}",
                "id.resp_p": str(rng.choice([443, 80, 53])),
                "proto": "tcp",
                "service": rng.choice(["ssl,http", "http,ssl", "-", ""]),
                "conn_state": rng.choice(["SF", "S0", "RSTO", "OTH"]),
                "orig_bytes": payload,
                "orig_ip_bytes": str(rng.randrange(3000)),
                "resp_bytes": str(rng.randrange(50)),
            }
        )
    return rows


@settings(max_examples=60, deadline=None)
@given(st.lists(event, min_size=1, max_size=12), st.integers(1, 5), st.randoms(use_true_random=False))
def test_events_that_come_twice_change_nothing(rows: list[Row], chunk: int, rng: random.Random) -> None:
    once, tally = merged([as_body(rows)])
    again = rng.sample([*rows, *rng.choices(rows, k=5)], len(rows) + 5)
    for bodies in ([as_body(again)], mapped(again, chunk), [*mapped(rows, chunk), *mapped(again, 3)]):
        twice, tally_twice = merged(bodies)
        assert plain(twice) == plain(once)
        distinct = tally.get("used", 0) - tally.get("repeated", 0)
        assert tally_twice.get("used", 0) - tally_twice.get("repeated", 0) == distinct


@pytest.mark.parametrize("seed", range(5))
def test_pairs_are_what_the_plain_loops_say(seed: int) -> None:
    rows = ordinary(seed, 400)
    wanted = oracle.summarize(rows)
    pairs, tally = merged(mapped(rows, 50))
    assert tally == {"read": 400, "used": sum(len(pair["ticks"]) for pair in wanted.values())}
    assert list(zip(pairs.src, pairs.dest, pairs.attempt.tolist())) == sorted(wanted)
    for at, key in enumerate(sorted(wanted)):
        pair = wanted[key]
        assert pairs.series.ticks[pairs.series.starts[at] : pairs.series.starts[at + 1]].tolist() == pair["ticks"]
        part = slice(pairs.series.starts[at], pairs.series.starts[at + 1])
        for name, sizes in (("request", pairs.request_b), ("reply", pairs.reply_b)):
            assert sorted(size for size in sizes[part].tolist() if size >= 0) == pair[name]
        assert pairs.ip is not None
        ip = pairs.ip.values[pairs.ip.starts[at] : pairs.ip.starts[at + 1]].tolist()
        assert [(value >> 40, value & (2**40 - 1)) for value in ip] == pair["ip"]
        assert dict(pairs.services[at]) == pair["services"]


def test_a_scan_keeps_its_lowest_ports_whatever_the_order() -> None:
    rows = [{"_time": "1700000000", "src": "10.0.0.1", "dest": "198.51.100.1", "id.resp_p": str(port)} for port in range(1, 60)]
    for bodies in (mapped(rows, 5), mapped(rows[::-1], 7), [as_body(rows)]):
        pairs, _ = merged(bodies)
        assert pairs.services == [[(f"{port}/-/-", 1) for port in range(1, summary.SERVICES_KEPT + 1)]]


ascending = st.lists(st.integers(0, 3) | st.integers(0, 2**34) | st.just(0), max_size=40).map(
    lambda steps: np.cumsum(steps, dtype=np.int64).tolist()
)


@given(st.lists(ascending, min_size=1, max_size=6))
def test_texts_decode_to_what_was_encoded(lists: list[list[int]]) -> None:
    texts = [codec.encode(numbers) for numbers in lists]
    assert [oracle.decode(text) for text in texts] == lists
    numbers, held = decode.decode([text.encode() for text in texts], np.full(len(lists), 50))
    assert held.tolist() == [len(numbers) for numbers in lists]
    assert numbers.tolist() == [number for numbers in lists for number in numbers]


@given(
    st.lists(st.lists(st.sampled_from([-1, 0, 1, 1022, 1023, 2**20 - 2, 2**20 - 1, 10**15]), max_size=9), min_size=1, max_size=5)
)
def test_texts_of_any_order_decode_to_what_was_encoded(lists: list[list[int]]) -> None:
    texts = [codec.encode_any(numbers) for numbers in lists]
    numbers, held = decode.decode([text.encode() for text in texts], np.full(len(lists), 50), ascending=False)
    assert held.tolist() == [len(numbers) for numbers in lists]
    assert numbers.tolist() == [number for numbers in lists for number in numbers]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A", id="cut-inside-a-number"),
        pytest.param("g.", id="run-without-a-count"),
        pytest.param("gA.g", id="run-inside-a-number"),
        pytest.param("g!", id="letter-outside-the-alphabet"),
        pytest.param("A" * 12 + "g", id="number-too-long"),
        pytest.param("g." + codec.ALPHABET[31] * 6 + "_", id="run-that-would-fill-the-memory"),
    ],
)
def test_damaged_text_is_refused(text: str) -> None:
    with pytest.raises(SummaryError):
        decode.decode([b"g", text.encode(), b"g"], np.full(3, 100))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"zh_version": "1"}, "version '1'", id="older-version"),
        pytest.param({"zh_kind": "dns_pair"}, "kind 'dns_pair'", id="other-kind"),
        pytest.param({"zh_events": "3"}, "number of events", id="events-and-times-disagree"),
        pytest.param({"zh_events": "99999999999"}, "at most", id="absurd-events"),
        pytest.param({"zh_events": "x"}, "no number", id="events-not-a-number"),
        pytest.param({"zh_services": ""}, "0 services", id="no-service"),
        pytest.param({"zh_service": codec.encode_any([0, 0])}, "more numbers", id="more-services-than-events"),
        pytest.param({"zh_service": codec.encode_any([17])}, "does not name", id="service-without-a-name"),
        pytest.param({"zh_request": codec.encode_any([10**15 + 1])}, "request holds a number", id="absurd-size"),
        pytest.param({"zh_ticks": "!"}, "damaged", id="damaged-times"),
    ],
)
def test_a_partial_row_that_no_map_wrote_is_refused(change: Row, words: str) -> None:
    gathering = summary.PairSummary(True)
    for block in body.blocks(as_body(ordinary(1, 1))):
        gathering.add(block)
    table = {name: [cells[0]] for name, cells in next(gathering.drain()).items()}
    table.update({name: [cell] for name, cell in change.items()})
    with pytest.raises(SummaryError, match=words):
        merged([encode_rows(table)])
