"""``foreach``: a template of commands run once per field, or of assignments run once per value of a field."""

from __future__ import annotations

import re

from lab.spl import parsing
from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.expression import Compiler
from lab.spl.failure import Place
from lab.spl.functions import FUNCTIONS
from lab.spl.functions.function import listed, unified
from lab.spl.parsing import Node, Segment, Subsearch, parse, unquoted
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, number

_SYNTAX = (
    "foreach [mode=multifield|multivalue|json_array|auto_collections] <field>… [fieldstr=<text>] [matchstr=<text>] "
    "[matchseg1=<text>] [matchseg2=<text>] [matchseg3=<text>] [itemstr=<text>] [iterstr=<text>] [<template>]"
)
_MODES = ("multifield", "multivalue", "json_array", "auto_collections")
_FIELD_MARKS = {
    "fieldstr": "FIELD",
    "matchstr": "MATCHSTR",
    "matchseg1": "MATCHSEG1",
    "matchseg2": "MATCHSEG2",
    "matchseg3": "MATCHSEG3",
}
_ITEM_MARKS = {"itemstr": "ITEM", "iterstr": "ITER"}
_STREAMING = (
    *("convert", "eval", "fieldformat", "fields", "fillnull", "lookup", "makemv", "mvexpand", "nomv", "regex", "rename"),
    *("replace", "rex", "search", "spath", "strcat", "where"),
)
MAX_FIELDS = 500
MAX_VALUES = 200
_FIXED_EVERY = 10  # templates laid on one another before the rows are computed: DuckDB bounds how deep a query may nest


def _foreach(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _SYNTAX, " ".join(["mode", *_FIELD_MARKS, *_ITEM_MARKS]))
    mode = arguments.one_of("mode", _MODES)
    template = arguments.pipeline()
    for name in _ITEM_MARKS if mode == _MODES[0] else _FIELD_MARKS:
        option = arguments.option(name)
        if option is not None:
            arguments.refuse(f"{name}= does not belong to mode={mode}", option.place)
    if not arguments.words:
        arguments.refuse("a field is missing")
    if mode == _MODES[0]:
        return _per_field(relation, arguments, template, session)
    return _per_value(relation, arguments, template, mode, session)


def _per_field(relation: Relation, arguments: Arguments, template: Subsearch, session: Session) -> Relation:
    """The template once per matching field, in the order of the words, then of the fields; a field counts once."""
    text = template.text if template.text.lstrip().startswith("|") else f"| {template.text}"
    for inner in parsing.pipeline(text, Place(text, 0)):
        if inner.name not in _STREAMING:
            arguments.refuse(f"{inner.name} cannot stand in it, only {', '.join(_STREAMING)}", template.at)
    marks = [(name, arguments.text(name, f"<<{word}>>")) for name, word in _FIELD_MARKS.items()]
    found: dict[str, list[str]] = {}
    for word in arguments.words:
        for name in relation.matching(word.text):
            if not name.startswith("_") or word.text.startswith("_"):
                found.setdefault(name, _segments(word.text, name))
    if len(found) > MAX_FIELDS:
        arguments.refuse(f"{len(found)} fields match, at most {MAX_FIELDS} may")
    for done, (name, segments) in enumerate(found.items(), 1):
        values = {"fieldstr": name, "matchstr": "".join(segments)}
        values.update({f"matchseg{place}": segment for place, segment in enumerate(segments[:3], 1)})
        filled = text
        for option, mark in marks:
            filled = filled.replace(mark, values.get(option, ""))
        relation = session.pipeline(filled, Place(filled, 0), relation)
        relation = session.fixed(relation) if done % _FIXED_EVERY == 0 else relation
    return relation


def _segments(pattern: str, name: str) -> list[str]:
    """What each * of the pattern stands for in the name."""
    match = re.fullmatch("(.*)".join(map(re.escape, pattern.split("*"))), name, re.DOTALL)
    return list(match.groups()) if match else []


def _per_value(relation: Relation, arguments: Arguments, template: Subsearch, mode: str, session: Session) -> Relation:
    """The assignments once per value; each row runs them as often as it has values, one after the other."""
    (field,) = arguments.exactly(1, 1)
    relation = session.fixed(relation)
    text, tree = _assignments(arguments, template)
    scope = session.scope(relation)
    of_json = FUNCTIONS["json_array_to_mv"].compile(scope, [relation.value(field)])
    plain = relation.value(field)
    values = {
        "multivalue": listed(plain),
        "json_array": of_json.sql,
        "auto_collections": f"COALESCE({of_json.sql}, {listed(plain)})",
    }[mode]
    relation = session.fixed(relation.with_columns(session.names, {_VALUES: Value(values, Kind.MULTI)}))
    source = relation.value(_VALUES)
    (most,) = session.rows(f"SELECT max(len({source.sql})) FROM ({relation.sql})")[0]
    if int(str(most or 0)) > MAX_VALUES:
        arguments.refuse(f"a row has {most} values in {field}, at most {MAX_VALUES} may be")
    for place in range(int(str(most or 0))):
        relation = _assigned(relation, tree, text, place, session)
        relation = session.fixed(relation) if place % _FIXED_EVERY == _FIXED_EVERY - 1 else relation
    return relation.only({name: column for name, column in relation.columns.items() if name != _VALUES})


_VALUES, _ITEM, _ITER = "\x1fvalues", "\x1fitem", "\x1fiter"  # no field of a log can be called so


def _assignments(arguments: Arguments, template: Subsearch) -> tuple[Segment, Node]:
    """The one eval of the template, its marks replaced by fields that only stand for the value and its number."""
    text = template.text
    for option, name in _ITEM_MARKS.items():
        mark = arguments.text(option, f"<<{name}>>")
        stand_in = f"'{_ITEM if name == 'ITEM' else _ITER}'"
        for written in (f'"{mark}"', f"'{mark}'", mark):
            text = text.replace(written, stand_in)
    if any("\x1f" in quoted for quoted in re.findall(r'"(?:[^"\\]|\\.)*"', text)):
        arguments.refuse('inside a longer text in quotes the value cannot stand; write "text" . <<ITEM>>', template.at)
    text = text if text.lstrip().startswith("|") else f"| {text}"
    segments = parsing.pipeline(text, Place(text, 0))
    if len(segments) != 1 or segments[0].name != "eval" or segments[0].subsearches:
        arguments.refuse("over values the template is one eval, which may have several assignments", template.at)
    return segments[0], parse(segments[0], "eval", "eval <field>=<expression>[, <field>=<expression>]…")


def _assigned(relation: Relation, tree: Node, segment: Segment, place: int, session: Session) -> Relation:
    """The assignments for the value at a place, for the rows that have one there."""
    values = relation.value(_VALUES).sql
    stand_ins = {_ITEM: Value(f"({values})[{place + 1}]", Kind.TEXT), _ITER: Value(number(place), Kind.NUMBER)}
    for assignment in tree.children:
        now = relation  # an assignment sees those before it

        def field(name: str, now: Relation = now) -> Value:
            return stand_ins.get(name) or now.value(name)

        target = unquoted(assignment.children[0])
        value = Compiler(segment, field, session.scope(now)).plain(assignment.children[1])
        (new, old), kind = unified([value, now.value(target)])
        made = f"CASE WHEN len({values}) > {place} THEN {new} ELSE {old} END"
        relation = relation.with_columns(session.names, {target: Value(made, kind)})
    return relation


FOREACH = SplCommand("foreach", _SYNTAX, _foreach, rule="arguments", pipelines=True)
