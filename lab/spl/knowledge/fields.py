"""Fields that props.conf makes: extractions, aliases, calculated fields and automatic lookups."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lab.spl import lookup_join, lookups
from lab.spl.arguments import Arguments
from lab.spl.expression import Compiler
from lab.spl.failure import Place, SplError
from lab.spl.functions.function import unified
from lab.spl.knowledge.props import Rule, aliases
from lab.spl.named_groups import named_groups
from lab.spl.parsing import Segment, parse
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import NULL, Kind, Value, literal

_IN_FIELD = re.compile(r"(?s)(.*\S)\s+in\s+([A-Za-z_][\w.:{}]*)")
_LOOKUP = "LOOKUP-<name> = <lookup> <lookup field> [AS <field>]… [OUTPUT|OUTPUTNEW <lookup field> [AS <field>]…]"


def applied(relation: Relation, rules: Sequence[Rule], session: Session) -> Relation:
    """The events with the fields of all rules. Raises SplError for a rule that cannot be read."""
    for rule in (rule for rule in rules if rule.kind == "EXTRACT"):
        relation = _extracted(relation, rule, session)
    relation = _aliased(relation, [rule for rule in rules if rule.kind == "FIELDALIAS"], session)
    relation = _calculated(relation, [rule for rule in rules if rule.kind == "EVAL"], session)
    for rule in (rule for rule in rules if rule.kind == "LOOKUP"):
        relation = _looked_up(relation, rule, session)
    return relation


def _where(rule: Rule, new: Value, old: Value) -> Value:
    """The new value for the events of a rule, the old one for all others."""
    (made, kept), kind = unified([new, old])
    return Value(f"CASE WHEN {rule.condition} THEN {made} ELSE {kept} END", kind)


def _extracted(relation: Relation, rule: Rule, session: Session) -> Relation:
    """``EXTRACT-x = <pattern> [in <field>]``: the named groups; where the pattern does not match, a field stays as it is."""
    match = _IN_FIELD.fullmatch(rule.text)
    pattern, field = (match[1], match[2]) if match else (rule.text, "_raw")
    plain, groups = named_groups(pattern)
    if not groups:
        raise SplError(f"{rule.shown}: the pattern names no group (?<field>…)")
    if not session.scope(relation).accepts(plain):
        raise SplError(f"{rule.shown}: the lab cannot run this pattern: it has look-around, a back reference, or is not closed")
    text = relation.value(field).text
    values = {}
    for name, number in groups.items():
        found = f"nullif(regexp_extract({text}, {literal(plain)}, {number}), '')"
        old = relation.value(name)
        (made, kept), kind = unified([Value(found, Kind.TEXT), old])
        values[name] = Value(f"CASE WHEN {rule.condition} THEN COALESCE({made}, {kept}) ELSE {kept} END", kind)
    return relation.with_columns(session.names, values)


def _aliased(relation: Relation, rules: Sequence[Rule], session: Session) -> Relation:
    """An alias takes the value of its field, also none; ASNEW leaves a value alone that is there. All see the fields as they
    were extracted, so that there is no alias of an alias."""
    values: dict[str, Value] = {}
    for rule in rules:
        for alias in aliases(rule):
            old = values.get(alias.new, relation.value(alias.new))
            (source, kept), kind = unified([relation.value(alias.old), old])
            made = f"COALESCE({kept}, {source})" if alias.keep else source
            values[alias.new] = _where(rule, Value(made, kind), old)
    return relation.with_columns(session.names, values) if values else relation


def _calculated(relation: Relation, rules: Sequence[Rule], session: Session) -> Relation:
    """All calculated fields see the fields before any of them, as if they were computed at once."""
    values: dict[str, Value] = {}
    for rule in rules:
        segment = Segment(rule.shown, rule.text, Place(rule.text, 0), Place(rule.text, 0))
        tree = parse(segment, "where", "EVAL-<field> = <expression>")
        value = Compiler(segment, relation.value, session.scope(relation)).plain(tree.children[0])
        values[rule.name] = _where(rule, value, values.get(rule.name, relation.value(rule.name)))
    return relation.with_columns(session.names, values) if values else relation


def _looked_up(relation: Relation, rule: Rule, session: Session) -> Relation:
    segment = Segment(rule.shown, rule.text, Place(rule.text, 0), Place(rule.text, 0))
    arguments = Arguments.of(parse(segment, "arguments", _LOOKUP), segment, _LOOKUP, "")
    if not arguments.words:
        arguments.refuse("it needs a lookup and a field of it")
    name = arguments.words[0]
    wanted = lookups.definition(name.text, session, name.place)
    table = lookups.read(wanted, session, name.place)
    asked, table = lookup_join.asked(arguments, table)
    masked = {key.field: _where(rule, relation.value(key.field), NULL) for key in asked.keys}
    keyed = relation.with_columns(session.names, masked)
    answers = lookup_join.answers(keyed, asked, table, wanted, session)
    joined = lookup_join.joined(keyed, asked, answers, session)
    # the keys get back what the mask took from events that the rule is not for, and so do the outputs
    restored = {key.field: relation.columns[key.field] for key in asked.keys if key.field in relation.columns}
    found = joined.only({**joined.columns, **restored})
    outputs = {
        pair.field: _where(rule, joined.value(pair.field), relation.value(pair.field))
        for pair in asked.outputs
        if pair.field in relation.columns
    }
    return found.with_columns(session.names, outputs) if outputs else found
