"""The events of the store as a relation: only the logs that a search can find anything in, newest first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lab.spl import knowledge, summary
from lab.spl.predicate import Predicate, comparisons, possible, to_sql
from lab.spl.relation import Column, Order, Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, identifier, number
from lab.spl.stacking import stacked

_DECISIVE = ("index", "sourcetype")
_ALWAYS = ("_time", "_raw", "index", "sourcetype", "source", "host")
_INDEXED = "_indextime"  # an event of the lab counts as indexed when it happened
_HIDDEN = frozenset(("_cd",))


@dataclass(frozen=True)
class Bounds:
    """Time range in epoch seconds: earliest_s <= _time < latest_s; None is open."""

    earliest_s: float | None = None
    latest_s: float | None = None

    @property
    def condition(self) -> str:
        time = identifier("_time")
        parts = [] if self.earliest_s is None else [f"{time} >= {number(self.earliest_s)}"]
        parts += [] if self.latest_s is None else [f"{time} < {number(self.latest_s)}"]
        return " WHERE " + " AND ".join(parts) if parts else ""


def found(session: Session, predicate: Predicate, bounds: Bounds) -> Relation:
    """The events that the expression accepts, in the time range: of the store, and of the summary indexes that it can mean."""
    knowledge.check(predicate, session)
    asked = any(part.field == "index" for part in comparisons(predicate))
    kept = [
        _summary(session, index, predicate, bounds) for index in summary.indexes(session) if asked and _may_mean(index, predicate)
    ]
    if not kept:
        return _of_store(session, predicate, bounds)
    if _logs(session, predicate):
        kept.insert(0, _of_store(session, predicate, bounds))
    return replace(stacked(kept, session, "_time"), events=True)


def _may_mean(index: str, predicate: Predicate) -> bool:
    fields = frozenset(part.field for part in comparisons(predicate))
    return possible(predicate, {"index": index}, fields) is not False


def _summary(session: Session, index: str, predicate: Predicate, bounds: Bounds) -> Relation:
    rows = knowledge.applied(summary.read(session, index), session)
    time = rows.value("_time").sql
    parts = [] if bounds.earliest_s is None else [f"{time} >= {number(bounds.earliest_s)}"]
    parts += [] if bounds.latest_s is None else [f"{time} < {number(bounds.latest_s)}"]
    return rows.where(" AND ".join([to_sql(predicate, rows), *parts]))


def _of_store(session: Session, predicate: Predicate, bounds: Bounds) -> Relation:
    logs = _logs(session, predicate)
    if not logs:
        _explain_nothing(session, predicate)
        return _nothing(session)
    columns: dict[str, Column] = {}
    log_order, row_order = Order(session.names.new()), Order(session.names.new())
    selects = []
    for place, log in enumerate(logs):
        parts = [f"{place} AS {log_order.ident}", f"rowid AS {row_order.ident}"]
        for field in session.store.columns(log):
            if field not in _HIDDEN:
                column = columns.setdefault(field, Column(session.names.new(), _kind(field)))
                parts.append(f"{identifier(field)} AS {column.ident}")
        indexed = columns.setdefault(_INDEXED, Column(session.names.new(), Kind.TIME))
        parts.append(f"floor({identifier('_time')}) AS {indexed.ident}")
        selects.append(f"SELECT {', '.join(parts)} FROM {identifier('log_' + log)}{bounds.condition}")
    order = [Order(columns["_time"].ident, descending=True), log_order, row_order]
    events = Relation(" UNION ALL BY NAME ".join(selects), columns, order, events=True)
    events = knowledge.applied(events, session)
    return events.where(to_sql(predicate, events))


def _nothing(session: Session) -> Relation:
    """No event, with the fields that every event has."""
    columns = {name: Column(session.names.new(), _kind(name)) for name in _ALWAYS}
    types = {Kind.TIME: "DOUBLE", Kind.TEXT: "VARCHAR"}
    values = ", ".join(f"CAST(NULL AS {types[column.kind]}) AS {column.ident}" for column in columns.values())
    return Relation(f"SELECT {values} WHERE false", columns, events=True)


def _kind(field: str) -> Kind:
    return Kind.TIME if field == "_time" else Kind.MULTI if "{}" in field else Kind.TEXT


def _logs(session: Session, predicate: Predicate) -> list[str]:
    """The logs that may hold an event that the expression accepts."""
    made = knowledge.made_fields(session)
    return [log for log in session.store.logs() if _may_match(session, log, predicate, made)]


def _may_match(session: Session, log: str, predicate: Predicate, made: frozenset[str]) -> bool:
    present = frozenset(session.store.columns(log)) | {_INDEXED} | made
    if not any(comparison.field in _DECISIVE for comparison in comparisons(predicate)):
        return possible(predicate, {}, present) is not False
    kinds = session.rows(f"SELECT DISTINCT {', '.join(map(identifier, _DECISIVE))} FROM {identifier('log_' + log)}")
    return any(possible(predicate, dict(zip(_DECISIVE, map(str, kind))), present) is not False for kind in kinds)


def _explain_nothing(session: Session, predicate: Predicate) -> None:
    """Zero events must say why: here no log at all can hold one."""
    logs = session.store.logs()
    if not logs:
        session.say("WARN", "The store holds no events; ingest some Zeek logs first.")
        return
    asked = sorted({part.field for part in comparisons(predicate)})
    holds = set()
    for log in logs:
        for row in session.rows(f"SELECT DISTINCT {', '.join(map(identifier, _DECISIVE))} FROM {identifier('log_' + log)}"):
            holds.add(" ".join(f"{name}={value}" for name, value in zip(_DECISIVE, row)))
    session.say("WARN", f"No log can match the terms on {', '.join(asked)}; the store holds {'; '.join(sorted(holds)[:40])}.")
