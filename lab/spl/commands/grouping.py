"""What the commands with a by-clause share: their functions, and rows with several values in a by-field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lark import Token

from lab.spl.aggregates import REFUSED, AggregateError, RowSet, aggregated
from lab.spl.expression import Compiler
from lab.spl.failure import Place, SplError
from lab.spl.parsing import Node, Segment, names, place_of, unquoted
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value


@dataclass(frozen=True)
class Wanted:
    """One function of a command. argument None: count without a field. name: of the field that it makes."""

    command: str
    name: str
    function: str
    argument: Value | None
    place: Place

    def over(self, rows: RowSet) -> Value:
        """SQL of the function over the rows of a group or a window. Raises SplError."""
        try:
            return aggregated(self.function, self.argument, rows)
        except AggregateError as error:
            raise SplError(f"{self.command}: {error}", self.place) from error


def wanted(node: Node, segment: Segment, relation: Relation, session: Session) -> list[Wanted]:
    """The functions of a tree; a name with * stands for one function per field. Raises SplError for two of one name."""
    compiler = Compiler(segment, relation.value, session.scope(relation))
    found = [each for child in node.children if _is(child, "aggregate") for each in _read(child, compiler, relation)]
    if not found:
        raise SplError(f"{segment.name}: a function is missing, like count", segment.at)
    check_names([each.name for each in found], segment)
    return found


def check_names(outputs: Sequence[str], segment: Segment) -> None:
    twice = next((name for name in outputs if list(outputs).count(name) > 1), None)
    if twice is not None:
        raise SplError(f"{segment.name}: two outputs are called {twice}; give one another name with AS", segment.at)


def by_fields(node: Node) -> list[str]:
    return next((names(child) for child in node.children if _is(child, "list")), [])


def _is(child: object, rule: str) -> bool:
    return not isinstance(child, Token) and getattr(child, "data", "") == rule


def _read(node: Node, compiler: Compiler, relation: Relation) -> list[Wanted]:
    token, command = node.children[0], compiler.segment.name
    place = place_of(compiler.segment, token)
    if isinstance(token, Token) and token.type == "SPARKLINE":
        raise SplError(f"{command}: the lab has no sparkline(): {REFUSED['sparkline']}", place)
    argument = next((child for child in node.children[1:] if not isinstance(child, Token)), None)
    new_name = next((unquoted(child) for child in node.children[1:] if isinstance(child, Token)), None)
    if argument is None:
        return [Wanted(command, new_name or "count", str(token), None, place)]
    if argument.data == "computed":
        return [Wanted(command, new_name or f"{token}(eval)", str(token), compiler.value(argument.children[0]), place)]
    field = unquoted(argument.children[0])
    if "*" not in field:
        return [Wanted(command, new_name or f"{token}({field})", str(token), relation.value(field), place)]
    if new_name is not None and (new_name.count("*") != 1 or field.count("*") != 1):
        raise SplError(f"{command}: with * in the field the name after AS needs one * as well", place)
    matched = [name for name in relation.matching(field) if not name.startswith("_")]
    named = {name: new_name.replace("*", _star(name, field)) if new_name else f"{token}({name})" for name in matched}
    return [Wanted(command, named[name], str(token), relation.value(name), place) for name in matched]


def _star(name: str, pattern: str) -> str:
    """What the one * of a pattern stands for."""
    before, after = pattern.split("*")
    return name[len(before) : len(name) - len(after)]


def one_row_per_value(relation: Relation, by: Sequence[str], session: Session) -> Relation:
    """A row with several values in a by-field belongs to several groups."""
    for field in by:
        value = relation.value(field)
        if value.kind is Kind.MULTI:
            relation = relation.with_columns(session.names, {field: Value(f"unnest({value.sql})", Kind.TEXT)})
    return relation
