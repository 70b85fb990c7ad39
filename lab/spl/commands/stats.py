"""``stats``: one row per combination of the by-fields. Rows that lack one of these are left out; several values count each."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.aggregates import RowSet
from lab.spl.commands.command import SplCommand
from lab.spl.commands.grouping import Wanted, by_fields, check_names, one_row_per_value, wanted
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Column, Relation, auto_keys
from lab.spl.session import Session
from lab.spl.sql import Kind, Value

_SYNTAX = "stats <function>[(<field>)] [AS <name>]… [BY <field>…], a field may be eval(<expression>) or hold *"


def _stats(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    option = next(iter(node.find_data("option")), None)
    if option is not None:
        raise SplError(f"stats: {option.children[0]}… cannot stand here. Syntax: {_SYNTAX}", segment.at)
    by = by_fields(node)
    relation = one_row_per_value(relation, by, session)
    functions = wanted(node, segment, relation, session)
    check_names([*by, *(function.name for function in functions)], segment)
    return grouped(relation, by, functions, session)


def grouped(relation: Relation, by: Sequence[str], functions: Sequence[Wanted], session: Session, span: str = "") -> Relation:
    """One row per combination of the by-fields, sorted by them. span: SQL of a bucket's seconds, for per_hour and the like."""
    groups = {field: _key(relation.value(field)) for field in by}
    rows = RowSet(relation.order, relation.value("_time"), span_s=span or None)
    values = {function.name: function.over(rows) for function in functions}
    columns = {name: Column(session.names.new(), value.kind) for name, value in {**groups, **values}.items()}
    selected = ", ".join(f"{value.sql} AS {columns[name].ident}" for name, value in {**groups, **values}.items())
    present = " AND ".join(f"{value.sql} IS NOT NULL" for value in groups.values())
    keys = ", ".join(value.sql for value in groups.values())
    grouping = f" WHERE {present} GROUP BY {keys}" if by else ""
    result = Relation(f"SELECT {selected} FROM ({relation.sql}){grouping}", columns, (), distributed=False)
    order = [key for field in by for key in auto_keys(result.value(field))]
    return result.ordered(session.names, order) if order else result


def _key(value: Value) -> Value:
    return value if value.kind is Kind.TIME else Value(value.text, Kind.TEXT)


STATS = SplCommand("stats", _SYNTAX, _stats, distributable=False)
