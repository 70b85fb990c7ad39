"""Several relations as one: below each other (``append``, ``union``) or side by side (``appendcols``)."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.relation import Column, Order, Relation
from lab.spl.session import Session
from lab.spl.sql import NULL, Kind, Value


def stacked(relations: Sequence[Relation], session: Session, order: str = "") -> Relation:
    """All rows of all relations, each with its own order. order: a field to sort by, descending, before that."""
    kinds: dict[str, Kind] = {}
    for relation in relations:
        for name, column in relation.columns.items():
            same = name not in kinds or kinds[name] is column.kind
            kinds[name] = column.kind if same else _joint(kinds[name], column.kind)
    columns = {name: Column(session.names.new(), kind) for name, kind in kinds.items()}
    part, place = Order(session.names.new()), Order(session.names.new())
    selects = []
    for number, relation in enumerate(relations):
        numbered, ident = relation.numbered(session.names)
        values = [f"{as_kind(numbered.value(name), kind)} AS {columns[name].ident}" for name, kind in kinds.items()]
        values += [f"{number} AS {part.ident}", f"{ident} AS {place.ident}"]
        selects.append(f"SELECT {', '.join(values)} FROM ({numbered.sql})")
    keys = [Order(columns[order].ident, descending=True)] if order in columns else []
    return Relation(" UNION ALL ".join(selects), columns, [*keys, part, place], distributed=False)


def _joint(one: Kind, other: Kind) -> Kind:
    if Kind.MULTI in (one, other):
        return Kind.MULTI
    return Kind.NUMBER if {one, other} == {Kind.NUMBER, Kind.TIME} else Kind.TEXT


def as_kind(value: Value, kind: Kind) -> str:
    """SQL of a value turned into another kind."""
    if value is NULL:
        types = {Kind.MULTI: "VARCHAR[]", Kind.TEXT: "VARCHAR"}
        return f"CAST(NULL AS {types.get(kind, 'DOUBLE')})"
    if value.kind is kind:
        return value.sql
    if kind is Kind.MULTI:
        return f"CASE WHEN {value.text} IS NOT NULL THEN [{value.text}] END"
    return value.numeric if kind in (Kind.NUMBER, Kind.TIME) else value.text


def overlaid(left: tuple[Value, str], right: tuple[Value, str], here: str) -> tuple[str, Kind]:
    """One field of two sides: the right value where ``here`` holds and it is not null, else the left one."""
    (one, one_sql), (other, other_sql) = left, right
    kind = one.kind if one.kind is other.kind else _joint(one.kind, other.kind)
    first = as_kind(Value(one_sql, one.kind), kind)
    second = as_kind(Value(other_sql, other.kind), kind)
    return f"CASE WHEN {here} THEN COALESCE({second}, {first}) ELSE {first} END", kind
