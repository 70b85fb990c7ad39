"""Laws of the commands that turn and sum tables, over random small ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.driver import Rows
from lab.ingest import Store
from lab.spl import SearchSettings
from lab.spl.post_process import run_over
from tests.lab.spl_events import make_store

APP = Path(__file__).with_name("knowledge_app")
_numbers = st.one_of(st.none(), st.integers(-(10**6), 10**6).map(str))
_cells = st.dictionaries(
    st.tuples(st.sampled_from("abcde"), st.sampled_from(["x", "y y", 'q"', "10", "9"])), st.integers(0, 99).map(str), min_size=1
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(make_store(tmp_path_factory.mktemp("laws")), read_only=True) as opened:
        yield opened


def over(store: Store, columns: dict[str, list[Any]], spl: str) -> list[dict[str, Any]]:
    result = run_over(store, Rows(columns, len(next(iter(columns.values())))), spl, SearchSettings(app=APP))
    try:
        return list(result.rows().records())
    finally:
        result.close()


@settings(max_examples=30)
@given(cells=_cells)
def test_untable_undoes_xyseries(store, cells):
    rows = {"r": [row for row, _ in cells], "c": [column for _, column in cells], "v": list(cells.values())}
    found = over(store, rows, "xyseries r c v | untable r c v")
    assert {(row["r"], row["c"]): row["v"] for row in found} == cells


@settings(max_examples=30)
@given(cells=_cells)
def test_transpose_undoes_itself(store, cells):
    rows = {"r": [f"{row}-{column}" for row, column in cells], "v": list(cells.values())}
    spl = "transpose 0 column_name=k header_field=r | transpose 0 column_name=r header_field=k"
    assert over(store, rows, spl) == over(store, rows, "table r v")


@settings(max_examples=30)
@given(table=st.lists(st.tuples(_numbers, _numbers, _numbers), min_size=1, max_size=6))
def test_sums_of_rows_and_columns_meet_in_the_corner(store, table):
    rows = {name: [row[at] for row in table] for at, name in enumerate("abc")}
    *found, last = over(store, rows, "addtotals col=t")
    sums = [sum(int(cell or 0) for cell in row) for row in table]
    assert [int(row["Total"]) for row in found] == sums
    assert int(last["Total"]) == sum(sums)


@settings(max_examples=30)
@given(values=st.lists(_numbers, min_size=1, max_size=8))
def test_accum_adds_up_what_delta_took_apart(store, values):
    found = over(store, {"n": values}, "accum n AS s | delta s AS d")
    total = 0
    for row, value in zip(found, values):
        total += int(value or 0)
        assert row.get("s") == (None if value is None else str(total))
    steps = [row.get("d") for row in found]
    expected = [None if a is None or b is None else b for a, b in zip([None, *values], values)]
    assert steps == expected


def test_a_column_whose_only_value_comes_after_thousands_of_rows_is_handed_over(store):
    cells = [None] * 1717 + ["x"] + [None] * 3000
    assert over(store, {"a": cells}, "stats count(a) AS n values(a) AS a") == [{"n": "1", "a": "x"}]
