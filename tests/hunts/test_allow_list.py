"""The allow-list: which entries cover which findings, what it says of itself, and the preview of an entry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hunt_runs import APP, NOW_S, fill

from lab.ingest import Store
from lab.spl import SearchSettings, run_search

ROW = {
    "_key": "f1",
    "finding_id": "f1",
    "hunt": "dns_tunnel",
    "entity": "10.0.0.66",
    "src": "10.0.0.66",
    "dest": "cdn.Example.com",
    "score": 80,
    "last_found": NOW_S - 60,
    "scope": ["entity=10.0.0.66", "service=53/udp/dns"],
}
ADDRESS = {**ROW, "_key": "f2", "finding_id": "f2", "hunt": "c2_beacon_ip", "dest": "203.0.113.66"}


class Lists:
    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "store.duckdb")
        self.settings = SearchSettings(APP, now_s=NOW_S, state=folder / "state")

    def fill(self, lookup: str, *rows: dict[str, Any]) -> None:
        fill(self.store, self.settings, lookup, rows)

    def rows(self, spl: str) -> list[dict[str, Any]]:
        result = run_search(self.store, spl, self.settings)
        try:
            return list(result.rows().records())
        finally:
            result.close()

    def allowed(self) -> dict[str, str]:
        return {
            row["finding_id"]: row["allowed"] for row in self.rows("| `zeek_findings` | `zeek_allowed`") if row.get("allowed")
        }


@pytest.fixture
def lists(tmp_path: Path) -> Iterator[Lists]:
    made = Lists(tmp_path)
    yield made
    made.store.close()


CASES = [
    pytest.param({"dest": "example.com"}, {"f1"}, id="domain-covers-what-is-below-it"),
    pytest.param({"dest": "*.example.com"}, {"f1"}, id="domain-with-a-star"),
    pytest.param({"dest": "cdn.example.com"}, {"f1"}, id="name-itself-case-aside"),
    pytest.param({"dest": "ample.com"}, set(), id="not-by-letters-alone"),
    pytest.param({"dest": "203.0.113.66"}, {"f2"}, id="address"),
    pytest.param({"dest": "203.0.113.0/24"}, {"f2"}, id="network"),
    pytest.param({"dest": "198.51.100.0/24"}, set(), id="other-network"),
    pytest.param({"src": "10.0.0.64/28"}, {"f1", "f2"}, id="source-network"),
    pytest.param({"src": "10.0.0.66", "hunt": "c2_*"}, {"f2"}, id="hunts-by-their-start"),
    pytest.param({"src": "10.0.0.66", "hunt": "dns_tunnel"}, {"f1"}, id="one-hunt"),
    pytest.param({"src": "10.0.0.66", "hunt": "dnsXtunnel"}, set(), id="underscore-is-no-wildcard"),
    pytest.param({"src": "10.0.0.66", "dest": "other.example"}, set(), id="every-part-must-fit"),
    pytest.param({"field": "service=53/udp/dns", "hunt": "*"}, {"f1", "f2"}, id="field"),
    pytest.param({"field": "service=53"}, set(), id="field-by-its-whole-value"),
    pytest.param({"dest": "example.com", "expires": "2020-01-01"}, set(), id="expired"),
    pytest.param({"dest": "example.com", "expires": "2099-01-01"}, {"f1"}, id="not-yet-expired"),
    pytest.param({"dest": "example.com", "expires": "soon"}, set(), id="unreadable-date-hides-nothing"),
    pytest.param({"hunt": "*"}, set(), id="everything-is-too-broad"),
    pytest.param({"dest": "com"}, set(), id="a-top-level-domain-is-too-broad"),
    pytest.param({"src": "0.0.0.0/0"}, set(), id="every-address-is-too-broad"),
    pytest.param({"dest": 'a";| delete', "src": "10.0.0.66"}, set(), id="hostile-entry-is-text"),
]


@pytest.mark.parametrize(("entry", "covered"), CASES)
def test_an_entry_covers_what_fits_every_part_of_it(lists: Lists, entry: dict[str, str], covered: set[str]) -> None:
    lists.fill("zeek_findings", ROW, ADDRESS)
    lists.fill("zeek_allow", {**entry, "reason": "a reason", "owner": "me"})
    assert set(lists.allowed()) == covered


def test_the_label_says_why_who_and_until_when(lists: Lists) -> None:
    lists.fill("zeek_findings", ROW)
    lists.fill("zeek_allow", {"dest": "example.com", "reason": "our site", "owner": "web team", "expires": "2099-01-31"})
    assert lists.allowed() == {"f1": "our site (web team, until 2099-01-31)"}


def test_hidden_findings_are_counted_by_hunt(lists: Lists) -> None:
    lists.fill("zeek_findings", ROW, ADDRESS)
    lists.fill("zeek_allow", {"src": "10.0.0.66", "reason": "lab", "owner": "me"})
    rows = lists.rows("| `zeek_findings` | `zeek_allow`")
    assert {(row["hunt"], row["severity"], row["events"]) for row in rows} == {
        ("dns_tunnel", "note", "1"),
        ("c2_beacon_ip", "note", "1"),
    }


def test_entries_that_do_nothing_are_listed_with_the_reason(lists: Lists) -> None:
    lists.fill(
        "zeek_allow",
        {"dest": "a.example", "expires": "2020-01-01", "reason": "x"},
        {"hunt": "dns_tunnel", "reason": "x"},
        {"dest": "b.example", "expires": "31.1.2027", "reason": "x"},
        {"dest": "c.example", "reason": "x"},
    )
    rows = lists.rows('| `zeek_allow_entries` | where state!="active" AND owner!="shipped"')
    assert sorted(row["state"] for row in rows) == ["expired", "too broad", "unreadable date"]


def test_a_preview_counts_by_hunt_and_verdict_what_an_entry_would_hide(lists: Lists) -> None:
    judged = {**ROW, "_key": "f3", "finding_id": "f3", "dest": "x.example.com", "score": 95}
    old = {**ROW, "_key": "f4", "finding_id": "f4", "last_found": NOW_S - 40 * 86_400}
    lists.fill("zeek_findings", ROW, ADDRESS, judged, old)
    lists.fill("zeek_verdicts", {"_key": "f3", "verdict": "malicious"})
    rows = {row["hunt"]: row for row in lists.rows('| `zeek_allow_preview("", "", "Example.com", "")`')}
    tunnel, beacon = rows["dns_tunnel"], rows["c2_beacon_ip"]
    assert (tunnel["would_hide"], tunnel["findings"], tunnel["malicious"], tunnel["unjudged"]) == ("2", "2", "1", "1")
    assert tunnel["highest_score"] == "95"
    assert beacon["would_hide"] == "0"
