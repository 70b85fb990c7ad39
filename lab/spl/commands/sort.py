"""``sort``: numbers by size, IPv4 addresses by value, other text by code point, nulls last whichever way; equal rows stay put."""

from __future__ import annotations

from dataclasses import replace

from lark import Token

from lab.spl.commands.command import SplCommand, count_of
from lab.spl.parsing import Node, Segment, unquoted
from lab.spl.relation import Relation, auto_keys
from lab.spl.session import Session
from lab.spl.sql import Value

DEFAULT_ROWS = 10_000  # what Splunk keeps when no count is given


def _sort(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    turned = any(isinstance(child, Token) and child.type == "DESCENDING" for child in node.children)
    keys: list[tuple[str, bool]] = []
    for child in node.children:
        if not isinstance(child, Token):
            keys += sort_keys(relation, child, turned)
    ordered = relation.ordered(session.names, keys)
    limit = count_of(node, DEFAULT_ROWS)
    if limit == 0:
        return ordered
    if count_of(node, None) is None:
        rows = session.count(relation)
        if rows <= DEFAULT_ROWS:
            return ordered
        session.say("WARN", f"sort keeps {DEFAULT_ROWS:,} of {rows:,} rows; write sort 0 … to keep all, as in Splunk.")
    return replace(ordered, sql=f"SELECT * FROM ({ordered.sql}){ordered.order_by} LIMIT {limit}")


def sort_keys(relation: Relation, key: Node, turned: bool) -> list[tuple[str, bool]]:
    tokens = {child.type: str(child) for child in key.children if isinstance(child, Token)}
    value = relation.value(unquoted(str(key.children[-1])))
    descending = ("MINUS" in tokens) != turned
    return _cast_keys(value, tokens.get("CAST", "auto"), descending)


def _cast_keys(value: Value, cast: str, descending: bool) -> list[tuple[str, bool]]:
    if cast == "num":
        return [(value.numeric, descending)]
    if cast == "str":
        return [(value.text, descending)]
    if cast == "ip":
        return [(f"spl_ipv4({value.text})", descending), (value.text, descending)]
    return auto_keys(value, descending)


SORT = SplCommand(
    "sort", "sort [<count>|limit=<count>] [-|+]<field>… [desc], a field may be in num(), str(), ip() or auto()", _sort, False
)
