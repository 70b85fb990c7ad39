"""| dnstunnel as splunkd runs it: a process over the chunked protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from dns.tunnel_rows import START_S, Row, browsing, failing, generated, office, query, tunnel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.driver import CommandFailed, CommandProcess, Invocation, Rows, RunOptions, RunResult, SearchInfo, run

EVENTS = office()


def invocation(repo: Path, *args: str, **search: Any) -> Invocation:
    return Invocation(repo / "zeek_hunting", "dnstunnel", args, SearchInfo(**search))


def hunt(repo: Path, rows: list[Row], *args: str, **options: Any) -> RunResult:
    return run(invocation(repo, *args), Rows.from_records(rows), RunOptions(**options))


def said(result: RunResult, level: str = "") -> str:
    return "\n".join(message.text for message in result.messages if level in message.level)


def columns(result: RunResult) -> dict[str, Any]:
    return dict(result.rows.columns)


@pytest.fixture(scope="module")
def whole(repo: Path) -> dict[str, Any]:
    """The result from raw events in one chunk: what every other way of getting there must equal."""
    return columns(hunt(repo, EVENTS, skip_map=True))


def test_the_tunnel_comes_first_and_explains_itself(repo: Path) -> None:
    first, second, *_ = hunt(repo, EVENTS).rows.records()
    assert (first["src"], first["dns_domain"], first["events"]) == ("10.0.0.66", "evil.example", "60")
    assert float(first["tunnel_score"]) > 80 > 40 > float(second["tunnel_score"])
    assert (first["distinct_names"], first["estimated"], first["encoding"]) == ("60", "0", "base32")
    assert first["qtypes"] == "TXT (60)"
    assert 60 * 30 <= int(first["bytes_up"]) <= 60 * 35, "30 bytes a name, and the zone's own letter"
    assert first["why_not"]


@pytest.mark.parametrize("by", ["domain", "host"])
def test_every_row_is_a_finding_whose_parts_sum_to_its_score(repo: Path, by: str) -> None:
    rows = hunt(repo, EVENTS, f"by={by}", "min_queries=1").rows.records()
    assert rows
    for row in rows:
        assert row["drilldown"].startswith("`zeek_dns` ")
        lines = [row["evidence"]] if isinstance(row["evidence"], str) else row["evidence"]
        assert sum(float(line.rpartition(": ")[2]) for line in lines) == pytest.approx(float(row["score"]), abs=1e-9)


def test_by_host_finds_the_generated_names_and_the_one_that_resolved(repo: Path) -> None:
    first, *others = hunt(repo, EVENTS, "by=host").rows.records()
    assert (first["src"], first["failing_names"], first["rendezvous"]) == ("10.0.0.77", "25", "qxkvjwzphrtmglbd.net")
    assert float(first["host_score"]) > 60
    assert not others


def test_a_word_list_algorithm_shows_by_the_words_it_uses_again(repo: Path) -> None:
    words = ["middle", "people", "weather", "between", "picture", "station", "forward", "nothing", "village", "leather"]
    names = [f"{one}{two}.net" for at, one in enumerate(words) for two in words[at + 1 : at + 4]]
    first = hunt(repo, failing("10.0.0.9", names), "by=host").rows.records()[0]
    assert float(first["dictionary_reuse"]) > 0.9
    assert float(first["host_score"]) > 60


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([f"{word}.google.com" for word in "abcdefghijklmno"], id="one-popular-domain"),
        pytest.param(generated(4), id="too-few"),
    ],
)
def test_failing_names_that_are_no_algorithm_make_no_finding(repo: Path, names: list[str]) -> None:
    result = hunt(repo, failing("10.0.0.9", names), "by=host")
    assert not result.rows.count
    assert "every host was left out" in said(result, "WARN")


def test_names_that_many_hosts_fail_on_are_a_dead_service(repo: Path) -> None:
    rows = [row for last in range(5) for row in failing(f"10.0.0.{last}", generated(20))]
    assert not hunt(repo, rows, "by=host").rows.count


WAYS = [
    pytest.param({"chunk_rows": 1, "skip_map": True}, id="chunks-of-1"),
    pytest.param({"chunk_rows": 7, "skip_map": True}, id="chunks-of-7"),
    pytest.param({"chunk_rows": 50_000}, id="map-then-merge"),
    pytest.param({"chunk_rows": 7, "map_chunk_rows": 1}, id="map-in-chunks-of-1"),
    pytest.param({"indexers": 8, "shard_seed": 3}, id="8-indexers"),
    pytest.param({"indexers": 2, "row_end": "\n"}, id="windows-row-ends"),
]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_same_bytes(repo: Path, whole: dict[str, Any], way: dict[str, Any]) -> None:
    assert columns(hunt(repo, EVENTS, **way)) == whole


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 8), st.booleans(), st.sampled_from([3, 100, 50_000]))
def test_any_order_and_sharding_gives_the_same_bytes(
    repo: Path, whole: dict[str, Any], rng: Any, indexers: int, skip_map: bool, chunk: int
) -> None:
    shuffled = rng.sample(EVENTS, len(EVENTS))
    result = hunt(repo, shuffled, chunk_rows=chunk, indexers=indexers, skip_map=skip_map, shard_seed=indexers)
    assert columns(result) == whole


def test_stored_summaries_merge_with_raw_events_as_if_all_were_raw(repo: Path, whole: dict[str, Any]) -> None:
    half = len(EVENTS) // 2
    stored = run(invocation(repo, "phase=map"), Rows.from_records(EVENTS[:half]), RunOptions()).rows.records()
    # a summary index stamps what has no time with the time of collecting
    mixed = [*({"_time": str(START_S), **row} for row in stored), *EVENTS[half:]]
    assert columns(hunt(repo, mixed, skip_map=True)) == whole


@pytest.mark.parametrize(
    "renamed",
    [
        pytest.param({"id.orig_h": "id_orig_h", "id.resp_h": "id_resp_h", "id.resp_p": "id_resp_p"}, id="underscores"),
        pytest.param({"answers": "answers{}", "TTLs": "TTLs{}"}, id="json-arrays"),
        pytest.param(
            {"id.orig_h": "src", "id.resp_h": "dest", "qtype_name": "record_type", "rcode_name": "reply_code"}, id="cim"
        ),
    ],
)
def test_every_spelling_of_the_fields_is_the_same_event(repo: Path, whole: dict[str, Any], renamed: dict[str, str]) -> None:
    rows = [{renamed.get(name, name): cell for name, cell in row.items()} for row in EVENTS]
    assert columns(hunt(repo, rows)) == whole


def test_a_domain_that_many_ask_for_scores_lower_but_a_popular_one_does_not(repo: Path) -> None:
    alone = tunnel("10.0.0.66", "t.evil.example", 40) + [row for last in range(9) for row in browsing(f"10.0.0.{last}", last)]
    shared = alone + [row for last in range(9) for row in tunnel(f"10.0.0.{last}", "t.evil.example", 40, seed=last)]
    popular = [{**row, "query": row["query"].replace("evil.example", "google.com")} for row in alone]
    scores = [
        max(float(row["score"]) for row in hunt(repo, rows).rows.records() if row["src"] == "10.0.0.66")
        for rows in (alone, shared, popular)
    ]
    assert scores[1] < scores[0] == scores[2]


def test_a_resolver_is_marked_and_its_clients_count_alone(repo: Path) -> None:
    client = tunnel("10.0.0.66", "t.evil.example", 40)
    forwarded = [{**row, "id.orig_h": "10.0.0.2", "id.resp_h": "198.51.100.53"} for row in client]
    rows = {row["src"]: row for row in hunt(repo, client + forwarded).rows.records()}
    assert [rows[src]["resolver"] for src in ("10.0.0.66", "10.0.0.2")] == ["0", "1"]
    assert rows["10.0.0.66"]["sources"] == "1"
    assert "forwards their queries" in str(rows["10.0.0.2"]["why_not"])


def test_block_list_lookups_are_counted_and_not_scored(repo: Path) -> None:
    names = [f"{at}.2.0.192.zen.blocklist.example" for at in range(200)]
    (row,) = hunt(repo, [query(at, "10.0.0.25", name, "A") for at, name in enumerate(names)]).rows.records()
    assert (row["block_list"], float(row["score"])) == ("200", 0.0)


def test_data_behind_an_address_is_scored_as_data(repo: Path) -> None:
    names = [f"4.2.0.192.{blake2b(b'%d' % at, digest_size=15).hexdigest()}.t.example" for at in range(30)]
    (row,) = hunt(repo, [query(at, "10.0.0.25", name, "A") for at, name in enumerate(names)]).rows.records()
    assert (row["block_list"], row["distinct_names"]) == ("30", "30")
    assert float(row["score"]) > 60


def test_a_tenant_of_a_cloud_cannot_be_a_tunnel_but_what_stands_before_it_can(repo: Path) -> None:
    tenants = [query(at, "10.0.0.5", f"d{at * 7919:x}kq3x.cloudfront.net") for at in range(60)]
    assert not hunt(repo, tenants).rows.count, "one query to each of sixty domains"
    before = [{**row, "query": f"{row['query'].split('.')[0]}.d1x.cloudfront.net"} for row in tunnel("10.0.0.5", "t.example", 40)]
    (row,) = hunt(repo, before).rows.records()
    assert (row["dns_domain"], float(row["score"]) > 60) == ("d1x.cloudfront.net", True)


@pytest.mark.parametrize(
    ("arg", "words"),
    [
        pytest.param("by=src", "must be one of domain, host", id="not-a-key"),
        pytest.param("min_queries=0", "must be a whole number from 1 to 100000, got '0'", id="too-small"),
        pytest.param("direction=internal", "must be one of outbound, all", id="not-a-direction"),
        pytest.param("internal=10.0.0.0/99", "'10.0.0.0/99' is none", id="not-a-network"),
        pytest.param("limits=5", "unknown option 'limits'", id="unknown-option"),
    ],
)
def test_a_bad_option_says_what_is_allowed(repo: Path, arg: str, words: str) -> None:
    with pytest.raises(CommandFailed) as failure:
        hunt(repo, EVENTS, arg)
    assert words in str(failure.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("query", "no query field in {rows} rows of the dns log; looked for query", id="query"),
        pytest.param("id.orig_h", "no src field in {rows} rows of the dns log; looked for id.orig_h", id="src"),
        pytest.param("_time", "no time field in {rows} rows of the dns log; looked for _time, ts", id="time"),
    ],
)
@pytest.mark.parametrize("skip_map", [True, False])
def test_a_missing_field_is_named_with_the_spellings_looked_for(repo: Path, name: str, words: str, skip_map: bool) -> None:
    rows = [{key: cell for key, cell in row.items() if key != name} for row in tunnel("10.0.0.1", "t.example", 5)]
    with pytest.raises(CommandFailed) as failure:
        hunt(repo, rows, skip_map=skip_map)
    assert words.format(rows=len(rows)) in str(failure.value)


def test_what_was_read_used_and_skipped_is_always_said(repo: Path) -> None:
    rows = [*EVENTS, {**EVENTS[0], "_time": "XXXXXXXXXX.XXXXXX"}, {**EVENTS[0], "id.orig_h": "-"}]
    text = said(hunt(repo, rows))
    assert f"read {len(rows)} events, used {len(EVENTS) - 2}, skipped 4 (1 without a time, 1 without a source address, " in text
    assert "1 reverse look-ups, 1 local names" in text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param([], "no events reached the command", id="no-events"),
        pytest.param([query(0, "10.0.0.1", "printer.local")], "no event could be used", id="nothing-to-hunt-in"),
        pytest.param([query(0, "10.0.0.1", "www.example.com")], "every pair of source and domain was left out", id="too-few"),
        pytest.param(
            [query(at, "198.51.100.1", "www.example.com") for at in range(9)], "every pair of source", id="external-source"
        ),
    ],
)
@pytest.mark.parametrize("skip_map", [True, False])
def test_zero_rows_say_why(repo: Path, rows: list[Row], words: str, skip_map: bool) -> None:
    result = hunt(repo, rows, skip_map=skip_map)
    assert result.rows.count == 0
    assert words in said(result, "WARN")


def test_a_limit_says_what_it_leaves_out(repo: Path) -> None:
    result = hunt(repo, EVENTS, "limit=2")
    assert result.rows.count == 2
    assert "more than 2 findings" in said(result, "WARN")


def test_hostile_names_travel_as_data(repo: Path) -> None:
    names = [f'{at}"$x$;,\n`| delete`.evil.example' for at in range(9)]
    for skip_map in (True, False):
        (row,) = hunt(repo, [query(at, "10.0.0.1", name) for at, name in enumerate(names)], skip_map=skip_map).rows.records()
        assert row["dns_domain"] == "evil.example"
        assert not set('",\n ') & set("".join(row["examples"]))


def test_fields_are_narrowed_and_the_map_goes_to_the_indexers(repo: Path) -> None:
    with CommandProcess(invocation(repo, "by=host")) as process:
        info = process.getinfo()
    assert (info.type, info.streaming_preop) == ("reporting", "dnstunnel phase=map by=host")
    assert {"_time", "id.orig_h", "query", "answers{}", "zh_names"} <= set(info.required_fields or ())


@pytest.mark.parametrize(("args", "kind"), [([], "reporting"), (["phase=map"], "streaming")])
def test_a_parse_time_probe_is_answered_without_the_sdk(repo: Path, args: list[str], kind: str) -> None:
    getinfo = json.dumps({"action": "getinfo", "searchinfo": {"sid": "tmp", "args": args, "raw_args": args}}).encode()
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(repo / "zeek_hunting" / "bin" / "dnstunnel.py")],
        input=b"chunked 1.0,%d,0\n%s" % (len(getinfo), getinfo),
        capture_output=True,
        check=True,
    )
    assert f'"type":"{kind}"'.encode() in done.stdout
    assert b"zeekhunt" in done.stderr, "the import log is there"
    for heavy in (b"splunklib", b"numpy", b"zeekhunt.dns.surprise"):
        assert heavy not in done.stderr


def test_real_tunnels_come_first(repo: Path, shared_data: Path) -> None:
    """dnscat2 over TXT among 34 rows of a real log, 192.168.88.2 -> r-1x.com."""
    rows = []
    for line in (shared_data / "rita" / "json_with_all_fields" / "dns.log").read_text().splitlines():
        fields = json.loads(line, parse_float=str, parse_int=str)
        rows.append({**{name: cell for name, cell in fields.items() if isinstance(cell, str)}, "_time": fields["ts"]})
    first = hunt(repo, rows, indexers=2).rows.records()[0]
    assert (first["src"], first["dns_domain"]) == ("192.168.88.2", "r-1x.com")
    assert float(first["score"]) >= 60
