"""Comparison and conditional functions, and those that tell what a value is (Search Reference, "Comparison and Conditional
functions", "Informational functions")."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.comparison import compared
from lab.spl.functions import pattern
from lab.spl.functions.function import (
    Compile,
    Function,
    FunctionError,
    Scope,
    Table,
    any_kind,
    any_value,
    condition_of,
    quoted,
    text_of,
    unified,
)
from lab.spl.sql import NULL, Kind, Value


def _if(_: Scope, arguments: Sequence[Value]) -> Value:
    (yes, no), kind = unified(arguments[1:])
    return Value(f"CASE WHEN {arguments[0].sql} THEN {yes} ELSE {no} END", kind)


def _chosen(arguments: Sequence[Value], when: str) -> Value:
    if len(arguments) % 2:
        raise FunctionError("each condition needs its value")
    results, kind = unified(arguments[1::2])
    whens = " ".join(f"WHEN {when.format(test.sql)} THEN {result}" for test, result in zip(arguments[::2], results))
    return Value(f"CASE {whens} END", kind)


def _coalesce(_: Scope, arguments: Sequence[Value]) -> Value:
    parts, kind = unified(arguments)
    return Value(f"COALESCE({', '.join(parts)})", kind)


def _nullif(_: Scope, arguments: Sequence[Value]) -> Value:
    left, right = arguments
    return Value(f"CASE WHEN {compared(left, '=', right).sql} THEN NULL ELSE {left.sql} END", left.kind)


def _like(_: Scope, arguments: Sequence[Value]) -> Value:
    return any_value(arguments[0], lambda text: f"{text} LIKE {arguments[1].text}")


def _match(scope: Scope, arguments: Sequence[Value]) -> Value:
    text, wanted = arguments
    judged = pattern.found(scope, quoted(wanted, "the pattern"))
    return any_value(text, judged)


def _in(_: Scope, arguments: Sequence[Value]) -> Value:
    field, *values = arguments
    return condition_of(" OR ".join(compared(field, "=", value).sql for value in values))


def _searchmatch(scope: Scope, arguments: Sequence[Value]) -> Value:
    return condition_of(scope.matching(quoted(arguments[0], "the search")))


def _isnum(value: Value) -> str:
    """A text in quotes is no number even where it looks like one; the value of a field is."""
    if value.kind is Kind.BOOL or (value.kind is Kind.TEXT and value.constant is not None):
        return "false"
    return f"{value.numeric} IS NOT NULL"


def _isstr(value: Value) -> str:
    return "false" if value.kind is Kind.BOOL else f"{value.text} IS NOT NULL AND NOT ({_isnum(value)})"


def _isint(value: Value) -> str:
    return f"{_isnum(value)} AND {value.numeric} = trunc({value.numeric})" if value.kind is not Kind.BOOL else "false"


def _typeof(_: Scope, arguments: Sequence[Value]) -> Value:
    value = arguments[0]
    if value.kind is Kind.BOOL:
        return text_of(f"CASE WHEN {value.sql} IS NULL THEN 'Invalid' ELSE 'Boolean' END")
    return text_of(f"CASE WHEN {value.text} IS NULL THEN 'Invalid' WHEN {_isnum(value)} THEN 'Number' ELSE 'String' END")


def _constant(value: Value) -> Compile:
    return lambda _, arguments: value


def _even(position: int, count: int) -> bool:
    return position % 2 == 0


def _null(value: Value) -> str:
    return f"{value.sql} IS NULL"


FUNCTIONS: Table = {
    "case": Function("case(<condition>, <value>, …)", 2, None, lambda _, args: _chosen(args, "{}"), _even),
    "coalesce": Function("coalesce(<value>, …)", 1, None, _coalesce),
    "false": Function("false()", 0, 0, _constant(Value("false", Kind.BOOL))),
    "if": Function("if(<condition>, <then>, <else>)", 3, 3, _if, lambda position, count: position == 0),
    "in": Function("in(<field>, <value>, …)", 2, None, _in),
    "isbool": Function("isbool(<value>)", 1, 1, lambda _, args: condition_of(str(args[0].kind is Kind.BOOL).lower()), any_kind),
    "isint": Function("isint(<value>)", 1, 1, lambda _, args: condition_of(_isint(args[0])), any_kind),
    "isnotnull": Function("isnotnull(<value>)", 1, 1, lambda _, args: condition_of(f"NOT {_null(args[0])}"), any_kind),
    "isnull": Function("isnull(<value>)", 1, 1, lambda _, args: condition_of(_null(args[0])), any_kind),
    "isnum": Function("isnum(<value>)", 1, 1, lambda _, args: condition_of(_isnum(args[0])), any_kind),
    "isstr": Function("isstr(<value>)", 1, 1, lambda _, args: condition_of(_isstr(args[0])), any_kind),
    "like": Function('like(<text>, "<pattern with % and _>")', 2, 2, _like),
    "match": Function('match(<text>, "<regular expression>")', 2, 2, _match),
    "null": Function("null()", 0, 0, _constant(NULL)),
    "nullif": Function("nullif(<value>, <value>)", 2, 2, _nullif),
    "searchmatch": Function('searchmatch("<terms and comparisons of search>")', 1, 1, _searchmatch),
    "true": Function("true()", 0, 0, _constant(Value("true", Kind.BOOL))),
    "typeof": Function("typeof(<value>)", 1, 1, _typeof, any_kind),
    "validate": Function("validate(<condition>, <text if false>, …)", 2, None, lambda _, args: _chosen(args, "NOT {}"), _even),
}
"""Name -> function."""
