"""The Arrow writer, read back by pyarrow with full validation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pyarrow
import pyarrow.ipc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.graph import arrow_file

NOON = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=timezone.utc)
CASES = [
    pytest.param(["a", None, "", "é€😀"], "string", id="text"),
    pytest.param([1, None, -(2**63), 2**63 - 1], "int64", id="whole-to-the-edges"),
    pytest.param([1.5, None, float("inf"), -0.0], "double", id="decimal"),
    pytest.param([1, 2.5], "double", id="whole-and-decimal-become-decimal"),
    pytest.param([True, None, False] * 7, "bool", id="truth-over-several-bytes"),
    pytest.param([NOON, None, datetime(1969, 12, 31, tzinfo=timezone.utc)], "timestamp[us, tz=UTC]", id="time-before-1970-too"),
    pytest.param([None, None], "null", id="nothing"),
    pytest.param([], "null", id="no-rows"),
]


def read(columns: dict[str, Sequence[Any]]) -> Any:
    table = pyarrow.ipc.open_file(arrow_file.write(columns)).read_all()
    table.validate(full=True)
    return table


@pytest.mark.parametrize(("values", "kind"), CASES)
def test_a_column_comes_back_as_it_was(values: list[Any], kind: str) -> None:
    table = read({"a column": values})
    assert (table.schema.names, str(table.schema.field(0).type)) == (["a column"], kind)
    assert table.column(0).to_pylist() == values
    assert table.column(0).null_count == values.count(None)


ANY_COLUMN = st.sampled_from(
    [
        st.text(st.characters(exclude_categories=["Cs"])),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.booleans(),
        st.datetimes(timezones=st.just(timezone.utc)),
    ]
)


@given(st.data(), st.integers(0, 40))
def test_any_table_comes_back_as_it_was(data: st.DataObject, rows: int) -> None:
    columns = {
        f"c{place}": data.draw(st.lists(st.none() | data.draw(ANY_COLUMN), min_size=rows, max_size=rows))
        for place in range(data.draw(st.integers(1, 4)))
    }
    assert read(columns).to_pydict() == columns


def test_half_a_letter_becomes_a_question_mark() -> None:
    assert read({"a": ["x\ud800y"]}).to_pydict() == {"a": ["x?y"]}


REFUSED = [
    pytest.param({"a": [1], "b": [1, 2]}, "different lengths", id="lengths"),
    pytest.param({"a": [1, "x"]}, "column a mixes int, str", id="types"),
    pytest.param({"a": [True, 1]}, "column a mixes bool, int", id="truth-and-number"),
    pytest.param({"a": [2**63]}, "column a holds a whole number beyond 64 bits", id="too-large"),
    pytest.param({"a": [NOON.replace(tzinfo=None)]}, "column a holds a time without a zone", id="no-zone"),
    pytest.param({"a": [timedelta(1)]}, "column a mixes timedelta", id="no-such-type"),
]


@pytest.mark.parametrize(("columns", "expected"), REFUSED)
def test_what_arrow_cannot_hold_is_refused_by_column(columns: dict[str, Any], expected: str) -> None:
    with pytest.raises(arrow_file.ArrowError, match=expected):
        arrow_file.write(columns)
