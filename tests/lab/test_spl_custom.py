"""Commands of the app in the pipeline: real processes, fed from the store, their answers used by what follows."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from spl_events import ALL, START_S, make_store, records, search, uids

from lab.driver import CommandFailed
from lab.ingest import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(make_store(tmp_path_factory.mktemp("events")), read_only=True) as opened:
        yield opened


@pytest.mark.parametrize("indexers", [1, 2, 4])
@pytest.mark.parametrize("chunk_rows", [1, 100])
def test_a_streaming_command_adds_its_field_and_keeps_every_other(store, indexers, chunk_rows):
    spl = 'index=* NOT n=abc NOT n=2.50 | doubled | table uid n twice "id.orig_h" tags{} _time'
    rows = records(store, spl, indexers=indexers, chunk_rows=chunk_rows)
    assert rows == [
        {"uid": "D1", "id.orig_h": "10.0.0.1", "_time": f"{START_S + 10}"},
        {"uid": "C4", "id.orig_h": "10.0.0.1", "tags{}": ["b", "c"], "_time": f"{START_S + 3}"},
        {"uid": "C2", "n": "9", "twice": "18", "id.orig_h": "10.0.0.2", "_time": f"{START_S + 1}"},
        {"uid": "C1", "n": "10", "twice": "20", "id.orig_h": "10.0.0.1", "tags{}": ["a", "b"], "_time": f"{START_S}.5"},
    ]


@pytest.mark.parametrize("settings", [{}, {"indexers": 3}, {"skip_map": True}, {"chunk_rows": 1, "indexers": 2}], ids=str)
def test_a_reporting_command_gives_one_result(store, settings):
    spl = "index=* n=* | eval key='id.resp_p' | where n!=\"abc\" AND n!=2.5 | sumby | sort - total | eval more=total+1"
    assert records(store, spl, **settings) == [{"key": "53", "count": "2", "total": "19", "more": "20"}]


def test_the_map_runs_on_as_many_indexers_as_asked_and_not_after_a_sort(store):
    spread, _ = search(store, "uid=C1 | eval key=uid | sumby", indexers=3)
    gathered, _ = search(store, "uid=C1 | sort n | eval key=uid | sumby", indexers=3)
    assert [len(result.runs[0].processes) for result in (spread, gathered)] == [4, 1]


def test_only_the_fields_asked_for_are_sent(store):
    result, _ = search(store, "index=* | mischief echo 1 reporting uid,nosuch,n")
    body = json.loads(result.messages[1].text)[0]
    assert body.split("\r\n")[:2] == ['uid,n,"__mv_uid","__mv_n"', "D1,,,"]


def test_events_go_out_newest_first_unless_sorted(store):
    for spl, order in (("index=*", ALL), ("index=* | sort uid", sorted(ALL))):
        result, _ = search(store, f"{spl} | mischief echo 1 reporting uid")
        body = json.loads(result.messages[1].text)[0]
        assert [line.split(",")[0] for line in body.split("\r\n")[1:-1]] == order


def test_the_command_is_told_the_search_and_its_time_range(store):
    spl = f'index=* earliest={START_S} latest={START_S + 5}.5 `port(443)` | mischief none 1 reporting uid "a b"'
    result, _ = search(store, spl)
    info = json.loads(result.messages[0].text)["searchinfo"]
    assert (info["earliest_time"], info["latest_time"]) == (str(START_S), f"{START_S + 5}.5")
    assert info["raw_args"] == ["none", "1", "reporting", "uid", '"a b"']
    assert info["args"][-1] == "a b"
    assert "id.resp_p%3D443" in info["search"]


def test_a_generating_command_stands_first(store):
    assert records(store, "| counted count=3 | doubled | running | sort - n | head 2") == [
        {"_time": "1002", "n": "2", "twice": "4", "total": "3"},
        {"_time": "1001", "n": "1", "twice": "2", "total": "1"},
    ]


def test_several_values_go_out_and_come_back(store):
    assert records(store, "uid=C1 OR uid=C4 | eval n='tags{}' | mischief flood 1 streaming n | table uid n") == [
        {"uid": "C4", "n": ["b", "c"]},
        {"uid": "C1", "n": ["a", "b"]},
    ]


def test_rows_that_a_streaming_command_drops_are_gone(store):
    assert uids(store, "index=* NOT n=abc NOT n=2.50 | doubled keep=filled") == ["C2", "C1"]


def test_no_event_still_runs_the_command(store):
    result, rows = search(store, "index=* nosuch=1 | sumby")
    assert rows.count == 0
    assert [message.text for message in result.messages if message.process == "sumby"] == ["summed 0 keys"]


def test_a_command_of_type_events_gets_whole_events(store):
    assert uids(store, "index=* NOT n=abc NOT n=2.50 | backwards | table uid") == ["D1", "C4", "C2", "C1"]


def test_progress_is_told_per_command(store):
    seen: list[tuple[str, int, int]] = []
    search(store, "index=* | mischief none 1 reporting uid", progress=lambda *step: seen.append(step))
    assert seen == [("mischief", 6, 6)]


@pytest.mark.parametrize(
    ("spl", "says"),
    [
        pytest.param("index=* | refusing when=stream", "not to my taste", id="refuses"),
        pytest.param("index=* | mischief exit 1", "exited unexpectedly with code 3", id="crashes"),
        pytest.param("index=* | mischief garbage 1", "expected a reply that starts with", id="babbles"),
        pytest.param("index=* | oldstyle", "not chunked", id="other-protocol"),
    ],
)
def test_a_command_that_fails_fails_the_search_with_what_it_said(store, spl, says):
    with pytest.raises(CommandFailed) as caught:
        search(store, spl)
    assert says in caught.value.text


def test_hostile_replies_are_only_values(store):
    rows = records(store, 'uid=D1 | sumby label="\'); DROP TABLE files; --" | eval z=1 | table z')
    assert rows == []
    assert store.connection.execute("SELECT count(*) FROM files").fetchall() == [(2,)]
