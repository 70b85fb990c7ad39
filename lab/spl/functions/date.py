"""Date and time functions (Search Reference, "Date and Time functions"). All times are UTC; now() is one moment for a search."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.functions import time_format
from lab.spl.functions.function import Function, FunctionError, Scope, Table, number_of, quoted, text_of
from lab.spl.sql import Value, number
from lab.spl.time_modifier import SYNTAX, Move, steps


def _now(scope: Scope, _: Sequence[Value]) -> Value:
    return number_of(number(scope.now_s))


def _strftime(_: Scope, arguments: Sequence[Value]) -> Value:
    try:
        return text_of(time_format.written(arguments[0].numeric, quoted(arguments[1], "the format")))
    except ValueError as error:
        raise FunctionError(str(error)) from error


def _strptime(scope: Scope, arguments: Sequence[Value]) -> Value:
    try:
        return number_of(time_format.read(arguments[0].text, quoted(arguments[1], "the format"), scope.now_s))
    except ValueError as error:
        raise FunctionError(str(error)) from error


def _relative_time(scope: Scope, arguments: Sequence[Value]) -> Value:
    time_s, modifier = arguments
    if modifier.constant is None:
        scope.python("spl_py_relative_time")
        return number_of(f"spl_py_relative_time({time_s.numeric}, {modifier.text})")
    try:
        moves = steps(modifier.constant)
    except ValueError as error:
        raise FunctionError(f"{modifier.constant[:40]!r} is not a time the lab can read; write {SYNTAX}") from error
    moment = f"make_timestamp(CAST(round({time_s.numeric} * 1000000) AS BIGINT))"
    for step in moves:
        if isinstance(step, Move):
            moment = f"({moment} + INTERVAL ({step.amount}) {step.sql_unit})"
        elif step.unit == "w":
            days = f"(isodow({moment}) + 7 - {step.weekday % 7}) % 7"
            moment = f"(CAST(date_trunc('day', {moment}) AS TIMESTAMP) - to_days(CAST({days} AS INTEGER)))"
        else:
            moment = f"CAST(date_trunc('{step.sql_unit}', {moment}) AS TIMESTAMP)"
    return number_of(f"TRY(epoch_us({moment}) / 1000000.0)")


FUNCTIONS: Table = {
    "now": Function("now()", 0, 0, _now),
    "relative_time": Function('relative_time(<time>, "<modifier like -1d@d>")', 2, 2, _relative_time),
    "strftime": Function('strftime(<time>, "<format>")', 2, 2, _strftime),
    "strptime": Function('strptime(<text>, "<format>")', 2, 2, _strptime),
    "time": Function("time()", 0, 0, _now),
}
"""Name -> function."""
