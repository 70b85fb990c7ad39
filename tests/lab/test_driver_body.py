"""Bodies: what splunkd was captured writing, and that nothing is lost on the way there and back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.driver import BrokenReply, Rows, decode_body, encode_body, newest_first

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "$", "$$", ";", "a$;$b", '"', '""', "\r", "\n", "\r\n", "é", "漢", ",", " ", "\0", "__mv_", "$a$;$b$"]
)
INDEXED = 'age,"_chunked_idx","__mv_age","__mv__chunked_idx"\r\n'
CELL = st.none() | TEXT | st.lists(TEXT, max_size=4)


def same_to_splunk(cell: object) -> object:
    """What a cell means: the empty text and no value are one, and so are a list of one and its value."""
    if isinstance(cell, list) and len(cell) < 2:
        cell = cell[0] if cell else None
    return cell or None


@pytest.mark.parametrize(
    ("columns", "indexed", "body"),
    [
        # both from the captures of splunkd 8.2.1 named in lab/driver/__init__.py, with this platform's row end
        pytest.param(
            {"age": ["66", "18"]},
            True,
            'age,"_chunked_idx","__mv_age","__mv__chunked_idx"\r\n66,0,,\r\n18,1,,\r\n',
            id="streaming",
        ),
        pytest.param({"age": ["66", "18"]}, False, 'age,"__mv_age"\r\n66,\r\n18,\r\n', id="reporting"),
        pytest.param({"age": []}, True, 'age,"_chunked_idx","__mv_age","__mv__chunked_idx"\r\n', id="header-alone"),
        pytest.param(
            {"index": ["b"], "_time": ["1.5"]}, False, 'index,"_time","__mv_index","__mv__time"\r\nb,"1.5",,\r\n', id="quoted"
        ),
        pytest.param({"a": ['x"y']}, False, 'a,"__mv_a"\r\n"x""y",\r\n', id="quote-doubled"),
        pytest.param({"a": ["é"]}, False, 'a,"__mv_a"\r\n"é",\r\n', id="letters-beyond-ascii-are-quoted"),
        pytest.param({"a": [["x", "y$"], "z"]}, False, 'a,"__mv_a"\r\n"x\ny$","$x$;$y$$$"\r\nz,\r\n', id="several-values"),
        pytest.param({"a": [["x"], [], None]}, False, 'a,"__mv_a"\r\nx,\r\n,\r\n,\r\n', id="one-value-needs-no-twin"),
        pytest.param({}, False, "", id="no-column"),
    ],
)
def test_a_body_is_written_as_splunkd_writes_it(columns, indexed, body):
    assert encode_body(Rows.of(columns), indexed).decode() == body


def test_rows_end_as_on_windows_when_asked():
    assert encode_body(Rows.of({"a": ["1"]}), row_end="\n") == b'a,"__mv_a"\n1,\n'


@given(
    st.dictionaries(TEXT.filter(lambda name: not name.startswith("__mv_")), st.lists(CELL, min_size=3, max_size=3), max_size=4)
)
def test_any_cell_comes_back_as_it_went(columns):
    back = decode_body(encode_body(Rows.of(columns)))
    assert {name: [same_to_splunk(cell) for cell in cells] for name, cells in columns.items()} == {
        name: list(cells) for name, cells in back.columns.items()
    }


@given(st.lists(TEXT, min_size=20, max_size=40), st.integers(1, 3))
def test_the_fast_paths_write_what_a_plain_csv_reader_reads(texts, kinds):
    """20 to 40 rows of 1 to 3 distinct values take the path of few distinct values; csv is the independent reader."""
    cells = [texts[i % kinds].replace("\0", "") for i in range(len(texts))]
    body = encode_body(Rows.of({"first": cells, "second": texts})).decode()
    if "\0" not in body:
        read = list(csv.reader(io.StringIO(body, newline="")))
        assert [row[:2] for row in read[1:]] == [list(pair) for pair in zip(cells, texts)]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param(b"a,a\r\n1,2\r\n", "names a field twice: a", id="field-twice"),
        pytest.param(b"a,b\r\n1\r\n", "row 1 of the reply has 1 cells, its header 2", id="short-row"),
        pytest.param(b"a\r\n\xff\r\n", "not UTF-8: byte 3 is 0xff", id="latin-1"),
        pytest.param(b"a,__mv_a\r\nx,$x\r\n", "__mv_a holds '$x'", id="broken-twin"),
        pytest.param(b'a\r\n"x"y\r\n', "not CSV", id="text-after-a-quote"),
    ],
)
def test_a_broken_body_is_refused_with_its_place(body, complaint):
    with pytest.raises(BrokenReply) as caught:
        decode_body(body)
    assert complaint in caught.value.text


def test_replies_without_twins_are_read():
    assert decode_body(b"average\r\n51.4\r\n") == Rows({"average": ["51.4"]}, 1)


@pytest.mark.parametrize("limit_before", [131_072, 10_000_000])
def test_a_field_of_twelve_million_characters_is_read_whatever_limit_others_left(limit_before):
    csv.field_size_limit(limit_before)
    assert decode_body(b"a\r\n" + b"x" * 12_000_000 + b"\r\n").columns["a"] == ["x" * 12_000_000]


def test_newest_first_keeps_the_order_of_equal_times_and_puts_the_undated_last():
    rows = Rows.of({"_time": ["1", None, "3.5", "3.5"], "n": ["a", "b", "c", "d"]})
    assert newest_first(rows).columns["n"] == ["c", "d", "a", "b"]


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        Rows.of({"a": ["1"], "b": []})


def test_joined_parts_fill_what_one_of_them_lacks():
    joined = Rows.concat([Rows.of({"a": ["1"]}), Rows.of({"b": ["2"]})])
    assert joined.records() == [{"a": "1"}, {"b": "2"}]
