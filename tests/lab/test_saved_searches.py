"""Saved searches: read from the app's files, run at a moment, replayed on a schedule, and the command line for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from served_lab import APP_NAME, make_app
from spl_events import make_store

from lab import cli
from lab.ingest import Store
from lab.savedsearch import SavedSearch, SavedSearchAbsent, dispatch, dispatched_text, named, saved_searches
from lab.spl import SearchSettings


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COLUMNS", raising=False)
    return make_app(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return make_store(tmp_path / "logs")


def lab(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_stanzas_take_what_default_says(app):
    assert [saved.name for saved in saved_searches(app)] == ["All - events", "By / port", "Off", "Broken"]
    saved = named(app, "All - events")
    assert (saved.earliest, saved.latest, saved.cron, saved.scheduled) == ("-60s", "now", "7 * * * *", False)
    assert named(app, "Off").disabled


def test_local_settings_win_key_by_key(app):
    (app / "local").mkdir()
    (app / "local" / "savedsearches.conf").write_text("[All - events]\nenableSched = 1\n", encoding="utf-8")
    saved = named(app, "All - events")
    assert (saved.scheduled, saved.search) == (True, "index=* | table uid n")


def test_an_unknown_name_tells_the_nearest(app):
    with pytest.raises(SavedSearchAbsent, match="nearest: All - events"):
        named(app, "All events")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        pytest.param({}, "index=*", id="plain"),
        pytest.param({"dispatch.max_count": "5"}, "index=* | head 5", id="most-rows"),
        pytest.param({"action.summary_index": "1"}, 'index=* | collect index="summary"', id="summary-index"),
        pytest.param(
            {"action.summary_index": "1", "action.summary_index._name": "zh", "action.summary_index.kind": 'a "b"'},
            'index=* | collect index="zh" marker="kind=\\"a \\\\\\"b\\\\\\"\\""',
            id="summary-index-with-a-field",
        ),
        pytest.param({"action.summary_index": "0", "action.summary_index._name": "zh"}, "index=*", id="switched-off"),
    ],
)
def test_what_splunk_adds_to_a_saved_search_is_added(settings, text):
    assert dispatched_text(SavedSearch("x", {"search": "index=*", **settings})) == text


def test_the_time_range_is_relative_to_the_moment_of_the_run(app, store):
    saved = named(app, "All - events")
    with Store(store, read_only=True) as opened:
        at_end = dispatch(opened, saved, SearchSettings(app=app))
        earlier = dispatch(opened, saved, SearchSettings(app=app, now_s=1_600_000_003.0))
    assert at_end.count == 6
    # the last 60 s before 1600000003, its end not counted
    assert [row["uid"] for row in earlier.rows.records()] == ["C3", "C2", "C1"]
    assert at_end.left_out == ["action email"]


def test_a_saved_search_runs_by_name(app, store, capsys):
    code, out, err = lab(capsys, "savedsearch", "By / port", "--app", app, "--store", store, "--format", "json")
    assert code == 0
    assert json.loads(out) == [{"id.resp_p": "53", "count": "2"}]
    assert "By / port: 5 events matched, 1 rows came out" in err


def test_what_a_saved_search_asks_for_in_vain_is_told(app, store, capsys):
    code, out, _ = lab(capsys, "savedsearch", "All - events", "--app", app, "--store", store)
    assert code == 0
    assert "Not done by the lab: action email." in out


def test_a_wrong_name_is_a_wrong_call(app, store, capsys):
    code, _, err = lab(capsys, "savedsearch", "nothing", "--app", app, "--store", store)
    assert code == 2
    assert "no saved search 'nothing'" in err


def test_saved_searches_are_listed(app, capsys):
    code, out, _ = lab(capsys, "savedsearches", "--app", app)
    assert code == 0
    assert "-60s to now" in out
    assert "7 * * * *" in out


def test_one_bad_search_does_not_keep_the_others_from_running(app, store, capsys):
    code, out, _ = lab(capsys, "savedsearches", "--all", "--app", app, "--store", store)
    assert code == 1
    assert "3 of 4 runs succeeded." in out
    assert "ERROR  Broken: no command nosuchcommand" in out


def test_a_schedule_is_replayed_over_the_data(app, store, capsys):
    code, out, _ = lab(
        capsys, "schedule", "--from", "2020-09-13T10:00", "--to", "2020-09-13T13:08Z", "--app", app, "--store", store
    )
    assert code == 0
    assert "1 of 1 searches ship switched off" in out
    assert [line.split("│")[1].strip() for line in out.splitlines() if line.startswith("│")] == [
        f"2020-09-13 {hour}:07:00" for hour in (10, 11, 12, 13)
    ]
    assert "4 of 4 runs succeeded." in out
    assert "do not move a run here" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--enabled"], "none of 4 saved searches", id="none-enabled"),
        pytest.param(["--from", "now", "--to", "-1h"], "is not before", id="backwards"),
        pytest.param(["--from", "-1s"], "no cron time of 1 searches", id="too-short"),
        pytest.param(["--from", "soon"], "soon", id="unreadable-time"),
        pytest.param(["nothing"], "no saved search", id="unknown-name"),
    ],
)
def test_a_schedule_without_runs_says_why(app, store, capsys, arguments, words):
    code, _, err = lab(capsys, "schedule", *arguments, "--app", app, "--store", store)
    assert code == 2
    assert words in err


def test_explain_shows_every_command_with_its_rows(app, store, capsys):
    spl = "index=* | stats count by id.orig_h | head 1"
    code, out, _ = lab(capsys, "search", spl, "--explain", "--app", app, "--store", store)
    assert code == 0
    steps = [[cell.strip() for cell in line.split("│")[1:4]] for line in out.splitlines() if line.startswith("│")]
    assert steps[-3:] == [["1", "search", "6"], ["2", "stats", "4"], ["3", "head", "1"]]


def test_a_time_range_may_be_given_beside_the_search(app, store, capsys):
    code, out, _ = lab(
        capsys, "search", "index=* | table uid", "--earliest", "-1s", "--app", app, "--store", store, "--format", "json"
    )
    assert (code, json.loads(out)) == (0, [{"uid": "D1"}])


def test_the_apps_own_saved_searches_can_be_read(repo):
    searches = saved_searches(repo / "zeek_hunting")
    assert searches
    assert all(saved.earliest for saved in searches if saved.cron), APP_NAME
