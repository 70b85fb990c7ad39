"""The table of nodes and edges: what is new, what is folded, what is left out and said, and that pictures can read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from edge_events import START, Picture, Row, as_body, attempt, conn, graph_of, mapped, read_log
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.graph.entities import wanted
from zeekhunt.graph.graph_rows import subnet
from zeekhunt.graph.graphistry_table import Ends, read
from zeekhunt.graph.network_graph import Request
from zeekhunt.graph.since import Since, since
from zeekhunt.zeek.site import PRIVATE, Site

DAY = 86_400
HUB = "10.5.0.200"
CLIENTS = [f"10.5.0.{last}" for last in range(1, 31)]
STAR = [conn(client, HUB, "smb", at) for at, client in enumerate(CLIENTS)]
FAR = "10.9.9.9"


def moved() -> list[Row]:
    """Three days of a star, then on the fourth a way from one client over another to a host not seen before."""
    days = [conn(client, HUB, "smb", day * DAY + at) for day in range(3) for at, client in enumerate(CLIENTS)]
    return [*days, conn(CLIENTS[0], CLIENTS[1], "rdp", 3 * DAY), conn(CLIENTS[1], FAR, "ssh", 3 * DAY + 600)]


def test_new_is_what_was_not_there_before_since() -> None:
    picture = graph_of(moved(), Request(since=Since(tick=(START + 2 * DAY + 60) * 10)))
    assert {edge[:2] for edge, row in picture.edges.items() if row["new"]} == {(CLIENTS[0], CLIENTS[1]), (CLIENTS[1], FAR)}
    assert [node for node, row in picture.nodes.items() if row["new"]] == [FAR]
    assert picture.said("against a baseline of 2.0 days")


def test_between_is_who_joins_new_edges() -> None:
    picture = graph_of(moved(), Request(since=Since(back=DAY)))
    # of six ordered pairs of the three nodes with new edges one leads over another node: one of two for that node
    assert {node: row["betweenness"] for node, row in picture.nodes.items() if row["betweenness"]} == {CLIENTS[1]: 0.5}
    assert picture.said("betweenness of 3 nodes over 2 new edges: exact")


def test_without_since_new_and_betweenness_are_empty_and_it_says_why() -> None:
    picture = graph_of(moved())
    assert {row["new"] for row in picture.nodes.values()} == {None} == {row["betweenness"] for row in picture.nodes.values()}
    assert picture.said("since= says from when on an edge is new")


def test_without_a_baseline_everything_is_new_and_it_says_so() -> None:
    picture = graph_of(STAR, Request(since=Since(back=DAY)))
    assert all(row["new"] for row in picture.edges.values())
    assert picture.said("every edge is new because there is no baseline")


def test_a_stored_baseline_is_as_good_as_the_events() -> None:
    rows, request = moved(), Request(since=Since(back=DAY))
    stored = mapped(rows[:90], 30)
    assert Picture([stored, as_body(rows[90:])], request).columns == graph_of(rows, request).columns


@pytest.mark.parametrize(
    ("text", "end_s", "expected"),
    [
        (None, 0, None),
        ("", 0, None),
        ("1772450000", 0, Since(tick=17_724_500_000)),
        ("1772450000.5", 0, Since(tick=17_724_500_005)),
        ("2026-03-02", 0, Since(tick=17_724_096_000)),
        ("2026-03-02T01:00:00Z", 0, Since(tick=17_724_132_000)),
        ("-24h", 0, Since(back=864_000)),
        ("-1d", 1_772_450_000, Since(tick=17_723_636_000)),
        ("-2w", 1_772_450_000.0, Since(tick=17_724_500_000 - 14 * 864_000)),
    ],
)
def test_since_as_it_is_typed(text: str | None, end_s: float, expected: Since | None) -> None:
    assert since(text, end_s) == expected


@pytest.mark.parametrize("text", ["yesterday", "-0h", "24h", "-5y", "0", "-9999w", "2026-13-01"])
def test_since_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="since= takes -24h"):
        since(text, 1_772_450_000)


def test_leaves_of_a_hub_are_folded_into_one_node() -> None:
    rows = [*STAR, conn(CLIENTS[0], FAR, "ssh")]
    picture = graph_of(rows, Request(fold=10))
    (bundle,) = [row for row in picture.nodes.values() if row["node_kind"] == "leaves"]
    assert (bundle["id"], bundle["label"], bundle["members"]) == (f"leaves::host::{HUB}/client", "+29 client", 29)
    assert set(picture.nodes) == {HUB, CLIENTS[0], FAR, "+29 client"}
    edge = picture.edges[(f"host::{HUB}/client", HUB, "smb")]
    assert (edge["count"], edge["bytes_out"], edge["first"]) == (29, 2_900, START + 1)
    # the hub keeps its own numbers
    assert picture.nodes[HUB]["degree_in"] == 30 and picture.nodes[HUB]["members"] == 1
    assert picture.said("29 leaves are folded")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (STAR[:5], "too few"),
        ([conn(a, b) for a, b in zip(CLIENTS[:10], CLIENTS[10:20])], "pairs of hosts that know only each other have no hub"),
        ([*STAR[:10], *[conn(client, FAR) for client in CLIENTS[:10]]], "two hubs"),
        ([*STAR[:10], *[attempt(client, FAR, 22) for client in CLIENTS[:10]]], "who tried another host is no leaf"),
    ],
)
def test_what_is_no_leaf_is_not_folded(rows: list[Row], reason: str) -> None:
    assert graph_of(rows, Request(fold=6)).columns == {**graph_of(rows).columns}, reason


def test_new_leaves_are_never_folded() -> None:
    rows = [conn(HUB, FAR, "smb", 0), *[conn(client, HUB, "smb", 2 * DAY) for client in CLIENTS]]
    picture = graph_of(rows, Request(fold=5, since=Since(back=DAY)))
    assert set(CLIENTS) <= set(picture.nodes)


def test_what_is_left_out_is_said_with_its_weight() -> None:
    rows = [conn(client, HUB, "smb", at) for number, client in enumerate(CLIENTS) for at in range(number + 1)]
    picture = graph_of(rows, Request(max_nodes=11, max_edges=4))
    assert set(picture.nodes) == {HUB, *CLIENTS[-10:]}
    assert [row["count"] for row in picture.edges.values()] == [30, 29, 28, 27]
    total = 30 * 31 // 2
    gone = total - (30 + 29 + 28 + 27)
    assert picture.said(
        f"left out: 20 nodes, 26 edges with {gone} events ({gone / total:.1%} of all); raise max_nodes= or max_edges="
    )


def test_edges_join_returned_nodes_alone() -> None:
    picture = graph_of(moved(), Request(max_nodes=3))
    assert {end for edge in picture.edges for end in edge[:2]} <= set(picture.nodes)


def test_new_edges_and_findings_go_first() -> None:
    finding = {
        "hunt": "c2_beacon_ip",
        "src": CLIENTS[5],
        "dest": "198.51.100.7",
        "score": "80",
        "events": "9",
        "first": str(START),
    }
    picture = graph_of([*moved(), finding], Request(max_nodes=5, max_edges=3, since=Since(back=DAY)))
    assert set(picture.nodes) == {CLIENTS[5], "198.51.100.7", CLIENTS[0], CLIENTS[1], FAR}
    assert [edge[2] for edge in picture.edges] == ["c2_beacon_ip", "rdp", "ssh"]


names = st.sampled_from([*CLIENTS[:5], HUB, FAR])
pairs = st.lists(
    st.tuples(names, names, st.sampled_from(["ssl", "smb"]), st.integers(0, 9), st.booleans()), min_size=1, max_size=25
)


@given(pairs, st.integers(1, 7), st.integers(1, 12), st.sampled_from([0, 2, 3]))
def test_nothing_is_counted_twice_or_lost(
    drawn: list[tuple[str, str, str, int, bool]], nodes: int, edges: int, fold: int
) -> None:
    rows = [attempt(a, b, 22, at) if tried else conn(a, b, service, at) for a, b, service, at, tried in drawn]
    whole = graph_of(rows, Request(fold=fold))
    assert sum(row["count"] for row in whole.edges.values()) == sum(not tried for *_, tried in drawn)
    assert sum(row["attempts"] for row in whole.edges.values()) == sum(tried for *_, tried in drawn)
    assert sum(row["members"] for row in whole.nodes.values()) == len({end for a, b, *_ in drawn for end in (a, b)})
    few = graph_of(rows, Request(max_nodes=nodes, max_edges=edges, fold=fold))
    assert len(few.nodes) <= nodes and len(few.edges) <= edges
    left = sum(row["count"] + row["attempts"] for row in whole.edges.values())
    left -= sum(row["count"] + row["attempts"] for row in few.edges.values())
    assert not left or few.said(f"with {left:,} events")


@given(pairs)
def test_degrees_are_different_peers(drawn: list[tuple[str, str, str, int, bool]]) -> None:
    rows = [attempt(a, b, 22, at) if tried else conn(a, b, service, at) for a, b, service, at, tried in drawn]
    met = {(a, b) for a, b, _, _, tried in drawn if not tried and a != b}
    for node, row in graph_of(rows).nodes.items():
        assert row["degree_out"] == len({b for a, b in met if a == node})
        assert row["degree_in"] == len({a for a, b in met if b == node})
        assert row["degree"] == len({a for a, b in met if b == node} | {b for a, b in met if a == node})


def test_graphistry_reads_the_table_as_it_is() -> None:
    columns = graph_of(moved(), Request(since=Since(back=DAY))).columns
    texts = {name: [_text(cell) for cell in cells] for name, cells in columns.items()}
    graph = read(texts, Ends())
    assert (graph.node_count, graph.edge_count) == (32, 32)
    assert set(graph.nodes["kind"]) == {"host"} and "client" in graph.nodes["role"]
    assert {"service", "count", "new"} <= set(graph.edges) and not graph.notes


def _text(cell: object) -> object:
    if isinstance(cell, list):
        return cell if len(cell) > 1 else "".join(cell)
    return "" if cell is None else str(cell)


def test_apt29_has_its_hop_its_accounts_and_its_beacon(shared_data: Path) -> None:
    rows = [row for path in sorted((shared_data / "apt29-day1" / "zeek").glob("*.log")) for row in read_log(path)]
    picture = graph_of(rows, wanted=wanted("user,certificate,ja3", None, True), site=Site(PRIVATE, ["192.168.0.0/24"]))
    assert {("10.0.1.4", "10.0.1.6", "winrm"), ("10.0.1.4", "10.0.1.6", "smb"), ("10.0.1.4", "pbeesly", "user")} <= set(
        picture.edges
    )
    beacon = picture.edges[("10.0.1.6", "192.168.0.4", "ssl")]
    assert beacon["count"] >= 376 and picture.nodes["192.168.0.4"]["zone"] == "external"
    assert picture.nodes["10.0.1.4"]["zone"] == "internal"


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("parsezeeklogs/rdp_sharprdp/json", "current Zeek, JSON"),
        ("rita/json_with_all_fields", "JA3 and open logs"),
        ("rita/truncated", "cut lines"),
        ("zat", "nested folders, odd files"),
        ("corelight-envelope", "Corelight's envelope, ISO times"),
        ("zeek-baselines", "400 logs of all kinds with masked times"),
    ],
)
def test_real_logs_of_every_make_are_read_and_every_row_is_accounted_for(shared_data: Path, folder: str, reason: str) -> None:
    rows = [row for path in sorted((shared_data / folder).rglob("*")) if path.is_file() for row in _read(path)]
    if not rows:
        pytest.skip(f"no rows in {folder}")
    picture = graph_of(rows, wanted=wanted("user,query,answer,name,file,ja3,certificate", None, True))
    told = re.match(r"read ([\d,]+) events, used ([\d,]+), skipped ([\d,]+)(?: \((.*)\))?", picture.messages[0][1])
    assert told, reason
    read_, used, skipped = (int(told[number].replace(",", "")) for number in (1, 2, 3))
    reasons = [int(part.split(" ", 1)[0].replace(",", "")) for part in (told[4] or "").split(", ") if part[:1].isdigit()]
    assert read_ == len(rows) == used + skipped and skipped == sum(reasons)
    assert picture.edges or not used


def _read(path: Path) -> list[Row]:
    try:
        return read_log(path)
    except (ValueError, EOFError, OSError):  # cut or broken on purpose
        return []


@pytest.mark.parametrize(
    ("address", "network"),
    [("10.20.1.77", "10.20.1.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("no.address", None)],
)
def test_a_host_is_grouped_by_its_subnet(address: str, network: str | None) -> None:
    assert subnet(address) == network
