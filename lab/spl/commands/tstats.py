"""``tstats``: figures straight from the index. In Splunk it knows indexed fields alone; the lab says so when others are used."""

from __future__ import annotations

from lab.spl import events, spans
from lab.spl.arguments import Arguments, option_nodes
from lab.spl.commands.command import SplCommand
from lab.spl.commands.find import time_range, without_times
from lab.spl.commands.grouping import check_names, wanted
from lab.spl.commands.stats import grouped
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment, unquoted
from lab.spl.predicate import All, comparisons, predicate
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value

_SYNTAX = "tstats <function>[(<field>)] [AS <name>]… [WHERE <terms of search>] [BY <field>… [span=<time>]]"
_INDEXED = frozenset(("index", "sourcetype", "source", "host", "_time"))
_PARTS = ("option", "aggregate", "split", "source")


def _tstats(node: Node, segment: Segment, session: Session) -> Relation:
    parts = {kind: [child for child in node.children if child.data == kind] for kind in _PARTS}
    if parts["source"]:
        raise SplError("tstats: from is not supported, there are no data models in the lab; write where index=…", segment.at)
    splits = parts["split"]
    options = [option for split in splits for option in option_nodes(split, segment)]
    arguments = Arguments(segment, _SYNTAX, [], [*option_nodes(node, segment), *options], [])
    for option in arguments.options:
        if option.name != "span" or option not in options:
            arguments.refuse(f"{option.name}={option.value[:40]} is not supported", option.place)
    condition = [child for child in node.children if child.data not in _PARTS]
    expression, moments = without_times(predicate(condition[0], segment) if condition else All([]), session)
    relation = events.found(session, expression, time_range(moments, segment, session))
    by = [unquoted(split.children[0]) for split in splits]
    functions = wanted(node, segment, relation, session)
    used = {part.field for part in comparisons(expression)} | set(by)
    used |= {unquoted(name.children[0]) for name in node.find_data("plain")}
    beyond = sorted(used - _INDEXED)
    if beyond:
        session.say("WARN", f"tstats: in Splunk {', '.join(beyond)[:200]} count only where they are indexed fields.")
    span = arguments.option("span")
    if span is not None:
        if "_time" not in by:
            arguments.refuse("span= belongs to by _time", span.place)
        try:
            begin = spans.time_span(span.value).begin(relation.value("_time").numeric)
        except ValueError as error:
            arguments.refuse(str(error), span.place)
        relation = relation.with_columns(session.names, {"_time": Value(begin, Kind.TIME)})
    check_names([*by, *(function.name for function in functions)], segment)
    return grouped(relation, by, functions, session)


TSTATS = SplCommand("tstats", _SYNTAX, None, False, _tstats)
