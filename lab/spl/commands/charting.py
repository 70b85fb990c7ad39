"""``chart`` and ``timechart``: one row per value of a field or per time bucket, one column per series.

With a split field the series with the largest sums keep their names (limit, 10), the others are taken together as OTHER and rows
without the field as NULL; both are computed from the rows again, so that averages stay right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.spl import spans
from lab.spl.arguments import Arguments, Option, option_nodes
from lab.spl.commands import series
from lab.spl.commands.command import SplCommand
from lab.spl.commands.grouping import Wanted, one_row_per_value, wanted
from lab.spl.commands.stats import grouped
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment, unquoted
from lab.spl.relation import Column, Order, Relation, auto_keys
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal, number

_SPLIT = "limit useother usenull otherstr nullstr"
_TIME = "span bins minspan cont partial fixedrange"
_WHERE = "[where <function> in top<count>|where <function> > <number>]"
_CHART = (
    "chart [limit=<count>] [useother=<bool>] [usenull=<bool>] <function>(<field>)… [OVER <field>] [BY <field> [<field>]] "
    f"{_WHERE}"
)
_TIMECHART = (
    "timechart [span=<time>] [bins=<count>] [cont=<bool>] [partial=<bool>] [fixedrange=<bool>] <function>(<field>)… [BY <field>] "
    f"[limit=<count>] [useother=<bool>] [usenull=<bool>] {_WHERE}"
)
_ZERO = ("c", "count", "dc", "distinct_count", "estdc")
MAX_BUCKETS = 50_000


@dataclass(frozen=True)
class _Plan:
    """row: the field of the rows. split: the field of the series, or ''. choice: which series keep their names."""

    row: str
    split: str
    functions: Sequence[Wanted]
    arguments: Arguments
    choice: series.Wanted


def _chart(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    splits = [child for child in node.children if getattr(child, "data", "") == "split"]
    arguments = _arguments(node, segment, _CHART, _SPLIT, splits)
    fields = [unquoted(child.children[0]) for child in splits]
    if len(fields) > 2:
        raise SplError(f"chart: at most two fields. Syntax: {_CHART}", segment.at)
    relation = one_row_per_value(relation, fields, session)
    plan = _Plan(
        fields[0] if fields else "",
        fields[1] if len(fields) > 1 else "",
        wanted(node, segment, relation, session),
        arguments,
        series.wanted(node, segment, arguments),
    )
    if not plan.split:
        return grouped(relation, fields, plan.functions, session)
    return _pivoted(session.fixed(relation), plan, session)


def _arguments(node: Node, segment: Segment, syntax: str, allowed: str, splits: Sequence[Node]) -> Arguments:
    options: list[Option] = option_nodes(node, segment)
    for split in [*splits, *node.find_data("series_filter")]:
        options += option_nodes(split, segment)
    arguments = Arguments(segment, syntax, [], options, [])
    for option in options:
        if option.name not in allowed.split():
            arguments.refuse(f"{option.name}={option.value[:40]} is not supported", option.place)
    return arguments


def _timechart(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    splits = [child for child in node.children if getattr(child, "data", "") == "split"]
    arguments = _arguments(node, segment, _TIMECHART, f"{_SPLIT} {_TIME}", splits)
    if "_time" not in relation.columns:
        raise SplError("timechart needs the field _time, which the rows no longer have", segment.at)
    split = unquoted(splits[0].children[0]) if splits else ""
    relation = session.fixed(one_row_per_value(relation, [split] if split else [], session))
    time = relation.value("_time").numeric
    low, high = session.rows(f"SELECT min({time}), max({time}) FROM ({relation.sql})")[0]
    if low is None:
        return Relation("SELECT NULL AS none WHERE false", {}, distributed=False)
    ends = (float(str(low)), float(str(high)))
    span = _span(arguments, ends, session)
    bucketed = relation.with_columns(session.names, {"_time": Value(span.begin(time), Kind.TIME)})
    plan = _Plan("_time", split, wanted(node, segment, relation, session), arguments, series.wanted(node, segment, arguments))
    first = f"min({bucketed.value('_time').sql})"
    length = f"({span.following(first)} - {first})" if span.months else number(span.size_s)
    result = _pivoted(bucketed, plan, session) if split else grouped(bucketed, ["_time"], plan.functions, session, length)
    if not arguments.flag("cont", True):
        return result
    return _continued(session.fixed(result), span, ends, plan, session)


def _span(arguments: Arguments, ends: tuple[float, float], session: Session) -> spans.TimeSpan:
    span = arguments.option("span") or arguments.option("minspan")
    low = ends[0] if session.earliest_s is None else session.earliest_s
    high = ends[1] if session.latest_s is None else session.latest_s
    try:
        given = spans.time_span(span.value) if span else None
    except ValueError as error:
        arguments.refuse(str(error), span.place if span else None)
    chosen = spans.automatic(high - low, arguments.number("bins", 100, 1))
    if given is None:
        return chosen
    wider = not chosen.months and not given.months and chosen.size_s > given.size_s
    return chosen if arguments.option("span") is None and wider else given


def _continued(result: Relation, span: spans.TimeSpan, ends: tuple[float, float], plan: _Plan, session: Session) -> Relation:
    """A row for every bucket: over the search's time range with fixedrange=true, else over the data."""
    low, high = ends
    if plan.arguments.flag("fixedrange", True):
        low = session.earliest_s if session.earliest_s is not None else low
        high = session.latest_s - 1e-6 if session.latest_s is not None else high
    step_s = span.size_s or 28 * 86_400
    if (high - low) / step_s > MAX_BUCKETS:
        plan.arguments.refuse(f"more than {MAX_BUCKETS:,} buckets; choose a longer span")
    bucket = Order(session.names.new())
    count = f"range(CAST({(high - low) / step_s + 2} AS BIGINT))"
    begin = span.begin(f"({number(low)} + range * {number(step_s)})")
    times = f"SELECT DISTINCT {begin} AS {bucket.ident} FROM {count}"
    times = f"SELECT * FROM ({times}) WHERE {bucket.ident} <= {span.begin(number(high))}"
    columns, values = {"_time": Column(bucket.ident, Kind.TIME)}, [f"t.{bucket.ident}"]
    zeroed = all(function.function.lower() in _ZERO for function in plan.functions)
    zero_names = [function.name for function in plan.functions if function.function.lower() in _ZERO]
    for name, column in result.columns.items():
        if name == "_time":
            continue
        zero = column.kind is Kind.NUMBER and (zeroed or name in zero_names or name.split(": ")[0] in zero_names)
        columns[name] = Column(session.names.new(), column.kind)
        values.append(f"{f'COALESCE(r.{column.ident}, 0)' if zero else f'r.{column.ident}'} AS {columns[name].ident}")
    made = result.columns.get("_time")
    assert made is not None
    sql = f"SELECT {', '.join(values)} FROM ({times}) t LEFT JOIN ({result.sql}) r ON r.{made.ident} = t.{bucket.ident}"
    shown = Relation(sql, columns, [bucket], distributed=False)
    if not plan.arguments.flag("partial", True):
        shown = shown.where(f"{bucket.ident} >= {number(low)} AND {span.following(bucket.ident)} <= {number(high + 1e-6)}")
    return shown


def _pivoted(relation: Relation, plan: _Plan, session: Session) -> Relation:
    """One column per series and function."""
    kept_names = _series(relation, plan, session)
    other = plan.arguments.text("otherstr", "OTHER")
    null = plan.arguments.text("nullstr", "NULL")
    text = relation.value(plan.split).text
    kept = f"{text} IN ({', '.join(map(literal, kept_names))})" if kept_names else "false"
    named = f"CASE WHEN {text} IS NULL THEN {literal(null)} WHEN {kept} THEN {text} ELSE {literal(other)} END"
    keep = "true" if plan.arguments.flag("usenull", True) else f"{text} IS NOT NULL"
    keep += "" if plan.arguments.flag("useother", True) else f" AND ({text} IS NULL OR {kept})"
    key = "\x1fseries"
    labelled = relation.where(keep).with_columns(session.names, {key: Value(named, Kind.TEXT)})
    cells = session.fixed(grouped(labelled, [plan.row, key], plan.functions, session))
    found = [str(name) for (name,) in session.rows(f"SELECT DISTINCT {cells.value(key).sql} FROM ({cells.sql})")]
    ordered = [name for name in sorted(found) if name not in (other, null)] + [name for name in (other, null) if name in found]
    row = cells.value(plan.row)
    columns = {plan.row: Column(session.names.new(), row.kind)}
    values = [f"{row.sql} AS {columns[plan.row].ident}"]
    for function in plan.functions:
        for name in ordered:
            cell = cells.value(function.name)
            one = f"any_value({cell.sql}) FILTER ({cells.value(key).sql} = {literal(name)})"
            one = f"COALESCE({one}, 0)" if function.function.lower() in _ZERO else one
            title = name if len(plan.functions) == 1 else f"{function.name}: {name}"
            columns[title] = Column(session.names.new(), cell.kind)
            values.append(f"{one} AS {columns[title].ident}")
    result = Relation(f"SELECT {', '.join(values)} FROM ({cells.sql}) GROUP BY {row.sql}", columns, (), distributed=False)
    return result.ordered(session.names, auto_keys(result.value(plan.row)))


def _series(relation: Relation, plan: _Plan, session: Session) -> list[str]:
    """The series that keep their names."""
    first = replace(plan.functions[0], name="\x1fsize")
    cells = grouped(relation, [plan.row, plan.split], [first], session)
    return series.names(cells, (plan.split, first.name), plan.choice, plan.arguments, session)


CHART = SplCommand("chart", _CHART, _chart, distributable=False)
TIMECHART = SplCommand("timechart", _TIMECHART, _timechart, distributable=False)
