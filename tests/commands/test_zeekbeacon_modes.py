"""mode=long and mode=strobe of | zeekbeacon, over real command processes."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from beacon.long_rows import START_S, Row, session
from beacon.test_strobe import steady
from conn_events import office
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.driver import CommandFailed, Invocation, Rows, RunOptions, RunResult, run
from lab.ingest import Store, ingest
from lab.spl import SearchSettings, run_search

HOUR_S = 3_600


def hunt(repo: Path, rows: list[Row], *args: str, **options: Any) -> RunResult:
    return run(Invocation(repo / "zeek_hunting", "zeekbeacon", args), Rows.from_records(rows), RunOptions(**options))


def said(result: RunResult) -> str:
    return "\n".join(message.text for message in result.messages)


def listed(cell: str | list[str]) -> list[str]:
    return [cell] if isinstance(cell, str) else cell


def long_lived() -> list[Row]:
    """A channel over three reports, what others keep open, attempts, short connections; newest first."""
    rows = [
        session("Cc2", 0, 1 * HOUR_S, _path="open_conn", conn_state="S1", service="", orig_bytes="100"),
        session("Cc2", 0, 5 * HOUR_S, _path="conn_long", conn_state="S1", service="", orig_bytes="900"),
        session("Cdead", 60, 9 * HOUR_S, id__resp_h="203.0.113.50", conn_state="S0"),
    ]
    for host in range(1, 9):
        rows.append(
            session(
                f"Cmail{host}", 7 * host, 6 * HOUR_S, id__orig_h=f"10.0.0.{host}", id__resp_h="198.51.100.3", id__resp_p="993"
            )
        )
        rows += [
            session(f"Cweb{host}{at}", 900 * at, 400, id__orig_h=f"10.0.0.{host}", id__resp_h="198.51.100.4") for at in range(12)
        ]
        rows += [
            session(f"Ctiny{host}{at}", 50 * at, 0.3, id__orig_h=f"10.0.0.{host}", id__resp_h="198.51.100.5") for at in range(20)
        ]
    return sorted(rows, key=lambda row: -float(row["_time"]))


LONG = long_lived()


def test_the_open_channel_comes_first_and_counts_once(repo: Path) -> None:
    result = hunt(repo, LONG, "mode=long", indexers=2)
    first, *others = result.rows.records()
    assert (first["src"], first["dest"], first["sessions"], first["events"]) == ("10.0.0.5", "203.0.113.9", "1", "1")
    assert (float(first["open_s"]), first["bytes_out"], first["still_open"]) == (5 * HOUR_S, "900", "1")
    assert first["open"] == "5 h 0 min"
    assert {row["dest"] for row in others} == {"198.51.100.3", "198.51.100.4"}
    assert "1 attempts" in said(result) and "160 shorter than 10 s" in said(result)
    assert first["drilldown"].startswith("((`zeek_conn`) OR (`zeek_open_conn`) OR (`zeek_conn_long`)) NOT conn_state IN (")
    assert first["drilldown"].endswith(f" earliest={START_S} latest={START_S + 1} duration>=10")


def searched(repo: Path, store: Store, spl: str) -> list[dict[str, Any]]:
    """The rows of a search in the lab, over the app that ships."""
    result = run_search(store, spl, SearchSettings(app=repo / "zeek_hunting"))
    try:
        return result.rows().records()
    finally:
        result.close()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder of conn.log, open_conn.log and conn_long.log; each uid says what its row is."""
    other = {"id__resp_h": "203.0.113.10"}
    of_log = {
        "conn": [
            session("Cused", 0, 900),
            session("Cedge", 50, 10),
            session("Cshort", 60, 9.9),
            session("Cattempt", 70, 900, conn_state="S0"),
            session("Cother", 80, 900, **other),
        ],
        "open_conn": [session("Copen", 90, 600), session("Copen", 90, 1_200)],
        "conn_long": [session("Clong", 0.05, 700), session("Cother", 80, 700, **other)],
    }
    for log, rows in of_log.items():
        events = [{**row, "ts": float(row["_time"]), "duration": float(row["duration"])} for row in rows]
        (tmp_path / f"{log}.log").write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("base", "uids"),
    [
        pytest.param("`zeek_conn`", ["Cedge", "Cused"], id="conn-alone"),
        pytest.param(
            "(`zeek_conn`) OR (`zeek_open_conn`) OR (`zeek_conn_long`)",
            ["Cedge", "Clong", "Copen", "Copen", "Cused"],
            id="with-logs-of-open-connections",
        ),
        pytest.param("(`zeek_conn`) OR (`zeek_open_conn`)", ["Cedge", "Copen", "Copen", "Cused"], id="with-one-of-them"),
    ],
)
def test_the_drilldown_returns_the_events_used_and_no_others(repo: Path, logs: Path, base: str, uids: list[str]) -> None:
    with Store(logs / "store.duckdb") as store:
        ingest([logs], store)
        (found,) = [row for row in searched(repo, store, f"{base} | zeekbeacon mode=long") if row["dest"] == "203.0.113.9"]
        shown = searched(repo, store, found["drilldown"])
    assert sorted(row["uid"] for row in shown) == uids
    assert int(found["sessions"]) == len(set(uids))


def test_the_drilldown_of_a_strobe_returns_its_events(repo: Path, tmp_path: Path) -> None:
    rows = [*steady(30, HOUR_S), *steady(40, HOUR_S, state="S0"), *steady(40, HOUR_S, dest="203.0.113.10")]
    events = [{**row, "ts": float(row["_time"])} for row in rows]
    (tmp_path / "conn.log").write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    with Store(tmp_path / "store.duckdb") as store:
        ingest([tmp_path], store)
        found = searched(repo, store, "`zeek_conn` | zeekbeacon mode=strobe strobe_events=480")
        assert [(row["dest"], row["unanswered"], row["events"]) for row in found].count(("203.0.113.9", "0", "30")) == 1
        for row in found:
            shown = searched(repo, store, row["drilldown"])
            assert len(shown) == int(row["events"])
            assert {each["conn_state"] for each in shown} == {"S0" if row["unanswered"] == "1" else "SF"}


@pytest.mark.parametrize(("mode", "rows"), [("long", LONG), ("strobe", steady(30, HOUR_S))])
def test_every_row_is_a_finding_whose_parts_sum_to_its_score(repo: Path, mode: str, rows: list[Row]) -> None:
    found = hunt(repo, rows, f"mode={mode}", "strobe_events=480").rows.records()
    assert found
    for row in found:
        assert sum(float(line.rpartition(": ")[2]) for line in listed(row["evidence"])) == pytest.approx(
            float(row["score"]), abs=1e-6
        )
        assert row["why_not"] and row["technique"] and row["severity"] and row["confidence"]
        assert row["drilldown"]


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 6), st.booleans(), st.sampled_from([3, 60, 50_000]), st.integers(0, 40))
def test_any_order_sharding_and_repeat_gives_the_same_rows(
    repo: Path, rng: random.Random, indexers: int, skip_map: bool, chunk: int, repeats: int
) -> None:
    whole = hunt(repo, LONG, "mode=long", skip_map=True).rows
    shuffled = [*LONG, *rng.choices(LONG, k=repeats)]
    rng.shuffle(shuffled)
    result = hunt(repo, shuffled, "mode=long", chunk_rows=chunk, indexers=indexers, skip_map=skip_map, shard_seed=indexers)
    assert dict(result.rows.columns) == dict(whole.columns)


def test_a_strobe_is_the_same_over_any_sharding_and_from_the_beacons_stored_rows(repo: Path) -> None:
    events = [*office(), *steady(700, 4 * HOUR_S, dest="203.0.113.80")]
    arguments = ("mode=strobe", "strobe_events=4000")
    whole = hunt(repo, events, *arguments, skip_map=True).rows
    assert [row["dest"] for row in whole.records()] == ["203.0.113.80"]
    for indexers, chunk in ((1, 100), (3, 50_000)):
        assert dict(hunt(repo, events, *arguments, indexers=indexers, chunk_rows=chunk).rows.columns) == dict(whole.columns)
    stored = [row for half in (events[::2], events[1::2]) for row in hunt(repo, half, "output=summary").rows.records()]
    assert dict(hunt(repo, stored, *arguments).rows.columns) == dict(whole.columns)


def test_stored_sessions_rank_like_the_events(repo: Path) -> None:
    whole = hunt(repo, LONG, "mode=long")
    hours: dict[int, list[Row]] = {}
    for row in LONG:
        hours.setdefault(int(float(row["_time"])) // HOUR_S, []).append(row)
    stored = [row for rows in hours.values() for row in hunt(repo, rows, "mode=long", "output=summary").rows.records()]
    assert all(row["_time"] and float(row["_time"]) >= START_S for row in stored), "a stored row is found by its time"
    again = hunt(repo, LONG[:50], "mode=long", "output=summary").rows.records()
    for search in (stored, [*stored, *again], [*stored, *LONG[:30]]):
        assert dict(hunt(repo, search, "mode=long").rows.columns) == dict(whole.rows.columns)


def test_stored_rows_are_the_same_over_any_sharding_and_stored_again(repo: Path) -> None:
    rows = [*LONG, session("Clater", 9 * HOUR_S, 0.5)]  # the last event of a pair with sessions is none
    whole = hunt(repo, rows, "mode=long", "output=summary", skip_map=True).rows
    assert len([row for row in whole.records() if row.get("zh_sessions") == "0"]) == 8, (
        "who knows a destination is stored as well"
    )
    for split in (hunt(repo, rows[::-1], "mode=long", "output=summary", indexers=3, chunk_rows=40), None):
        found = split.rows if split else hunt(repo, whole.records(), "mode=long", "output=summary").rows
        assert dict(found.columns) == dict(whole.columns)


def test_a_stored_row_fits_splunks_field_extraction(repo: Path) -> None:
    rng = random.Random(2)
    rows = [
        session(f"C{at}", 3_000 * rng.random() * at, 10 + 9_000_000 * rng.random(), orig_bytes=str(rng.randrange(10**14)))
        for at in range(1_300)
    ]
    stored = hunt(repo, rows, "mode=long", "output=summary").rows.records()
    sessions = [int(row["zh_sessions"]) for row in stored if row["zh_kind"] == "long_sessions"]
    assert sum(sessions) == 1_001 and max(sessions) == 200
    assert max(sum(map(len, row.values())) for row in stored) < 10_240
    assert dict(hunt(repo, stored, "mode=long").rows.columns) == dict(hunt(repo, rows, "mode=long").rows.columns)


@pytest.mark.parametrize(
    ("arguments", "rows", "words"),
    [
        pytest.param(["mode=long"], [], "no events reached the command", id="long-no-data"),
        pytest.param(["mode=strobe"], [], "no events reached the command", id="strobe-no-data"),
        pytest.param(["mode=long"], [session("C1", 0, 9_999, conn_state="REJ")], "all events are attempts", id="long-attempts"),
        pytest.param(["mode=strobe"], steady(5, HOUR_S), "no strobe", id="strobe-below"),
        pytest.param(["mode=long", "output=summary"], [], "a later hunt will see a gap here", id="nothing-to-store"),
    ],
)
def test_no_rows_say_why(repo: Path, arguments: list[str], rows: list[Row], words: str) -> None:
    result = hunt(repo, rows, *arguments)
    assert result.rows.count == 0
    assert words in said(result)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["mode=slow"], "must be one of beacon, long, strobe", id="mode"),
        pytest.param(["mode=long", "by=name"], "ranks pairs of addresses alone", id="by"),
        pytest.param(["mode=strobe", "rita=true"], "leave out by=name, by=group, rita and selftest", id="rita"),
        pytest.param(["mode=strobe", "strobe_events=99"], "whole number from 100", id="threshold"),
    ],
)
def test_options_that_do_not_fit_are_refused_with_what_to_do(repo: Path, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandFailed, match=words):
        hunt(repo, LONG[:3], *arguments)


def test_a_duration_that_no_event_has_is_named(repo: Path) -> None:
    with pytest.raises(CommandFailed, match="no duration field in 3 rows"):
        hunt(repo, [{**row, "duration": "-"} for row in LONG[:3]], "mode=long")


def log_rows(path: Path) -> list[Row]:
    """The rows of a log as splunkd would send them: TSV or JSON, with the file as their source."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows, names = [], []
    for line in data.decode().splitlines():
        if line.startswith("{"):
            rows.append({name: str(value) for name, value in json.loads(line).items()})
        elif line.startswith("#fields"):
            names = line.split("\t")[1:]
        elif not line.startswith("#"):
            rows.append(dict(zip(names, line.split("\t"))))
    return [{**row, "_time": row["ts"], "source": str(path)} for row in rows]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["rita/json_with_all_fields/conn.log", "rita/json_with_all_fields/open_conn.log"], id="open-connections"),
        pytest.param(["vast/libvast_test-zeek/conn.log"], id="tsv"),
    ],
)
def test_real_captures_give_what_the_plain_loops_say_with_and_without_the_map(
    repo: Path, shared_data: Path, names: list[str]
) -> None:
    paths = [shared_data / name for name in names]
    absent = [path.name for path in paths if not path.is_file()]
    if absent:
        pytest.skip(f"captures that are not among the shared data: {absent}")
    rows = [row for path in paths for row in log_rows(path)]
    mapped = hunt(repo, rows, "mode=long", "direction=all", indexers=2)
    assert dict(mapped.rows.columns) == dict(hunt(repo, rows, "mode=long", "direction=all", skip_map=True).rows.columns)
    found = mapped.rows.records()
    assert found, said(mapped)
    longest = oracle_sessions(rows)
    for row in found:
        wanted = longest[row["src"], row["dest"]]
        assert float(row["longest_s"]) == max(wanted.values()) / 10
        assert int(row["sessions"]) <= len(wanted), "two sensors' reports may be one"
        assert float(row["open_s"]) <= sum(wanted.values()) / 10


def oracle_sessions(rows: list[Row]) -> dict[tuple[str, str], dict[str, int]]:
    """(source, destination) -> uid -> ticks of its longest report."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        ticks = int(float(row["duration"]) * 10) if row.get("duration", "-") != "-" else 0
        if row.get("conn_state") not in ("S0", "REJ", "RSTOS0", "RSTRH", "SH") and ticks >= 100:
            of_pair = found.setdefault((row["id.orig_h"], row["id.resp_h"]), {})
            of_pair[row["uid"]] = max(of_pair.get(row["uid"], 0), ticks)
    return found
