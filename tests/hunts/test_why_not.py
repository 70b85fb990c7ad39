"""Why not: per hunt the state of a host or pair, what was measured, and what removed it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from event_notation import written
from hunt_runs import APP, NOW_S, Bench, fill, run_before

from lab.ingest import Store, ingest
from lab.savedsearch import dispatch, named
from lab.spl import SearchSettings, run_search
from lab.spl.time_modifier import epoch_s
from tools.hunts.conf_text import why_not_macros
from tools.hunts.measured import measured_search
from tools.hunts.playbook import Hunt, read_hunts
from tools.hunts.stages import conjuncts, fields_of, stages

HUNTS = {hunt.id: hunt for hunt in read_hunts()[0]}
FEW = ("c2_beacon_ip", "net_unknown", "dns_resolver", "dns_tunnel", "lateral_winrm_new")
TITLE = "Zeek Hunting - Findings - Why not"
HOST, PEER = "10.0.0.66", "203.0.113.66"
BEACON = {
    "log": "conn",
    "at": "2h",
    "repeat": 200,
    "every": "60s",
    "set": {"id.orig_h": HOST, "id.resp_h": PEER, "orig_bytes": 412, "orig_ip_bytes": 900},
}
OTHER = {"log": "conn", "at": "3h", "repeat": 5, "every": "9m", "set": {"id.orig_h": "10.0.0.5", "id.resp_h": "192.0.2.5"}}
LOOSE = {**BEACON, "every": "400s", "jitter": "150s", "repeat": 40, "set": {**BEACON["set"], "id.orig_h": "10.0.0.7"}}  # type: ignore[dict-item]
DNS = {"log": "dns", "at": "3h", "repeat": 30, "every": "60s", "set": {"id.orig_h": HOST, "query": "{letters:8}.example"}}
OTHER_DNS = {**DNS, "set": {"id.orig_h": "10.0.0.5", "query": "{letters:8}.example"}}
WINRM = {**OTHER, "set": {"id.orig_h": HOST, "id.resp_h": "10.0.0.9", "id.resp_p": 5985}}


@dataclass(frozen=True)
class Case:
    """One state. lookups: rows of lookups; local: macros as a site set them; state, words: of the row of `hunt`."""

    hunt: str
    events: Sequence[Mapping[str, Any]]
    state: str
    words: str
    dest: str = ""
    host: str = HOST
    lookups: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    local: Mapping[str, str] = field(default_factory=dict)


CASES = {
    "found": Case("c2_beacon_ip", [BEACON], "found and shown", "place 1"),
    "found-with-a-verdict": Case(
        "c2_beacon_ip",
        [BEACON],
        "found and shown",
        "verdict benign by ann",
        lookups={"zeek_verdicts": [{"_key": "ID", "finding_id": "ID", "verdict": "benign", "verdict_by": "ann"}]},
    ),
    "hidden": Case(
        "c2_beacon_ip",
        [BEACON],
        "hidden by the allow-list",
        "our monitoring (ann)",
        lookups={"zeek_allow": [{"hunt": "c2_*", "src": "", "dest": PEER, "reason": "our monitoring", "owner": "ann"}]},
    ),
    "below-the-cut": Case(
        "c2_beacon_ip",
        [BEACON, LOOSE],
        "below the cut of the view",
        "place 2, the view shows 1",
        host="10.0.0.7",
        local={"zeek_rows_shown": "1", "c2_beacon_ip_least": "0", "c2_beacon_ip_pattern": "0"},
    ),
    "muted": Case(
        "c2_beacon_ip",
        [BEACON],
        "muted",
        "zeek_findings_ceiling",
        lookups={"zeek_hunt_runs": [{"_key": "c2_beacon_ip", "hunt": "c2_beacon_ip", "muted": 1}]},
    ),
    "below-a-threshold-as-the-site-set-it": Case(
        "c2_beacon_ip", [BEACON], "value below threshold", "score>=101: score is 9", local={"c2_beacon_ip_least": "101"}
    ),
    "fewer-events-than-the-command-scores": Case(
        "c2_beacon_ip", [{**BEACON, "repeat": 3}], "value below threshold", "events>=4: events is 3", dest=PEER
    ),
    "below-a-threshold-by-default": Case("net_unknown", [BEACON], "value below threshold", "named=0: named is 200", PEER),
    "baseline-too-young": Case(
        "lateral_winrm_new",
        [WINRM],
        "baseline too young",
        "edge is 3 of 14 days old",
        lookups={"zeek_baselines": [{"_key": "edge", "kind": "edge", "since": NOW_S - 86_400 * 4.5}]},
    ),
    "no-events-of-the-host": Case("c2_beacon_ip", [OTHER, DNS], "no events", "in conn"),
    "no-events-of-the-pair": Case("net_unknown", [BEACON], "no events", "in conn", dest="198.51.100.1"),
    "field-missing-of-the-host": Case(
        "dns_tunnel",
        [OTHER_DNS, {**DNS, "set": {"id.orig_h": HOST, "query": None}}],
        "field missing",
        "query of dns is set in none",
    ),
    "hunt-not-ready": Case("dns_tunnel", [BEACON], "hunt not ready", "no events of dns"),
    "only-attempts": Case(
        "net_unknown",
        [OTHER, {**BEACON, "set": {"id.orig_h": HOST, "id.resp_h": PEER, "conn_state": "S0"}}],
        "only attempts",
        "200 newest connections",
    ),
    "outside-its-scope": Case(
        "dns_resolver", [DNS], "outside what the hunt looks at", 'dest_site="external": dest_site is internal'
    ),
    "nothing-of-its-kind": Case("lateral_winrm_new", [BEACON], "nothing of its kind", "events in conn"),
    "asked-without-a-source": Case("c2_beacon_ip", [BEACON, LOOSE], "found and shown", "place 1", dest=PEER, host=""),
}


def small_app(folder: Path, local: Mapping[str, str]) -> Path:
    """The app with few hunts, since the search over all of them is long; `local` is what the site changed."""
    app = folder / APP.name
    shutil.copytree(APP, app, ignore=shutil.ignore_patterns("appserver", "__pycache__"))
    (app / "local").mkdir(exist_ok=True)
    macros = "".join(f"[{name}]\ndefinition = {value}\n" for name, value in local.items())
    (app / "local" / "macros.conf").write_text(why_not_macros([HUNTS[name] for name in FEW]) + macros, encoding="utf-8")
    needs = app / "lookups" / "zeek_hunt_needs.csv"
    head, *rows = list(csv.reader(needs.read_text(encoding="utf-8").splitlines()))
    with needs.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *(row for row in rows if row[0] in FEW)])
    return app


def filled(store: Store, folder: Path, series: Sequence[Mapping[str, Any]]) -> None:
    write_logs(folder, written(series, epoch_s("-25h@h", NOW_S)))
    ingest([folder / "logs"], store)


def write_logs(folder: Path, logs: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    (folder / "logs").mkdir()
    for log, events in logs.items():
        text = "".join(json.dumps({"_path": log, **event}) + "\n" for event in events)
        (folder / "logs" / f"{log}.log").write_text(text, encoding="utf-8")


def rows_of(store: Store, search: str, settings: SearchSettings) -> list[dict[str, Any]]:
    result = run_search(store, search, settings)
    try:
        return [dict(row) for row in result.rows().records()]
    finally:
        result.close()


def asked(case: Case, folder: Path) -> dict[str, dict[str, Any]]:
    """Rows of zeek_why_not by hunt."""
    with Store(folder / "store.duckdb") as store:
        filled(store, folder, case.events)
        app = small_app(folder, case.local)
        settings = SearchSettings(app, now_s=NOW_S, state=folder / "state", earliest="-25h@h", latest="-1h@h")
        for name, rows in case.lookups.items():
            if any("ID" in row.values() for row in rows):  # the id of the finding that the hunt has
                (found,) = rows_of(store, f"`{case.hunt}_hunt` | table finding_id", settings)
                rows = [{key: found["finding_id"] if value == "ID" else value for key, value in row.items()} for row in rows]
            fill(store, settings, name, rows)
        return {row["hunt"]: row for row in rows_of(store, f'`zeek_why_not("{case.host}", "{case.dest}")`', settings)}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_every_hunt_says_why_not(case: Case, tmp_path: Path) -> None:
    rows = asked(case, tmp_path)
    assert set(rows) == set(FEW)
    assert (rows[case.hunt]["state"], case.words in str(rows[case.hunt]["says"])) == (case.state, True), rows[case.hunt]["says"]


def test_a_row_has_values_thresholds_and_what_is_stored(tmp_path: Path) -> None:
    stored = {"_key": "abc", "finding_id": "abc", "hunt": "dns_tunnel", "entity": HOST, "src": HOST, "dest": "x.example"}
    case = Case(
        "c2_beacon_ip", [BEACON], "", "", lookups={"zeek_findings": [{**stored, "last_found": NOW_S - 3600, "score": 70}]}
    )
    rows = asked(case, tmp_path)
    assert "unanswered=0" in rows["c2_beacon_ip"]["measured"]
    assert rows["c2_beacon_ip"]["thresholds"] == ["c2_beacon_ip_least=60", "c2_beacon_ip_pattern=40"]
    assert str(rows["dns_tunnel"]["stored"]).startswith("1 stored, last found 2026-03-04")
    assert not rows["c2_beacon_ip"].get("stored")


def test_the_saved_search_asks_all_hunts(tmp_path: Path) -> None:
    with Store(tmp_path / "store.duckdb") as store:
        filled(store, tmp_path, [BEACON, DNS])
        settings = SearchSettings(APP, now_s=NOW_S, state=tmp_path / "state")
        saved = named(APP, TITLE)
        assert "savedsearch" in saved.settings["description"]
        rows = dispatch(store, saved, settings).rows.records()
    assert {row["hunt"] for row in rows} == set(HUNTS)
    assert {str(row["state"]) for row in rows} <= {"no events", "hunt not ready"}  # nobody filled in the host


# One of every kind of pipeline: the app's command, sums over rows behind a condition, dedup, a condition before the last stats
SAMPLE = ("c2_beacon_ip", "dns_resolver", "cred_kerberos_spray", "disc_scan_hosts", "net_unknown")


@pytest.mark.parametrize("name", SAMPLE)
def test_what_no_condition_removed_is_what_the_hunt_finds(name: str, tmp_path: Path) -> None:
    check_same(HUNTS[name], tmp_path)


def check_same(hunt: Hunt, folder: Path) -> None:
    """Of the hunt's first positive test: ids of the findings, and of the rows of <id>_measured without removed_by."""
    positive = next(test for test in hunt.tests if test["kind"] == "positive" and "scenario" not in test)
    logs = Bench(hunt, folder).events(positive)
    times = {key: hunt.schedule[key] for key in ("earliest", "latest")}
    with Store(folder / "store.duckdb") as store:
        write_logs(folder, logs)
        ingest([folder / "logs"], store)
        settings = SearchSettings(APP, now_s=NOW_S, state=folder / "state", **times)
        for lookup, rows in positive.get("lookups", {}).items():
            fill(store, settings, lookup, rows)
        for first in positive.get("before", ()):
            run_before(store, settings, first)
        found = {row["finding_id"] for row in rows_of(store, f"`{hunt.id}_hunt` | table finding_id", settings)}
        host = next(iter(rows_of(store, f"`{hunt.id}_hunt` | table entity", settings)))["entity"]
        kept = "| where isnull(removed_by) | table finding_id"
        measured = {row["finding_id"] for row in rows_of(store, f'`{hunt.id}_measured("{host}", "")` {kept}', settings)}
    assert found
    assert measured == found


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        pytest.param("a=1 AND b>2", ["a=1", "b>2"], id="two"),
        pytest.param("a=1 OR b=2", ["a=1 OR b=2"], id="an-or-is-one"),
        pytest.param("a=1 AND b=2 OR c=3", ["a=1 AND b=2 OR c=3"], id="an-or-beside-an-and-is-one"),
        pytest.param("a=1 and (b=2 OR c=3)", ["a=1", "(b=2 OR c=3)"], id="or-in-brackets"),
        pytest.param('a="x AND y" AND match(b, "[)] AND")', ['a="x AND y"', 'match(b, "[)] AND")'], id="quotes"),
        pytest.param("brand=1 AND ORder=2", ["brand=1", "ORder=2"], id="words-that-begin-so"),
        pytest.param("NOT in(a, 1, 2) AND `m(1 AND 2)`", ["NOT in(a, 1, 2)", "`m(1 AND 2)`"], id="macro"),
    ],
)
def test_a_condition_is_cut_at_its_outer_ands(condition: str, parts: list[str]) -> None:
    assert conjuncts(condition) == parts


def test_a_pipeline_is_cut_at_its_outer_bars() -> None:
    assert stages('`zeek_x` | where a="|" | append [search b | head 1] | `m("a|b")`') == [
        "`zeek_x`",
        'where a="|"',
        "append [search b | head 1]",
        '`m("a|b")`',
    ]
    assert fields_of("NOT in(lower('a.b'), \"c\") AND d>=`e_f` AND round(g1, 2)=3") == ["a.b", "d", "g1"]


def test_a_command_of_the_app_keeps_its_own_cut_in_mind() -> None:
    text = measured_search(HUNTS["lateral_path"])
    assert "limit=10000" in text
    assert "why_row<=1000" in text


def test_every_threshold_of_every_hunt_is_told() -> None:
    for hunt in HUNTS.values():
        text = measured_search(hunt)
        for parameter in hunt.parameters:
            assert f'"{hunt.id}_{parameter["name"]}=".tostring(`{hunt.id}_{parameter["name"]}`)' in text, hunt.id
