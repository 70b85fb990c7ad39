"""The functions of ``where`` and ``eval``, in one table. Each compiles its arguments to SQL; none is evaluated in Python."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lab.spl.comparison import compared
from lab.spl.sql import NULL, Kind, Value, literal


class FunctionError(ValueError):
    """Arguments that a function cannot take; the text says which and why."""


@dataclass(frozen=True)
class Scope:
    """What a function may ask of the data while the search is being put together.

    distinct(sql): the distinct texts of an expression over the rows at hand. accepts(pattern): whether DuckDB can run a
    regular expression (it has RE2, so no look-around and no back references). mistaken(name): called for a.b without quotes,
    which joins the fields a and b; the user may have meant the field 'a.b'.
    """

    distinct: Callable[[str], Sequence[str]]
    accepts: Callable[[str], bool]
    mistaken: Callable[[str], None]


Compile = Callable[[Scope, Sequence[Value]], Value]


@dataclass(frozen=True)
class Function:
    """least and most: number of arguments, most None for any number. conditions: positions that must be true or false."""

    syntax: str
    least: int
    most: int | None
    compile: Compile
    conditions: Callable[[int, int], bool] = lambda position, count: False

    def compiled(self, scope: Scope, arguments: Sequence[Value]) -> Value:
        count = len(arguments)
        if count < self.least or (self.most is not None and count > self.most):
            raise FunctionError(f"{count} arguments given")
        for position, argument in enumerate(arguments):
            if (argument.kind is Kind.BOOL) != self.conditions(position, count):
                wanted = "true or false" if argument.kind is not Kind.BOOL else "a value, not true or false"
                raise FunctionError(f"argument {position + 1} must be {wanted}")
        return self.compile(scope, arguments)


def _unified(values: Sequence[Value]) -> tuple[list[str], Kind]:
    """The SQL of values that end up in one column: as they are where they are of one kind, else as text."""
    kinds = {value.kind for value in values if value is not NULL}
    if len(kinds) == 1:
        kind = kinds.pop()
        return ["NULL" if value is NULL else value.sql for value in values], kind
    return [value.text for value in values], Kind.TEXT


def _if(_: Scope, arguments: Sequence[Value]) -> Value:
    (yes, no), kind = _unified(arguments[1:])
    return Value(f"CASE WHEN {arguments[0].sql} THEN {yes} ELSE {no} END", kind)


def _case(_: Scope, arguments: Sequence[Value]) -> Value:
    if len(arguments) % 2:
        raise FunctionError("each condition needs its value")
    results, kind = _unified(arguments[1::2])
    whens = " ".join(f"WHEN {condition.sql} THEN {result}" for condition, result in zip(arguments[::2], results))
    return Value(f"CASE {whens} END", kind)


def _coalesce(_: Scope, arguments: Sequence[Value]) -> Value:
    parts, kind = _unified(arguments)
    return Value(f"COALESCE({', '.join(parts)})", kind)


def _like(_: Scope, arguments: Sequence[Value]) -> Value:
    return Value(f"({arguments[0].text} LIKE {arguments[1].text})", Kind.BOOL)


def _match(scope: Scope, arguments: Sequence[Value]) -> Value:
    text, pattern = arguments
    if pattern.constant is None:
        raise FunctionError('the pattern must be a text in quotes, like "^a.*"')
    if not scope.accepts(pattern.constant):
        raise FunctionError("the lab cannot run this pattern: it has look-around, a back reference, or is not closed")
    return Value(f"regexp_matches({text.text}, {literal(pattern.constant)})", Kind.BOOL)


def _cidrmatch(scope: Scope, arguments: Sequence[Value]) -> Value:
    cidr, address = arguments
    if cidr.constant is None:
        raise FunctionError('the network must be a text in quotes, like "10.0.0.0/8"')
    try:
        network = ipaddress.ip_network(cidr.constant.strip(), strict=False)
    except ValueError as error:
        raise FunctionError(f"{cidr.constant[:60]!r} is not a network: {error}") from error
    if network.version == 4:
        first, last = int(network.network_address), int(network.broadcast_address)
        return Value(f"(spl_ipv4({address.text}) BETWEEN {first} AND {last})", Kind.BOOL)
    # DuckDB has no arithmetic for 128 bits of text: the few distinct addresses are judged here
    inside = [literal(text) for text in scope.distinct(address.text) if ":" in text and _in_network(text, network)]
    return Value(f"({address.text} IN ({', '.join(inside)}))" if inside else f"({address.text} <> {address.text})", Kind.BOOL)


def _in_network(text: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False


def _in(_: Scope, arguments: Sequence[Value]) -> Value:
    field, *values = arguments
    return Value("(" + " OR ".join(compared(field, "=", value).sql for value in values) + ")", Kind.BOOL)


def _round(_: Scope, arguments: Sequence[Value]) -> Value:
    places = arguments[1].constant if len(arguments) == 2 else "0"
    if places is None or not re.fullmatch(r"\d{1,2}", places):
        raise FunctionError("the number of places must be a number from 0 to 99")
    return Value(f"round({arguments[0].numeric}, {int(places)})", Kind.NUMBER)


def _text_function(name: str) -> Compile:
    return lambda _, arguments: Value(f"{name}({arguments[0].text})", Kind.TEXT)


def _constant(value: Value) -> Compile:
    return lambda _, arguments: value


FUNCTIONS: Mapping[str, Function] = {
    "case": Function("case(<condition>, <value>, …)", 2, None, _case, lambda position, count: position % 2 == 0),
    "cidrmatch": Function('cidrmatch("<network>", <address>)', 2, 2, _cidrmatch),
    "coalesce": Function("coalesce(<value>, …)", 1, None, _coalesce),
    "false": Function("false()", 0, 0, _constant(Value("false", Kind.BOOL))),
    "if": Function("if(<condition>, <then>, <else>)", 3, 3, _if, lambda position, count: position == 0),
    "in": Function("in(<field>, <value>, …)", 2, None, _in),
    "isnotnull": Function("isnotnull(<value>)", 1, 1, lambda _, args: Value(f"({args[0].sql} IS NOT NULL)", Kind.BOOL)),
    "isnull": Function("isnull(<value>)", 1, 1, lambda _, args: Value(f"({args[0].sql} IS NULL)", Kind.BOOL)),
    "len": Function("len(<text>)", 1, 1, lambda _, args: Value(f"CAST(length({args[0].text}) AS DOUBLE)", Kind.NUMBER)),
    "like": Function('like(<text>, "<pattern with % and _>")', 2, 2, _like),
    "lower": Function("lower(<text>)", 1, 1, _text_function("lower")),
    "match": Function('match(<text>, "<regular expression>")', 2, 2, _match),
    "null": Function("null()", 0, 0, _constant(NULL)),
    "round": Function("round(<number>[, <places>])", 1, 2, _round),
    "tonumber": Function("tonumber(<text>)", 1, 1, lambda _, args: Value(args[0].numeric, Kind.NUMBER)),
    "tostring": Function("tostring(<value>)", 1, 1, lambda _, args: Value(args[0].text, Kind.TEXT)),
    "true": Function("true()", 0, 0, _constant(Value("true", Kind.BOOL))),
    "upper": Function("upper(<text>)", 1, 1, _text_function("upper")),
}
