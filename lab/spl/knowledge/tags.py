"""tags.conf: ``[<field>=<value>]`` gives events with this value its tags, in the fields ``tag`` and ``tag::<field>``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from lab.driver import app_conf
from lab.spl.failure import SplError
from lab.spl.functions.function import listed, several
from lab.spl.predicate import Predicate, comparisons
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal

FIELD = "tag"
Tags = Mapping[str, Mapping[str, Sequence[str]]]
"""field -> value -> its tags, sorted."""


def field_of(name: str) -> str:
    """The field that holds the tags of one field alone."""
    return f"{FIELD}::{name}"


def defined(app: Path) -> Tags:
    """The tags of an app that are enabled. Values of stanzas may be written with percent escapes."""
    found: dict[str, dict[str, list[str]]] = {}
    for stanza, settings in app_conf(app, "tags").items():
        field, equals, value = stanza.partition("=")
        names = sorted(name for name, state in settings.items() if state.lower() == "enabled")
        if equals and names:
            found.setdefault(field.strip(), {})[unquote(value.strip())] = names
    return found


def applied(relation: Relation, known: Tags, session: Session) -> Relation:
    """The events with ``tag::<field>`` for each tagged field, and ``tag`` with all of them."""
    if not known:
        return relation
    values = {field_of(name): tagged(relation, name, known) for name in known}
    relation = relation.with_columns(session.names, values)
    return relation.with_columns(session.names, {FIELD: together([relation.value(name) for name in values])})


def together(values: Sequence[Value]) -> Value:
    """All tags of several fields, sorted, each once."""
    every = ", ".join(f"COALESCE({listed(value)}, CAST([] AS VARCHAR[]))" for value in values)
    return several(f"list_sort(list_distinct(flatten([{every}])))")


def tagged(relation: Relation, name: str, known: Tags) -> Value:
    """The tags of a field's values. Case counts in a value, as in tags.conf."""
    pairs = known.get(name, {})
    keys = "[" + ", ".join(map(literal, pairs)) + "]::VARCHAR[]"
    lists = "[" + ", ".join("[" + ", ".join(map(literal, names)) + "]" for names in pairs.values()) + "]::VARCHAR[][]"
    each = f"list_transform({listed(relation.value(name))}, lambda v: ({lists})[list_position({keys}, v)])"
    found = f"list_sort(list_distinct(flatten(list_filter({each}, lambda t: t IS NOT NULL))))"
    return Value(several(found).sql, Kind.MULTI)


def check(expression: Predicate, known: Tags) -> None:
    """Refuses a tag that no stanza gives."""
    for part in comparisons(expression):
        if part.field != FIELD and not part.field.startswith("tag::"):
            continue
        fields = known if part.field == FIELD else {part.field[5:]: known.get(part.field[5:], {})}
        names = sorted({name for values in fields.values() for tags in values.values() for name in tags})
        pattern = ".*".join(map(re.escape, part.value.lower().split("*")))
        if part.value.strip("*") and not any(re.fullmatch(pattern, name.lower()) for name in names):
            raise SplError(
                f"no {part.field}={part.value[:80]} in the app's tags.conf; it has {', '.join(names) or 'none'}", part.place
            )
