"""Names, groups, stored summaries and explanations of | zeekbeacon, over real command processes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from conn_events import START_S, Row, event, office
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.driver import Invocation, Rows, RunOptions, RunResult, run


def hunt(repo: Path, rows: list[Row], *args: str, **options: Any) -> RunResult:
    return run(Invocation(repo / "zeek_hunting", "zeekbeacon", args), Rows.from_records(rows), RunOptions(**options))


def said(result: RunResult) -> str:
    return "\n".join(message.text for message in result.messages)


def tls(seconds: float, src: str, dest: str, name: str, uid: str) -> Row:
    """The ssl.log row of a connection."""
    return {
        "_time": f"{seconds:.6f}",
        "id.orig_h": src,
        "id.resp_h": dest,
        "id.resp_p": "443",
        "server_name": name,
        "established": "T",
        "uid": uid,
    }


def fronted(beats: int = 120) -> list[Row]:
    """One name behind three addresses that take turns, every 60 s; conn and ssl rows."""
    rng = random.Random(3)
    rows = []
    for beat in range(beats):
        at = START_S + 60 * beat + rng.uniform(0, 6)
        dest = f"203.0.113.{rng.randrange(3) + 1}"
        rows += [event(at, "10.0.0.5", dest, size=420), tls(at + 0.2, "10.0.0.5", dest, "CDN.example.com.", f"C{beat}")]
    return rows


def rotating(beats: int = 200, servers: int = 25) -> list[Row]:
    """A server that changes every 8 beats, without a name; every 300 s with 20 % jitter."""
    rng = random.Random(5)
    now, rows = float(START_S), []
    for beat in range(beats):
        rows.append(event(now, "10.0.0.66", f"198.18.0.{beat // (beats // servers) + 1}", port=447, size=300))
        now += 300 * rng.uniform(0.8, 1.0)
    return rows


MIXED = [*office(), *fronted(), *rotating()]


def test_a_name_over_many_addresses_is_one_beacon_with_the_sizes_of_its_connections(repo: Path) -> None:
    rows = hunt(repo, MIXED).rows.records()
    (named,) = [row for row in rows if row["by"] == "name"]
    assert (named["hunt"], named["src"], named["dest"]) == ("c2_beacon_name", "10.0.0.5", "cdn.example.com")
    assert (named["events"], named["bytes_out"], named["destinations"]) == ("120", str(120 * 420), "3")
    told = {(row["src"], row["dest"]) for row in rows if row["by"] == "ip"}
    assert told.isdisjoint(("10.0.0.5", f"203.0.113.{server}") for server in (1, 2, 3)), "the name tells of its addresses"
    assert named["technique"] == ["T1071", "T1071.001", "T1573"]


def test_rotating_servers_come_out_as_one_finding(repo: Path) -> None:
    rows = hunt(repo, MIXED).rows.records()
    (group,) = [row for row in rows if row["by"] == "group"]
    assert (group["src"], group["events"], group["destinations"]) == ("10.0.0.66", "200", "25")
    assert "T1008" in group["technique"]
    assert not [row for row in rows if row["src"] == "10.0.0.66" and row["by"] == "ip"], "its members are not told again"
    assert rows.index(group) < 3


@pytest.mark.parametrize("by", ["ip", "name", "group"])
def test_one_kind_alone(repo: Path, by: str) -> None:
    rows = hunt(repo, MIXED, f"by={by}").rows.records()
    assert rows and {row["by"] for row in rows} == {by}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 8), st.booleans(), st.sampled_from([3, 100, 50_000]), st.integers(0, 60))
def test_any_order_sharding_and_repeat_gives_the_same_rows(
    repo: Path, rng: random.Random, indexers: int, skip_map: bool, chunk: int, repeats: int
) -> None:
    events = [*fronted(40), *rotating(60, 10)]
    whole = hunt(repo, events, skip_map=True).rows
    shuffled = [*events, *rng.choices(events, k=repeats)]
    rng.shuffle(shuffled)
    result = hunt(repo, shuffled, chunk_rows=chunk, indexers=indexers, skip_map=skip_map, shard_seed=indexers)
    assert dict(result.rows.columns) == dict(whole.columns)


def test_stored_summaries_score_like_the_events(repo: Path) -> None:
    whole = hunt(repo, MIXED)
    hours: dict[int, list[Row]] = {}
    for row in MIXED:
        hours.setdefault(int(float(row["_time"])) // 3600, []).append(row)
    stored: list[Row] = []
    for rows in hours.values():
        stored += hunt(repo, rows, "output=summary", indexers=2).rows.records()
    assert max(sum(map(len, row.values())) for row in stored) < 10_240, "a stored row must fit Splunk's field extraction"
    again = hunt(repo, hours[min(hours)], "output=summary").rows.records()  # an hour summed up twice
    for search in (stored, [*stored, *again]):
        assert dict(hunt(repo, search).rows.columns) == dict(whole.rows.columns)
    assert "count once" in said(hunt(repo, [*stored, *again]))


def test_a_stored_scan_over_many_ports_and_events_comes_back_whole(repo: Path) -> None:
    rows = [event(START_S + 7 * at, "10.0.0.9", "203.0.113.50", port=1 + at % 40) for at in range(1_300)]
    stored = hunt(repo, rows, "output=summary").rows.records()
    assert len([row for row in stored if row["zh_kind"] == "conn_pair"]) == 3
    assert dict(hunt(repo, stored).rows.columns) == dict(hunt(repo, rows).rows.columns)


def test_every_row_explains_itself(repo: Path) -> None:
    for row in hunt(repo, MIXED, "direction=all").rows.records():
        points = [float(line.rpartition(": ")[2]) for line in row["evidence"]]
        assert sum(points) == pytest.approx(float(row["score"]), abs=1e-6)
        assert row["sparkline"][0] == "##__SPARKLINE__##"
        assert len(row["sparkline"]) == 25
        assert sum(map(int, row["sparkline"][1:])) == int(row["events"])
        assert row["counterfactual"].startswith("if ")
        assert row["why_not"]
        assert int(row["active_hours"]) <= int(row["online_hours"])


def test_a_round_time_is_called_clock_locked(repo: Path) -> None:
    rows = [event(START_S + 300 * beat, "10.0.0.5", "203.0.113.9") for beat in range(60)]
    (row,) = hunt(repo, rows).rows.records()
    assert "clock-locked to 5 min" in str(row["why_not"])


def test_tls_without_a_name_and_http_by_address_are_counted_not_scored(repo: Path) -> None:
    rows = [
        {**tls(START_S, "10.0.0.5", "203.0.113.1", "", "C1"), "server_name": "-"},
        {"_time": str(START_S), "id.orig_h": "10.0.0.5", "id.resp_h": "203.0.113.1", "method": "GET", "host": "203.0.113.1:80"},
    ]
    result = hunt(repo, [*fronted(), *rows])
    assert "skipped 2 (2 of TLS or HTTP without a host name)" in said(result)


def test_a_proxied_connect_counts_under_the_name_it_asks_for(repo: Path) -> None:
    rows = [
        {
            "_time": f"{START_S + 60 * beat}.5",
            "id.orig_h": "10.0.0.5",
            "id.resp_h": "10.0.0.99",
            "id.resp_p": "3128",
            "method": "CONNECT",
            "uri": "c2.example.org:443",
            "request_body_len": "0",
        }
        for beat in range(30)
    ]
    (row,) = hunt(repo, rows).rows.records()
    assert (row["dest"], row["by"], row["events"]) == ("c2.example.org", "name", "30")
    assert "T1090" in row["technique"]


def test_the_self_test_plants_beacons_and_says_where_they_rank(repo: Path) -> None:
    result = hunt(repo, MIXED, "selftest=true", indexers=2)
    rows = result.rows.records()
    labels = [row.get("planted", "") for row in rows]
    assert labels.index("every 60 s") < 10
    assert "every 5 min, 20 % jitter, 5 servers" in labels
    assert f"every 60 s: {labels.index('every 60 s') + 1};" in said(result)
    assert f"read {len(MIXED):,} events, used {len(MIXED):,}" in said(result), "planted events are in no count of what was read"
    assert "planted" not in hunt(repo, MIXED).rows.columns
