"""Baselines: absolute first times, merged in any order, forgotten when old; hunts wait until they are old enough and say so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from event_notation import written
from hunt_runs import APP, NOW_S

from lab.ingest import Store, ingest
from lab.savedsearch import SavedSearch, dispatch, named
from lab.spl import SearchSettings, run_search
from lab.spl.time_modifier import epoch_s
from tools.hunts.conf_text import hunt_macros, hunt_stanzas
from tools.hunts.playbook import FOLDER, Hunt
from tools.hunts.upkeep import read_upkeep
from tools.hunts.yaml_file import read_yaml

DAY_S = 86_400
START_S = epoch_s("-25h@h", NOW_S)
UPDATE, FILL = "Zeek Hunting - Baseline - Update pair", "Zeek Hunting - Baseline - Fill pair"
NEW_PAIR = {**{"id.orig_h": "10.0.0.5"}, "id.resp_h": "203.0.113.5"}
OLD_PAIR = {**{"id.orig_h": "10.0.0.5"}, "id.resp_h": "203.0.113.7"}
SERIES: list[Mapping[str, Any]] = [
    {"log": "conn", "at": "-20d", "repeat": 22, "every": "1d", "set": OLD_PAIR},
    {"log": "conn", "at": "5h", "set": NEW_PAIR},
    {"log": "conn", "at": "6h", "set": {**NEW_PAIR, "id.resp_h": "203.0.113.9", "conn_state": "S0", "orig_bytes": 0}},
]


def a_hunt() -> Hunt:
    """A hunt that needs a baseline: pairs that the site has not seen before."""
    raw = dict(read_yaml(FOLDER / "dns_resolver.yml"))
    counts = "stats count AS events min(_time) AS first max(_time) AS last BY src dest"
    search = f"`zeek_conn`\n| `zeek_ends`\n| where `zeek_is_session`\n| {counts}"
    raw.update(id="new_pair", name="New pairs", parameters=[], baseline={"kind": "pair", "activation_days": 14})
    raw["data"] = [{"log": "conn", "required": ["id.orig_h", "id.resp_h"]}]
    raw["search"] = f'{search}\n| eval baseline_key=src.">".dest\n| `zeek_first_seen(pair)`\n| where is_new=1'
    raw["finding"] = {
        "evidence": [{"part": "new", "points": 50, "says": '"not seen in ".baseline_days." days"'}],
        "why_not": [{"says": '"people go to new places"'}],
        "confidence": '"low"',
        "drilldown": [{"log": "conn", "match": {"id.orig_h": "src", "id.resp_h": "dest"}}],
    }
    return Hunt(raw)


class Site:
    def __init__(self, folder: Path, series: Sequence[Mapping[str, Any]] = SERIES) -> None:
        app = folder / "site" / APP.name
        shutil.copytree(APP, app, ignore=shutil.ignore_patterns("appserver", "__pycache__"))
        for name, text in (("savedsearches", hunt_stanzas(a_hunt())), ("macros", hunt_macros(a_hunt()))):
            with (app / "default" / f"{name}.conf").open("a", encoding="utf-8") as conf:
                conf.write(text)
        (folder / "logs").mkdir()
        for log, events in written(series, START_S).items():
            lines = "".join(json.dumps({"_path": log, **event}) + "\n" for event in events)
            (folder / "logs" / f"{log}.log").write_text(lines, encoding="utf-8")
        self.store = Store(folder / "store.duckdb")
        ingest([folder / "logs"], self.store)
        self.settings = SearchSettings(app, now_s=NOW_S, state=folder / "state")

    def saved(self, title: str, days: int = 0) -> list[dict[str, Any]]:
        settings = replace(self.settings, now_s=NOW_S + days * DAY_S)
        return list(dispatch(self.store, self.search(title), settings).rows.records())

    def search(self, title: str) -> SavedSearch:
        return named(self.settings.app, title)

    def keys(self) -> dict[str, tuple[float, float]]:
        rows = self.rows("| inputlookup zeek_first_seen")
        return {row["key"]: (float(row["first"]) - START_S, float(row["last"]) - START_S) for row in rows}

    def rows(self, spl: str) -> list[dict[str, Any]]:
        result = run_search(self.store, spl, self.settings)
        try:
            return list(result.rows().records())
        finally:
            result.close()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_fill_takes_thirty_days_and_sessions_alone(site: Site) -> None:
    site.saved(FILL)
    assert site.keys() == {
        "10.0.0.5>203.0.113.7": (-20 * DAY_S, 0),
        "10.0.0.5>203.0.113.5": (5 * 3600, 5 * 3600),
    }
    (baseline,) = site.rows("| inputlookup zeek_baselines")
    assert float(baseline["since"]) == START_S - 20 * DAY_S, "since the first event, not since the start of the window"


def test_days_in_any_order_and_twice_give_what_the_fill_gives(site: Site, tmp_path: Path) -> None:
    for day in (0, -3, -1, -3, -20, 0):
        site.saved(UPDATE, day)
    first, last = site.keys()["10.0.0.5>203.0.113.7"]
    assert (first, last) == (-20 * DAY_S, 0)
    assert site.keys()["10.0.0.5>203.0.113.5"] == (5 * 3600, 5 * 3600)


def test_a_hunt_finds_what_is_new_in_its_window_even_when_the_baseline_has_it_already(site: Site) -> None:
    site.saved(FILL)
    rows = site.saved(a_hunt().title)
    assert [(row["dest"], row["severity"]) for row in rows] == [("203.0.113.5", "low")]
    assert "not seen in 20 days" in rows[0]["evidence"]


@pytest.mark.parametrize(
    ("since", "words"),
    [
        pytest.param("-14d", None, id="old-enough"),
        pytest.param("-13d", "13 of 14 days old", id="one-day-too-young"),
    ],
)
def test_a_young_baseline_holds_findings_back_and_says_so(tmp_path: Path, since: str, words: str | None) -> None:
    site = Site(tmp_path, [{**SERIES[0], "at": since, "repeat": 3}, *SERIES[1:]])
    site.saved(FILL)
    rows = site.saved(a_hunt().title)
    if words is None:
        assert [row["dest"] for row in rows] == ["203.0.113.5"]
    else:
        assert [row["severity"] for row in rows] == ["note"]
        assert words in rows[0]["why_not"]


def test_without_a_baseline_it_says_how_to_fill_it(site: Site) -> None:
    (row,) = site.saved(a_hunt().title)
    assert "Fill pair" in row["why_not"]


def test_old_keys_are_forgotten_and_new_again(site: Site) -> None:
    site.saved(FILL)
    site.saved("Zeek Hunting - Baseline - Forget old keys", days=88)
    assert len(site.keys()) == 2
    site.saved("Zeek Hunting - Baseline - Forget old keys", days=89)
    assert list(site.keys()) == ["10.0.0.5>203.0.113.5"], "last seen five hours later"
    new = {row["dest"] for row in site.saved(a_hunt().title, days=0)}
    assert new == {"203.0.113.5", "203.0.113.7"}


# kind -> keys of one host that browses, resolves and opens a remote desktop, and what else that kind needs to see
KINDS: dict[str, tuple[set[str], Mapping[str, Any]]] = {
    "pair": ({"10.0.0.10>198.51.100.7"}, {}),
    "edge": ({"10.0.0.10>10.0.0.3>3389"}, {}),
    "name": ({"www.example.com"}, {}),
    "service": ({"ssl>443"}, {}),
    "ja3": ({"e7d705a3286e19ea42f587b344ee6865"}, {}),
    "resolver": ({"10.0.0.10>10.0.0.2"}, {}),
    "domain": ({"example.com"}, {}),
    "hidden": ({"10.0.0.10>203.0.113.53"}, {"log": "ssl", "set": {"id.resp_h": "203.0.113.53", "id.resp_p": 853}}),
    "failing": (
        {"10.0.0.10"},
        {
            "log": "dns",
            "at": "4h",
            "repeat": 10,
            "every": "1s",
            "set": {"query": "{letters:12}.example", "rcode_name": "NXDOMAIN"},
        },
    ),
    "serve": ({"10.0.0.10>client", "10.0.0.3>3389", "10.0.0.3>any"}, {}),
    "volume": ({"10.0.0.10"}, {}),
    "rpc": (
        {"10.0.0.10>10.0.0.3"},
        {"log": "dce_rpc", "set": {"id.resp_h": "10.0.0.3", "endpoint": "svcctl", "operation": "CreateServiceW"}},
    ),
    "account": ({"alice>10.0.0.10"}, {"log": "ntlm", "set": {"id.resp_h": "10.0.0.3", "username": "Alice", "success": True}}),
    "remote_tool": ({"10.0.0.10>TeamViewer"}, {"log": "dns", "set": {"query": "router1.teamviewer.com"}}),
}


@pytest.mark.parametrize("title", [each["title"] for each in read_upkeep()[0] if "Baseline - Fill" in each["title"]])
def test_every_kind_of_baseline_can_be_filled(title: str, tmp_path: Path) -> None:
    kind = title.rsplit(" ", 1)[1]
    wanted, more = KINDS[kind]
    series = [
        {"log": "conn", "at": "-2d", "set": {}},
        {"log": "conn", "at": "-2d", "set": {"id.resp_h": "10.0.0.3", "id.resp_p": 3389, "service": "rdp"}},
        {"log": "ssl", "at": "-2d", "set": {}},
        {"log": "dns", "at": "-2d", "set": {}},
        *([{"at": "-2d", **more}] if more else []),
    ]
    site = Site(tmp_path, series)
    site.saved(title)
    assert set(site.keys()) == wanted
    assert [row["kind"] for row in site.rows("| inputlookup zeek_baselines")] == [kind]
