"""``search``: finds events in the store when it stands first, filters rows anywhere else."""

from __future__ import annotations

from collections.abc import Mapping

from lab.spl import events, time_modifier
from lab.spl.commands.command import SplCommand
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment
from lab.spl.predicate import All, Compare, Predicate, comparisons, predicate, to_sql
from lab.spl.relation import Relation
from lab.spl.session import Session

_BOUNDS = ("earliest", "latest")


def first(node: Node, segment: Segment, session: Session) -> Relation:
    """The events that a search begins with."""
    expression, moments = without_times(predicate(node, segment), session.now_s)
    bounds = time_range(moments, segment, session)
    relation = events.found(session, expression, bounds)
    if session.parent is None:
        session.events_found = session.count(relation)
    return relation


def time_range(moments: Mapping[str, float], segment: Segment, session: Session) -> events.Bounds:
    """The search's time range: what it says itself, else that of the settings."""
    ends = {}
    for name in _BOUNDS:
        given = getattr(session.settings, name)
        ends[name] = moments.get(name)
        if not moments and given:
            try:
                ends[name] = time_modifier.epoch_s(given, session.now_s)
            except ValueError as error:
                raise SplError(f"search: {name}: {error}", segment.at) from error
    session.earliest_s, session.latest_s = ends["earliest"], ends["latest"]
    if session.earliest_s is not None and session.latest_s is not None and session.earliest_s >= session.latest_s:
        raise SplError("search: earliest must be before latest", segment.at)
    return events.Bounds(session.earliest_s, session.latest_s)


def without_times(expression: Predicate, now_s: float) -> tuple[Predicate, dict[str, float]]:
    """The expression without its time terms, and what those say."""
    parts = _conjuncts(expression)
    times = [part for part in parts if isinstance(part, Compare) and part.field in _BOUNDS]
    rest = All([part for part in parts if part not in times])
    stray = next((part for part in comparisons(rest) if part.field in _BOUNDS), None)
    if stray:
        raise SplError(f"search: {stray.field}= cannot stand inside OR or NOT", stray.place)
    moments: dict[str, float] = {}
    for term in times:
        if term.operator != "=":
            raise SplError(f"search: write {term.field}=<time>", term.place)
        try:
            moments[term.field] = time_modifier.epoch_s(term.value, now_s)
        except ValueError as error:
            raise SplError(f"search: {term.field}: {error}", term.place) from error
    return rest, moments


def _conjuncts(expression: Predicate) -> list[Predicate]:
    if isinstance(expression, All):
        return [part for child in expression.parts for part in _conjuncts(child)]
    return [expression]


def _filter(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    expression = predicate(node, segment)
    stray = next((part for part in comparisons(expression) if part.field in _BOUNDS), None)
    if stray:
        raise SplError(f"search: {stray.field}= belongs to the first search", stray.place)
    return relation.where(to_sql(expression, relation))


SEARCH = SplCommand(
    "search",
    "search <terms, field=value, field IN (…), AND OR NOT ( )> [earliest=<time>] [latest=<time>]",
    _filter,
    generate=first,
)
