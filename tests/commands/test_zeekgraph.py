"""| zeekgraph as splunkd runs it: a process over the chunked protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from edge_events import START, Row, attempt, conn

from lab.driver import CommandFailed, Invocation, Rows, RunOptions, RunResult, SearchInfo, run

HUB = "10.5.0.200"
ROWS = [conn(f"10.5.0.{last}", HUB, "smb", 60 * last) for last in range(1, 16)] + [
    attempt("10.5.0.1", f"10.6.0.{last}", 22, last) for last in range(1, 31)
]


def graph(repo: Path, rows: list[Row], *args: str, search: SearchInfo | None = None, **options: Any) -> RunResult:
    return run(
        Invocation(repo / "zeek_hunting", "zeekgraph", args, search or SearchInfo()),
        Rows.from_records(rows),
        RunOptions(**options),
    )


@pytest.fixture(scope="module")
def whole(repo: Path) -> dict[str, Any]:
    return dict(graph(repo, ROWS, skip_map=True).rows.columns)


def test_nodes_and_edges_come_as_one_table(whole: dict[str, Any]) -> None:
    rows = [dict(zip(whole, cells)) for cells in zip(*whole.values())]
    nodes = {row["id"]: row for row in rows if row["kind"] == "node"}
    assert len(nodes) == 46 and sum(row["kind"] == "edge" for row in rows) == 45
    assert nodes[f"host::{HUB}"]["role"] == "server"
    scanner = nodes["host::10.5.0.1"]
    assert scanner["role"] == "scanner" and "30 hosts gave no answer on port 22" in str(scanner["reasons"])


@pytest.mark.parametrize(
    "way",
    [
        pytest.param({"chunk_rows": 1, "skip_map": True}, id="chunks-of-1"),
        pytest.param({"chunk_rows": 50_000}, id="map-then-merge"),
        pytest.param({"chunk_rows": 3, "map_chunk_rows": 7}, id="map-in-chunks-of-7"),
        pytest.param({"indexers": 8, "shard_seed": 3}, id="8-indexers"),
    ],
)
def test_every_way_gives_the_same_bytes(repo: Path, whole: dict[str, Any], way: dict[str, Any]) -> None:
    assert dict(graph(repo, ROWS, **way).rows.columns) == whole


def test_options_reach_both_halves(repo: Path) -> None:
    row = {**conn("10.5.0.1", HUB, "ssl"), "server_name": "a.example", "username": "bob"}
    found = graph(repo, [row], "entities=user,name", 'edges="src:user,name:dst"').rows.records()
    assert {(each["src"], each["dst"]) for each in found if each["kind"] == "edge"} == {
        ("host::10.5.0.1", "user::bob"),
        ("domain::a.example", f"host::{HUB}"),
    }


def test_since_counts_back_from_the_end_of_the_search(repo: Path) -> None:
    search = SearchInfo(latest_time=str(START + 960))
    found = graph(repo, ROWS[:15], "since=-2m", search=search).rows.records()
    assert sorted(each["first"] for each in found if each["kind"] == "edge" and each["new"] == "1") == [
        f"{START + 840}.0",
        f"{START + 900}.0",
    ]


def test_a_stored_summary_is_a_baseline(repo: Path) -> None:
    stored = graph(repo, ROWS[:10], "output=summary").rows.records()
    assert {row["zh_kind"] for row in stored} == {"graph_conn", "graph_tally"}
    later = graph(repo, [*stored, *ROWS[10:15]], f"since={START + 650}").rows.records()
    edges = [row for row in later if row["kind"] == "edge"]
    assert len(edges) == 15 and sum(row["new"] == "1" for row in edges) == 5


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("max_edges=0", "max_edges"),
        ("entities=hosts", "entities are src, dst, user"),
        ("edges=src", "pairs like src:dst"),
        ("since=lately", "since= takes -24h"),
        ("output=both", "graph, summary"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_what_is(repo: Path, option: str, words: str) -> None:
    with pytest.raises(CommandFailed, match=words):
        graph(repo, ROWS, option)
