"""Rows between DuckDB and Python: temporary tables written and read as columns, in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from lab.driver import Cell, Rows
from lab.spl.relation import Column
from lab.spl.sql import Kind, Names, Value

FETCH_ROWS = 50_000
_HANDED_OVER = "lab_handed_over"


@dataclass(frozen=True)
class Table:
    """A temporary table; its rowid counts 0, 1, … in the order of the rows."""

    name: str
    count: int


def materialised(connection: duckdb.DuckDBPyConnection, names: Names, sql: str) -> Table:
    """Runs a query and keeps its rows, in their order."""
    table = f"lab_{names.new()}"
    (count,) = connection.execute(f"CREATE TEMP TABLE {table} AS {sql}").fetchall()[0]
    return Table(table, int(count))


def batches(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: Mapping[str, Column], key: str | None = None
) -> Iterator[Rows]:
    """The rows as Splunk's text, FETCH_ROWS at a time; ``key`` names a column that holds the row's number.

    At least one batch comes, so that the columns are known where there is no row.
    """
    selected = [_text(Value(column.ident, column.kind)) for column in columns.values()]
    wanted = dict(zip((f"f{number}" for number in range(len(columns))), columns))
    if key is not None:
        selected.append("CAST(rowid AS VARCHAR)")
        wanted[f"f{len(columns)}"] = key
    sql = ", ".join(f"{sql} AS {alias}" for sql, alias in zip(selected, wanted)) or "rowid AS f0"
    for start in range(0, max(1, table.count), FETCH_ROWS):
        stop = min(start + FETCH_ROWS, table.count)
        found = connection.execute(
            f"SELECT {sql} FROM {table.name} WHERE rowid >= {start} AND rowid < {stop} ORDER BY rowid"
        ).fetchnumpy()
        yield Rows({field: _cells(found[alias]) for alias, field in wanted.items()}, stop - start)


def loaded(connection: duckdb.DuckDBPyConnection, names: Names, rows: Rows) -> tuple[Table, dict[str, Column]]:
    """Rows as a temporary table, every field text, or several texts where one of its cells holds a list."""
    columns: dict[str, Column] = {}
    arrays: dict[str, Any] = {"number": np.arange(rows.count)}
    selected = ["number"]
    for field, cells in rows.columns.items():
        multi = any(isinstance(cell, list) for cell in cells)
        column = Column(names.new(), Kind.MULTI if multi else Kind.TEXT)
        array = np.empty(rows.count, dtype=object)
        # lists travel as JSON: DuckDB guesses the type of an object column from a sample
        array[:] = [_json(cell) for cell in cells] if multi else list(cells)
        arrays[column.ident], columns[field] = array, column
        text = f"CAST({column.ident} AS VARCHAR)"
        selected.append(f"{_unpacked(text) if multi else text} AS {column.ident}")
    connection.register(_HANDED_OVER, arrays)
    try:
        table = materialised(connection, names, f"SELECT {', '.join(selected)} FROM {_HANDED_OVER} ORDER BY number")
    finally:
        connection.unregister(_HANDED_OVER)
    return table, columns


def _text(value: Value) -> str:
    return value.sql if value.kind is Kind.MULTI else value.text


def _json(cell: Cell) -> str | None:
    if not cell:
        return None
    return json.dumps(cell if isinstance(cell, list) else [cell], ensure_ascii=False)


def _unpacked(text: str) -> str:
    return f"CAST(from_json(CAST({text} AS JSON), '[\"VARCHAR\"]') AS VARCHAR[])"


def _cells(array: Any) -> Sequence[Cell]:
    cells = array.tolist()
    if any(isinstance(cell, np.ndarray) for cell in cells):
        lists = [None if cell is None else [value for value in cell.tolist() if value is not None] for cell in cells]
        return [None if not values else values[0] if len(values) == 1 else values for values in lists]
    return cells  # type: ignore[no-any-return]
