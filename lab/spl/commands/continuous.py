"""``makecontinuous`` adds the rows that are missing between buckets; ``gentimes`` makes rows of consecutive times."""

from __future__ import annotations

import re
from dataclasses import replace

from lab.driver import Rows
from lab.spl import spans
from lab.spl.arguments import Arguments
from lab.spl.commands.buckets import DEFAULT_BINS
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Column, Order, Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, number
from lab.spl.time_modifier import epoch_s

_CONTINUOUS = "makecontinuous [<field>] [span=<number or time>] [bins=<count>]"
_GENTIMES = "gentimes start=<mm/dd/yyyy[:hh:mm:ss] or days> [end=<the same>] [increment=<count><s|m|h|d>]"
MAX_ROWS = 50_000
_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def _makecontinuous(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """The field becomes the beginning of its bucket, and a bucket without rows a row of its own, sorted by the field."""
    arguments = Arguments.of(node, segment, _CONTINUOUS, "span bins")
    words = arguments.exactly(0, 1)
    field = words[0] if words else "_time"
    if field not in relation.columns:
        return relation
    relation = session.fixed(relation)
    value = relation.value(field)
    low, high = session.rows(f"SELECT min({value.numeric}), max({value.numeric}) FROM ({relation.sql})")[0]
    if low is None:
        return relation
    ends = float(str(low)), float(str(high))
    span = _span(arguments, ends, value.kind is Kind.TIME or field == "_time")
    step_s = span.size_s or 28 * 86_400
    if (ends[1] - ends[0]) / step_s > MAX_ROWS:
        arguments.refuse(f"more than {MAX_ROWS:,} rows; choose a longer span")
    kind = Kind.TIME if value.kind is Kind.TIME or field == "_time" else Kind.NUMBER
    made = relation.with_columns(session.names, {field: Value(span.begin(value.numeric), kind)})
    bucket = Column(session.names.new(), kind)
    begin = span.begin(f"({number(ends[0])} + range * {number(step_s)})")
    steps = f"SELECT DISTINCT {begin} AS {bucket.ident} FROM range(CAST({(ends[1] - ends[0]) / step_s + 2} AS BIGINT))"
    steps = f"SELECT * FROM ({steps}) WHERE {bucket.ident} <= {span.begin(number(ends[1]))}"
    ident = made.columns[field].ident
    sql = f"SELECT * FROM ({steps}) LEFT JOIN ({made.sql}) ON {ident} = {bucket.ident}"
    return replace(made, sql=sql, columns={**made.columns, field: bucket}, order=[Order(bucket.ident), *made.order])


def _span(arguments: Arguments, ends: tuple[float, float], of_time: bool) -> spans.TimeSpan:
    span = arguments.option("span")
    bins = arguments.number("bins", DEFAULT_BINS, 1)
    try:
        if span is None:
            if of_time:
                return spans.automatic(ends[1] - ends[0], bins)
            return spans.TimeSpan(spans.power_of_ten(ends[1] - ends[0], max(bins, 2)))
        if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", span.value) and float(span.value):
            return spans.TimeSpan(float(span.value))
        return spans.time_span(span.value)
    except ValueError as error:
        arguments.refuse(str(error), span.place if span else None)


def _gentimes(node: Node, segment: Segment, session: Session) -> Relation:
    """One row per increment, a day by default, up to the last midnight. Days count from today: -1 is yesterday."""
    arguments = Arguments.of(node, segment, _GENTIMES, "start end increment")
    if arguments.option("start") is None or arguments.words:
        arguments.refuse("it needs start=")
    midnight = float(int(session.now_s) // 86_400 * 86_400)
    start, end = _moment(arguments, "start", midnight), _moment(arguments, "end", midnight)
    step = re.fullmatch(r"(\d{1,6})([smhd])", arguments.text("increment", "1d"))
    if step is None or not int(step[1]):
        arguments.refuse("increment is a count and one of s, m, h, d, like 6h")
    size_s = int(step[1]) * _UNITS_S[step[2]]
    count = max(0, -int(-(end - start) // size_s))
    if count > MAX_ROWS:
        arguments.refuse(f"more than {MAX_ROWS:,} rows; choose a longer increment")
    starts = [int(start + place * size_s) for place in range(count)]
    table = session.given(Rows({"starttime": [str(each) for each in starts]}, count))
    times = {"starttime": Value(table.value("starttime").numeric, Kind.NUMBER)}
    times["endtime"] = Value(f"({times['starttime'].sql} + {size_s - 1})", Kind.NUMBER)
    shown = {
        name: Value(f"strftime(make_timestamp(CAST({times[of].sql} * 1000000 AS BIGINT)), '%a %b %d %H:%M:%S %Y')", Kind.TEXT)
        for name, of in (("starthuman", "starttime"), ("endhuman", "endtime"))
    }
    made = table.with_columns(session.names, {**times, **shown})
    return made.only({name: made.columns[name] for name in ("starttime", "starthuman", "endtime", "endhuman")})


def _moment(arguments: Arguments, name: str, midnight: float) -> float:
    option = arguments.option(name)
    if option is None:
        return midnight
    if re.fullmatch(r"-?\d{1,4}", option.value):
        return midnight + int(option.value) * 86_400
    try:
        return epoch_s(option.value, midnight)
    except ValueError as error:
        arguments.refuse(str(error), option.place)


MAKECONTINUOUS = SplCommand("makecontinuous", _CONTINUOUS, _makecontinuous, distributable=False, rule="arguments")
GENTIMES = SplCommand("gentimes", _GENTIMES, None, False, _gentimes, "arguments")
