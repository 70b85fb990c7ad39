"""avg, max, min and sum over their arguments; text is greater than numbers (Search Reference, "Statistical eval functions")."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.functions.function import Compile, Function, Scope, Table, listed, number_of, text_of
from lab.spl.sql import Value


def _every(arguments: Sequence[Value]) -> str:
    """SQL of the list of all values that are not null."""
    parts = ", ".join(f"COALESCE({listed(value)}, CAST([] AS VARCHAR[]))" for value in arguments)
    return f"flatten([{parts}])"


def _numbers(arguments: Sequence[Value]) -> str:
    return f"list_filter(list_transform({_every(arguments)}, lambda n: spl_num(n)), lambda n: n IS NOT NULL)"


def _texts(arguments: Sequence[Value]) -> str:
    return f"list_filter({_every(arguments)}, lambda n: spl_num(n) IS NULL)"


def _of_numbers(name: str) -> Compile:
    return lambda _, arguments: number_of(f"list_aggregate({_numbers(arguments)}, '{name}')")


def _max(_: Scope, arguments: Sequence[Value]) -> Value:
    if all(value.is_number for value in arguments):
        return number_of(f"greatest({', '.join(value.sql for value in arguments)})")
    return text_of(f"COALESCE(list_max({_texts(arguments)}), spl_text(list_max({_numbers(arguments)})))")


def _min(_: Scope, arguments: Sequence[Value]) -> Value:
    if all(value.is_number for value in arguments):
        return number_of(f"least({', '.join(value.sql for value in arguments)})")
    return text_of(f"COALESCE(spl_text(list_min({_numbers(arguments)})), list_min({_texts(arguments)}))")


FUNCTIONS: Table = {
    "avg": Function("avg(<number>, …)", 1, None, _of_numbers("avg")),
    "max": Function("max(<value>, …)", 1, None, _max),
    "min": Function("min(<value>, …)", 1, None, _min),
    "sum": Function("sum(<number>, …)", 1, None, _of_numbers("sum")),
}
"""Name -> function."""
