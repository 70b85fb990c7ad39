"""``eventstats`` adds the figures of its whole group to every row, ``streamstats`` those of the rows up to it."""

from __future__ import annotations

from dataclasses import replace

from lab.spl.aggregates import RowSet
from lab.spl.arguments import Arguments, Option, option_nodes
from lab.spl.commands.command import SplCommand
from lab.spl.commands.grouping import by_fields, wanted
from lab.spl.expression import Compiler
from lab.spl.failure import Place
from lab.spl.parsing import Node, Segment, parse
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Value

_EVENTSTATS = "eventstats <function>[(<field>)] [AS <name>]… [BY <field>…]"
_STREAMSTATS = (
    "streamstats [current=<bool>] [window=<rows>] [global=<bool>] [reset_on_change=<bool>] [reset_before=<condition>] "
    "[reset_after=<condition>] <function>[(<field>)] [AS <name>]… [BY <field>…]"
)


def _options(node: Node, segment: Segment, syntax: str, allowed: str) -> Arguments:
    arguments = Arguments(segment, syntax, [], option_nodes(node, segment), [])
    for option in arguments.options:
        if option.name not in allowed.split():
            arguments.refuse(f"{option.name}={option.value[:40]} is not supported", option.place)
    return arguments


def _eventstats(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    _options(node, segment, _EVENTSTATS, "")
    numbered, place = relation.numbered(session.names)
    texts = [relation.value(field).text for field in by_fields(node)]
    frame = f"ORDER BY {place} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
    return _added(numbered, node, segment, session, (texts, frame))


def _streamstats(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """window=0: all rows so far. global=true counts the window over all rows, of which those of the group are used."""
    arguments = _options(node, segment, _STREAMSTATS, "current window global reset_on_change reset_before reset_after")
    by = by_fields(node)
    window, current = arguments.number("window", 0), arguments.flag("current", True)
    if window and by and arguments.flag("global", True) and arguments.option("global") is None:
        session.say("INFO", "streamstats: with window and by Splunk's window runs over all rows (global=true).")
    numbered, place = relation.numbered(session.names)
    texts = [numbered.value(field).text for field in by]
    if arguments.flag("reset_on_change", False) and by:
        numbered, run = _runs(numbered, by, place, session)
        texts.append(run)
    for name in ("reset_before", "reset_after"):
        option = arguments.option(name)
        if option is not None:
            numbered, run = _counted(numbered, _condition(numbered, option, session), place, name == "reset_after", session)
            texts.append(run)
    end = "CURRENT ROW" if current else "1 PRECEDING"
    # without the current row a window of n still holds n rows
    start = "UNBOUNDED" if not window else str(window - 1 if current else window)
    unit = "RANGE" if window and by and arguments.flag("global", True) else "ROWS"
    return _added(numbered, node, segment, session, (texts, f"ORDER BY {place} {unit} BETWEEN {start} PRECEDING AND {end}"))


def _condition(relation: Relation, option: Option, session: Session) -> str:
    """SQL of the eval condition that an option holds, in quotes or parentheses."""
    segment = Segment(f"streamstats {option.name}", option.value, Place(option.value, 0), Place(option.value, 0))
    tree = parse(segment, "where", f'{option.name}="(<condition>)"')
    return Compiler(segment, relation.value, session.scope(relation)).condition(tree.children[0])


def _counted(relation: Relation, condition: str, place: str, after: bool, session: Session) -> tuple[Relation, str]:
    """A number that grows with every row for which the condition holds, or after it."""
    holds, run = session.names.new(), session.names.new()
    sql = f"SELECT *, CASE WHEN {condition} THEN 1 ELSE 0 END AS {holds} FROM ({relation.sql})"
    frame = f"ORDER BY {place} ROWS BETWEEN UNBOUNDED PRECEDING AND {'1 PRECEDING' if after else 'CURRENT ROW'}"
    return replace(relation, sql=f"SELECT *, COALESCE(sum({holds}) OVER ({frame}), 0) AS {run} FROM ({sql})"), run


def _runs(relation: Relation, by: list[str], place: str, session: Session) -> tuple[Relation, str]:
    """A number that grows whenever the by-fields differ from the row before."""
    changed, run = session.names.new(), session.names.new()
    differs = " OR ".join(
        f"{relation.value(field).text} IS DISTINCT FROM lag({relation.value(field).text}) OVER (ORDER BY {place})" for field in by
    )
    sql = f"SELECT *, CASE WHEN {differs} THEN 1 ELSE 0 END AS {changed} FROM ({relation.sql})"
    return replace(relation, sql=f"SELECT *, sum({changed}) OVER (ORDER BY {place}) AS {run} FROM ({sql})"), run


def _added(relation: Relation, node: Node, segment: Segment, session: Session, window: tuple[list[str], str]) -> Relation:
    """The functions over a window (its groups and its frame). Rows that lack a by-field stay, without figures."""
    texts, frame = window
    groups = f"PARTITION BY {', '.join(texts)} " if texts else ""
    present = " AND ".join(f"({text}) IS NOT NULL" for text in texts)
    rows = RowSet(relation.order, relation.value("_time"), over=f"OVER ({groups}{frame})")
    values = {}
    for function in wanted(node, segment, relation, session):
        value = function.over(rows)
        values[function.name] = Value(f"CASE WHEN {present} THEN {value.sql} END", value.kind) if texts else value
    return relation.with_columns(session.names, values)


EVENTSTATS = SplCommand("eventstats", _EVENTSTATS, _eventstats, distributable=False)
STREAMSTATS = SplCommand("streamstats", _STREAMSTATS, _streamstats, distributable=False)
