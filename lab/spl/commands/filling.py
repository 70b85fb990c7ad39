"""``fillnull`` gives what is missing a value; ``filldown`` the value of the row before."""

from __future__ import annotations

from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal

_FILLNULL = "fillnull [value=<text>] [<field>…]"
_FILLDOWN = "filldown [<field>…], names may hold *"


def _fillnull(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Named fields that no row has are made, as in Splunk; without names every field that is not internal is filled."""
    arguments = Arguments.of(node, segment, _FILLNULL, "value")
    text = literal(arguments.text("value", "0"))
    fields = [word.text for word in arguments.words] or [name for name in relation.columns if not name.startswith("_")]
    values = {}
    for field in dict.fromkeys(fields):
        value = relation.value(field)
        if value.kind is Kind.MULTI:
            values[field] = Value(f"CASE WHEN COALESCE(len({value.sql}), 0) = 0 THEN [{text}] ELSE {value.sql} END", Kind.MULTI)
        else:
            values[field] = Value(f"COALESCE(nullif({value.text}, ''), {text})", Kind.TEXT)
    return relation.with_columns(session.names, values) if values else relation


def _filldown(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _FILLDOWN, "")
    patterns = [word.text for word in arguments.words] or ["*"]
    fields = [name for pattern in patterns for name in relation.matching(pattern) if pattern != "*" or not name.startswith("_")]
    over = f"OVER ({relation.order_by.strip()} ROWS UNBOUNDED PRECEDING)"
    values = {
        field: Value(f"last_value({relation.value(field).sql} IGNORE NULLS) {over}", relation.value(field).kind)
        for field in fields
    }
    return relation.with_columns(session.names, values) if values else relation


FILLNULL = SplCommand("fillnull", _FILLNULL, _fillnull, rule="arguments")
FILLDOWN = SplCommand("filldown", _FILLDOWN, _filldown, distributable=False, rule="arguments")
