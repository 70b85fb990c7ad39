"""Fields with several values: ``makemv`` cuts a text, ``nomv`` joins, ``mvexpand`` makes rows, ``mvcombine`` joins rows."""

from __future__ import annotations

from dataclasses import replace

from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Column, Order, Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal

_MAKEMV = 'makemv [delim=<text>|tokenizer="<pattern with one group>"] [allowempty=true|false] [setsv=true|false] <field>'
_MVEXPAND = "mvexpand <field> [limit=<count>]"
_NOMV = "nomv <field>"
_MVCOMBINE = "mvcombine [delim=<text>] <field>"


def _makemv(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _MAKEMV, "delim tokenizer allowempty setsv")
    (field,) = arguments.exactly(1, 1)
    text = relation.value(field).text
    tokenizer = arguments.option("tokenizer")
    if tokenizer is not None:
        if not session.scope(relation).accepts(tokenizer.value) or "(" not in tokenizer.value:
            arguments.refuse("the lab cannot run this tokenizer: it needs one group, no look-around, no back reference")
        parts = f"regexp_extract_all({text}, {literal(tokenizer.value)}, 1)"
    else:
        delimiter = arguments.text("delim", " ")
        if not delimiter:
            arguments.refuse("delim must hold a character")
        parts = f"string_split({text}, {literal(delimiter)})"
        if not arguments.flag("allowempty", False):
            parts = f"list_filter({parts}, lambda v: v <> '')"
    if arguments.flag("setsv", False):
        return relation.with_columns(session.names, {field: Value(f"array_to_string({parts}, ' ')", Kind.TEXT)})
    return relation.with_columns(session.names, {field: Value(f"nullif({parts}, [])", Kind.MULTI)})


def _mvexpand(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Rows without the field stay as they are; a field with one value is one row."""
    arguments = Arguments.of(node, segment, _MVEXPAND, "limit")
    (field,) = arguments.exactly(1, 1)
    value = relation.value(field)
    if value.kind is not Kind.MULTI:
        return relation
    limit = arguments.number("limit", 0)
    values = f"({value.sql})[1:{limit}]" if limit else value.sql
    numbered, place = relation.numbered(session.names)
    listed = f"CASE WHEN len({values}) > 0 THEN {values} ELSE [NULL] END"
    column, at = Column(session.names.new(), Kind.TEXT), Order(session.names.new())
    count = f"greatest(COALESCE(len({values}), 0), 1)"  # a missing list is one row without the value
    sql = f"SELECT *, unnest({listed}) AS {column.ident}, unnest(range({count})) AS {at.ident} FROM ({numbered.sql})"
    return replace(numbered, sql=sql, columns={**relation.columns, field: column}, order=[Order(place), at])


def _nomv(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    (field,) = Arguments.of(node, segment, _NOMV, "").exactly(1, 1)
    if field not in relation.columns:
        return relation
    return relation.with_columns(session.names, {field: Value(relation.value(field).text, Kind.TEXT)})


def _mvcombine(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Rows that are the same but for the field become one, at the place of the first; delim only shows, as in Splunk."""
    (field,) = Arguments.of(node, segment, _MVCOMBINE, "delim").exactly(1, 1)
    if field not in relation.columns:
        return relation
    numbered, place = relation.numbered(session.names)
    value = relation.value(field)
    others = {name: column for name, column in relation.columns.items() if name not in (field, "_raw")}
    keys = ", ".join(column.ident for column in others.values()) or "true"
    column, first = Column(session.names.new(), Kind.MULTI), Order(session.names.new())
    every = f"list({value.sql} ORDER BY {place}) FILTER ({value.sql} IS NOT NULL)"
    every = f"flatten({every})" if value.kind is Kind.MULTI else every.replace(f"list({value.sql} ", f"list({value.text} ")
    kept = "".join(f"{column.ident}, " for column in others.values())
    sql = f"SELECT {kept}{every} AS {column.ident}, min({place}) AS {first.ident} FROM ({numbered.sql}) GROUP BY {keys}"
    columns = {name: column if name == field else others[name] for name in relation.columns if name == field or name in others}
    return replace(relation, sql=sql, columns=columns, order=[first], events=False)


MAKEMV = SplCommand("makemv", _MAKEMV, _makemv, rule="arguments")
MVEXPAND = SplCommand("mvexpand", _MVEXPAND, _mvexpand, rule="arguments")
NOMV = SplCommand("nomv", _NOMV, _nomv, rule="arguments")
MVCOMBINE = SplCommand("mvcombine", _MVCOMBINE, _mvcombine, distributable=False, rule="arguments")
