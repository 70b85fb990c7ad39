"""Subsearches in [ ]: run first, their rows written as text in their place.

What stands in their place (Search Manual, "About subsearches", and Search Reference, format): the rows are joined by OR, the
fields of a row by AND, as ``( ( a="1" AND b="2" ) OR ( a="3" ) )``; fields that begin with ``_`` are left out; the values of a
field called ``search`` or ``query`` stand alone, without its name; no row at all is ``NOT ( )``, which no event matches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lab.driver import Cell, Rows
from lab.spl.failure import Place, SplError
from lab.spl.parsing import Segment
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.tables import batches, materialised

MAX_ROWS = 10_000  # limits.conf [subsearch] maxout
_BARE = ("search", "query")
_MAX_CHARS = 1_000_000


@dataclass(frozen=True)
class Marks:
    """The six words of ``format``, the word between several values of a field, and what stands for no row at all."""

    row_prefix: str = "("
    column_prefix: str = "("
    column_separator: str = "AND"
    column_end: str = ")"
    row_separator: str = "OR"
    row_end: str = ")"
    several: str = "OR"
    empty: str = "NOT ( )"


def filled(segment: Segment, session: Session) -> Segment:
    """The segment with the results of its subsearches in their place. Raises SplError."""
    if not segment.subsearches:
        return segment
    texts = []
    for each in segment.subsearches:
        relation = session.pipeline(each.text, each.at)
        rows = session.count(relation)
        if rows > MAX_ROWS:
            session.say("WARN", f"the subsearch found {rows:,} rows; Splunk and the lab use the first {MAX_ROWS:,} of them.")
        # the one row of format or return says itself what stands here
        text = written(fetched(relation.limited(MAX_ROWS), session), Marks())
        texts.append(text)
    text = segment.filled(texts)
    if len(text) > _MAX_CHARS:
        raise SplError(f"{segment.name}: subsearches made it longer than {_MAX_CHARS:,} characters", segment.at)
    return replace(segment, text=text, text_at=Place(text, 0), subsearches=())


def fetched(relation: Relation, session: Session) -> Rows:
    """The rows of a relation, in their order, with all fields. For a few thousand rows."""
    columns = relation.columns
    idents = ", ".join(column.ident for column in columns.values()) or "1 AS none"
    table = materialised(session.connection, session.names, f"SELECT {idents} FROM ({relation.sql}){relation.order_by}")
    return Rows.concat(batches(session.connection, table, columns))


def written(rows: Rows, marks: Marks) -> str:
    """The rows as an expression of ``search``."""
    texts = [text for text in (_row(record, marks) for record in rows.records()) if text]
    if not texts:
        return marks.empty
    if len(texts) == 1 and rows.count == 1 and list(rows.columns) == ["search"]:
        return texts[0]
    rows_text = f" {marks.row_separator} ".join(f"{marks.column_prefix} {text} {marks.column_end}" for text in texts)
    return f"{marks.row_prefix} {rows_text} {marks.row_end}"


def _row(record: Mapping[str, Cell], marks: Marks) -> str:
    terms = [_term(name, cell, marks) for name, cell in record.items() if not name.startswith("_")]
    return f" {marks.column_separator} ".join(terms)


def _term(name: str, cell: Cell, marks: Marks) -> str:
    values: Sequence[str] = cell if isinstance(cell, list) else [str(cell)]
    parts = [value if name in _BARE else f"{_name(name)}={quoted(value)}" for value in values]
    return parts[0] if len(parts) == 1 else f"( {f' {marks.several} '.join(parts)} )"


def _name(name: str) -> str:
    return name if not any(char in ' "=,()[]|' for char in name) else quoted(name)


def quoted(text: str) -> str:
    """A value in double quotes, as SPL reads it back."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
