"""A whole search: macros, commands, result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from lab.driver import Message, Rows, RunResult, app_commands, app_conf
from lab.ingest import Store
from lab.spl import custom
from lab.spl.commands import COMMANDS, find
from lab.spl.failure import SplError
from lab.spl.macros import expand
from lab.spl.parsing import Segment, parse, split
from lab.spl.relation import Relation
from lab.spl.session import SearchSettings, Session
from lab.spl.tables import Table, batches, materialised

_SHOWN_INTERNAL = ("_time", "_raw")


@dataclass(frozen=True)
class SearchResult:
    """What a search found. fields: in display order. messages: of the lab and of the custom commands. text: macros filled in.

    events_stored: all events of the store; events_found: those that the first ``search`` accepted.
    """

    fields: Sequence[str]
    count: int
    messages: Sequence[Message]
    runs: Sequence[RunResult]
    events_stored: int
    events_found: int
    text: str
    _session: Session
    _table: Table
    _relation: Relation

    def batches(self) -> Iterator[Rows]:
        """The rows as text, some ten thousand at a time."""
        columns = {name: self._relation.columns[name] for name in self.fields}
        return batches(self._session.connection, self._table, columns)

    def rows(self) -> Rows:
        """All rows at once."""
        return Rows.concat(self.batches())

    def close(self) -> None:
        self._session.close()


def run_search(store: Store, search: str, settings: SearchSettings) -> SearchResult:
    """Runs SPL over a store. Raises SplError for what cannot be run and driver.CommandFailed for a custom command that failed."""
    text = expand(search, app_conf(settings.app, "macros"))
    segments = split(text)
    custom_names = frozenset(app_commands(settings.app))
    for segment in segments:
        _check_known(segment, custom_names)
    session = Session(store, settings, text)
    try:
        return _result(_piped(segments, custom_names, session), session)
    except duckdb.Error as error:
        session.close()
        raise SplError(f"DuckDB could not run the search: {str(error).splitlines()[0]}") from error
    except BaseException:
        session.close()
        raise


def _check_known(segment: Segment, custom_names: frozenset[str]) -> None:
    if segment.name not in COMMANDS and segment.name not in custom_names:
        known = f"{', '.join(sorted(COMMANDS))}; commands of the app: {', '.join(sorted(custom_names)) or 'none'}"
        raise SplError(f"no command {segment.name} in the lab. It has {known}", segment.at)


def _piped(segments: Sequence[Segment], custom_names: frozenset[str], session: Session) -> Relation:
    first, *rest = segments
    if first.name == "search":
        relation = find.first(parse(first, "search", COMMANDS["search"].syntax), first, session)
        session.events_found = session.count(relation)
    elif first.name not in COMMANDS:
        relation = custom.generated(first, session)
    else:
        raise SplError(f"{first.name} needs rows: write a search before it, then | {first.name}", first.at)
    for segment in rest:
        if segment.name in COMMANDS:
            command = COMMANDS[segment.name]
            distributed = relation.distributed and command.distributable
            relation = command.run(relation, parse(segment, command.name, command.syntax), segment, session)
            relation = replace(relation, distributed=distributed)
        else:
            relation = custom.applied(relation, segment, session)
    return relation


def _result(relation: Relation, session: Session) -> SearchResult:
    columns = {name: column for name, column in relation.columns.items() if name in _SHOWN_INTERNAL or not name.startswith("_")}
    idents = ", ".join(column.ident for column in columns.values()) or "1 AS none"
    table = materialised(session.connection, session.names, f"SELECT {idents} FROM ({relation.sql}){relation.order_by}")
    fields = list(columns)
    if relation.events and columns:
        counts = ", ".join(f"count({column.ident})" for column in columns.values())
        filled = session.rows(f"SELECT {counts} FROM {table.name}")[0]
        fields = [name for name, count in zip(columns, filled) if count]
    messages = [*session.messages, *(message for run in session.runs for message in run.messages)]
    stored = sum(int(str(session.rows(f'SELECT count(*) FROM "log_{log}"')[0][0])) for log in session.store.logs())
    return SearchResult(
        fields, table.count, messages, session.runs, stored, session.events_found, session.text, session, table, relation
    )
