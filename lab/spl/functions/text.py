"""Functions of text (Search Reference, "Text functions"). On a field with several values they change each of them."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.functions import pattern
from lab.spl.functions.function import Compile, Function, Scope, Table, number_of, per_value, quoted
from lab.spl.sql import Value

_BLANKS = "' ' || chr(9)"


def _changed(sql: str) -> Compile:
    return lambda _, arguments: per_value(arguments[0], lambda text: sql.format(text))


def _len(_: Scope, arguments: Sequence[Value]) -> Value:
    return number_of(f"CAST(length({arguments[0].text}) AS DOUBLE)")


def _trimmed(name: str) -> Function:
    def compile_(_: Scope, arguments: Sequence[Value]) -> Value:
        characters = arguments[1].text if len(arguments) == 2 else _BLANKS
        return per_value(arguments[0], lambda text: f"{name}({text}, {characters})")

    return Function(f'{name}(<text>[, "<characters>"])', 1, 2, compile_)


def _replace(scope: Scope, arguments: Sequence[Value]) -> Value:
    text, wanted, replacement = arguments
    change = pattern.replaced(scope, quoted(wanted, "the pattern"), quoted(replacement, "the replacement"))
    return per_value(text, change)


def _substr(_: Scope, arguments: Sequence[Value]) -> Value:
    """Positions count from 1, negative ones from the end."""
    start = f"TRY_CAST({arguments[1].numeric} AS BIGINT)"
    length = f", greatest(0, TRY_CAST({arguments[2].numeric} AS BIGINT))" if len(arguments) == 3 else ""
    return per_value(arguments[0], lambda text: f"substr({text}, {start}{length})")


def _urldecode(scope: Scope, arguments: Sequence[Value]) -> Value:
    scope.python("spl_py_urldecode")
    # most texts have no escape and need no Python
    return per_value(arguments[0], lambda text: f"CASE WHEN contains({text}, '%') THEN spl_py_urldecode({text}) ELSE {text} END")


FUNCTIONS: Table = {
    "len": Function("len(<text>)", 1, 1, _len),
    "lower": Function("lower(<text>)", 1, 1, _changed("lower(CAST({0} AS VARCHAR))")),
    "ltrim": _trimmed("ltrim"),
    "replace": Function('replace(<text>, "<regular expression>", "<replacement>")', 3, 3, _replace),
    "rtrim": _trimmed("rtrim"),
    "substr": Function("substr(<text>, <start>[, <length>])", 2, 3, _substr),
    "trim": _trimmed("trim"),
    "upper": Function("upper(<text>)", 1, 1, _changed("upper(CAST({0} AS VARCHAR))")),
    "urldecode": Function("urldecode(<text>)", 1, 1, _urldecode),
}
"""Name -> function."""
