"""Functions of fields with several values (Search Reference, "Multivalue eval functions"). mvfilter and mvmap, which look at
each value in turn, are in lab.spl.expression."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.functions import pattern
from lab.spl.functions.function import (
    Function,
    FunctionError,
    Scope,
    Table,
    any_kind,
    listed,
    number_of,
    quoted,
    several,
    text_of,
)
from lab.spl.sql import Kind, Value
from lab.spl.time_modifier import span_of

MOST_VALUES = 100_000


def _mvappend(_: Scope, arguments: Sequence[Value]) -> Value:
    parts = ", ".join(f"COALESCE({listed(value)}, CAST([] AS VARCHAR[]))" for value in arguments)
    return several(f"flatten([{parts}])")


def _mvcount(_: Scope, arguments: Sequence[Value]) -> Value:
    return number_of(f"CAST(len(spl_filled({listed(arguments[0])})) AS DOUBLE)")


def _mvdedup(_: Scope, arguments: Sequence[Value]) -> Value:
    values = listed(arguments[0])
    return several(f"list_filter({values}, lambda d, i: list_position({values}, d) = i)")


def _mvfind(scope: Scope, arguments: Sequence[Value]) -> Value:
    judged = pattern.found(scope, quoted(arguments[1], "the pattern"))
    found = f"list_position(list_transform({listed(arguments[0])}, lambda d: {judged('d')}), true)"
    return number_of(f"CAST(nullif({found}, 0) - 1 AS DOUBLE)")


def _mvindex(_: Scope, arguments: Sequence[Value]) -> Value:
    """Positions count from 0, negative ones from the end; both ends are included; outside of the values is null."""
    values = listed(arguments[0])
    count = f"len({values})"
    places = []
    for argument in arguments[1:]:
        place = f"TRY_CAST({argument.numeric} AS BIGINT)"
        places.append(f"(CASE WHEN {place} < 0 THEN {count} + {place} ELSE {place} END)")
    if len(places) == 1:
        return text_of(f"CASE WHEN {places[0]} >= 0 THEN ({values})[{places[0]} + 1] END")
    start, end = places
    inside = f"{start} >= 0 AND {end} >= {start} AND {start} < {count}"
    return several(f"CASE WHEN {inside} THEN ({values})[{start} + 1:{end} + 1] END")


def _mvjoin(_: Scope, arguments: Sequence[Value]) -> Value:
    return text_of(f"array_to_string({listed(arguments[0])}, {arguments[1].text})")


def _mvrange(_: Scope, arguments: Sequence[Value]) -> Value:
    """Numbers from start up to, but without, end; the step is a number or a span of time like "7d"."""
    start, end = (argument.numeric for argument in arguments[:2])
    step = "1.0"
    if len(arguments) == 3:
        span_s = span_of(arguments[2].constant or "")
        step = arguments[2].numeric if span_s is None else f"{float(span_s)}"
    count = f"ceil(({end} - {start}) / nullif({step}, 0))"
    made = f"list_transform(range(CAST({count} AS BIGINT)), lambda d: spl_text({start} + d * {step}))"
    return several(f"CASE WHEN {count} BETWEEN 1 AND {MOST_VALUES} THEN {made} END")


def _mvsort(_: Scope, arguments: Sequence[Value]) -> Value:
    return several(f"list_sort({listed(arguments[0])})")


def _mvzip(_: Scope, arguments: Sequence[Value]) -> Value:
    """The first value of one with the first of the other, and so on, as far as both go."""
    left, right = listed(arguments[0]), listed(arguments[1])
    glue = arguments[2].text if len(arguments) == 3 else "','"
    count = f"least(len({left}), len({right}))"
    return several(f"list_transform(range({count}), lambda d: ({left})[d + 1] || {glue} || ({right})[d + 1])")


def _split(_: Scope, arguments: Sequence[Value]) -> Value:
    return several(f"string_split({arguments[0].text}, {arguments[1].text})")


def _mv_to_json_array(_: Scope, arguments: Sequence[Value]) -> Value:
    """With a second argument that is true, values that are numbers, true, false or null in JSON stand as such."""
    infer = len(arguments) == 2 and arguments[1].kind is Kind.BOOL and arguments[1].sql == "true"
    if len(arguments) == 2 and arguments[1].kind is not Kind.BOOL:
        raise FunctionError("the second argument must be true() or false()")
    plain = "CAST(to_json(d) AS VARCHAR)"
    known = r"regexp_full_match(d, 'true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?')"
    written = f"CASE WHEN {known} THEN d ELSE {plain} END" if infer else plain
    values = listed(arguments[0])
    return Value(f"('[' || array_to_string(list_transform({values}, lambda d: {written}), ',') || ']')", Kind.TEXT, json=True)


FUNCTIONS: Table = {
    "mv_to_json_array": Function("mv_to_json_array(<values>[, <true() to keep numbers>])", 1, 2, _mv_to_json_array, any_kind),
    "mvappend": Function("mvappend(<value>, …)", 1, None, _mvappend),
    "mvcount": Function("mvcount(<values>)", 1, 1, _mvcount),
    "mvdedup": Function("mvdedup(<values>)", 1, 1, _mvdedup),
    "mvfind": Function('mvfind(<values>, "<regular expression>")', 2, 2, _mvfind),
    "mvindex": Function("mvindex(<values>, <from>[, <to>])", 2, 3, _mvindex),
    "mvjoin": Function('mvjoin(<values>, "<glue>")', 2, 2, _mvjoin),
    "mvrange": Function("mvrange(<start>, <end>[, <step>])", 2, 3, _mvrange),
    "mvsort": Function("mvsort(<values>)", 1, 1, _mvsort),
    "mvzip": Function('mvzip(<values>, <values>[, "<glue>"])', 2, 3, _mvzip),
    "split": Function('split(<text>, "<separator>")', 2, 2, _split),
}
"""Name -> function."""
