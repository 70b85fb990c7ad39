"""What a function of ``where`` and ``eval`` is: a syntax, how many arguments it takes, and the SQL that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lab.spl.sql import NULL, Kind, Value


class FunctionError(ValueError):
    """Arguments that a function cannot take; the text says which and why."""


@dataclass(frozen=True)
class Scope:
    """What a function may ask of the data while the search is being put together.

    distinct(sql): the distinct texts of an expression over the rows at hand. accepts(pattern): whether DuckDB can run a
    regular expression (it has RE2, so no look-around and no back references). mistaken(name): called for a.b without quotes,
    which joins the fields a and b; the user may have meant the field 'a.b'. now_s: what now() is, epoch seconds. python(name):
    makes a function of lab.spl.functions.python known to DuckDB. matching(text): SQL condition of a text in the language of
    ``search``. bound: the arguments are values of mvmap or mvfilter, of which the data cannot be asked beforehand.
    """

    distinct: Callable[[str], Sequence[str]]
    accepts: Callable[[str], bool]
    mistaken: Callable[[str], None]
    now_s: float
    python: Callable[[str], None]
    matching: Callable[[str], str]
    bound: bool = False


Compile = Callable[[Scope, Sequence[Value]], Value]


def no_condition(position: int, count: int) -> bool:
    return False


def any_kind(position: int, count: int) -> None:
    """An argument may be a value or a condition."""


@dataclass(frozen=True)
class Function:
    """least and most: number of arguments, most None for any number.

    conditions(position, count): whether an argument must be true or false (True), a value (False), or may be either (None).
    """

    syntax: str
    least: int
    most: int | None
    compile: Compile
    conditions: Callable[[int, int], bool | None] = no_condition

    def compiled(self, scope: Scope, arguments: Sequence[Value]) -> Value:
        count = len(arguments)
        if count < self.least or (self.most is not None and count > self.most):
            raise FunctionError(f"{count} arguments given")
        for position, argument in enumerate(arguments):
            wanted = self.conditions(position, count)
            if wanted is not None and (argument.kind is Kind.BOOL) != wanted:
                said = "true or false" if wanted else "a value, not true or false"
                raise FunctionError(f"argument {position + 1} must be {said}")
        return self.compile(scope, arguments)


Table = Mapping[str, Function]


def number_of(sql: str) -> Value:
    return Value(sql, Kind.NUMBER)


def text_of(sql: str) -> Value:
    return Value(sql, Kind.TEXT)


def condition_of(sql: str) -> Value:
    return Value(f"({sql})", Kind.BOOL)


def quoted(value: Value, what: str) -> str:
    """The text of an argument that must be known beforehand."""
    if value.constant is None:
        raise FunctionError(f"{what} must be a text in quotes")
    return value.constant


def whole(value: Value, what: str, least: int, most: int) -> int:
    """The number of an argument that must be a whole number known beforehand."""
    try:
        found = int(value.constant or "")
    except ValueError:
        found = least - 1
    if not least <= found <= most:
        raise FunctionError(f"{what} must be a whole number from {least} to {most}")
    return found


def listed(value: Value) -> str:
    """SQL of a value as a list of texts; NULL stays NULL."""
    if value.kind is Kind.MULTI:
        return value.sql
    if value.kind is Kind.TEXT and value.is_plain:
        return f"CASE WHEN {value.sql} IS NOT NULL THEN [{value.sql}] END"
    return f"spl_single({value.text})"


def once(sql: str, named: Callable[[str], str]) -> str:
    """SQL that names an expression several times, bound and computed once."""
    return named(sql) if sql.isidentifier() else f"list_transform([{sql}], lambda m: {named('m')})[1]"


def several(sql: str) -> Value:
    """A list; one without values is null."""
    return Value(f"spl_filled({sql})", Kind.MULTI)


def per_value(value: Value, change: Callable[[str], str]) -> Value:
    """A change of text, applied to each value of a field with several."""
    if value.kind is Kind.MULTI:
        return Value(f"list_transform({value.sql}, lambda t: {change('t')})", Kind.MULTI)
    return text_of(change(value.text))


def any_value(value: Value, judged: Callable[[str], str]) -> Value:
    """A condition on text that a field with several values meets when one of them does."""
    if value.kind is Kind.MULTI:
        return condition_of(f"len(list_filter({value.sql}, lambda t: {judged('t')})) > 0")
    return condition_of(judged(value.text))


def unified(values: Sequence[Value]) -> tuple[list[str], Kind]:
    """The SQL of values that end up in one column: as they are where they are of one kind, else as text or lists."""
    kinds = {value.kind for value in values if value is not NULL}
    if Kind.MULTI in kinds:
        return [listed(value) for value in values], Kind.MULTI
    if len(kinds) == 1:
        kind = kinds.pop()
        return ["NULL" if value is NULL else value.sql for value in values], kind
    return [value.text for value in values], Kind.TEXT
