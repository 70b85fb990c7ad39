"""eventtypes.conf: an event has every event type whose search it meets, by priority (1 first), then by name.

A search may ask for other event types, but has no | and no subsearch, as in Splunk. Disabled ones count as not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lab.driver import app_conf
from lab.spl.failure import Place, SplError
from lab.spl.functions.function import several
from lab.spl.macros import expand
from lab.spl.parsing import Segment, parse
from lab.spl.predicate import All, Any, Compare, Not, Predicate, comparisons, predicate, to_sql
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal

FIELD = "eventtype"
_MAX_DEPTH = 10
_DEFAULT_PRIORITY = 1


@dataclass(frozen=True)
class EventType:
    name: str
    search: str
    priority: int


EventTypes = Mapping[str, EventType]


def defined(app: Path) -> EventTypes:
    """The event types of an app that are not disabled, in the order of their values."""
    found = []
    for name, settings in app_conf(app, "eventtypes").items():
        off = settings.get("disabled", "0").lower() in ("1", "true", "t")
        if name != "default" and not off and settings.get("search", "").strip():
            priority = settings.get("priority", "")
            found.append(
                EventType(name, settings["search"], int(priority) if re.fullmatch(r"\d{1,2}", priority) else _DEFAULT_PRIORITY)
            )
    return {each.name: each for each in sorted(found, key=lambda each: (each.priority, each.name))}


def applied(relation: Relation, known: EventTypes, session: Session) -> Relation:
    """The events with the field ``eventtype``, which may have several values."""
    if not known:
        return relation
    parts = []
    for each in known.values():
        condition = to_sql(_expression(each, known, session, (each.name,)), relation)
        parts.append(f"CASE WHEN {condition} THEN {literal(each.name)} END")
    values = several(f"list_filter([{', '.join(parts)}]::VARCHAR[], lambda e: e IS NOT NULL)")
    return relation.with_columns(session.names, {FIELD: Value(values.sql, Kind.MULTI)})


def _expression(wanted: EventType, known: EventTypes, session: Session, opened: tuple[str, ...]) -> Predicate:
    """The search of an event type, those of the event types in it filled in. Raises SplError."""
    text = expand(wanted.search, app_conf(session.settings.app, "macros"), session.computed)
    where = f"eventtypes.conf [{wanted.name}]"
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    if "|" in bare or "[" in bare:
        raise SplError(f"{where}: the search of an event type has no | and no subsearch")
    segment = Segment(where, re.sub(r"^\s*search\s", "", text), Place(text, 0), Place(text, 0))
    expression = predicate(parse(segment, "search", "search = <terms of search>"), segment)
    if any(part.field == "tag" or part.field.startswith("tag::") for part in comparisons(expression)):
        raise SplError(f"{where}: an event type cannot ask for tags, which come after event types")
    check(expression, known)
    return _filled(expression, known, session, opened)


def _filled(part: Predicate, known: EventTypes, session: Session, opened: tuple[str, ...]) -> Predicate:
    if isinstance(part, Not):
        return Not(_filled(part.part, known, session, opened))
    if isinstance(part, (All, Any)):
        return replace(part, parts=[_filled(child, known, session, opened) for child in part.parts])
    if not isinstance(part, Compare) or part.field != FIELD:
        return part
    meant = [each for name, each in known.items() if _fits(part.value, name)]
    for each in meant:
        if each.name in opened or len(opened) > _MAX_DEPTH:
            raise SplError(f"eventtypes.conf [{opened[0]}]: it asks for itself: {' -> '.join([*opened, each.name])}")
    found = Any([_expression(each, known, session, (*opened, each.name)) for each in meant])
    return Not(found) if part.operator == "!=" else found


def _fits(pattern: str, name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.lower().split("*"))), name.lower()) is not None


def check(expression: Predicate, known: EventTypes) -> None:
    """Refuses an event type that no name fits."""
    for part in comparisons(expression):
        if part.field == FIELD and part.value.strip("*") and not any(_fits(part.value, name) for name in known):
            names = ", ".join(known) or "none"
            raise SplError(f"no event type {part.value[:80]} in the app's eventtypes.conf; it has {names}", part.place)
