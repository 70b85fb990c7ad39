"""How a batch becomes rows of a table: which columns it fills, and the one INSERT that does it.

Columns reach DuckDB as numpy object arrays of text; TSV lines without escapes reach it whole and are split there. A list goes as
the text of a JSON array, because DuckDB guesses the type of object arrays from a sample.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from lab.ingest.batch import MAX_FIELD_CHARS, Batch
from lab.ingest.escapes import shown

RESERVED = ("_time", "_raw", "_cd", "index", "sourcetype", "source", "host")
_OVERRIDABLE = frozenset(("source", "host"))
_INDEX = "zeek"
_BATCH = "lab_batch"
_LISTS = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True)
class Origin:
    """Where a batch comes from: the file's id in the store and its path below the ingested folder."""

    file_id: int
    source: str


@dataclass(frozen=True)
class Plan:
    """``cells``: SQL per target column over the batch; ``arrays``: fields to hand over, by their name in that SQL."""

    cells: dict[str, str]
    arrays: dict[str, str]
    new_columns: Sequence[str]
    remarks: Sequence[str]
    beyond: int


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def folded(name: str) -> str:
    """The form in which two names are one column."""
    return name.casefold()


def plan(batch: Batch, known: dict[str, str], max_columns: int) -> Plan:
    """Targets and expressions of a batch's fields. ``known``: the table's columns by folded name."""
    targets: dict[str, list[str]] = {}
    arrays: dict[str, str] = {}
    spelled = dict(known)
    fresh: list[str] = []
    remarks: list[str] = []
    beyond = 0
    for place, field in enumerate(batch.split.fields if batch.split else batch.columns):
        refusal = _refusal(field)
        if refusal:
            remarks.append(refusal)
            continue
        if folded(field) not in spelled:
            if len(spelled) >= max_columns + len(RESERVED):
                beyond += 1
                continue
            spelled[folded(field)] = field
            fresh.append(field)
        column = spelled[folded(field)]
        if column in targets:
            remarks.append(
                f"in batches where the fields {shown(column)} and {shown(field)} share a column; the first that is set is kept"
            )
        targets.setdefault(column, []).append(_cell(batch, place, field, arrays))
    cells = {column: found[0] if len(found) == 1 else f"coalesce({', '.join(found)})" for column, found in targets.items()}
    return Plan(cells, arrays, fresh, remarks, beyond)


def _refusal(field: str) -> str | None:
    """Why a field of an event gets no column."""
    if not field or len(field) > MAX_FIELD_CHARS:
        return f"in batches with a field without a name or with one over {MAX_FIELD_CHARS} characters, which stays in _raw only"
    if folded(field) in RESERVED and folded(field) not in _OVERRIDABLE:
        return f"in batches with a field {shown(field)}, which is one of Splunk's own and stays in _raw only"
    return None


def _cell(batch: Batch, place: int, field: str, arrays: dict[str, str]) -> str:
    """The SQL for one field; a column's array is registered under a short name, whatever the field is called."""
    if batch.split:
        piece = batch.split.pieces[place]
        if piece is None:
            return "NULL"
        cell = f"cells[{piece.place}]" + (f"[{piece.margin + 1}:-{piece.margin + 1}]" if piece.margin else "")
        for absent in batch.split.absent:
            cell = f"nullif({cell}, {literal(absent)})"
        return f"CASE WHEN {cell} IS NULL THEN NULL ELSE [{cell}] END" if "{}" in field else cell
    name = f"c{place}"
    arrays[name] = field
    return f"""from_json({name}, '["VARCHAR"]')""" if "{}" in field else name


def run(connection: duckdb.DuckDBPyConnection, table: str, chosen: Plan, origin: Origin, batch: Batch) -> None:
    """Executes the INSERT of a plan whose new columns exist."""
    cells = {
        "_time": "_time",
        "_raw": "_raw",
        "_cd": f"{literal(f'{origin.file_id}:')} || line",
        "index": literal(_INDEX),
        "sourcetype": literal(batch.sourcetype),
        "source": literal(origin.source),
        "host": "host",
    }
    for column, cell in chosen.cells.items():
        cells[column] = f"coalesce({cell}, {cells[folded(column)]})" if folded(column) in _OVERRIDABLE else cell
    rows = _BATCH
    if batch.split:
        rows = f"(SELECT *, string_split(_raw, {literal(batch.split.separator)}) AS cells FROM {_BATCH})"
    names = ", ".join(identifier(column) for column in cells)
    # Found by its name in this frame: a registered view would keep every batch alive until the transaction ends.
    lab_batch = _arrays(chosen, batch)  # noqa: F841
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(cells.values())} FROM {rows}")


def _arrays(chosen: Plan, batch: Batch) -> dict[str, np.ndarray]:
    arrays = {name: _texts(batch.columns[field], "{}" in field) for name, field in chosen.arrays.items()}
    arrays["_time"] = np.array(batch.times, dtype=np.float64)
    arrays["_raw"] = np.array(batch.raw, dtype=object)
    arrays["line"] = np.array(batch.numbers, dtype=np.int64)
    arrays["host"] = np.array(batch.hosts, dtype=object)
    return arrays


def _texts(cells: Sequence[object], lists: bool) -> np.ndarray:
    """An object array of text or None; ``lists`` as JSON arrays."""
    texts = cells
    if lists:
        texts = [None if cell is None else _LISTS.encode(cell) for cell in cells]
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array
