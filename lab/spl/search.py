"""A whole search: macros, commands, result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import duckdb

from lab.driver import Message, Rows, RunResult, app_conf
from lab.ingest import Store
from lab.spl import pipeline
from lab.spl.failure import Place, SplError
from lab.spl.macros import expand
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
    return run_session(Session(store, settings, search, run_text=pipeline.run_text), None)


def run_session(session: Session, given: Rows | None) -> SearchResult:
    """Runs the session's text, over these rows where it is a pipeline without a search of its own. What fails closes it."""
    with ExitStack() as closing:
        closing.callback(session.close)
        try:
            session.text = expand(session.text, app_conf(session.settings.app, "macros"), session.computed)
            first = None if given is None else session.given(given)
            result = _result(pipeline.run_text(session.text, Place(session.text, 0), session, first), session)
        except duckdb.Error as error:
            raise SplError(f"DuckDB could not run the search: {str(error).splitlines()[0]}") from error
        closing.pop_all()
        return result


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
