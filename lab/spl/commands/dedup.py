"""``dedup``: the first rows of each combination of values; rows that lack one of the fields go unless keepempty=true."""

from __future__ import annotations

from dataclasses import replace

from lab.spl.arguments import Arguments, option_nodes
from lab.spl.commands.command import SplCommand, count_of
from lab.spl.commands.sort import sort_keys
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment, names
from lab.spl.relation import Relation
from lab.spl.session import Session

_SYNTAX = "dedup [<count>] <field>… [keepempty=<bool>] [consecutive=<bool>] [sortby [-|+]<field>…]"


def _dedup(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """sortby sorts what is left, as in Splunk. consecutive=true only drops rows that follow one with the same values."""
    count = count_of(node, 1)
    if count == 0:
        raise SplError("dedup: the count must be 1 or more", segment.at)
    arguments = Arguments(segment, _SYNTAX, [], option_nodes(node, segment), [])
    for option in arguments.options:
        if option.name not in ("keepempty", "consecutive"):
            arguments.refuse(f"{option.name}={option.value[:40]} is not supported", option.place)
    fields = names(next(node.find_data("list")))
    texts = [relation.value(field).text for field in fields]
    relation, place = relation.numbered(session.names)
    present = " AND ".join(f"{text} IS NOT NULL" for text in texts)
    if arguments.flag("consecutive", False):
        if count != 1:
            arguments.refuse("consecutive=true keeps one row of each run; leave out the count")
        same = " AND ".join(f"{text} IS NOT DISTINCT FROM lag({text}) OVER (ORDER BY {place})" for text in texts)
        first = f"NOT ({place} > 1 AND {same})"
    else:
        first = f"row_number() OVER (PARTITION BY {', '.join(texts)} ORDER BY {place}) <= {count}"
    condition = f"NOT ({present}) OR" if arguments.flag("keepempty", False) else f"({present}) AND"
    kept = replace(relation, sql=f"SELECT * FROM ({relation.sql}) QUALIFY {condition} ({first})")
    keys = [key for child in node.find_data("sort_key") for key in sort_keys(kept, child, False)]
    return kept.ordered(session.names, keys) if keys else kept


DEDUP = SplCommand("dedup", _SYNTAX, _dedup, distributable=False)
