"""Columns of a log become JSON lines, one column at a time: the fragments `"name":value` of a column are made in one
pass, then joined per row. An unset value (None, or a negative number in numeric columns) makes no fragment."""

from __future__ import annotations

import json
from typing import Any, Union

import numpy as np

from lab.sim.schema import LOGS, Field

# A scalar stands for the same value in every row.
Column = Union[np.ndarray[Any, Any], list[Any], str, int, bool, None]


def render(log: str, columns: dict[str, Column], rows: int) -> list[str]:
    """JSON text of each row, without newline. Fields in the schema's order; a column that the schema lacks is refused."""
    fields = LOGS[log]
    unknown = set(columns) - {field.name for field in fields}
    if unknown:
        raise ValueError(f"{log}: no such field {sorted(unknown)}; add it to lab/sim/schema.py")
    parts = [_fragments(field, columns[field.name], rows) for field in fields if field.name in columns]
    return ["{" + ",".join(filter(None, row)) + "}" for row in zip(*parts)]


def _fragments(field: Field, column: Column, rows: int) -> list[str]:
    if column is None or isinstance(column, (str, int, bool)):
        return _values(field, [column]) * rows
    values = column.tolist() if isinstance(column, np.ndarray) else column
    if len(values) != rows:
        raise ValueError(f"{field.name}: {len(values)} values for {rows} rows")
    return _values(field, values)


def _values(field: Field, values: list[Any]) -> list[str]:
    key = f'"{field.name}":'
    if field.kind in ("time", "interval"):
        return [f"{key}{v // 1_000_000}.{v % 1_000_000:06d}" if v is not None and v >= 0 else "" for v in values]
    if field.kind == "count":
        return [f"{key}{v}" if v is not None and v >= 0 else "" for v in values]
    if field.kind == "id":
        return [f'{key}"{v}"' if v is not None else "" for v in values]
    # Text columns repeat few values: each distinct one is encoded once.
    distinct = {v: "" if v is None else key + json.dumps(v, ensure_ascii=False, separators=(",", ":")) for v in set(values)}
    return [distinct[v] for v in values]


def columns_of(rows: list[dict[str, Any]]) -> dict[str, Column]:
    """Rows as columns; a field that a row lacks is unset (None) there."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
