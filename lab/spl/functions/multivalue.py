"""Functions of fields with several values (Search Reference, "Multivalue eval functions"). mvfilter and mvmap, which look at
each value in turn, are in lab.spl.expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lab.spl.functions import pattern
from lab.spl.functions.function import (
    Compile,
    Function,
    FunctionError,
    Scope,
    Table,
    any_kind,
    listed,
    number_of,
    once,
    quoted,
    several,
    text_of,
)
from lab.spl.sql import NULL, Kind, Value
from lab.spl.time_modifier import span_of

MOST_VALUES = 100_000


def _mvappend(_: Scope, arguments: Sequence[Value]) -> Value:
    if not any(value.kind is Kind.MULTI for value in arguments):
        texts = ", ".join(value.text for value in arguments)
        return several(f"list_filter([{texts}], lambda d: d IS NOT NULL)")
    parts = ", ".join(f"COALESCE({listed(value)}, CAST([] AS VARCHAR[]))" for value in arguments)
    return several(f"flatten([{parts}])")


def _mvcount(_: Scope, arguments: Sequence[Value]) -> Value:
    value = arguments[0]
    if value.kind is Kind.MULTI:
        return number_of(f"CAST(nullif(len({value.sql}), 0) AS DOUBLE)")
    return number_of(f"CASE WHEN {value.text} IS NOT NULL THEN CAST(1 AS DOUBLE) END")


def _of_several(change: Callable[[str], Value]) -> Compile:
    """A function of lists that leaves a field with one value as it is."""

    def compile_(_: Scope, arguments: Sequence[Value]) -> Value:
        value = arguments[0]
        return change(value.sql) if value.kind is Kind.MULTI else text_of(value.text)

    return compile_


def _deduplicated(values: str) -> Value:
    return several(once(values, lambda name: f"list_filter({name}, lambda d, i: list_position({name}, d) = i)"))


def _mvfind(scope: Scope, arguments: Sequence[Value]) -> Value:
    judged = pattern.found(scope, quoted(arguments[1], "the pattern"))
    found = f"list_position(list_transform({listed(arguments[0])}, lambda d: {judged('d')}), true)"
    return number_of(f"CAST(nullif({found}, 0) - 1 AS DOUBLE)")


def _mvindex(_: Scope, arguments: Sequence[Value]) -> Value:
    """Positions count from 0, negative ones from the end; both ends are included; outside of the values is null."""
    value, *places = arguments
    known = [position for position in map(_position, places) if position is not None]
    if value.kind is not Kind.MULTI and len(known) == len(places):
        # the one value is the first and the last
        first, last = (position + 1 if position < 0 else position for position in (known[0], known[-1]))
        return text_of(value.text) if first == 0 <= last else NULL
    values = listed(value)
    if len(places) == 1:
        place = f"{_counted(known[0])}" if known else f"spl_place(TRY_CAST({places[0].numeric} AS BIGINT))"
        return text_of(f"({values})[{place}]")
    if len(known) == 2 and known[0] >= 0:
        return several(f"({values})[{known[0] + 1}:{_counted(known[1])}]")
    return several(once(values, lambda name: _between(name, *places)))


def _position(value: Value) -> int | None:
    """A whole number that is known beforehand."""
    found = re.fullmatch(r"-?\d{1,9}", value.constant or "") if value.kind is Kind.NUMBER else None
    return None if found is None else int(found[0])


def _counted(position: int) -> int:
    """As DuckDB counts: from 1, or from -1 at the end."""
    return position if position < 0 else position + 1


def _between(values: str, start: Value, end: Value) -> str:
    places = [f"TRY_CAST({place.numeric} AS BIGINT)" for place in (start, end)]
    first, last = (f"(CASE WHEN {place} < 0 THEN len({values}) + {place} ELSE {place} END)" for place in places)
    inside = f"{first} >= 0 AND {last} >= {first} AND {first} < len({values})"
    return f"CASE WHEN {inside} THEN {values}[{first} + 1:{last} + 1] END"


def _mvjoin(_: Scope, arguments: Sequence[Value]) -> Value:
    if arguments[0].kind is not Kind.MULTI:
        return text_of(arguments[0].text)
    return text_of(f"array_to_string({arguments[0].sql}, {arguments[1].text})")


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


def _sorted(values: str) -> Value:
    return several(f"list_sort({values})")


def _mvzip(_: Scope, arguments: Sequence[Value]) -> Value:
    """The first value of one with the first of the other, and so on, as far as both go."""
    left, right = listed(arguments[0]), listed(arguments[1])
    glue = arguments[2].text if len(arguments) == 3 else "','"
    count = f"least(len({left}), len({right}))"
    return several(f"list_transform(range({count}), lambda d: ({left})[d + 1] || {glue} || ({right})[d + 1])")


def _split(_: Scope, arguments: Sequence[Value]) -> Value:
    return Value(f"string_split({arguments[0].text}, {arguments[1].text})", Kind.MULTI)


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
    "mvdedup": Function("mvdedup(<values>)", 1, 1, _of_several(_deduplicated)),
    "mvfind": Function('mvfind(<values>, "<regular expression>")', 2, 2, _mvfind),
    "mvindex": Function("mvindex(<values>, <from>[, <to>])", 2, 3, _mvindex),
    "mvjoin": Function('mvjoin(<values>, "<glue>")', 2, 2, _mvjoin),
    "mvrange": Function("mvrange(<start>, <end>[, <step>])", 2, 3, _mvrange),
    "mvsort": Function("mvsort(<values>)", 1, 1, _of_several(_sorted)),
    "mvzip": Function('mvzip(<values>, <values>[, "<glue>"])', 2, 3, _mvzip),
    "split": Function('split(<text>, "<separator>")', 2, 2, _split),
}
"""Name -> function."""
