"""``search``: finds events in the store when it stands first, filters rows anywhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lab.spl import events, time_modifier
from lab.spl.commands.command import SplCommand
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment
from lab.spl.predicate import All, Any, Compare, Not, Predicate, comparisons, predicate, to_sql
from lab.spl.relation import Relation
from lab.spl.session import Session

_BOUNDS = ("earliest", "latest")
_INDEXED = ("_index_earliest", "_index_latest")
_UNITS = {"seconds": "s", "minutes": "m", "hours": "h", "days": "d", "months": "mon"}
_AGO = re.compile(rf"(start|end|)({'|'.join(_UNITS)})ago")
_DATES = {"starttime": "earliest", "endtime": "latest", "starttimeu": "earliest", "endtimeu": "latest"}
_OLD = frozenset(("searchtimespandays", "searchtimespanhours", "searchtimespanminutes", "searchtimespanmonths"))


@dataclass(frozen=True)
class Moments:
    """The time range that a search names itself, epoch seconds; None is open."""

    earliest_s: float | None
    latest_s: float | None


def first(node: Node, segment: Segment, session: Session) -> Relation:
    """The events that a search begins with."""
    expression, moments = without_times(predicate(node, segment), session)
    bounds = time_range(moments, segment, session)
    relation = events.found(session, expression, bounds)
    if session.parent is None:
        session.events_found = session.count(relation)
    return relation


def time_range(moments: Moments | None, segment: Segment, session: Session) -> events.Bounds:
    """The search's time range: what it says itself, else that of the settings."""
    if moments is None:
        moments = Moments(*(_given(name, segment, session) for name in _BOUNDS))
    session.earliest_s, session.latest_s = moments.earliest_s, moments.latest_s
    if session.earliest_s is not None and session.latest_s is not None and session.earliest_s >= session.latest_s:
        raise SplError("search: earliest must be before latest", segment.at)
    return events.Bounds(session.earliest_s, session.latest_s)


def _given(name: str, segment: Segment, session: Session) -> float | None:
    given = getattr(session.settings, name)
    try:
        return time_modifier.epoch_s(given, session.now_s) if given else None
    except ValueError as error:
        raise SplError(f"search: {name}: {error}", segment.at) from error


def without_times(expression: Predicate, session: Session) -> tuple[Predicate, Moments | None]:
    """The expression with its time terms as comparisons of _time, and the range that these span; None without any such term."""
    expression = _renewed(expression)
    terms = [part for part in comparisons(expression) if part.field in (*_BOUNDS, *_INDEXED)]
    for part in comparisons(expression):
        if part.field in _OLD:
            raise SplError(f"search: {part.field}= is an old time modifier; write earliest= and latest=", part.place)
    if any(term.field in _INDEXED for term in terms):
        session.say("INFO", "_index_earliest and _index_latest: an event of the lab counts as indexed when it happened.")
    timed = _timed(expression, session.now_s)
    if not any(term.field in _BOUNDS for term in terms):
        return timed, None
    return timed, _span(expression, session.now_s)


def _renewed(part: Predicate) -> Predicate:
    """The old time modifiers, like starthoursago=3 or endtimeu=1600000000, as earliest and latest."""
    if isinstance(part, Not):
        return Not(_renewed(part.part))
    if isinstance(part, (All, Any)):
        return replace(part, parts=[_renewed(child) for child in part.parts])
    if not isinstance(part, Compare) or part.operator != "=":
        return part
    ago = _AGO.fullmatch(part.field)
    if ago:
        if not re.fullmatch(r"\d{1,9}", part.value):
            raise SplError(f"search: {part.field}= takes a whole number", part.place)
        return replace(part, field="latest" if ago[1] == "end" else "earliest", value=f"-{part.value}{_UNITS[ago[2]]}")
    return replace(part, field=_DATES.get(part.field, part.field))


def _timed(part: Predicate, now_s: float) -> Predicate:
    if isinstance(part, Not):
        stray = next((each for each in comparisons(part) if each.field in (*_BOUNDS, *_INDEXED)), None)
        if stray:
            raise SplError(f"search: {stray.field}= cannot stand inside NOT", stray.place)
        return part
    if isinstance(part, (All, Any)):
        return replace(part, parts=[_timed(child, now_s) for child in part.parts])
    if not isinstance(part, Compare) or part.field not in (*_BOUNDS, *_INDEXED):
        return part
    operator = ">=" if part.field.endswith("earliest") else "<"
    return replace(part, field="_time", operator=operator, value=f"{_moment(part, now_s):.6f}")


def _moment(term: Compare, now_s: float) -> float:
    if term.operator != "=":
        raise SplError(f"search: write {term.field}=<time>", term.place)
    try:
        return time_modifier.epoch_s(term.value, now_s)
    except ValueError as error:
        raise SplError(f"search: {term.field}: {error}", term.place) from error


def _span(part: Predicate, now_s: float) -> Moments:
    """The narrowest range outside of which the expression accepts nothing: of AND the common part, of OR the hull."""
    if isinstance(part, Compare) and part.field in _BOUNDS:
        moment = _moment(part, now_s)
        return Moments(moment, None) if part.field == "earliest" else Moments(None, moment)
    if not isinstance(part, (All, Any)) or not part.parts:
        return Moments(None, None)
    spans = [_span(child, now_s) for child in part.parts]
    starts = [span.earliest_s for span in spans if span.earliest_s is not None]
    ends = [span.latest_s for span in spans if span.latest_s is not None]
    if isinstance(part, All):
        return Moments(max(starts, default=None), min(ends, default=None))
    return Moments(min(starts) if len(starts) == len(spans) else None, max(ends) if len(ends) == len(spans) else None)


def _filter(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    expression = predicate(node, segment)
    stray = next(
        (part for part in comparisons(expression) if part.field in (*_BOUNDS, *_INDEXED) or _AGO.fullmatch(part.field)), None
    )
    if stray:
        raise SplError(f"search: {stray.field}= belongs to the first search", stray.place)
    return relation.where(to_sql(expression, relation))


SEARCH = SplCommand(
    "search",
    "search <terms, field=value, field IN (…), AND OR NOT ( )> [earliest=<time>] [latest=<time>]",
    _filter,
    generate=first,
)
