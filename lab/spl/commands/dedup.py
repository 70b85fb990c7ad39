"""``dedup``: the first rows of each combination of values; rows that lack one of the fields go unless keepempty=true."""

from __future__ import annotations

from dataclasses import replace

from lab.spl.commands.command import SplCommand, count_of
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment, names, place_of, unquoted
from lab.spl.relation import Relation
from lab.spl.session import Session

_SYNTAX = "dedup [<count>] <field>… [keepempty=true|false]"


def _dedup(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    count = count_of(node, 1)
    if count == 0:
        raise SplError("dedup: the count must be 1 or more", segment.at)
    fields = names(next(node.find_data("list")))
    if "sortby" in fields:
        raise SplError(f"dedup: sortby is not supported; sort before. Syntax: {_SYNTAX}", segment.at)
    keep_empty = False
    for option in node.find_data("option"):
        name, value = str(option.children[0]).rstrip("= \t\n"), unquoted(option.children[1]).lower()
        if name != "keepempty" or value not in ("true", "false", "t", "f", "1", "0"):
            raise SplError(f"dedup: {name}={value} is not supported. Syntax: {_SYNTAX}", place_of(segment, option))
        keep_empty = value in ("true", "t", "1")
    texts = [relation.value(field).text for field in fields]
    present = " AND ".join(f"{text} IS NOT NULL" for text in texts)
    place = f"row_number() OVER (PARTITION BY {', '.join(texts)}{relation.order_by})"
    condition = f"NOT ({present}) OR" if keep_empty else f"({present}) AND"
    return replace(relation, sql=f"SELECT * FROM ({relation.sql}) QUALIFY {condition} {place} <= {count}")


DEDUP = SplCommand("dedup", _SYNTAX, _dedup, distributable=False)
