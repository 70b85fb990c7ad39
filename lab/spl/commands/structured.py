"""``spath`` takes fields out of JSON: what is at a path, or without one everything, named as in events."""

from __future__ import annotations

import json
from dataclasses import replace

from lab.driver import Cell, Rows
from lab.ingest.autokv import Flat, TooDeep, flatten
from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.functions import FUNCTIONS, FunctionError
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Column, Relation
from lab.spl.session import Session
from lab.spl.sql import Value, text_value
from lab.spl.stacking import overlaid
from lab.spl.tables import loaded

_SYNTAX = "spath [input=<field>] [output=<field>] [path=<path>|<path>], paths like a.b{}.c"
EXTRACTION_CHARS = 5_000  # limits.conf [spath] extraction_cutoff: what Splunk reads of a text without a path
_MAX_FIELDS = 1_000
_BATCH_ROWS = 20_000
_ROW = "\x1frow"


def _spath(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Without a path the fields of each document are laid over those of its row."""
    arguments = Arguments.of(node, segment, _SYNTAX, "input output path")
    words = arguments.exactly(0, 1)
    path = arguments.text("path", words[0] if words else "")
    if words and arguments.option("path"):
        arguments.refuse("it takes one path", arguments.words[0].place)
    relation = session.fixed(relation)
    source = relation.value(arguments.text("input", "_raw"))
    _say_skipped(relation, source, not path, session)
    if not path:
        if arguments.option("output"):
            arguments.refuse("output= needs a path")
        return _everything(relation, source, session)
    output = arguments.text("output", path)
    try:
        if "{@" in path:
            raise FunctionError("{@…} is an attribute of XML, which the lab does not read")
        found = FUNCTIONS["spath"].compile(session.scope(relation), [source, text_value(path)])
    except FunctionError as error:
        arguments.refuse(str(error))
    old = relation.value(output)
    if output not in relation.columns:
        return relation.with_columns(session.names, {output: found})
    sql, kind = overlaid((old, old.sql), (found, found.sql), "true")  # a row without the path keeps what it has
    return relation.with_columns(session.names, {output: Value(sql, kind)})


def _say_skipped(relation: Relation, source: Value, whole: bool, session: Session) -> None:
    text = source.text
    other = f"count(*) FILTER (({text}) IS NOT NULL AND NOT COALESCE(json_valid({text}), false))"
    cut = f"count(*) FILTER (length({text}) > {EXTRACTION_CHARS})"
    ((skipped, long),) = session.rows(f"SELECT {other}, {cut} FROM ({relation.sql})")
    if skipped:
        session.say("WARN", f"spath left {skipped:,} rows alone whose text is no JSON; the lab reads no XML.")
    if long and whole:
        session.say("WARN", f"spath: {long:,} texts are longer than {EXTRACTION_CHARS:,} characters; Splunk reads no further.")


def _everything(relation: Relation, source: Value, session: Session) -> Relation:
    (order,) = relation.order
    columns: dict[str, list[Cell]] = {}
    numbers: list[Cell] = []
    lost = 0
    total = session.count(relation)
    for start in range(0, total, _BATCH_ROWS):
        inside = f"{order.ident} >= {start} AND {order.ident} < {start + _BATCH_ROWS}"
        for number, text in session.rows(f"SELECT {order.ident}, {source.text} FROM ({relation.sql}) WHERE {inside}"):
            flat = _fields(text)
            if flat is None:
                continue
            for name in [*(name for name in flat if name not in columns)][: _MAX_FIELDS - len(columns)]:
                columns[name] = [None] * len(numbers)
            lost += not flat.keys() <= columns.keys()
            numbers.append(str(number))
            for name, cells in columns.items():
                cells.append(flat.get(name))
    if lost:
        session.say("WARN", f"spath: {lost:,} rows lost fields beyond the first {_MAX_FIELDS:,}.")
    return _laid_over(relation, Rows({_ROW: numbers, **columns}, len(numbers)), session)


def _fields(text: object) -> Flat | None:
    """The fields of a JSON object or array; None for anything else and for what is nested too deep."""
    try:
        document = json.loads(str(text), parse_float=str, parse_int=str) if text is not None else None
        if isinstance(document, dict):
            return {field: value for key, each in document.items() for field, value in flatten(key, each).items()}
        return flatten("", document) if isinstance(document, list) else None
    except (ValueError, RecursionError, TooDeep):
        return None


def _laid_over(relation: Relation, rows: Rows, session: Session) -> Relation:
    table, read = loaded(session.connection, session.names, rows)
    key, (order,) = read.pop(_ROW), relation.order
    columns, values = dict(relation.columns), ["l.*"]
    for name, column in read.items():
        mine = relation.value(name)
        theirs = Value(f"r.{column.ident}", column.kind)
        left = f"l.{mine.sql}" if name in relation.columns else mine.sql
        sql, kind = overlaid((mine, left), (theirs, theirs.sql), "true")
        columns[name] = Column(session.names.new(), kind if name in relation.columns else column.kind)
        values.append(f"{sql if name in relation.columns else theirs.sql} AS {columns[name].ident}")
    on = f"CAST(r.{key.ident} AS BIGINT) = l.{order.ident}"
    return replace(
        relation, sql=f"SELECT {', '.join(values)} FROM ({relation.sql}) l LEFT JOIN {table.name} r ON {on}", columns=columns
    )


SPATH = SplCommand("spath", _SYNTAX, _spath, rule="arguments")
