"""A search over rows that another one left: what Splunk calls post-processing, and what a chained panel of a dashboard asks.

The text is a pipeline without a search of its own; its first command may follow a | or stand at once, as in Splunk.
"""

from __future__ import annotations

import duckdb

from lab.driver import Rows, app_commands, app_conf
from lab.ingest import Store
from lab.spl import parsing, pipeline, search
from lab.spl.commands import COMMANDS
from lab.spl.failure import Place, SplError
from lab.spl.macros import expand
from lab.spl.relation import Order, Relation
from lab.spl.session import SearchSettings, Session
from lab.spl.tables import loaded


def run_over(store: Store, rows: Rows, text: str, settings: SearchSettings) -> search.SearchResult:
    """Runs commands over rows. Raises SplError and driver.CommandFailed like run_search."""
    piped = text if text.lstrip().startswith("|") else f"| {text}"
    session = Session(store, settings, piped, run_text=pipeline.run_text)
    try:
        session.text = expand(piped, app_conf(settings.app, "macros"), session.computed)
        table, columns = loaded(session.connection, session.names, rows)
        order = Order(session.names.new())
        given = Relation(f"SELECT *, rowid AS {order.ident} FROM {table.name}", columns, [order], distributed=False)
        return search._result(pipeline.run_text(session.text, Place(session.text, 0), session, given), session)
    except duckdb.Error as error:
        session.close()
        raise SplError(f"DuckDB could not run the search: {str(error).splitlines()[0]}") from error
    except BaseException:
        session.close()
        raise


def check(store: Store, text: str, settings: SearchSettings) -> list[parsing.Segment]:
    """The commands of a search, parsed but not run. Raises SplError for what is refused before anything runs; what stands in
    subsearches is left to the run."""
    session = Session(store, settings, text, run_text=pipeline.run_text)
    try:
        session.text = expand(text, app_conf(settings.app, "macros"), session.computed)
        segments = parsing.split(session.text)
        custom_names = frozenset(app_commands(settings.app))
        for segment in segments:
            pipeline._check_known(segment, custom_names)
            command = COMMANDS.get(segment.name)
            if command is not None and not segment.subsearches:
                parsing.parse(segment, command.start, command.syntax)
        return segments
    finally:
        session.close()
