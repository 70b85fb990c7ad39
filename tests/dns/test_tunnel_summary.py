"""DNS summaries: the map's rows, and the same pairs for any split of the events over chunks, indexers and paths."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from dns.tunnel_rows import Row, query, tunnel
from hypothesis import given, settings
from hypothesis import strategies as st
from zeekhunt.dns import tunnel_pair, tunnel_sample, tunnel_summary
from zeekhunt.dns.tunnel_columns import COLUMNS
from zeekhunt.dns.tunnel_sample import KEPT
from zeekhunt.dns.tunnel_table import TunnelTable
from zeekhunt.spl import arrays, body
from zeekhunt.spl.encode import encode_parts, encode_rows
from zeekhunt.zeek.partial import SummaryError


def as_body(rows: Sequence[Row]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return encode_rows({name: [row.get(name, "") for row in rows] for name in names})


def mapped(rows: Sequence[Row], chunk: int) -> list[bytes]:
    """The bodies an indexer sends: one drain per 3 chunks, as if the memory bound were that low."""
    gathering, out = tunnel_summary.TunnelSummary(), []
    for number, at in enumerate(range(0, len(rows), chunk)):
        for block in body.blocks(as_body(rows[at : at + chunk]), 4096):
            gathering.add(block)
        if number % 3 == 2:
            out.append(encode_parts(gathering.drain()))
    return [*out, encode_parts(gathering.drain())]


def merged(bodies: Sequence[bytes]) -> tuple[dict[Any, Any], dict[str, int]]:
    table = TunnelTable()
    for data in bodies:
        for block in arrays.tables(data, {}, 4096):
            table.add(block)
    pairs = {key: pair.cells() for key, pair in table.finish().items()}
    return pairs, {name: count for name, count in table.tally.items() if count}


NAMES = [
    "",
    "-",
    ".",
    "www.example.com",
    "WWW.Example.com.",
    "example.com",
    "mzxw6ytboi2dmnrrgazdgnbvgy3tqojq.t.example",
    "r1.t.example",
    r"\xbe\xd5q\xc1.t.example",
    'a"b,c d.t.example',
    "a\nb.example",
    "7.113.0.203.in-addr.arpa",
    "2.0.0.127.zen.blocklist.example",
    "host.local",
    "wpad",
    "x" * 300 + ".example",
    "d1abc.cloudfront.net",
    "_" + "k" * 30 + ".t.example",
]
event = st.fixed_dictionaries(
    {
        "_time": st.sampled_from(["", "-", "0", "1700000000", "1700000000.05", "1700003600.999999", "XXXXXXXXXX.XXXXXX"]),
        "id.orig_h": st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1", "-", "", 'x"y']),
        "query": st.sampled_from(NAMES) | st.text("abcdefghij0123456789", min_size=1, max_size=20).map("{}.t.example".format),
        "qtype_name": st.sampled_from(["A", "TXT", "NULL", "query-65399", "-", "evil type=1"]),
    },
    optional={
        "id_orig_h": st.sampled_from(["10.0.0.3", ""]),
        "id.resp_h": st.sampled_from(["10.0.0.2", "224.0.0.251", "-", "a b"]),
        "id.resp_p": st.sampled_from(["53", "5353", "137", "-"]),
        "rcode_name": st.sampled_from(["NOERROR", "NXDOMAIN", "-", ""]),
        "answers": st.sampled_from(["-", "198.51.100.7", "TXT 5 a,b", "x" * 400]),
        "TTLs": st.sampled_from(["-", "0.000000", "300.0,1.0", "nan", "x"]),
    },
)


@settings(max_examples=120, deadline=None)
@given(st.lists(event, max_size=25), st.integers(1, 9), st.integers(1, 4), st.randoms(use_true_random=False))
def test_any_split_merges_to_the_same_pairs(rows: list[Row], chunk: int, indexers: int, rng: random.Random) -> None:
    whole = merged([as_body(rows)])
    shuffled = rng.sample(rows, len(rows))
    partial = [data for at in range(indexers) for data in mapped(shuffled[at::indexers], chunk)]
    rng.shuffle(partial)
    assert merged(partial) == whole
    assert merged([as_body(shuffled[at : at + chunk]) for at in range(0, len(rows), chunk)]) == whole
    assert merged([*mapped(shuffled[: len(rows) // 2], chunk), as_body(shuffled[len(rows) // 2 :])]) == whole


@pytest.mark.parametrize("count", [KEPT - 1, KEPT, 3 * KEPT])
def test_a_busy_tunnel_merges_to_the_same_sample_in_any_order(count: int) -> None:
    rows = tunnel("10.0.0.1", "t.example", count)
    whole = merged([as_body(rows)])
    for seed in range(3):
        shuffled = random.Random(seed).sample(rows, count)
        assert merged([data for at in range(3) for data in mapped(shuffled[at::3], 50)]) == whole


@pytest.mark.parametrize("count", [1, 20, KEPT - 1])
def test_below_the_bound_nothing_is_an_estimate(count: int) -> None:
    pairs = tunnel_summary.TunnelSummary()
    for block in body.blocks(as_body(tunnel("10.0.0.1", "t.example", count) * 2)):
        pairs.add(block)
    content = tunnel_sample.content(pairs.pairs["10.0.0.1", "t.example"].sample.lowest())
    assert (content.distinct, content.exact) == (count, True)


@pytest.mark.parametrize("count", [1_000, 8_000])
def test_above_the_bound_count_and_bits_stay_within_a_fifth(count: int) -> None:
    """Six per cent is one standard error of 256 minimum values; three of them and a little."""
    rng = random.Random(count)
    items = {rng.getrandbits(48) << 40 | 400 << 26 | 100 << 18 | 20 << 10 for _ in range(count)}
    sample = tunnel_sample.Sample()
    sample.update(items)
    content = tunnel_sample.content(sample.lowest())
    assert content.distinct == pytest.approx(len(items), rel=0.2)
    assert content.bits == pytest.approx(100 * len(items), rel=0.2)
    assert not content.exact


def test_a_pair_counts_what_the_plain_loop_counts() -> None:
    rows = [
        query(0, "10.0.0.1", "a.t.example", "TXT", TTLs="0.0"),
        query(7200, "10.0.0.1", "a.t.example", "A", rcode_name="NXDOMAIN", answers="-"),
        query(60, "10.0.0.1", "bb.t.example", "A", rcode_name="-", answers="-"),
    ]
    gathering = tunnel_summary.TunnelSummary()
    for block in body.blocks(as_body(rows)):
        gathering.add(block)
    (pair,) = gathering.pairs.values()
    assert (pair.queries, pair.answered, pair.nxdomain, pair.unanswered, pair.short_ttl) == (3, 1, 1, 1, 1)
    assert pair.types == {"TXT": 1, "A": 2}
    assert (pair.first, pair.last, len(pair.hours)) == (17_000_000_000, 17_000_072_000, 2)
    assert pair.query_b == 2 * len("a.t.example") + len("bb.t.example")
    assert pair.longest_label == 2


@given(st.sets(st.integers(0, 500_000), max_size=60))
def test_hours_read_as_they_were_written(hours: set[int]) -> None:
    assert tunnel_pair.read_hours(tunnel_pair.hours_text(hours)) == sorted(hours)


def test_more_servers_and_types_than_are_kept_leave_the_lowest_in_any_order() -> None:
    rows = [query(0, "10.0.0.1", "a.t.example", f"query-{at:03d}", **{"id.resp_h": f"10.1.0.{at:03d}"}) for at in range(200)]
    whole = merged([as_body(rows)])
    assert merged(mapped(rows[::-1], 7)) == whole
    (cells,) = whole[0].values()
    types, servers = (cells[tunnel_columns_at(name)] for name in ("zh_types", "zh_servers"))
    assert types.split()[-1] == f"query-{tunnel_pair.TYPES_KEPT - 1:03d}=1"
    assert len(servers.split()) == tunnel_pair.SERVERS_KEPT


def tunnel_columns_at(name: str) -> int:
    return COLUMNS.index(name) - COLUMNS.index("zh_counts")


def test_past_its_bound_the_merge_keeps_the_pairs_with_most_information_and_counts_the_rest() -> None:
    rows = [query(at, "10.0.0.1", f"www.site{at}.com") for at in range(40)] + tunnel("10.0.0.1", "t.example", 30)
    table = TunnelTable(pairs_held=20)
    for block in arrays.tables(as_body(rows), {}):
        table.add(block)
    pairs = table.finish()
    assert ("10.0.0.1", "t.example") in pairs
    assert (len(pairs), table.let_go) == (10, 31)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"zh_version": "2"}, "version '2'", id="other-version"),
        pytest.param({"zh_kind": "conn_pair"}, "kind 'conn_pair'", id="other-kind"),
        pytest.param({"zh_counts": "1 2"}, "2 counts instead of", id="too-few-counts"),
        pytest.param({"zh_ticks": "9 1 -1 -1"}, "ends before it begins", id="reversed-times"),
        pytest.param({"zh_ticks": "x 1 -1 -1"}, "no number", id="times-not-numbers"),
        pytest.param({"zh_hours": "1+99999999"}, "more than 2400 hours", id="absurd-hours"),
        pytest.param({"zh_types": " ".join(f"t{at}=1" for at in range(99))}, "query types", id="too-many-types"),
        pytest.param({"zh_names": "!!!!"}, "damaged", id="names-not-base64"),
        pytest.param({"zh_names": "AAAA"}, "bytes of names", id="cut-names"),
        pytest.param({"zh_names": "A" * 44 * 200}, "bytes of names", id="more-names-than-kept"),
    ],
)
def test_a_partial_row_that_no_map_wrote_is_refused(change: Row, words: str) -> None:
    gathering = tunnel_summary.TunnelSummary()
    for block in body.blocks(as_body([query(0, "10.0.0.1", "a.t.example")])):
        gathering.add(block)
    table = {name: [cells[0]] for name, cells in next(gathering.drain()).items()}
    table.update({name: [cell] for name, cell in change.items()})
    with pytest.raises(SummaryError, match=words):
        merged([encode_rows(table)])
