"""| zeekbeacon as splunkd runs it: a process over the chunked protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conn_events import START_S, Row, event, office
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.driver import CommandFailed, CommandProcess, Invocation, Rows, RunOptions, RunResult, SearchInfo, run

EVENTS = office()


def invocation(repo: Path, *args: str, **search: Any) -> Invocation:
    return Invocation(repo / "zeek_hunting", "zeekbeacon", args, SearchInfo(**search))


def hunt(repo: Path, rows: list[Row], *args: str, **options: Any) -> RunResult:
    return run(invocation(repo, *args), Rows.from_records(rows), RunOptions(**options))


def said(result: RunResult, level: str = "") -> str:
    return "\n".join(message.text for message in result.messages if level in message.level)


@pytest.fixture(scope="module")
def whole(repo: Path) -> dict[str, Any]:
    """The result from raw events in one chunk: what every other way of getting there must equal."""
    return dict(hunt(repo, EVENTS, skip_map=True).rows.columns)


def test_the_beacon_comes_first_and_explains_itself(repo: Path) -> None:
    first, *others = hunt(repo, EVENTS).rows.records()
    assert (first["src"], first["dest"], first["events"]) == ("10.0.0.5", "203.0.113.9", "268")
    assert float(first["threat_score"]) > 90
    assert all(float(row["threat_score"]) < float(first["threat_score"]) for row in others)
    assert first["period"].startswith("every 5") and " s, half of the intervals from 5" in first["period"]
    points = [float(line.rpartition(": ")[2]) for line in first["evidence"]]
    assert sum(points) == pytest.approx(float(first["threat_score"]), abs=1e-9), "the parts sum to the score"
    assert first["service"] == "443/tcp/ssl (268)"
    assert first["why_not"], "the strongest counter-argument is always named"


def test_every_row_is_a_finding_whose_parts_sum_to_its_score(repo: Path) -> None:
    for row in hunt(repo, EVENTS, "direction=all").rows.records():
        assert row["hunt"] == "c2_beacon_ip"
        assert row["drilldown"].startswith("`zeek_conn` ")
        points = [float(line.rpartition(": ")[2]) for line in row["evidence"]]
        assert sum(points) == pytest.approx(float(row["score"]), abs=1e-9)


WAYS = [
    pytest.param({"chunk_rows": 1, "skip_map": True}, id="chunks-of-1"),
    pytest.param({"chunk_rows": 7, "skip_map": True}, id="chunks-of-7"),
    pytest.param({"chunk_rows": 2500, "skip_map": True}, id="chunks-of-2500"),
    pytest.param({"chunk_rows": 50_000, "skip_map": True}, id="chunks-of-50000"),
    pytest.param({"chunk_rows": 50_000}, id="map-then-merge"),
    pytest.param({"chunk_rows": 7, "map_chunk_rows": 1}, id="map-in-chunks-of-1"),
    pytest.param({"indexers": 8, "shard_seed": 3}, id="8-indexers"),
    pytest.param({"indexers": 2, "row_end": "\n"}, id="windows-row-ends"),
]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_same_bytes(repo: Path, whole: dict[str, Any], way: dict[str, Any]) -> None:
    assert dict(hunt(repo, EVENTS, **way).rows.columns) == whole


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 8), st.booleans(), st.sampled_from([3, 100, 50_000]))
def test_any_order_and_sharding_gives_the_same_bytes(
    repo: Path, whole: dict[str, Any], rng: Any, indexers: int, skip_map: bool, chunk: int
) -> None:
    shuffled = rng.sample(EVENTS, len(EVENTS))
    result = hunt(repo, shuffled, chunk_rows=chunk, indexers=indexers, skip_map=skip_map, shard_seed=indexers)
    assert dict(result.rows.columns) == whole


@pytest.mark.parametrize(
    "renamed",
    [
        pytest.param({"id.orig_h": "id_orig_h", "id.resp_h": "id_resp_h", "id.resp_p": "id_resp_p"}, id="underscores"),
        pytest.param({"id.orig_h": "src_ip", "id.resp_h": "dest_ip", "id.resp_p": "dest_port", "service": "app"}, id="cim"),
        pytest.param({"id.orig_h": "src", "id.resp_h": "dst", "id.resp_p": "dst_port", "proto": "transport"}, id="zeek-renamed"),
    ],
)
def test_every_spelling_of_the_fields_is_the_same_event(repo: Path, whole: dict[str, Any], renamed: dict[str, str]) -> None:
    rows = [{renamed.get(name, name): cell for name, cell in row.items()} for row in EVENTS]
    half = [*rows[: len(rows) // 2], *EVENTS[len(rows) // 2 :]]
    assert dict(hunt(repo, rows).rows.columns) == whole
    assert dict(hunt(repo, half).rows.columns) == whole, "two spellings in one search"


def test_attempts_are_a_series_of_their_own_below_their_answered_twin(repo: Path) -> None:
    answered = [event(START_S + 60 * beat, "10.0.0.5", "203.0.113.9") for beat in range(0, 100)]
    retries = [event(START_S + 60 * beat + 11, "10.0.0.5", "203.0.113.9", state="S0", size=0) for beat in range(0, 100)]
    rows = hunt(repo, [*answered, *retries]).rows.records()
    assert [(row["unanswered"], row["events"]) for row in rows] == [("0", "100"), ("1", "100")]
    assert float(rows[1]["threat_score"]) <= float(rows[0]["threat_score"])


def test_rita_scores_come_on_request_for_every_pair_rita_would_score(repo: Path) -> None:
    rows = hunt(repo, EVENTS, "rita=true", "min_events=200", indexers=2).rows.records()
    by_pair = {(row["src"], row["dest"]): row for row in rows}
    assert 0.8 < float(by_pair["10.0.0.5", "203.0.113.9"]["rita_ts"]) <= 1
    assert ("10.0.0.3", "203.0.113.77") in by_pair, "RITA scores attempts and pairs below min_events"
    assert "rita_score" not in hunt(repo, EVENTS).rows.columns


def test_a_site_list_declares_attackers_inside_private_space_external(repo: Path) -> None:
    rows = [event(START_S + 60 * beat, "10.0.0.5", "192.168.0.4") for beat in range(20)]
    assert not hunt(repo, rows).rows.count
    assert hunt(repo, rows, "external=192.168.0.0/24").rows.count == 1
    inside = [event(START_S + 60 * beat, "203.0.113.1", "198.51.100.1") for beat in range(20)]
    assert hunt(repo, inside, "internal=203.0.113.0/24").rows.count == 1


@pytest.mark.parametrize(
    ("arg", "words"),
    [
        pytest.param("min_events=abc", "must be a whole number from 4 to 100000, got 'abc'", id="not-a-number"),
        pytest.param("min_events=3", "must be a whole number from 4", id="too-small"),
        pytest.param("min_events=", "must be a whole number from 4", id="empty"),
        pytest.param("rita=maybe", "must be true or false, got 'maybe'", id="not-a-truth"),
        pytest.param("direction=up", "must be one of outbound, internal, all", id="not-a-direction"),
        pytest.param("external=10.0.0.0/99", "'10.0.0.0/99' is none", id="not-a-network"),
        pytest.param("min_event=5", "unknown option 'min_event'; known are by, direction, external", id="unknown-option"),
        pytest.param("fields", "'fields' is not an option", id="no-equals-sign"),
        pytest.param("logging_configuration=/etc/passwd", "closed in this app", id="closed-logging"),
        pytest.param("record=true", "closed in this app", id="closed-record"),
        pytest.param("limit={0}", "got '{0}'", id="braces"),
    ],
)
def test_a_bad_option_says_what_is_allowed(repo: Path, arg: str, words: str) -> None:
    with pytest.raises(CommandFailed) as failure:
        hunt(repo, EVENTS, arg)
    assert words in str(failure.value)


def without(rows: list[Row], *names: str) -> list[Row]:
    return [{name: cell for name, cell in row.items() if name not in names} for row in rows]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        pytest.param(["id.resp_h"], "no dest field in 601 rows of the conn log; looked for id.resp_h, id_resp_h", id="dest"),
        pytest.param(["id.orig_h"], "no src field in 601 rows of the conn log; looked for id.orig_h, id_orig_h", id="src"),
        pytest.param(["_time"], "no time field in 601 rows of the conn log; looked for _time, ts", id="time"),
    ],
)
@pytest.mark.parametrize("skip_map", [True, False])
def test_a_missing_field_is_named_with_the_spellings_looked_for(repo: Path, names: list[str], words: str, skip_map: bool) -> None:
    with pytest.raises(CommandFailed) as failure:
        hunt(repo, without(EVENTS, *names), skip_map=skip_map)
    assert words.replace("601", str(len(EVENTS))) in str(failure.value)


@pytest.mark.parametrize("skip_map", [True, False])
def test_what_was_read_used_and_skipped_is_always_said(repo: Path, skip_map: bool) -> None:
    rows = [*EVENTS, {**EVENTS[0], "_time": "XXXXXXXXXX.XXXXXX"}, {**EVENTS[0], "id.orig_h": "-"}]
    text = said(hunt(repo, rows, skip_map=skip_map))
    assert f"read {len(rows)} events, used {len(EVENTS)}, skipped 2 (1 without a time, 1 without a source address)" in text
    assert "40 events internal to internal" in text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param([], "no events reached the command", id="no-events"),
        pytest.param(
            [event(START_S + beat, "10.0.0.1", "10.0.0.2") for beat in range(9)], "every pair was left out", id="all-internal"
        ),
        pytest.param(
            [event(START_S + beat, "10.0.0.1", "203.0.113.1") for beat in range(3)], "every pair was left out", id="too-few"
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
    assert "16 of 18 ranked pairs are left out: raise limit=" in said(result, "WARN")


def test_hostile_cells_travel_as_data(repo: Path) -> None:
    rows = [
        {**event(START_S + 60 * beat, "10.0.0.1", "203.0.113.1"), "service": 'a"{0},$x$\n', "id.resp_p": "=1+1"}
        for beat in range(9)
    ]
    for skip_map in (True, False):
        (row,) = hunt(repo, rows, skip_map=skip_map).rows.records()
        assert row["service"] == "?1+1/tcp/?x??+a??0? (9)", "odd letters are replaced, members of the list put in order"


def test_a_preview_is_over_at_once(repo: Path) -> None:
    with CommandProcess(Invocation(repo / "zeek_hunting", "zeekbeacon", (), preview=True)) as process:
        assert process.getinfo().finished


def test_fields_are_narrowed_and_the_map_goes_to_the_indexers(repo: Path) -> None:
    with CommandProcess(invocation(repo, "min_events=9", 'external="192.168.0.0/24"')) as process:
        info = process.getinfo()
    assert info.type == "reporting"
    assert info.streaming_preop == 'zeekbeacon phase=map min_events=9 external="192.168.0.0/24"'
    assert info.required_fields is not None
    assert {"_time", "id.orig_h", "src", "conn_state", "zh_ticks"} <= set(info.required_fields)
    assert "_raw" not in info.required_fields
    with CommandProcess(invocation(repo, "phase=map")) as process:
        info = process.getinfo()
    assert (info.type, info.streaming_preop) == ("streaming", "")


@pytest.mark.parametrize("sid", ["", "tmp", "searchparsetmp_123", "x_tmp"])
@pytest.mark.parametrize(("args", "kind"), [([], "reporting"), (["phase=map"], "streaming"), (["min_events=abc"], "reporting")])
def test_a_parse_time_probe_is_answered_without_the_sdk(repo: Path, sid: str, args: list[str], kind: str) -> None:
    getinfo = json.dumps({"action": "getinfo", "searchinfo": {"sid": sid, "args": args, "raw_args": args}}).encode()
    script = str(repo / "zeek_hunting" / "bin" / "zeekbeacon.py")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", script],
        input=b"chunked 1.0,%d,0\n%s" % (len(getinfo), getinfo),
        capture_output=True,
        check=True,
    )
    assert f'"type":"{kind}"'.encode() in done.stdout
    assert b"zeekhunt" in done.stderr, "the import log is there"
    assert b"splunklib" not in done.stderr and b"numpy" not in done.stderr


@pytest.mark.parametrize("args", [(), ("phase=map",)])
@pytest.mark.parametrize(
    ("stream", "words"),
    [
        pytest.param(
            b"chunked 1.0,36,500\n" + b'{"action":"execute","finished":true}' + b"_time\n1\n", "ended inside a message", id="cut"
        ),
        pytest.param(b"nonsense\n", "expected a header", id="garbage"),
        pytest.param(b'chunked 1.0,20,0\n{"action":"getinfo"} ', "expected Splunk's execute", id="wrong-action"),
        pytest.param(
            b'chunked 1.0,36,9\n{"action":"execute","finished":true}a,b\n1,2,3',
            "2, its header|3 cells, its header 2",
            id="ragged",
        ),
    ],
)
def test_a_broken_stream_ends_the_search_with_a_sentence(repo: Path, args: tuple[str, ...], stream: bytes, words: str) -> None:
    getinfo = json.dumps(invocation(repo, *args).getinfo(Path("dispatch"))).encode()
    script = str(repo / "zeek_hunting" / "bin" / "zeekbeacon.py")
    done = subprocess.run(
        [sys.executable, script],
        input=b"chunked 1.0,%d,0\n%s" % (len(getinfo), getinfo) + stream,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert any(part in done.stdout.decode() for part in words.split("|"))
    assert '"error":' in done.stdout.decode()
    assert not done.stderr


def test_end_of_input_after_getinfo_is_a_quiet_stop(repo: Path) -> None:
    getinfo = json.dumps(invocation(repo).getinfo(Path("dispatch"))).encode()
    script = str(repo / "zeek_hunting" / "bin" / "zeekbeacon.py")
    done = subprocess.run(
        [sys.executable, script], input=b"chunked 1.0,%d,0\n%s" % (len(getinfo), getinfo), capture_output=True, check=True
    )
    assert not done.stderr


def test_an_empty_input_at_start_is_a_quiet_stop(repo: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(repo / "zeek_hunting" / "bin" / "zeekbeacon.py")], input=b"", capture_output=True, check=True
    )
    assert not done.stdout and not done.stderr


def test_a_c2_in_a_real_capture_is_among_the_first_three(repo: Path, shared_data: Path) -> None:
    """APT29 evaluation, day 1: 10.0.1.6 -> 192.168.0.4:8443, attackers inside RFC 1918."""
    rows = []
    for path in sorted((shared_data / "apt29-day1" / "zeek").glob("*conn.log")):
        for line in path.read_text().splitlines():
            fields = json.loads(line, parse_float=str, parse_int=str)
            rows.append({**{name: value for name, value in fields.items() if isinstance(value, str)}, "_time": fields["ts"]})
    top = hunt(repo, rows, "external=192.168.0.0/24", indexers=2).rows.records()[:3]
    assert ("10.0.1.6", "192.168.0.4", "8443/tcp/ssl (376)") in [(row["src"], row["dest"], row["service"]) for row in top]
