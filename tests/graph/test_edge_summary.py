"""Edges: what a row of a log becomes, and that no split of the work shows in the result."""

from __future__ import annotations

from typing import Any

import pytest
from edge_events import START, Picture, Row, as_body, attempt, conn, graph_of, log, mapped
from hypothesis import given, settings
from hypothesis import strategies as st
from zeekhunt.graph import edge_row, edge_summary, entities, node_name
from zeekhunt.graph.edge_store import EdgeWriter
from zeekhunt.graph.edge_summary import EdgeSummary
from zeekhunt.graph.entities import Wanted, wanted
from zeekhunt.graph.network_graph import NetworkGraph, Request
from zeekhunt.graph.session_service import of_session
from zeekhunt.graph.since import Since
from zeekhunt.spl import arrays, body
from zeekhunt.spl.encode import encode_parts, encode_rows
from zeekhunt.zeek.fields import FieldMissing
from zeekhunt.zeek.partial import SummaryError
from zeekhunt.zeek.site import PRIVATE, Site

A, B, C, D = (f"10.1.0.{last}" for last in range(1, 5))
OUT = "198.51.100.9"
EVERYTHING = wanted("user,query,answer,name,ja3,certificate,file", None, True)
MIXED: list[Row] = [
    conn(A, B, "smb", 0),
    conn(A, B, "smb", 60, orig_bytes="-", resp_bytes="5"),
    conn(A, C, "krb", 30),
    conn(A, OUT, "ssl", 100),
    log(A, OUT, 100.2, server_name="Evil.example", ja3="AB" * 16, established="true", cert_chain_fps="ff01,ff02"),
    conn(B, D, "dns", 5),
    log(B, D, 5, query="evil.example", qtype_name="A", answers=f"{OUT},cdn.example", proto="udp"),
    log(B, C, 700, username="CORP\\alice", domainname="CORP", server_nb_computer_name="C"),
    *[attempt(A, f"10.1.9.{last}", 22, last) for last in range(1, 8)],
    attempt(A, "10.1.9.1", 23, 9),
    {
        "hunt": "c2_beacon_ip",
        "src": A,
        "dest": OUT,
        "score": "71.5",
        "events": "40",
        "first": str(START),
        "last": f"{START + 90}",
    },
    {"uid": "X", "_time": f"{START + 1}"},
    conn(C, D, "ssl", 0, _time="-"),
]
REQUEST = Request(since=Since(back=3_000))


def everything(bodies: list[bytes]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    picture = Picture(bodies, REQUEST, EVERYTHING)
    return picture.columns, picture.messages


@given(st.permutations(MIXED), st.integers(1, 9), st.integers(1, 4), st.integers(0, len(MIXED)))
@settings(max_examples=30)
def test_order_chunks_shards_and_a_skipped_map_change_nothing(rows: list[Row], chunk: int, shards: int, raw: int) -> None:
    whole = everything([as_body(MIXED)])
    maps = [mapped(rows[shard::shards], chunk, EVERYTHING) for shard in range(shards) if rows[shard::shards]]
    assert everything(maps) == whole
    mixture = [as_body(rows[:raw])] if raw else []
    mixture += [mapped(rows[raw:], chunk, EVERYTHING)] if raw < len(rows) else []
    assert everything(mixture) == whole


@given(st.permutations(MIXED), st.integers(1, 9))
@settings(max_examples=10)
def test_a_stored_summary_gives_the_same_graph(rows: list[Row], chunk: int) -> None:
    writer = EdgeWriter(EVERYTHING)
    for table in arrays.tables(mapped(rows, chunk, EVERYTHING), {}):
        writer.add(table)
    stored = encode_rows(writer.finish())
    whole = Picture([as_body(MIXED)], REQUEST, EVERYTHING)
    assert Picture([stored], REQUEST, EVERYTHING).columns == whole.columns
    passed_through = EdgeSummary(EVERYTHING)
    for block in body.blocks(stored):
        passed_through.add(block)
    assert Picture([encode_parts(passed_through.drain())], REQUEST, EVERYTHING).columns == whole.columns


def test_an_edge_sums_up_its_sessions() -> None:
    edge = graph_of(MIXED).edges[(A, B, "smb")]
    assert (edge["count"], edge["attempts"], edge["bytes_out"], edge["bytes_in"]) == (2, 0, 100, 905)
    assert (edge["first"], edge["last"]) == (START, START + 60)
    assert edge["uid"] == [conn(A, B, "smb", at)["uid"] for at in (0, 60)]


def test_the_earliest_uids_are_the_sample() -> None:
    rows = [conn(A, B, "ssl", at) for at in (50, 10, 40, 20, 30)]
    edge = graph_of(rows).edges[(A, B, "ssl")]
    assert edge["uid"] == [conn(A, B, "ssl", at)["uid"] for at in (10, 20, 30)]


def test_attempts_are_edges_of_their_own_and_make_no_peers() -> None:
    picture = graph_of(MIXED)
    edge = picture.edges[(A, "10.1.9.1", "attempt")]
    assert (edge["count"], edge["attempts"], edge["ports"], edge["uid"]) == (0, 2, ["22", "23"], [])
    assert picture.nodes["10.1.9.1"]["degree"] == 0
    assert (picture.nodes[A]["attempted_hosts"], picture.nodes[A]["attempts"]) == (7, 8)
    # B, C and OUT; the finding names OUT again
    assert picture.nodes[A]["degree_out"] == 3


def test_a_connection_in_several_logs_counts_once() -> None:
    rows = [conn(A, OUT, "ssl"), *[log(A, OUT, 1, server_name="x.example", established="T") for _ in range(3)]]
    picture = graph_of(rows)
    assert picture.edges[(A, OUT, "ssl")]["count"] == 1
    assert picture.said("3 in other logs about pairs of hosts that conn events tell of")
    alone = graph_of(rows[1:])
    assert alone.edges[(A, OUT, "ssl")]["count"] == 3


def test_a_log_row_about_an_attempt_makes_no_session() -> None:
    picture = graph_of([attempt(A, B, 22), log(A, B, 1, auth_success="F", proto="tcp")])
    assert list(picture.edges) == [(A, B, "attempt")]


@pytest.mark.parametrize(
    ("cells", "spoken", "reason"),
    [
        (("gssapi,smb,krb", "tcp", "445"), "smb", "what authenticates gives way"),
        (("krb,smb,gssapi", "tcp", "445"), "smb", "in any order"),
        (("dce_rpc", "tcp", "49670"), "dce_rpc", "alone it stays"),
        (("ssl,http", "tcp", "443"), "http", "the carrier gives way"),
        (("krb_tcp", "tcp", "88"), "krb", "one name for both transports"),
        (("", "tcp", "445"), "smb", "by port where no analyzer tells"),
        (("-", "tcp", "8443"), "tcp/8443", "transport and port"),
        (("", "udp", "60001"), "udp/dynamic", "a port handed out at run time says nothing"),
        (("http", "tcp", "5985"), "winrm", "analyzer and port say more"),
        (("http", "tcp", "631"), "print", "the same"),
        (("dns", "udp", "5353"), "mdns", "not a resolver"),
        (("", "icmp", "8"), "icmp", "type and code are no ports"),
        (("", "", "443"), "port/443", "a log without a transport"),
        (("", "", ""), "other", "nothing is known"),
        (('x" | delete', "tcp", "70000"), "tcp", "hostile text names no service"),
    ],
)
def test_what_two_hosts_spoke(cells: tuple[str, str, str], spoken: str, reason: str) -> None:
    assert of_session(*cells) == spoken, reason


@pytest.mark.parametrize(
    ("row", "edge", "reason"),
    [
        (log(A, B, query="WWW.x.example."), (A, "www.x.example", "query"), "small letters, no dot at the end"),
        (log(A, B, server_name="y.example"), (A, "y.example", "name"), "TLS"),
        (log(A, B, host="z.example:8080", method="GET"), (A, "z.example", "name"), "HTTP, without the port"),
        (log(A, B, query="a.example", answers=f"{C},cname.example"), ("a.example", "cname.example", "answer"), "each answer"),
        (log(A, B, query="a.example", answers=f"{C}\n{D}"), ("a.example", D, "answer"), "a multivalue field"),
        (log(A, B, username="CORP\\Bob"), (A, "bob", "user"), "account without its domain"),
        (log(A, B, client="carl/REALM", request_type="TGS"), (A, "carl", "user"), "Kerberos"),
        (log(A, B, md5="AA" * 16), (A, "aa" * 16, "file"), "a hash in small letters"),
        (log(A, B, cert_chain_fps="f1,f2"), (A, "f1", "certificate"), "the server's own certificate"),
        (log(A, B, cert_chain_fps="f1,f2"), ("f1", B, "certificate"), "and who shows it"),
    ],
)
def test_entities_become_nodes(row: Row, edge: tuple[str, str, str], reason: str) -> None:
    assert edge in graph_of([row], wanted=EVERYTHING).edges, reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (log(A, B, host="forwarder1"), "on a Splunk the field host is the forwarder"),
        (log(A, B, client="SSH-2.0-OpenSSH_9"), "ssh.log's client is a banner"),
        (log(A, B, username="MACHINE$"), "a machine account is no user"),
        (log(A, B, query="-", answers="(empty)"), "unset"),
    ],
)
def test_what_is_no_entity_makes_none(row: Row, reason: str) -> None:
    assert set(graph_of([row], wanted=EVERYTHING).nodes) == {A, B}, reason


def test_an_address_among_names_is_the_host() -> None:
    picture = graph_of([log(A, B, query="a.example", answers=OUT)], wanted=wanted("query,answer", None, True))
    assert picture.nodes[OUT]["node_kind"] == "host" and picture.nodes["a.example"]["node_kind"] == "domain"


def test_without_direct_each_entity_is_linked_to_its_event() -> None:
    row = log(A, B, 3, server_name="y.example")
    picture = graph_of([row], wanted=wanted("src,name", None, False))
    assert set(picture.edges) == {("L3", A, "src"), ("L3", "y.example", "name")}
    assert picture.nodes["L3"]["node_kind"] == "event"


def test_edges_chooses_the_pairs() -> None:
    picture = graph_of([log(A, B, username="bob")], wanted=wanted(None, "user:dst", True))
    assert list(picture.edges) == [("bob", B, "user")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("users", None, True), "entities= knows no 'users'; entities are src, dst, user"),
        ((None, "src>dst", True), "pairs like src:dst"),
        ((None, "src:src", True), "pairs like src:dst"),
        ((None, "src:nobody", True), "edges= knows no 'nobody'"),
        (("user", "src:dst", True), "entities= names user, which no pair"),
        ((None, "src:user", False), "direct=false"),
    ],
)
def test_a_wrong_vocabulary_says_what_is_right(options: tuple[str | None, str | None, bool], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wanted(*options)


def test_required_fields_follow_the_options() -> None:
    base = edge_summary.required_fields({"phase": "map"})
    assert "id.orig_h" in base and "id_orig_h" in base and "zh_kind" in base and "ja4" not in base
    assert "ja4" in edge_summary.required_fields({"phase": "map", "entities": "ja4"})
    assert edge_summary.required_fields({"entities": "no such"}) == base


def test_every_entity_can_be_asked_for() -> None:
    assert wanted(",".join(entities.ENTITIES), None, True).fields()


def test_rows_that_give_no_edge_are_counted_by_reason() -> None:
    picture = graph_of(MIXED)
    assert picture.said(f"read {len(MIXED)} events, used {len(MIXED) - 2}, skipped 2")
    assert picture.said("1 without a time") and picture.said("1 without a source address")


def test_no_address_at_all_is_an_error_that_names_the_spellings() -> None:
    with pytest.raises(FieldMissing, match=r"id\.orig_h, id_orig_h, src_ip, src"):
        graph_of([{"uid": "C1", "_time": str(START)}])


def test_no_events_say_so() -> None:
    graph = NetworkGraph(Request(), Site(PRIVATE))
    assert graph.finish() == {}
    assert graph.messages[-1][0] == "WARN" and "no events reached the command" in graph.messages[-1][1]


def test_multicast_alone_is_nothing_to_draw() -> None:
    picture = graph_of([conn(A, "224.0.0.251", "dns"), conn(A, "255.255.255.255", "dns"), conn(A, "ff02::fb", "dns")])
    assert picture.columns == {} and picture.said("3 to or from multicast") and picture.messages[-1][0] == "WARN"


def test_a_finding_of_another_hunt_is_an_edge_with_its_score() -> None:
    edge = graph_of(MIXED).edges[(A, OUT, "c2_beacon_ip")]
    assert (edge["count"], edge["score"], edge["last"]) == (40, 71.5, START + 90)


def test_a_finding_about_several_addresses_is_an_edge_to_each() -> None:
    row = {
        "hunt": "c2_beacon_group",
        "src": A,
        "dest": f"{OUT}\n{D}\nname.example",
        "score": "0.5",
        "events": "-",
        "first": str(START),
    }
    picture = graph_of([row])
    assert set(picture.edges) == {(A, end, "c2_beacon_group") for end in (OUT, D, "name.example")}
    assert {edge["count"] for edge in picture.edges.values()} == {1}
    assert picture.nodes["name.example"]["node_kind"] == "domain"


@pytest.mark.parametrize(
    ("change", "words"),
    [({"src": ""}, "1 without a source"), ({"dest": "-"}, "1 without a destination"), ({"first": "soon"}, "1 without a time")],
)
def test_a_finding_that_lacks_what_an_edge_needs_is_counted(change: Row, words: str) -> None:
    whole = {"hunt": "h", "src": A, "dest": OUT, "first": str(START)}
    assert graph_of([{**whole, **change}, whole]).said(words)


def test_hostile_text_is_made_harmless_and_kept_apart() -> None:
    long = "x" * 5_000
    rows = [log(A, B, 1, query=f"{long}{end}") for end in "ab"] + [log('10.1.0.1" | delete', B, 1, uid='u"\n=1' + "9" * 99)]
    picture = graph_of(rows, wanted=EVERYTHING)
    names = [name for name in picture.nodes if name.startswith("x")]
    assert len(names) == 2 and all(len(name) < 220 for name in names)
    assert "10.1.0.1_ _ delete" in picture.nodes
    edge = picture.edges[("10.1.0.1_ _ delete", B, "other")]
    assert edge["uid"][0].replace("_", "").isalnum() and len(edge["uid"][0]) <= edge_row.LONGEST_UID


def test_letters_outside_ascii_keep_their_bytes() -> None:
    name = "ÖSTRA.example".encode().decode("latin-1")
    picture = graph_of([log(A, B, 1, query=name)], wanted=EVERYTHING)
    assert "östra.example".encode().decode("latin-1") in picture.nodes


def test_forged_sizes_end_at_a_bound_in_any_order() -> None:
    rows = [conn(A, B, "ssl", at, orig_bytes="999999999999999") for at in range(4)]
    whole = graph_of(rows)
    assert whole.edges[(A, B, "ssl")]["bytes_out"] == edge_row.MOST
    assert Picture([mapped(rows[:1], 1), mapped(rows[1:], 1)]).columns == whole.columns


def test_a_crowd_in_one_cell_is_cut_and_told() -> None:
    many = ",".join(f"10.2.{number}.1" for number in range(edge_summary.NAMES_OF_CELL + 5))
    picture = graph_of([log(A, B, 1, query="a.example", answers=many)], wanted=EVERYTHING)
    assert sum(edge[2] == "answer" for edge in picture.edges) == edge_summary.NAMES_OF_CELL
    assert picture.said("1 cells list more than")


def test_ports_of_attempts_are_the_lowest() -> None:
    rows = [attempt(A, B, port) for port in range(100, 40, -1)]
    ports = [str(port) for port in range(41, 41 + edge_row.PORTS_KEPT)]
    assert graph_of(rows).edges[(A, B, "attempt")]["ports"] == ports
    assert Picture([mapped(rows[:30], 7), mapped(rows[30:], 7)]).edges[(A, B, "attempt")]["ports"] == ports


def partial() -> Row:
    edge = edge_row.Edge()
    edge.take(START * 10, 5, 6)
    key = edge_row.Key(edge_row.CONN, f"host::{A}", f"host::{B}", "ssl")
    return dict(zip(edge_row.COLUMNS, edge_row.edge_row(key, edge)))


def test_a_partial_row_alone_is_an_edge() -> None:
    assert Picture([as_body([partial()])]).edges[(A, B, "ssl")]["count"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"zh_version": "9"},
        {"zh_kind": "graph_other"},
        {"zh_count": "0"},
        {"zh_count": "1e9"},
        {"zh_first": "9" * 15},
        {"zh_last": "1"},
        {"zh_bytes_out": "-2"},
        {"zh_score": "high"},
        {"zh_src": "x" * 2_000},
        {"zh_kind": "graph_attempt", "zh_more": "port"},
    ],
)
def test_a_partial_row_that_no_map_wrote_is_refused(change: Row) -> None:
    with pytest.raises(SummaryError):
        Picture([as_body([{**partial(), **change}])])


def test_beyond_the_bound_the_edges_with_most_events_stay() -> None:
    from zeekhunt.graph.edge_table import EdgeTable

    table = EdgeTable(Wanted(), edges_held=8)
    rows = [conn(A, f"10.3.0.{last}", "ssl", at) for last in range(1, 13) for at in range(1 + last % 3)]
    for each in rows:
        for block in arrays.tables(mapped([each], 1), {}):
            table.add(block)
    edges = table.finish()
    assert table.let_go and len(edges) + table.let_go >= 12 and len(edges) <= 8
    assert edges.count.max() == 3


def test_a_user_in_other_letters_keeps_them() -> None:
    cell = "CORP\\J\u00d6RG \u0416".encode().decode("latin-1")
    assert [each.encode("latin-1").decode("utf-8") for each in node_name.read(node_name.user, cell)] == ["user::j\u00f6rg \u0436"]
