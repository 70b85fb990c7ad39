"""Scheduled hunts store what they find under stable ids; people's searches write nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from event_notation import written
from hunt_runs import APP, NOW_S, Bench, fill

from lab.driver import Rows
from lab.ingest import Store, ingest
from lab.savedsearch import dispatch, named
from lab.spl import SearchSettings, run_search
from tools.hunts.playbook import FOLDER, Hunt
from tools.hunts.searches import finding_identity
from tools.hunts.yaml_file import read_yaml

DAY_S = 86_400
HUNT = Hunt(read_yaml(FOLDER / "dns_resolver.yml"))
LOUD = {"id.orig_h": "10.0.1.1", "id.resp_h": "203.0.113.9", "query": "{letters:10}.example"}
SERIES = [
    {"log": "dns", "for": {"host": "1..30"}, "at": "1h", "set": {"id.orig_h": "10.0.1.{host}"}},
    {"log": "dns", "repeat": 30, "at": "2h", "every": "1m", "set": LOUD},
    {"log": "dns", "repeat": 3, "at": "3h", "every": "1m", "set": {"id.orig_h": "10.0.1.2", "id.resp_h": "203.0.113.8"}},
    # the next day the first one again
    {"log": "dns", "repeat": 30, "at": "26h", "every": "1m", "set": LOUD},
    {"log": "dns", "for": {"host": "1..30"}, "at": "27h", "set": {"id.orig_h": "10.0.1.{host}"}},
]


class Site:
    """A store of two days and the state that searches leave."""

    def __init__(self, folder: Path, app: Path = APP) -> None:
        (folder / "logs").mkdir()
        bench = Bench(HUNT, folder)
        for log, events in written(SERIES, bench.start_s()).items():
            text = "".join(json.dumps({"_path": log, **event}) + "\n" for event in events)
            (folder / "logs" / f"{log}.log").write_text(text, encoding="utf-8")
        self.store = Store(folder / "store.duckdb")
        ingest([folder / "logs"], self.store)
        self.settings = SearchSettings(app, now_s=NOW_S, state=folder / "state")

    def saved(self, title: str, day: int = 0) -> Rows:
        settings = replace(self.settings, now_s=NOW_S + day * DAY_S)
        return dispatch(self.store, named(self.settings.app, title), settings).rows

    def rows(self, spl: str, day: int = 0) -> list[dict[str, Any]]:
        result = run_search(self.store, spl, replace(self.settings, now_s=NOW_S + day * DAY_S))
        try:
            return list(result.rows().records())
        finally:
            result.close()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_person_writes_nothing(site: Site) -> None:
    assert site.saved(HUNT.title).count
    assert site.rows("| `zeek_findings`") == []
    assert site.rows("| inputlookup zeek_hunt_runs") == []


def test_the_same_finding_on_two_days_is_one_with_a_history(site: Site) -> None:
    site.saved(HUNT.stored_title)
    site.saved(HUNT.stored_title, day=1)
    stored = {row["src"]: row for row in site.rows("| `zeek_findings`")}
    assert sorted(stored) == ["10.0.1.1", "10.0.1.2"]
    twice, once = stored["10.0.1.1"], stored["10.0.1.2"]
    assert (twice["times"], once["times"]) == ("2", "1")
    assert float(twice["last_found"]) - float(twice["first_found"]) == DAY_S
    assert float(twice["last"]) - float(twice["first"]) > 20 * 3600, "first and last event over both days"
    assert once["first_found"] == once["last_found"]
    assert isinstance(twice["evidence"], list), "several values stay several"
    history = site.rows("`zeek_findings_history` | stats count BY src", day=2)
    assert {row["src"]: row["count"] for row in history} == {"10.0.1.1": "2", "10.0.1.2": "1"}


def test_a_window_that_runs_twice_counts_once(site: Site) -> None:
    for _ in range(2):
        site.saved(HUNT.stored_title)
    assert {row["times"] for row in site.rows("| `zeek_findings`")} == {"1"}
    assert site.rows("`zeek_findings_history` | stats count", day=2) == [{"count": "2"}]


def test_what_the_allow_list_hides_is_stored_all_the_same(site: Site) -> None:
    fill(site.store, site.settings, "zeek_allow", [{"hunt": "dns_resolver", "dest": "203.0.113.9", "reason": "ours"}])
    site.saved(HUNT.stored_title)
    assert len(site.rows("| `zeek_findings`")) == 2
    assert [row["src"] for row in site.saved(HUNT.title).records() if row.get("score")] == ["10.0.1.2"]


def test_every_run_leaves_what_it_did(site: Site) -> None:
    site.saved(HUNT.stored_title)
    assert [(row["found"], row["stored"], row["muted"]) for row in site.rows("| inputlookup zeek_hunt_runs")] == [("2", "2", "0")]
    site.saved(HUNT.stored_title, day=5)
    (run,) = site.rows("| inputlookup zeek_hunt_runs")
    assert (run["found"], run["says"]) == ("0", "0 findings stored")
    said = {row["hunt"]: row["says"] for row in site.saved("Zeek Hunting - Findings - What the hunts did").records()}
    assert said["dns_resolver"] == "0 findings stored"
    assert said["dns_tunnel"].startswith("never ran")


# found today by other runs, ran earlier -> stored by this run of two findings, muted, how its note begins
CEILINGS = {
    "one-run-alone": (1, [], [], ("1", "1"), "muted: 2 findings today"),
    "with-other-runs-of-the-day": (3, [NOW_S - 3600, NOW_S - 7200], [], ("1", "1"), "muted: 4 findings today"),
    "yesterday-does-not-count": (3, [NOW_S - DAY_S, NOW_S - DAY_S], [], ("2", "0"), "2 findings stored"),
    "exactly-the-ceiling": (4, [NOW_S - 3600, NOW_S - 7200], [], ("2", "0"), "2 findings stored"),
    "muted-earlier-today": (9, [], [{"ran_at": NOW_S - 3600, "left_out": 7}], ("2", "1"), "muted earlier today: 7 findings"),
    "muted-yesterday": (9, [], [{"ran_at": NOW_S - DAY_S, "left_out": 7}], ("2", "0"), "2 findings stored"),
}


@pytest.mark.parametrize("case", CEILINGS.values(), ids=CEILINGS)
def test_a_hunt_above_its_ceiling_of_a_day_is_muted_and_says_so(case: Any, tmp_path: Path) -> None:
    ceiling, found_at, ran, done, says = case
    app = tmp_path / "site" / APP.name
    shutil.copytree(APP, app, ignore=shutil.ignore_patterns("appserver", "__pycache__"))
    (app / "local").mkdir()
    small = f"[zeek_findings_ceiling]\ndefinition = {ceiling}\n[zeek_findings_muted]\ndefinition = 1\n"
    (app / "local" / "macros.conf").write_text(small, encoding="utf-8")
    (tmp_path / "data").mkdir()
    site = Site(tmp_path / "data", app)
    if found_at:
        other = [{"_key": f"o{n}", "hunt": HUNT.id, "score": 1, "last_found": at} for n, at in enumerate(found_at)]
        fill(site.store, site.settings, "zeek_findings", other)
    if ran:
        fill(site.store, site.settings, "zeek_hunt_runs", [{**row, "_key": HUNT.id, "hunt": HUNT.id} for row in ran])
    site.saved(HUNT.stored_title)
    assert "10.0.1.1" in {row.get("src") for row in site.rows("| `zeek_findings`")}, "the highest is kept"
    (run,) = site.rows("| inputlookup zeek_hunt_runs")
    assert (run["found"], run["stored"], run["muted"]) == ("2", *done)
    assert run["says"].startswith(says)


# the same finding in other words: SPL of entity, src, dest -> whether its id is that of the first
SPELLINGS = {
    "as-it-is": ('"a"', '"a", "b"', '"x.example"', True),
    "another-order": ('"a"', '"b", "a"', '"x.example"', True),
    "a-name-in-capitals": ('"A"', '"a", "b"', '"X.Example"', True),
    "one-of-them-twice": ('"a"', '"a", "B", "b"', '"x.example"', True),
    "another-destination": ('"a"', '"a", "b"', '"y.example"', False),
    "one-source-less": ('"a"', '"a"', '"x.example"', False),
    "no-destination": ('"a"', '"a", "b"', "null()", False),
}


def test_a_finding_keeps_its_id_whatever_the_spelling(site: Site) -> None:
    named_by = finding_identity(HUNT)[0]
    ids = {
        name: site.rows(f"| makeresults | eval entity={entity}, src=mvappend({src}), dest={dest} | eval {named_by}")
        for name, (entity, src, dest, _) in SPELLINGS.items()
    }
    first = ids["as-it-is"][0]["finding_id"]
    assert {name: ids[name][0]["finding_id"] == first for name in ids} == {name: case[3] for name, case in SPELLINGS.items()}


def test_verdicts_re_rank_and_hide_nothing(site: Site) -> None:
    before = [row for row in site.saved(HUNT.title).records() if row.get("score")]
    fill(site.store, site.settings, "zeek_verdicts", [{"_key": before[0]["finding_id"], "verdict": "benign", "verdict_by": "me"}])
    after = [row for row in site.saved(HUNT.title).records() if row.get("score")]
    assert [row["finding_id"] for row in after] == [before[1]["finding_id"], before[0]["finding_id"]]
    assert after[1]["verdict"] == "benign"
    assert after[1]["score"] == before[0]["score"]


def test_todays_findings_take_at_most_five_of_a_hunt_and_count_the_rest(site: Site) -> None:
    found = [
        {"_key": f"{hunt}{n}", "finding_id": f"{hunt}{n}", "hunt": hunt, "score": 90 - n, "last_found": NOW_S - 60, "entity": "x"}
        for hunt, count in (("loud", 8), ("quiet", 2))
        for n in range(count)
    ]
    fill(site.store, site.settings, "zeek_findings", [*found, {**found[0], "_key": "old", "last_found": NOW_S - 3 * DAY_S}])
    rows = site.rows("| `zeek_today(6)`")
    shown = [row["finding_id"] for row in rows if row.get("score")]
    assert shown == ["loud0", "quiet0", "loud1", "quiet1", "loud2", "loud3"]
    assert [(row["hunt"], row["events"]) for row in rows if row.get("severity") == "note"] == [("loud", "4")]


def stored(hunt: str, score: float, days_ago: float, count: int = 1, name: str = "") -> list[dict[str, Any]]:
    at = NOW_S - days_ago * DAY_S
    ids = [f"{name or hunt}{score}at{days_ago}n{n}" for n in range(count)]
    shared = {"hunt": hunt, "score": score, "first_found": at, "last_found": at, "entity": "x"}
    return [{"_key": each, "finding_id": each, **shared} for each in ids]


TODAY = [*stored("left", 70, 0.01, name="left"), *stored("right", 70, 0.01, name="right")]
RIGHT_OLD = [row["finding_id"] for row in stored("right", 90, 5, 9)]
# history, verdicts, shipped expectations: why the finding of "left" stands before an equal one of "right"
BETTER = {
    "right-is-common-here": (stored("right", 80, 5, 60), {}, []),
    "right-was-benign-before": ([*stored("right", 90, 5, 9), *stored("left", 90, 5, 9)], dict.fromkeys(RIGHT_OLD, "benign"), []),
    "left-was-malicious-before": (
        [*stored("right", 90, 5, 9), *stored("left", 90, 5, 9)],
        {row["finding_id"]: "malicious" for row in stored("left", 90, 5, 9)},
        [],
    ),
    "right-is-common-elsewhere": (
        [],
        {},
        [{"hunt": "right", "hosts_days": 50, "found_0": 90, "found_60": 90, "found_75": 0, "found_90": 0}],
    ),
}


@pytest.mark.parametrize("case", BETTER.values(), ids=BETTER)
def test_equal_scores_rank_by_what_they_are_worth_here(case: Any, site: Site) -> None:
    history, verdicts, priors = case
    fill(site.store, site.settings, "zeek_findings", [*TODAY, *history])
    if verdicts:
        rows = [{"_key": key, "verdict": verdict, "verdict_by": "ann"} for key, verdict in verdicts.items()]
        fill(site.store, site.settings, "zeek_verdicts", rows)
    fill(site.store, site.settings, "zeek_hunt_priors", priors or [{"hunt": "other", "hosts_days": 50}])
    rows = [row for row in site.rows("| `zeek_today(20)`") if row.get("score")]
    assert [row["hunt"] for row in rows] == ["left", "right"]
    for row in rows:
        parts = row["calibration"] if isinstance(row["calibration"], list) else [row["calibration"]]
        told = sum(float(part.rsplit(": ", 1)[1]) for part in parts)
        assert told == pytest.approx(float(row["calibrated"]), abs=0.11), parts


def test_higher_scores_of_a_hunt_stand_first_whatever_its_history(site: Site) -> None:
    scores = [30.5, 59.9, 60, 61, 74.9, 75, 89.9, 90, 100]
    history = [row for n, score in enumerate(scores) for row in stored("loud", score, 3 + n, 1 + n * 7 % 5 * 8)]
    today = [row for score in scores for row in stored("loud", score, 0.01)]
    fill(site.store, site.settings, "zeek_findings", [*history, *today])
    ranked = "`zeek_verdict` | `zeek_calibrated` | sort 0 -calibrated"
    found = site.rows(f"| `zeek_findings` | where last_found>=now()-86400 | {ranked}")
    assert [float(row["score"]) for row in found] == sorted(scores, reverse=True)
