"""Chunk bodies as columns: plain Python and numpy must both see what the csv module sees."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from zeekhunt.spl import arrays, body
from zeekhunt.spl.chunk import ChunkError
from zeekhunt.spl.encode import append_tails, encode_rows, encode_tail

Reader = Callable[[bytes], dict[str, list[str]]]
TWINNED = b'a,b,"__mv_a","__mv_b"'


def splunkd(header: list[str], rows: list[list[str]], end: str = "\r\n") -> bytes:
    """As splunkd writes: everything but letters and digits is quoted, twins stand at the end."""

    def quoted(cell: str) -> str:
        return cell if not cell or (cell.isascii() and cell.isalnum()) else '"' + cell.replace('"', '""') + '"'

    head = [*header, *(f"__mv_{name}" for name in header)]
    lines = [head, *([*row, *[""] * len(header)] for row in rows)]
    return "".join(",".join(map(quoted, line)) + end for line in lines).encode("latin-1")


def by_columns(data: bytes, block_b: int = body.BLOCK_B) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for block in body.blocks(data, block_b):
        for name in block.names:
            columns.setdefault(name, []).extend(block.cells(name) or [])
    return columns


def by_arrays(data: bytes, block_b: int = body.BLOCK_B) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for table in arrays.tables(data, {}, block_b):
        for name in table.names:
            column = table.column(name)
            assert column is not None
            columns.setdefault(name, []).extend(column.texts(np.arange(len(column))))
    return columns


CELLS = [
    pytest.param("a,b", id="quoted-comma"),
    pytest.param('say "hi"', id="doubled-quote"),
    pytest.param('"', id="only-a-quote"),
    pytest.param('""', id="only-quotes"),
    pytest.param("one\ntwo", id="newline"),
    pytest.param("one\r\ntwo", id="crlf"),
    pytest.param("one\rtwo", id="lone-cr"),
    pytest.param("x\n,,,", id="newline-then-as-many-commas-as-the-header"),
    pytest.param("", id="empty"),
    pytest.param("NA", id="word-na"),
    pytest.param("null", id="word-null"),
    pytest.param("007", id="leading-zeros"),
    pytest.param("123456789012345678901234567890", id="big-integer"),
    pytest.param(" spaced ", id="spaces"),
    pytest.param("\u00c3\u00bc", id="utf8-as-wire-text"),
    pytest.param("\u00ff\u00fe", id="invalid-utf8"),
    pytest.param("nul\0byte", id="nul"),
    pytest.param("$a$$b$", id="dollars"),
    pytest.param("x" * 1_000_000, id="one-megabyte"),
    pytest.param('y"\n,' * 3_000_000, id="twelve-megabytes-quoted"),
]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("reader", [by_columns, by_arrays])
@pytest.mark.parametrize("end", ["\r\n", "\n"], ids=["crlf", "lf"])
def test_a_cell_comes_out_as_it_went_in(cell: str, reader: Reader, end: str) -> None:
    data = splunkd(["a", "b"], [["1", "first"], [cell, "2"], ["3", cell]], end)
    assert reader(data) == {"a": ["1", cell, "3"], "b": ["first", "2", cell]}


@pytest.mark.parametrize("reader", [by_columns, by_arrays])
def test_quoted_commas_in_any_column_come_back(reader: Reader) -> None:
    rows = [
        ["ssl,http", "x", "1"],
        ["x", "ssl,http", "2"],
        ["ssl,http", "a,b", "3"],
        ["a,b", "ssl,http", "4"],
        ["a,b", "a,b", "a,b"],
    ]
    rows += [[",a", "b,", ","], ["y", ",,", "z,z"], ["plain", "plain", "plain"]]
    data = splunkd(["a", "b", "c"], rows * 3)
    assert reader(data) == {name: [row[at] for row in rows * 3] for at, name in enumerate("abc")}
    few = [block.cells("b") for block in body.blocks(data, few=True)]
    assert few == [[row[1] for row in rows * 3]]


@pytest.mark.parametrize("reader", [by_columns, by_arrays])
def test_shapes_of_bodies(reader: Reader) -> None:
    assert reader(b"") == {}
    assert reader(b"a,a\r\n1,2\r\n") == {"a": ["1"]}, "of duplicate names the first counts"
    assert reader(b"a\n1\n\n3\n") == {"a": ["1", "", "3"]}, "one column: an empty line is a null"
    assert reader(b"a,b\r\n1,2") == {"a": ["1"], "b": ["2"]}, "no newline at the end"
    assert reader(b"a,__mv_a\r\n1,\r\n2,\r\n") == {"a": ["1", "2"]}, "twins beside their fields, as the SDK writes"


def test_a_header_alone_is_one_block_without_rows() -> None:
    (block,) = body.blocks(b'age,"__mv_age"\n')
    assert (block.names, block.rows, block.cells("age"), block.cells("x")) == (["age"], 0, [], None)


@pytest.mark.parametrize("data", [b"a,b\r\n1\r\n", b"a,b\r\n1,2,3\r\n", b'a,b\r\n"1,2\r\n'])
@pytest.mark.parametrize("reader", [by_columns, by_arrays])
def test_a_record_of_another_width_is_an_error(data: bytes, reader: Reader) -> None:
    with pytest.raises(ChunkError):
        reader(data)


def test_multivalue_twins() -> None:
    (block,) = body.blocks(TWINNED + b'\n"x\ny",1,"$x$;$y$",\n2,3,,"$3$"\n')
    assert block.values("a", 0) == ["x", "y"]
    assert block.values("a", 1) == ["2"]
    assert block.values("b", 1) == ["3"]


@pytest.mark.parametrize(
    ("twin", "values"),
    [
        pytest.param("$a$;$b$", ["a", "b"], id="two"),
        pytest.param("$a$$b$;$$", ["a$b", ""], id="dollar-inside-and-empty"),
        pytest.param("$a$$$;$b$", ["a$", "b"], id="dollar-at-the-end"),
        pytest.param("$$", [""], id="one-empty"),
        pytest.param("$a;$b$", None, id="not-closed"),
        pytest.param("$a$,$b$", None, id="wrong-separator"),
        pytest.param("a", None, id="no-dollars"),
        pytest.param("$", None, id="one-dollar"),
    ],
)
def test_twins_decode_or_are_refused(twin: str, values: list[str] | None) -> None:
    if values is None:
        with pytest.raises(ChunkError):
            body.decode_multivalue(twin)
    else:
        assert body.decode_multivalue(twin) == values


text = st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=255), max_size=12)
tricky = st.lists(st.sampled_from(['"', ",", "\n", "\r", "\r\n", "a", "1", "$", "\0", "-"]), max_size=6).map("".join)


@given(st.lists(st.lists(text | tricky, min_size=3, max_size=3), max_size=8), st.integers(1, 60), st.sampled_from(["\r\n", "\n"]))
def test_any_cells_in_any_blocks(rows: list[list[str]], block_b: int, end: str) -> None:
    data = splunkd(["a", "b", "c"], rows, end)
    wanted = {name: [row[at] for row in rows] for at, name in enumerate("abc")} if rows else None
    assert by_columns(data, block_b) == (wanted or {"a": [], "b": [], "c": []})
    assert by_arrays(data, block_b) == (wanted or {})


@given(st.lists(st.lists(st.lists(text | tricky, min_size=3, max_size=3), max_size=4), max_size=4), st.booleans())
def test_what_is_remembered_of_one_body_changes_no_other(bodies: list[list[list[str]]], few: bool) -> None:
    known: body.Known = {}
    for rows in bodies:
        for block in body.blocks(splunkd(["a", "b", "c"], rows), few=few, known=known):
            assert [block.cells(name) for name in "abc"] == [[row[at] for row in rows] for at in range(3)]
            assert block.rows == len(block.records)


@given(st.lists(st.lists(text | tricky, min_size=2, max_size=2), min_size=1, max_size=8), st.integers(1, 60))
def test_appending_a_cell_leaves_every_other_byte(rows: list[list[str]], block_b: int) -> None:
    data = splunkd(["a", "b"], rows)
    appended, added = "", []
    for block in body.blocks(data, block_b):
        cells = [f'{row},"' for row in range(block.rows)]
        added += cells
        appended += append_tails(block.records, [encode_tail([cell]) for cell in cells])
    records = list(csv.reader(io.StringIO(appended.replace("\0", "\u0100"), newline="")))
    assert [[cell.replace("\u0100", "\0") for cell in row] for row in records] == [
        [*row, "", "", extra] for row, extra in zip(rows, added)
    ]


@given(st.lists(st.lists(text | tricky, min_size=2, max_size=3), min_size=1, max_size=5))
def test_multivalue_cells_survive_encoding(values: list[list[str]]) -> None:
    data = encode_rows({"n": ["x"] * len(values), "m": values})
    (block,) = body.blocks(data, len(data))
    assert [block.values("m", row) for row in range(block.rows)] == values


def test_numbers_are_written_without_noise_and_nulls_as_nothing() -> None:
    assert encode_rows({"v": [1, 0.5, None, float("nan"), True], "w": "abcde"}) == b"v,w\r\n1,a\r\n0.5,b\r\n,c\r\n,d\r\n1,e\r\n"


def test_wire_text_is_lossless() -> None:
    assert body.from_wire(body.to_wire("grüße €")) == "grüße €"
    assert body.from_wire("\u00ff") == "\ufffd"


plain = ["", "-", "(empty)", "1", "12.5", "1.2.3", "x", "9" * 16, "9" * 17, "1700000000.123456", ".5", "5.", "."]
digits = st.text("0123456789", min_size=1, max_size=17)
epochs = st.from_regex(r"[0-9]{10}\.[0-9]{1,7}", fullmatch=True)


@given(st.lists(st.sampled_from(plain) | digits | epochs | st.text("0123456789./: -\0\xff", max_size=20), max_size=12))
def test_decimals_read_what_float_reads_exactly(cells: list[str]) -> None:
    data = splunkd(["v", "w"], [[cell, "1"] for cell in cells])
    for table in arrays.tables(data, {}):
        column = table.column("v")
        assert column is not None
        mantissa, behind, read = column.decimals()
        for row, cell in enumerate(cells):
            if read[row]:
                assert mantissa[row] / 10.0 ** int(behind[row]) == float(cell)
            else:
                assert not (cell.isascii() and cell.replace(".", "", 1).isdecimal()) or len(cell) > 15
        assert column.unset().tolist() == [cell in ("", "-", "(empty)") for cell in cells]


@given(st.lists(st.tuples(tricky, text), min_size=1, max_size=20))
@example([("", ""), ("\0", "")])  # a flag was one NUL more
def test_keys_are_equal_exactly_where_cells_are(rows: list[tuple[str, str]]) -> None:
    for table in arrays.tables(splunkd(["a", "b"], [list(row) for row in rows]), {}):
        columns = [table.first_set([name], np.arange(table.rows)) for name in ("a", "b")]
        keys = arrays.keys(columns, np.zeros(table.rows, bool)).tolist()
        assert set(keys).isdisjoint(arrays.keys(columns, np.ones(table.rows, bool)).tolist())
        assert columns[0].among([b"a", b'"']).tolist() == [row[0] in ("a", '"') for row in rows]
        for at, row in enumerate(rows):
            assert [keys[other] == keys[at] for other in range(len(rows))] == [pair == row for pair in rows]
