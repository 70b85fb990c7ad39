"""``addtotals`` adds the sum of a row's numbers, ``col=true`` and ``addcoltotals`` a row with the sum of each column."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Column, Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal, number
from lab.spl.stacking import stacked

_ROWS = "addtotals [row=<bool>] [col=<bool>] [labelfield=<field>] [label=<text>] [fieldname=<field>] [<field>…], names may hold *"
_COLUMNS = "addcoltotals [labelfield=<field>] [label=<text>] [<field>…], names may hold *"


def _addtotals(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """What is no number counts as nothing, so a row without any number gets 0. Internal fields are never summed."""
    arguments = Arguments.of(node, segment, _ROWS, "row col labelfield label fieldname")
    fields = _summed(relation, arguments)
    name = arguments.text("fieldname", "Total")
    if arguments.flag("row", True):
        parts = [f"COALESCE({relation.value(field).numeric}, 0)" for field in fields]
        total = Value("(" + " + ".join(parts or [number(0)]) + ")", Kind.NUMBER)
        relation = relation.with_columns(session.names, {name: total})
        fields = [*(field for field in fields if field != name), name]
    return _with_totals(relation, fields, arguments, session) if arguments.flag("col", False) else relation


def _addcoltotals(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _COLUMNS, "labelfield label")
    return _with_totals(relation, _summed(relation, arguments), arguments, session)


def _summed(relation: Relation, arguments: Arguments) -> list[str]:
    patterns = [word.text for word in arguments.words] or ["*"]
    found = dict.fromkeys(name for pattern in patterns for name in relation.matching(pattern))
    return [name for name in found if not name.startswith("_")]


def _with_totals(relation: Relation, fields: Sequence[str], arguments: Arguments, session: Session) -> Relation:
    """A last row with the sums; a column without any number has none. labelfield is made where no row has it."""
    relation = session.fixed(relation)
    values = {field: Value(f"sum({relation.value(field).numeric})", Kind.NUMBER) for field in fields}
    label = arguments.text("labelfield", "")
    if label:
        values[label] = Value(literal(arguments.text("label", "Total")), Kind.TEXT)
    if not values:
        return relation
    columns = {field: Column(session.names.new(), value.kind) for field, value in values.items()}
    selected = ", ".join(f"{value.sql} AS {columns[field].ident}" for field, value in values.items())
    totals = Relation(f"SELECT {selected}, count(*) AS none FROM ({relation.sql})", columns, distributed=False)
    return stacked([relation, totals], session)


ADDTOTALS = SplCommand("addtotals", _ROWS, _addtotals, rule="arguments")
ADDCOLTOTALS = SplCommand("addcoltotals", _COLUMNS, _addcoltotals, distributable=False, rule="arguments")
