"""Rows as nodes and edges, typed columns, the four pictures and pseudonyms: what is made of which table."""

from __future__ import annotations

import random
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.graph import arrow_file
from zeekhunt.graph.graphistry_cells import LONGEST_LABEL, LONGEST_TEXT, label, typed
from zeekhunt.graph.graphistry_export import Order, outline, prepare
from zeekhunt.graph.graphistry_pictures import PICTURES, WIDTH, draw
from zeekhunt.graph.graphistry_profile import GraphistryError
from zeekhunt.graph.graphistry_pseudonyms import OTHER, hide, pseudonym
from zeekhunt.graph.graphistry_table import MOST_COLUMNS, MOST_OF_ONE_ROW, Ends, Graph, read

KEY = bytes(range(32))
NOON = datetime(2023, 11, 14, 22, 13, 20, 250_000, tzinfo=timezone.utc)

TYPED = [
    pytest.param("count", ["1", "", "-20"], [1, None, -20], id="whole"),
    pytest.param("count", ["1", "2.5", "1e3"], [1.0, 2.5, 1000.0], id="decimal"),
    pytest.param("zip", ["01234", "5"], ["01234", "5"], id="leading-zero-stays-text"),
    pytest.param("big", [str(2**70)], [str(2**70)], id="beyond-64-bits-stays-text"),
    pytest.param("x", ["1\n2", "3"], ["1\n2", "3"], id="line-end-is-no-second-number"),
    pytest.param("x", ["nan", "inf"], ["nan", "inf"], id="words-are-no-numbers"),
    *(pytest.param("x", [text], [text], id=f"only-Python-reads-{text!a}") for text in (" 1", "1_0", "٣", "+1", ".5", "1.")),
    pytest.param("first", ["1700000000.25", ""], [NOON, None], id="a-moment"),
    pytest.param("first", ["1e20"], [1e20], id="a-moment-outside-the-calendar"),
    pytest.param("first", ["-5"], [-5.0], id="a-moment-before-1970"),
    pytest.param("first", ["yesterday"], ["yesterday"], id="a-moment-in-words"),
    pytest.param("names", [["a", "b"], "c"], ["a; b", "c"], id="several-values"),
    pytest.param("x", ["", ""], [None, None], id="nothing"),
]


@pytest.mark.parametrize(("name", "cells", "expected"), TYPED)
def test_a_column_gets_the_type_that_loses_nothing(name: str, cells: list[Any], expected: list[Any]) -> None:
    values, cut = typed(name, cells)
    assert (values, [type(each) for each in values], cut) == (expected, [type(each) for each in expected], 0)


@given(st.lists(st.text() | st.integers().map(str) | st.floats().map(str)))
def test_any_column_can_be_written(cells: list[str]) -> None:
    for name in ("x", "first"):
        values, _ = typed(name, cells)
        assert len(values) == len(cells)
        assert arrow_file.write({"x": values})


def test_a_text_is_cut_and_counted() -> None:
    values, cut = typed("x", ["y" * (LONGEST_TEXT + 5), "z"])
    assert ([len(str(each)) for each in values], cut) == ([LONGEST_TEXT, 1], 1)


@given(st.text(max_size=300))
def test_a_label_starts_no_tag_and_fits(text: str) -> None:
    made = label(text)
    assert "<" not in made
    assert len(made) <= LONGEST_LABEL
    assert made.isprintable()


ENDS = [
    pytest.param({"src": ["a"], "dst": ["b"]}, Ends(), id="src-dst"),
    pytest.param({"src": ["a"], "dest": ["b"]}, Ends(), id="a-finding"),
    pytest.param({"source": ["a"], "target": ["b"]}, Ends(), id="network-graph-of-splunk"),
    pytest.param({"id.orig_h": ["a"], "id.resp_h": ["b"]}, Ends(), id="zeek"),
    pytest.param({"src_ip": ["a"], "dest_ip": ["b"]}, Ends(), id="cim"),
    pytest.param({"user": ["a"], "host": ["b"], "src": ["x"]}, Ends("user", "host"), id="named"),
]


@pytest.mark.parametrize(("table", "ends"), ENDS)
def test_the_ends_are_found(table: dict[str, list[str]], ends: Ends) -> None:
    graph = read(table, ends)
    assert (graph.edges["src"], graph.edges["dst"], graph.nodes["id"]) == (["a"], ["b"], ["a", "b"])


def test_rows_of_nodes_and_edges_are_told_apart() -> None:
    table = {
        "kind": ["node", "edge", "node", "edge"],
        "id": ["host::a", "", "host::c", ""],
        "label": ["a", "", "+12 clients", ""],
        "node_kind": ["host", "", "host", ""],
        "role": ["scanner", "", "", ""],
        "src": ["", "host::a", "", "host::a"],
        "dst": ["", "host::b", "", "host::a"],
        "count": ["", "7", "", "1"],
    }
    graph = read(table, Ends())
    assert graph.edges == {"src": ["host::a"] * 2, "dst": ["host::b", "host::a"], "count": [7, 1]}
    assert graph.nodes["id"] == ["host::a", "host::c", "host::b"]
    assert graph.nodes["role"] == ["scanner", None, "server"]
    assert graph.nodes["label"] == ["a", "+12 clients", "b"]
    assert graph.nodes["kind"] == ["host"] * 3
    # its own link counts once
    assert (graph.nodes["degree"], graph.nodes["degree_out"]) == ([2, 0, 1], [2, 0, 0])


def test_a_role_that_its_row_leaves_open_stays_open() -> None:
    table = {"id": ["a", "b", ""], "role": ["proxy", "", ""], "src": ["", "", "a"], "dst": ["", "", "c"]}
    graph = read(dict(table), Ends())
    assert dict(zip(graph.nodes["id"], graph.nodes["role"])) == {"a": "proxy", "b": None, "c": "server"}
    del table["role"]
    assert read(table, Ends()).nodes["role"] == ["client", None, "server"]


def test_columns_of_the_user_s_own_that_meet_ours_can_be_written() -> None:
    own = {"id": ["a", ""], "role": ["7", ""], "label": ["12", ""], "degree": ["many", ""], "degree_in": ["0.5", ""]}
    graph = read({**own, "src": ["", "a"], "dst": ["", "b"]}, Ends())
    assert (graph.nodes["role"], graph.nodes["label"], graph.nodes["degree"]) == (["7", "server"], ["12", "b"], ["many", "1"])
    assert arrow_file.write(graph.nodes)


def test_a_row_with_several_ends_is_an_edge_for_each() -> None:
    graph = read({"src": ["a", "x"], "dest": [["b", "c"], "y"], "n": ["1", "2"]}, Ends())
    assert list(zip(graph.edges["src"], graph.edges["dst"], graph.edges["n"])) == [("a", "b", 1), ("a", "c", 1), ("x", "y", 2)]
    mixed = read({"src": [["a", "b"], "", "c"], "dest": ["x", "y", "z"], "n": ["1", "2", "3"]}, Ends())
    assert list(zip(mixed.edges["src"], mixed.edges["n"])) == [("a", 1), ("b", 1), ("c", 3)]
    many = [str(each) for each in range(MOST_OF_ONE_ROW + 1)]
    crowded = read({"src": ["a"], "dest": [many]}, Ends())
    assert crowded.edge_count == MOST_OF_ONE_ROW
    assert "more than 100 pairs of ends" in crowded.notes[0]


def test_what_is_left_out_is_said() -> None:
    table: dict[str, Any] = {"src": ["a"] * 3, "dst": ["b"] * 3, "_raw": ["secret"] * 3, "_time": ["1700000000"] * 3}
    graph = read({**table, **{f"c{place}": ["x"] * 3 for place in range(MOST_COLUMNS)}}, Ends(most=2))
    assert "1 edges over max_edges=2" in graph.notes[0]
    assert len(graph.edges) == MOST_COLUMNS
    assert f"{MOST_COLUMNS} columns are sent at most, left out: c{MOST_COLUMNS - 3}, c" in graph.notes[1]
    assert "_raw" not in graph.edges
    assert "_time" in graph.edges


def test_a_column_named_like_an_end_keeps_its_values() -> None:
    graph = read({"user": ["u"], "host": ["h"], "src": ["10.0.0.1"]}, Ends("user", "host"))
    assert graph.edges["row_src"] == ["10.0.0.1"]


def test_a_finding_without_two_hosts_is_no_path() -> None:
    with pytest.raises(GraphistryError, match="no finding holds a path"):
        read({"path": ["a"], "story": [""], "hops": ["0"]}, Ends())


def graph_of(rows: int, seed: int = 5) -> Graph:
    dice = random.Random(seed)
    hosts = [f"10.0.0.{number}" for number in range(30)]
    table = {
        "src": [dice.choice(hosts) for _ in range(rows)],
        "dst": [dice.choice(hosts) for _ in range(rows)],
        "service": [dice.choice(("dns", "ssh", "")) for _ in range(rows)],
        "score": [str(dice.randrange(100)) for _ in range(rows)],
        "first": [str(1_700_000_000 + dice.randrange(9_000)) for _ in range(rows)],
        "intel": [dice.choice(("", "malicious")) for _ in range(rows)],
    }
    return read(table, Ends())


@pytest.mark.parametrize("name", PICTURES)
def test_every_binding_and_encoding_names_a_column_that_is_sent(name: str) -> None:
    for graph in (graph_of(50), read({"src": ["a"], "dst": ["b"]}, Ends())):
        picture, _ = draw(graph, name, "")
        drawing = picture.drawing
        assert set(drawing.edge_bindings.values()) <= set(picture.edges)
        assert set(drawing.node_bindings.values()) <= set(picture.nodes)
        assert {each["attribute"] for each in drawing.edge_encodings.values()} <= set(picture.edges)
        assert {each["attribute"] for each in drawing.node_encodings.values()} <= set(picture.nodes)
        assert all(isinstance(value, str) for value in drawing.parameters.values())


@pytest.mark.parametrize(
    ("name", "lack"),
    [("hubs", "column service"), ("anomaly", "score among"), ("lateral", "column hop or first"), ("intel", "column intel")],
)
def test_a_picture_says_what_it_lacks(name: str, lack: str) -> None:
    assert lack in draw(read({"src": ["a"], "dst": ["b"]}, Ends()), name, "")[1][0]


def test_anomaly_gives_a_node_the_highest_score_of_its_edges() -> None:
    picture, notes = draw(read({"src": ["a", "a"], "dst": ["b", "c"], "score": ["10", "90"]}, Ends()), "anomaly", "")
    assert dict(zip(picture.nodes["id"], picture.nodes["score"])) == {"a": 90, "b": 10, "c": 90}
    assert notes == []


def test_lateral_lanes_run_in_time_whatever_the_order_of_rows() -> None:
    times = {"src": ["b", "a"], "dst": ["c", "b"], "first": ["1700000100", "1700000000"]}
    picture, _ = draw(read(times, Ends()), "lateral", "")
    x = dict(zip(picture.nodes["id"], picture.nodes["x"]))
    y = dict(zip(picture.nodes["id"], picture.nodes["y"]))
    assert (x["b"], x["c"]) == (0.0, WIDTH)
    assert x["a"] < x["b"]  # type: ignore[operator]
    assert len(set(y.values())) == 3
    assert picture.edges["title"] == ["2023-11-14 22:15:00", "2023-11-14 22:13:20"]
    assert picture.drawing.parameters["play"] == "0"


def test_pseudonyms_are_the_same_under_one_key_alone() -> None:
    assert pseudonym(KEY, "10.0.0.1") == pseudonym(KEY, "10.0.0.1") != pseudonym(KEY[::-1], "10.0.0.1")
    assert pseudonym(KEY, "host::10.0.0.1").startswith("host::h-")
    assert pseudonym(KEY, "alice::x").startswith("n-")  # what stands before :: is a name unless it is a kind
    assert "alice" not in pseudonym(KEY, "alice::x")


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1), st.text()), min_size=1, max_size=20))
def test_no_name_and_no_free_text_is_left_under_pseudonyms(rows: list[tuple[str, str, str]]) -> None:
    columns: dict[str, Any] = {name: [f"name {row[place]}!" for row in rows] for place, name in enumerate(("src", "dst", "role"))}
    columns.update(note=columns["src"], service=columns["dst"], port=["443"] * len(rows), employee=["7001"] * len(rows))
    graph, names = hide(read(dict(columns), Ends()), KEY)
    left = {str(value) for part in (graph.edges, graph.nodes) for values in part.values() for value in values}
    assert not any("name" in value for value in left)
    assert "7001" not in left
    assert set(graph.edges["service"]) == {OTHER}
    assert {"employee", "note"} <= set(graph.notes[-1].rpartition(": ")[2].split(", "))
    assert {names[str(end)] for end in graph.edges["src"]} == set(columns["src"])


def test_links_counts_and_known_words_stay_under_pseudonyms() -> None:
    graph, names = hide(
        read({"src": ["a", "b"], "dst": ["b", "c"], "service": ["ssl,http", "ssh"], "count": ["1", "2"]}, Ends()), KEY
    )
    assert graph.edges["dst"][0] == graph.edges["src"][1]
    assert (graph.edges["service"], graph.edges["count"]) == (["ssl,http", "ssh"], [1, 2])
    assert graph.nodes["degree"] == [1, 2, 1]
    assert sorted(names.values()) == ["a", "b", "c"]


def test_a_dry_run_lists_each_column_and_pseudonym() -> None:
    told = outline(prepare(read({"src": ["a"], "dst": ["b"], "n": ["1"]}, Ends()), Order(), KEY))
    rows = list(zip(*told.values()))
    assert ("edges", "src", "text", 1, 1, pseudonym(KEY, "a")) in rows
    assert ("pseudonym", pseudonym(KEY, "b"), "text", 1, 1, "b") in rows
    assert not any(row[1] == "n" for row in rows)
