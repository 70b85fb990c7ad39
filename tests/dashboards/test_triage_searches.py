"""What the links of the pages run: verdicts, allow-list entries, the evidence pack; hostile values stay text."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.ingest import Store, ingest
from lab.spl import SearchSettings, run_search

Rows = list[dict[str, Any]]
Search = Callable[[str], Rows]
NOW_S = 1_772_496_000
ONE, TWO = "0a" * 16, "0b" * 16
HOSTILE = 'a"b|c`d)e](x) & #+%'
STORED = f"""| makeresults count=2 | streamstats count AS n
| eval finding_id=if(n=1, "{ONE}", "{TWO}"), hunt="dns_tunnel", hunt_version=2, entity="10.0.0.".n, src="10.0.0.".n
| eval dest=if(n=1, "bad.example", null()), many=if(n=2, split("198.51.100.1,198.51.100.2", ","), null())
| eval dest=coalesce(dest, many), score=90-n, severity="critical", confidence="high"
| eval evidence=mvappend("one: +50.00", "two: +39.00")
| eval why_not="a look-alike", technique="T1071.004", first={NOW_S}-3600, last={NOW_S}-60, events=3
| eval last_found={NOW_S}-30, times=1
| eval drilldown="`zeek_dns` query=bad.example"
| fields - _time n many | outputlookup append=true key_field=finding_id zeek_findings"""


@pytest.fixture
def search(repo: Path, tmp_path: Path) -> Iterator[Search]:
    """Runs SPL over three events and two stored findings."""
    event = {"_path": "dns", "id.orig_h": "10.0.0.1", "id.resp_h": "10.0.0.53", "query": "x.bad.example"}
    lines = [json.dumps({**event, "ts": NOW_S - 600 + at, "uid": f"C{at}"}) for at in range(3)]
    (tmp_path / "dns.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = SearchSettings(repo / "zeek_hunting", now_s=NOW_S, state=tmp_path / "state", earliest="-24h", latest="now")
    with Store(tmp_path / "logs.duckdb") as store:
        ingest([tmp_path / "dns.log"], store)

        def run(spl: str) -> Rows:
            result = run_search(store, spl, settings)
            try:
                return list(result.rows().records())
            finally:
                result.close()

        run(STORED)
        yield run


def test_a_verdict_is_stored_for_a_known_finding_and_moves_its_rank(search: Search) -> None:
    search(f'| `zeek_set_verdict("{ONE}", "benign", "ann", "ours")`')
    judged = {
        row["finding_id"]: row for row in search("| `zeek_findings` | `zeek_verdict` | table finding_id verdict verdict_by rank")
    }
    assert (judged[ONE]["verdict"], judged[ONE]["verdict_by"], judged[ONE]["rank"]) == ("benign", "ann", "39")
    assert "verdict" not in judged[TWO]


@pytest.mark.parametrize(("finding", "word"), [(ONE, "fine"), ("0c" * 16, "benign")], ids=["unknown-word", "unknown-finding"])
def test_a_verdict_that_means_nothing_is_not_stored(finding: str, word: str, search: Search) -> None:
    assert search(f'| `zeek_set_verdict("{finding}", "{word}", "ann", "")`') == []
    assert search("| inputlookup zeek_verdicts") == []


def test_allowing_a_finding_hides_it_alone_and_the_preview_said_so_before(search: Search) -> None:
    (before,) = search(f'| `zeek_allow_finding_preview("{ONE}")`')
    assert (before["would_hide"], before["findings"]) == ("1", "2")
    assert search("| inputlookup zeek_allow") == [], "the preview writes nothing"
    search(f'| `zeek_allow_finding("{ONE}", "our backup", "ann", "2030-01-31")`')
    shown = search("| `zeek_findings` | `zeek_allow` | where isnotnull(score) | table finding_id")
    assert [row["finding_id"] for row in shown] == [TWO]


def test_a_finding_with_several_destinations_is_allowed_by_source_and_entity(search: Search) -> None:
    assert search(f'| `zeek_allow_entry_of("{TWO}")`') == [{"hunt": "dns_tunnel", "src": "10.0.0.2", "field": "entity=10.0.0.2"}]


def test_the_evidence_pack_holds_sentence_numbers_search_and_raw_events(search: Search) -> None:
    (pack,) = search(f'`zeek_dns` query="*.bad.example" | `zeek_evidence_pack("{ONE}")`')
    written = json.loads(pack["report_json"])
    assert written["sentence"].startswith("Tunnels: 10.0.0.1 to bad.example, critical, score 89, 3 events")
    assert (written["hunt_version"], written["search"]) == (2, "`zeek_dns` query=bad.example")
    assert sorted(written["uids"]) == ["C0", "C1", "C2"]
    assert len(written["raw_events"]) == 3
    assert "- one: +50.00" in pack["report"]
    assert any("the newest 3 of 3 that were read; 0 left out, 0 cut" in line for line in pack["report"])
    assert any(line.startswith("1. C") and '"query"' in line for line in pack["report"]), "raw rows by uid"


def test_the_evidence_pack_of_a_finding_whose_events_are_gone_still_holds_its_evidence(search: Search) -> None:
    (pack,) = search(f'`zeek_dns` query="*.gone.example" | `zeek_evidence_pack("{ONE}")`')
    assert "- two: +39.00" in pack["report"]
    assert any(line.startswith("Of 3 events of the finding: none: ") for line in pack["report"])


def test_a_text_in_a_link_comes_back_whole_and_ends_neither_link_nor_query(search: Search) -> None:
    written = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    (row,) = search(f'| makeresults | eval text="{written}" | eval link=`zeek_link_text(text)` | table text link')
    assert urllib.parse.unquote(row["link"]) == row["text"] == HOSTILE
    assert not set(row["link"]) & set('"|`()[] &#+<>')


@pytest.mark.parametrize("which", ['where finding_id="none"', "where isnull(score)"], ids=["no-such-finding", "notes-alone"])
def test_a_page_without_findings_has_one_row_that_says_so(which: str, search: Search) -> None:
    (row,) = search(f"| `zeek_findings` | {which} | `zeek_shown_finding`")
    assert (row["evidence"], row["place"]) == ("no finding in this time", "none")
    assert search(row["events_spl"]) == []


def test_the_shown_finding_holds_nothing_that_could_be_markup(search: Search) -> None:
    changed = f"""entity="a](http://x)<b>", finding_id="{ONE}\\"|\""""
    (row,) = search(f"""| `zeek_findings` | where finding_id="{ONE}" | eval {changed} | `zeek_shown_finding`""")
    assert (row["place"], row["finding_id"]) == ("ahttp:xb", ONE)


def test_findings_of_another_time_are_left_out_and_the_others_have_their_stage(search: Search) -> None:
    rows = search("| `zeek_findings` | `zeek_in_range` | table finding_id name area tactic stage")
    assert [(row["name"], row["area"], row["tactic"], row["stage"]) for row in rows] == [
        ("Tunnels", "DNS", "command-and-control", "10")
    ] * 2
    assert search(f"| inputlookup zeek_findings | eval last_found={NOW_S}-200000 | `zeek_in_range`") == []


def test_values_of_logs_stay_text_in_the_evidence_pack(search: Search) -> None:
    hostile = "x`|<b>[a](http://h)**@me www.evil.example"
    changed = f'eval dest="{hostile}", why_not=dest'
    store = "outputlookup append=true key_field=finding_id zeek_findings"
    search(f'| inputlookup zeek_findings where finding_id="{ONE}" | {changed} | {store}')
    (pack,) = search(f'`zeek_dns` query="*.bad.example" | `zeek_evidence_pack("{ONE}")`')
    said = [line for line in pack["report"] if "evil" in line]
    assert len(said) == 3, "title, destination, against"
    for line in said:
        assert not re.search(r"(?<!\\)[`|<>*\[]|://|@|www[.]", line), line
    assert hostile in json.loads(pack["report_json"])["dest"]


def asked(verdict: str, comment: str = "ours", finding: str = ONE) -> str:
    parts = f'finding_id="{finding}", verdict="{verdict}", comment="{comment}", verdict_by="ann"'
    return f"| makeresults | eval {parts} | `zeek_verdict_asked`"


def clicked(search: Search, verdict: str, mark: str) -> str:
    """What the page says after a click with a mark; stores where it may."""
    store = (
        "table finding_id verdict verdict_by comment at | outputlookup append=true key_field=finding_id zeek_verdicts | where 1=2"
    )
    clicked_it = f'{asked(verdict)} | eval clicked="{mark}", says="x" | `zeek_clicked`'
    (row,) = search(f"{clicked_it} | appendpipe [where isnull(refused) | eval at=now() | {store}]")
    return str(row["told"])


def test_a_click_stores_what_it_was_shown_once_and_nothing_else(search: Search) -> None:
    (offer,) = search(asked("benign"))
    assert clicked(search, "malicious", offer["mark"]).startswith("Nothing was written: it is no longer what was clicked")
    assert clicked(search, "benign", offer["mark"]) == "Stored: x (before: no verdict)"
    assert clicked(search, "benign", offer["mark"]).startswith("Stands: benign by ann")
    search(f'| `zeek_set_verdict("{ONE}", "malicious", "bob", "")`')
    assert clicked(search, "benign", offer["mark"]).startswith("Nothing was written"), (
        "a reloaded page does not bring a verdict back"
    )
    assert search("| inputlookup zeek_verdicts")[0]["verdict"] == "malicious"


@pytest.mark.parametrize(
    ("verdict", "finding", "comment", "said"),
    [
        ("-", ONE, "", "choose a verdict"),
        ("benign", "0c" * 16, "", "no stored finding"),
        ("benign", ONE, "x" * 301, "301 characters"),
        ("benign", ONE, HOSTILE.replace('"', '\\"'), None),
    ],
    ids=["no-verdict", "unknown-finding", "long-reason", "hostile-reason-is-text"],
)
def test_a_verdict_that_is_asked_for_is_checked(
    verdict: str, finding: str, comment: str, said: str | None, search: Search
) -> None:
    (row,) = search(asked(verdict, comment, finding))
    assert (said is None) == ("refused" not in row)
    assert said is None or said in row["refused"]
    assert row.get("comment", "") == comment.replace('\\"', '"')


# hunt, source, destination, field, end; what is said against it, None when it may be written
ENTRIES = [
    pytest.param("dns_*", "-", "*.Example.COM", "-", "-", None, id="a-domain"),
    pytest.param("-", "10.0.0.0/8", "-", "-", "30", None, id="a-network-for-thirty-days"),
    pytest.param("dns_tunnel", "-", "-", "entity=10.0.0.1", "2026-05-01", None, id="a-field"),
    pytest.param("*", "-", "-", "-", "-", "names no source", id="nothing"),
    pytest.param("*", "10.0.0.0/7", "-", "-", "-", "wider than /8", id="wide"),
    pytest.param("*", "-", "0.0.0.0/00", "-", "-", "wider than /8", id="wide-with-zeros"),
    pytest.param("*", "-", "com", "-", "-", "top-level domain", id="top-level"),
    pytest.param("*", "a|b", "-", "-", "-", "cannot stand", id="separator"),
    pytest.param("*", "-", 'x\\" | delete', "-", "-", "cannot stand", id="quote"),
    pytest.param("*", "-", "a`b", "-", "-", "is an address, a network or a name", id="backtick"),
    pytest.param("*", "-", "-", "entity", "-", "name=value", id="no-value"),
    pytest.param("dns_tunel", "-", "a.example", "-", "-", "no hunt of that id", id="unknown-hunt"),
    pytest.param("*", "-", "a.example", "-", "soon", "cannot be read", id="unreadable-end"),
    pytest.param("*", "-", "a.example", "-", "2026-01-31", "has passed", id="past-end"),
    pytest.param("*", "-", "a.example", "-", "9999", "three years", id="far-end"),
]


def entry(hunt: str, src: str, dest: str, field: str, expires: str) -> str:
    return (
        f'| makeresults | eval hunt="{hunt}", src="{src}", dest="{dest}", field="{field}", reason="our backup", owner="ann",'
        f' expires="{expires}" | `zeek_allow_asked`'
    )


@pytest.mark.parametrize(("hunt", "src", "dest", "field", "expires", "said"), ENTRIES)
def test_an_entry_that_is_asked_for_is_checked(
    hunt: str, src: str, dest: str, field: str, expires: str, said: str | None, search: Search
) -> None:
    (row,) = search(entry(hunt, src, dest, field, expires))
    assert (said is None) == ("refused" not in row), row
    assert said is None or said in row["refused"]
    if said is None:
        assert re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", row["expires"])


@pytest.mark.parametrize(
    ("finding", "scope", "parts"),
    [
        (ONE, "exact", "dns_tunnel|10.0.0.1|bad.example|-"),
        (ONE, "dest", "dns_tunnel|-|bad.example|-"),
        (ONE, "pair", "*|10.0.0.1|bad.example|-"),
        (TWO, "exact", "dns_tunnel|10.0.0.2|-|entity=10.0.0.2"),
        (TWO, "pair", "none|none|none|none"),
        (TWO, "dest", "none|none|none|none"),
        ("0c" * 16, "exact", "none|none|none|none"),
    ],
)
def test_the_entry_for_a_finding_is_as_wide_as_its_scope_says(finding: str, scope: str, parts: str, search: Search) -> None:
    start = f'| makeresults | eval finding_id="{finding}", scope="{scope}", reason="ours", owner="ann", expires="-"'
    (row,) = search(f"{start} | `zeek_allow_scope` | `zeek_allow_asked`")
    assert row["zh_packed"] == f'"{parts}|hidden"'
