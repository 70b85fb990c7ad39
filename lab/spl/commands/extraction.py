"""``rex`` takes fields out of a text with named groups, or replaces in it; ``regex`` keeps the rows that match a pattern."""

from __future__ import annotations

import re

from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.failure import SplError
from lab.spl.named_groups import named_groups
from lab.spl.parsing import Node, Segment, unquoted
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal

_REX = 'rex [field=<field>] [max_match=<count>] "<pattern with (?<name>…)>", or mode=sed "s/…/…/[g]" or "y/…/…/"'
_REGEX = 'regex [<field>=|<field>!=]"<pattern>"'
_SED = re.compile(r"s(.)((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1(g|\d*)", re.DOTALL)
_TRANSLATE = re.compile(r"y(.)((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1", re.DOTALL)
_CANNOT = "the lab cannot run this pattern: it has look-around, a back reference or a possessive repeat, or is not closed"


def _rex(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _REX, "field max_match mode")
    (pattern,) = arguments.exactly(1, 1)
    field = arguments.text("field", "_raw")
    if arguments.text("mode", "") == "sed":
        return relation.with_columns(
            session.names, {field: _edited(relation.value(field), pattern, arguments, session, relation)}
        )
    if arguments.option("mode"):
        arguments.refuse("mode must be sed", arguments.options[-1].place)
    plain, numbers = named_groups(pattern)
    if not numbers:
        arguments.refuse("the pattern names no group (?<field>…)", arguments.words[0].place)
    if not session.scope(relation).accepts(plain):
        arguments.refuse(_CANNOT, arguments.words[0].place)
    most = arguments.number("max_match", 1)
    text = relation.value(field).text
    values = {}
    for name in numbers:
        if most == 1:
            found = f"regexp_extract({text}, {literal(plain)}, {numbers[name]})"
            value = Value(f"CASE WHEN regexp_matches({text}, {literal(plain)}) THEN nullif({found}, '') END", Kind.TEXT)
        else:
            every = f"regexp_extract_all({text}, {literal(plain)}, {numbers[name]})" + (f"[1:{most}]" if most else "")
            value = Value(f"nullif({every}, [])", Kind.MULTI)
        old = relation.value(name)
        if name in relation.columns and old.kind is value.kind:  # a field that was there stays where nothing matches
            value = Value(f"COALESCE({value.sql}, {old.sql})", value.kind)
        values[name] = value
    return relation.with_columns(session.names, values)


def _edited(value: Value, script: str, arguments: Arguments, session: Session, relation: Relation) -> Value:
    place = arguments.words[0].place
    substitution, translation = _SED.fullmatch(script.strip()), _TRANSLATE.fullmatch(script.strip())
    if translation is not None:
        if len(translation[2]) != len(translation[3]):
            arguments.refuse("both halves of y need the same length", place)
        return Value(f"translate({value.text}, {literal(translation[2])}, {literal(translation[3])})", Kind.TEXT)
    if substitution is None or substitution[4] not in ("", "g"):
        arguments.refuse("write s/pattern/replacement/, with g for every place", place)
    pattern = substitution[2].replace("\\" + substitution[1], substitution[1])
    if not session.scope(relation).accepts(pattern):
        arguments.refuse(_CANNOT, place)
    every = ", 'g'" if substitution[4] == "g" else ""
    replacement = substitution[3].replace("\\" + substitution[1], substitution[1])
    return Value(f"regexp_replace({value.text}, {literal(pattern)}, {literal(replacement)}{every})", Kind.TEXT)


def _regex(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Rows without the field do not match, also not with !=."""
    *named, pattern = [unquoted(child) for child in node.children]
    field, operator = named if named else ("_raw", "=")
    if field.endswith("!") and operator == "=":  # a field's name may hold a !, so the reader leaves it there
        field, operator = field[:-1], "!="
    if operator not in ("=", "!="):
        raise SplError(f"regex: {operator} cannot stand here. Syntax: {_REGEX}", segment.at)
    if not session.scope(relation).accepts(pattern):
        raise SplError(f"regex: {_CANNOT}", segment.at)
    matches = f"regexp_matches({relation.value(field).text}, {literal(pattern)})"
    return relation.where(matches if operator == "=" else f"NOT {matches}")


REX = SplCommand("rex", _REX, _rex, rule="arguments")
REGEX = SplCommand("regex", _REGEX, _regex)
