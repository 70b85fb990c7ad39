"""Readiness: per hunt what is there and what is lacking, from the newest events of each log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from event_notation import written
from hunt_runs import APP, NOW_S, fill

from lab.ingest import Store, ingest
from lab.savedsearch import dispatch, named
from lab.spl import SearchSettings
from lab.spl.time_modifier import epoch_s
from tools.hunts.playbook import read_hunts
from tools.hunts.readiness import REQUIRED, needs

SEARCH, COVERAGE = "Zeek Hunting - Readiness - Hunts", "Zeek Hunting - Readiness - ATT&CK coverage"
CONN = {"log": "conn", "at": "2h", "repeat": 10, "every": "60s", "set": {"id.orig_h": "10.0.0.5", "id.resp_h": "203.0.113.5"}}
DNS = {"log": "dns", "at": "3h", "repeat": 20, "set": {"id.orig_h": "10.0.0.5", "query": "{letters:8}.example"}}


def ready(
    folder: Path, series: Sequence[Mapping[str, Any]], title: str = SEARCH, days: float | None = None
) -> dict[str, dict[str, Any]]:
    """Rows of the saved search by hunt, or by technique. days: age of the baseline of admin edges."""
    logs = written(series, epoch_s("-24h@h", NOW_S))
    (folder / "logs").mkdir()
    for log, events in logs.items():
        text = "".join(json.dumps({"_path": log, **event}) + "\n" for event in events)
        (folder / "logs" / f"{log}.log").write_text(text, encoding="utf-8")
    with Store(folder / "store.duckdb") as store:
        ingest([folder / "logs"], store)
        settings = SearchSettings(APP, now_s=NOW_S, state=folder / "state")
        if days is not None:
            fill(store, settings, "zeek_baselines", [{"_key": "edge", "kind": "edge", "since": NOW_S - 86_400 * days}])
        rows = dispatch(store, named(APP, title), settings).rows.records()
    return {str(row["hunt" if title == SEARCH else "technique"]): row for row in rows}


def test_every_hunt_has_a_row_and_lacks_what_is_not_there(tmp_path: Path) -> None:
    rows = ready(tmp_path, [CONN])
    assert set(rows) == {hunt.id for hunt in read_hunts()[0]}
    for hunt, log, _, need, _ in needs(read_hunts()[0]):
        if need == REQUIRED and log != "conn":
            assert (rows[hunt]["state"], f"no events of {log}" in str(rows[hunt]["says"])) == ("not ready", True), (hunt, log)
    assert rows["c2_beacon_ip"]["state"] == "ready"
    assert rows["c2_beacon_ip"]["last_seen"].startswith("2026-03-0")


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        pytest.param({}, "ready", "all that it needs", id="all-there"),
        pytest.param({"rcode_name": None}, "not ready", "rcode_name of dns is never set", id="a-field-is-missing"),
        pytest.param({"rcode_name": "-"}, "not ready", "rcode_name of dns is never set", id="a-field-is-unset"),
    ],
)
def test_a_field_that_is_never_set_is_named(change: dict[str, Any], state: str, words: str, tmp_path: Path) -> None:
    row = ready(tmp_path, [{**DNS, "set": {**DNS["set"], **change}}])["dns_resolver"]  # type: ignore[dict-item]
    assert (row["state"], words in row["says"]) == (state, True)


def test_a_field_that_some_events_have_makes_a_hunt_ready_in_part(tmp_path: Path) -> None:
    bare = {**DNS, "at": "4h", "repeat": 10, "set": {**DNS["set"], "rcode_name": None}}  # type: ignore[dict-item]
    row = ready(tmp_path, [DNS, bare])["dns_resolver"]
    assert (row["state"], row["says"]) == ("in part", "rcode_name of dns is set in 66 %")


@pytest.mark.parametrize(("days", "state"), [(13.5, "learning"), (14.5, "ready"), (None, "learning")])
def test_a_hunt_learns_until_its_baseline_is_old_enough(days: float | None, state: str, tmp_path: Path) -> None:
    assert ready(tmp_path, [CONN], days=days)["lateral_winrm_new"]["state"] == state


def test_coverage_counts_the_hunts_that_can_work(tmp_path: Path) -> None:
    rows = ready(tmp_path, [CONN], COVERAGE)
    assert (rows["T1071"]["covered"], rows["T1568.002"]["covered"]) == ("yes", "no")
    assert "no events of dns" in str(rows["T1568.002"]["unable"])
