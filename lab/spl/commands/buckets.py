"""``bin``: the bucket that a time or a number lies in takes its place."""

from __future__ import annotations

from dataclasses import replace

from lab.spl import spans
from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value
from lab.spl.time_modifier import epoch_s

_SYNTAX = "bin [span=<number, time or log>] [bins=<count>] [minspan=<span>] [aligntime=<time>] <field> [AS <name>]"
DEFAULT_BINS = 100


def _bin(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Times become the beginning of their bucket, numbers a text like 10-20; without span, a span is chosen for the data."""
    arguments = Arguments.of(node, segment, _SYNTAX, "span bins minspan aligntime")
    words = list(arguments.words)
    if len(words) not in (1, 3) or (len(words) == 3 and not words[1].means("as")):
        arguments.refuse("it needs one field, and may have AS <name>")
    field, name = words[0].text, words[-1].text
    if field not in relation.columns:
        return relation
    value = relation.value(field)
    span = arguments.text("span", "")
    try:
        if value.kind is Kind.TIME or field == "_time":
            made = _aligned(_span_of_time(relation, value, span, arguments, session), arguments, session)
            return relation.with_columns(session.names, {name: Value(made.begin(value.numeric), Kind.TIME)})
        if span and span[-1].isalpha():  # a number in seconds by a span of time
            begin = spans.time_span(span).begin(value.numeric)
            return relation.with_columns(session.names, {name: Value(begin, Kind.NUMBER)})
        bucket = spans.numeric_bucket(value.numeric, span or _span_of_numbers(relation, value, arguments, session))
    except ValueError as error:
        option = arguments.option("aligntime") or arguments.option("span") or arguments.option("minspan")
        arguments.refuse(str(error), option.place if option else None)
    return relation.with_columns(session.names, {name: Value(f"COALESCE({bucket}, {value.text})", Kind.TEXT)})


def _aligned(span: spans.TimeSpan, arguments: Arguments, session: Session) -> spans.TimeSpan:
    """aligntime: a moment that one bucket begins at; spans of days and more keep theirs, as in Splunk."""
    option = arguments.option("aligntime")
    if option is None or span.months or span.size_s >= 86_400:
        return span
    ends = {"earliest": session.earliest_s, "latest": session.latest_s}
    moment = ends[option.value] if option.value in ends else epoch_s(option.value, session.now_s)
    return span if moment is None else replace(span, offset_s=moment % span.size_s)


def _span_of_time(relation: Relation, value: Value, span: str, arguments: Arguments, session: Session) -> spans.TimeSpan:
    if span:
        return spans.time_span(span)
    low, high = session.rows(f"SELECT min({value.numeric}), max({value.numeric}) FROM ({relation.sql})")[0]
    range_s = 0.0 if low is None else float(str(high)) - float(str(low))
    chosen = spans.automatic(range_s, arguments.number("bins", DEFAULT_BINS, 1))
    least = arguments.option("minspan")
    smallest = spans.time_span(least.value) if least else None
    return smallest if smallest and not chosen.months and smallest.size_s > chosen.size_s else chosen


def _span_of_numbers(relation: Relation, value: Value, arguments: Arguments, session: Session) -> str:
    """The smallest power of ten that makes at most ``bins`` buckets."""
    low, high = session.rows(f"SELECT min({value.numeric}), max({value.numeric}) FROM ({relation.sql})")[0]
    width = 1.0 if low is None else float(str(high)) - float(str(low))
    chosen = spans.power_of_ten(width, arguments.number("bins", DEFAULT_BINS, 2))
    least = arguments.option("minspan")
    return f"{max(chosen, float(least.value)) if least else chosen:.9f}"


BIN = SplCommand("bin", _SYNTAX, _bin, rule="arguments")
BUCKET = SplCommand("bucket", _SYNTAX.replace("bin ", "bucket ", 1), _bin, rule="arguments")
DISCRETIZE = SplCommand("discretize", _SYNTAX.replace("bin ", "discretize ", 1), _bin, rule="arguments")
