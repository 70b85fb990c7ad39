"""What the links of the pages run: verdicts, allow-list entries, the evidence pack; hostile values stay text."""

from __future__ import annotations

import json
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
    assert "## Raw events: 3 of 3" in pack["report"]


def test_the_evidence_pack_of_a_finding_whose_events_are_gone_still_holds_its_evidence(search: Search) -> None:
    (pack,) = search(f'`zeek_dns` query="*.gone.example" | `zeek_evidence_pack("{ONE}")`')
    assert "- two: +39.00" in pack["report"]
    assert "## Raw events: 0 of 3" in pack["report"]


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
