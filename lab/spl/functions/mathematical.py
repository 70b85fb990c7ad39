"""Mathematical, trigonometric and hyperbolic functions; outside of its domain a function is null (Search Reference,
"Mathematical functions", "Trig and hyperbolic functions")."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lab.spl.functions.function import Compile, Function, Scope, Table, number_of, whole
from lab.spl.sql import Value, number


def _of_one(sql: str, domain: str = "true") -> Compile:
    """A function of one number; {0} in sql and domain is the number."""

    def compile_(_: Scope, arguments: Sequence[Value]) -> Value:
        x = arguments[0].numeric
        return number_of(f"spl_finite(CASE WHEN {domain.format(x)} THEN {sql.format(x)} END)")

    return compile_


def _plain(name: str, sql: str, domain: str = "true") -> Function:
    return Function(f"{name}(<number>)", 1, 1, _of_one(sql, domain))


def _round(_: Scope, arguments: Sequence[Value]) -> Value:
    places = whole(arguments[1], "the number of places", 0, 99) if len(arguments) == 2 else 0
    return number_of(f"round({arguments[0].numeric}, {places})")


def _log(_: Scope, arguments: Sequence[Value]) -> Value:
    x = arguments[0].numeric
    base = arguments[1].numeric if len(arguments) == 2 else "10.0"
    domain = f"{x} > 0 AND {base} > 0 AND {base} <> 1"
    # log10 is exact for powers of ten, where the quotient of two ln() is not
    sql = f"CASE WHEN {base} = 10 THEN log10({x}) WHEN {base} = 2 THEN log2({x}) ELSE ln({x}) / ln({base}) END"
    return number_of(f"CASE WHEN {domain} THEN {sql} END")


def _pow(_: Scope, arguments: Sequence[Value]) -> Value:
    x, y = (argument.numeric for argument in arguments)
    return number_of(f"spl_finite(pow({x}, {y}))")


def _of_two(name: str) -> Compile:
    def compile_(_: Scope, arguments: Sequence[Value]) -> Value:
        x, y = (argument.numeric for argument in arguments)
        return number_of(f"spl_finite({name.format(x, y)})")

    return compile_


FUNCTIONS: Table = {
    "abs": _plain("abs", "abs({0})"),
    "acos": _plain("acos", "acos({0})", "{0} BETWEEN -1 AND 1"),
    "acosh": _plain("acosh", "acosh({0})", "{0} >= 1"),
    "asin": _plain("asin", "asin({0})", "{0} BETWEEN -1 AND 1"),
    "asinh": _plain("asinh", "asinh({0})"),
    "atan": _plain("atan", "atan({0})"),
    "atan2": Function("atan2(<y>, <x>)", 2, 2, _of_two("atan2({0}, {1})")),
    "atanh": _plain("atanh", "atanh({0})", "{0} > -1 AND {0} < 1"),
    "ceil": _plain("ceil", "ceil({0})"),
    "ceiling": _plain("ceiling", "ceil({0})"),
    "cos": _plain("cos", "cos({0})"),
    "cosh": _plain("cosh", "cosh({0})"),
    "exact": _plain("exact", "{0}"),
    "exp": _plain("exp", "exp({0})"),
    "floor": _plain("floor", "floor({0})"),
    "hypot": Function("hypot(<x>, <y>)", 2, 2, _of_two("sqrt({0} * {0} + {1} * {1})")),
    "ln": _plain("ln", "ln({0})", "{0} > 0"),
    "log": Function("log(<number>[, <base>])", 1, 2, _log),
    "pi": Function("pi()", 0, 0, lambda _, args: number_of(number(math.pi))),
    "pow": Function("pow(<number>, <exponent>)", 2, 2, _pow),
    "random": Function("random()", 0, 0, lambda _, args: number_of("floor(random() * 2147483648)")),
    "round": Function("round(<number>[, <places>])", 1, 2, _round),
    "sin": _plain("sin", "sin({0})"),
    "sinh": _plain("sinh", "sinh({0})"),
    "sqrt": _plain("sqrt", "sqrt({0})", "{0} >= 0"),
    "tan": _plain("tan", "tan({0})"),
    "tanh": _plain("tanh", "tanh({0})"),
}
"""Name -> function."""
