"""Subsearch rows beside or below others: ``append``, ``appendcols``, ``appendpipe``, ``join``, ``union``, ``multisearch``."""

from __future__ import annotations

from dataclasses import replace

from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Column, Order, Relation
from lab.spl.session import Session
from lab.spl.sql import Value
from lab.spl.stacking import overlaid, stacked

MAX_ROWS = 50_000  # limits.conf [searchresults] maxresultrows, [join] subsearch_maxout
_APPEND = "append [maxout=<count>] [<subsearch>]"
_APPENDCOLS = "appendcols [override=<bool>] [maxout=<count>] [<subsearch>]"
_APPENDPIPE = "appendpipe [<pipeline>]"
_JOIN = "join [type=inner|left|outer] [max=<count>] [overwrite=<bool>] [<field>…] [<subsearch>]"
_UNION = "union [<subsearch>] [<subsearch>]…"
_MULTISEARCH = "multisearch [<subsearch>] [<subsearch>]…"


def _found(arguments: Arguments, session: Session) -> Relation:
    """The rows of the subsearch, at most as many as Splunk takes."""
    inner = arguments.pipeline()
    relation = session.fixed(session.pipeline(inner.text, inner.at))  # counted and read
    most = arguments.number("maxout", MAX_ROWS) or MAX_ROWS
    rows = session.count(relation)
    if rows > most:
        session.say("WARN", f"{arguments.segment.name}: the subsearch found {rows:,} rows, of which the first {most:,} are used.")
    return relation.limited(most) if rows > most else relation


def _append(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _APPEND, "maxout extendtimerange")
    arguments.only("extendtimerange", "false")
    return stacked([relation, _found(arguments, session)], session)


def _appendpipe(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _APPENDPIPE, "run_in_preview")
    arguments.only("run_in_preview", "true")
    inner = arguments.pipeline()
    kept = session.fixed(relation)
    text = inner.text if inner.text.lstrip().startswith("|") else f"| {inner.text}"
    return stacked([kept, session.pipeline(text, inner.at, kept)], session)


def _appendcols(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Row by row: fields of the subsearch that are there already are kept out unless override=true; surplus rows are added."""
    arguments = Arguments.of(node, segment, _APPENDCOLS, "override maxout")
    override = arguments.flag("override", False)
    left, one = relation.numbered(session.names)
    right, other = _found(arguments, session).numbered(session.names)
    columns, values = {}, []
    for name in dict.fromkeys([*left.columns, *right.columns]):
        if name in left.columns and (name not in right.columns or not override or name.startswith("_")):
            columns[name] = left.columns[name]
            values.append(f"l.{left.columns[name].ident}")
        else:
            columns[name] = right.columns[name]
            values.append(f"r.{right.columns[name].ident}")
    order = Order(session.names.new())
    values.append(f"COALESCE(l.{one}, r.{other}) AS {order.ident}")
    sql = f"SELECT {', '.join(values)} FROM ({left.sql}) l FULL JOIN ({right.sql}) r ON l.{one} = r.{other}"
    return Relation(sql, columns, [order], distributed=False)


def _join(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _JOIN, "type max overwrite usetime maxout")
    kind = arguments.one_of("type", ("inner", "left", "outer"))
    most, overwrite = arguments.number("max", 1), arguments.flag("overwrite", True)
    if arguments.flag("usetime", False):
        arguments.refuse("usetime=true is not supported")
    for word in arguments.words:
        if word.means("where"):
            arguments.refuse("left=…, right=… where … is not supported; rename the fields before", word.place)
    right = _found(arguments, session)
    fields = [word.text for word in arguments.words]
    fields = fields or [name for name in relation.columns if name in right.columns and not name.startswith("_")]
    if not fields:
        arguments.refuse("the two sides have no field in common")
    left, one = relation.numbered(session.names)
    right, other = right.numbered(session.names)
    keys = ", ".join(right.value(field).text for field in fields)
    place = f"row_number() OVER (PARTITION BY {keys} ORDER BY {other})"
    limited = f"SELECT * FROM ({right.sql})" + (f" QUALIFY {place} <= {most}" if most else "")
    on = " AND ".join(f"{_side('l', left, field)} = {_side('r', right, field)}" for field in fields)
    columns, values = {}, []
    for name in dict.fromkeys([*left.columns, *right.columns]):
        if name not in right.columns or name in fields or (name in left.columns and not overwrite):
            columns[name] = left.columns.get(name) or right.columns[name]
            values.append(f"{'l' if name in left.columns else 'r'}.{columns[name].ident}")
        elif name not in left.columns:
            columns[name] = right.columns[name]
            values.append(f"r.{columns[name].ident}")
        else:
            mine, theirs = left.columns[name], right.columns[name]
            pair = (left.value(name), f"l.{mine.ident}"), (right.value(name), f"r.{theirs.ident}")
            sql, joint = overlaid(*pair, here=f"r.{other} IS NOT NULL")
            columns[name] = Column(session.names.new(), joint)
            values.append(f"{sql} AS {columns[name].ident}")
    values += [f"l.{one}", f"r.{other}"]
    join = "JOIN" if kind == "inner" else "LEFT JOIN"
    sql = f"SELECT {', '.join(values)} FROM ({left.sql}) l {join} ({limited}) r ON {on}"
    return replace(relation, sql=sql, columns=columns, order=[Order(one), Order(other)], events=False)


def _side(side: str, relation: Relation, field: str) -> str:
    value = relation.value(field)
    column = relation.columns.get(field)
    return value.text if column is None else Value(f"{side}.{column.ident}", column.kind).text


def _union(node: Node, segment: Segment, session: Session) -> Relation:
    """Rows with a time come newest first, as Splunk's union of streaming searches gives them."""
    arguments = Arguments.of(node, segment, _UNION if segment.name == "union" else _MULTISEARCH, "")
    if arguments.words or len(arguments.subsearches) < 2 - (segment.name == "union"):
        arguments.refuse("it takes subsearches in [ ] alone")
    return stacked([session.pipeline(inner.text, inner.at) for inner in arguments.subsearches], session, "_time")


def _union_after(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _UNION, "")
    if arguments.words or not arguments.subsearches:
        arguments.refuse("it takes subsearches in [ ] alone")
    return stacked([relation, *(session.pipeline(inner.text, inner.at) for inner in arguments.subsearches)], session)


APPEND = SplCommand("append", _APPEND, _append, False, rule="arguments", pipelines=True)
APPENDCOLS = SplCommand("appendcols", _APPENDCOLS, _appendcols, False, rule="arguments", pipelines=True)
APPENDPIPE = SplCommand("appendpipe", _APPENDPIPE, _appendpipe, False, rule="arguments", pipelines=True)
JOIN = SplCommand("join", _JOIN, _join, False, rule="arguments", pipelines=True)
UNION = SplCommand("union", _UNION, _union_after, False, _union, "arguments", pipelines=True)
MULTISEARCH = SplCommand("multisearch", _MULTISEARCH, None, False, _union, "arguments", pipelines=True)
