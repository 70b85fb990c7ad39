"""``head`` keeps the first rows, or those up to a condition; ``tail`` the last in reverse order; ``reverse`` turns all around;
``uniq`` drops rows that are the same as the one before."""

from __future__ import annotations

from dataclasses import replace

from lark import Token

from lab.spl.commands.command import SplCommand
from lab.spl.expression import Compiler
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session

DEFAULT_ROWS = 10
_HEAD = "head [<count>|limit=<count>] [(<condition>) [null=true|false] [keeplast=true|false]]"


def _head(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """With a condition: the rows before the first for which it is false; null=true lets a condition of null pass."""
    options = dict(_options(node, segment))
    condition = next((child for child in node.children if not isinstance(child, Token)), None)
    limit = options.get("limit")
    if condition is None:
        if "null" in options or "keeplast" in options:
            raise SplError(f"head: null= and keeplast= belong to a condition. Syntax: {_HEAD}", segment.at)
        return relation.limited(DEFAULT_ROWS if limit is None else int(limit))
    holds = Compiler(segment, relation.value, session.scope(relation)).condition(condition)
    passes = f"COALESCE({holds}, {options.get('null', 'false')})"
    numbered, place = relation.numbered(session.names)
    ended = session.names.new()
    ends = f"min(CASE WHEN NOT ({passes}) THEN {place} END) OVER ()"
    keep = "<=" if options.get("keeplast") == "true" else "<"
    sql = f"SELECT * FROM (SELECT *, {ends} AS {ended} FROM ({numbered.sql})) WHERE {ended} IS NULL OR {place} {keep} {ended}"
    kept = replace(numbered, sql=sql)
    return kept if limit is None else kept.limited(int(limit))


def _options(node: Node, segment: Segment) -> list[tuple[str, str]]:
    """limit as digits; null and keeplast as true or false."""
    options = []
    for child in node.children:
        if not isinstance(child, Token):
            continue
        name, _, value = str(child).rpartition("=")
        name, value = name.strip() or "limit", value.strip().lower()
        if name == "limit" and not (value.isdigit() and len(value) < 10):
            raise SplError(f"head: limit must be a whole number. Syntax: {_HEAD}", segment.at)
        if name != "limit":
            if value not in ("true", "t", "1", "false", "f", "0"):
                raise SplError(f"head: {name} must be true or false. Syntax: {_HEAD}", segment.at)
            value = "true" if value in ("true", "t", "1") else "false"
        options.append((name, value))
    return options


def _tail(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    rows = next((int(str(child).split("=")[-1]) for child in node.children), DEFAULT_ROWS)
    return _reverse(relation, node, segment, session).limited(rows)


def _reverse(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    return relation.ordered(session.names, [(f"row_number() OVER ({relation.order_by.strip()})", True)])


def _uniq(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    numbered, place = relation.numbered(session.names)
    row = "row(" + ", ".join(column.ident for column in relation.columns.values()) + ")"
    same = f"{place} > 1 AND {row} IS NOT DISTINCT FROM lag({row}) OVER (ORDER BY {place})"
    return replace(numbered, sql=f"SELECT * FROM ({numbered.sql}) QUALIFY NOT ({same})")


HEAD = SplCommand("head", _HEAD, _head, distributable=False)
TAIL = SplCommand("tail", "tail [<count>]", _tail, distributable=False)
REVERSE = SplCommand("reverse", "reverse", _reverse, distributable=False, rule="arguments")
UNIQ = SplCommand("uniq", "uniq", _uniq, distributable=False, rule="arguments")
