"""A search over rows that another one left: what Splunk calls post-processing, and what a chained panel of a dashboard asks.

The text is a pipeline without a search of its own; its first command may follow a | or stand at once, as in Splunk.
"""

from __future__ import annotations

from lab.driver import Rows, app_commands, app_conf
from lab.ingest import Store
from lab.spl import parsing, pipeline, search
from lab.spl.commands import COMMANDS
from lab.spl.macros import expand
from lab.spl.session import SearchSettings, Session


def run_over(store: Store, rows: Rows, text: str, settings: SearchSettings) -> search.SearchResult:
    """Runs commands over rows. Raises SplError and driver.CommandFailed like run_search."""
    piped = text if text.lstrip().startswith("|") else f"| {text}"
    return search.run_session(Session(store, settings, piped, run_text=pipeline.run_text), rows)


def check(store: Store, text: str, settings: SearchSettings) -> list[parsing.Segment]:
    """The commands of a search, parsed but not run. Raises SplError for what is refused before anything runs; what stands in
    subsearches is left to the run."""
    session = Session(store, settings, text, run_text=pipeline.run_text)
    try:
        session.text = expand(text, app_conf(settings.app, "macros"), session.computed)
        segments = parsing.split(session.text)
        custom_names = frozenset(app_commands(settings.app))
        for segment in segments:
            pipeline.check_known(segment, custom_names)
            command = COMMANDS.get(segment.name)
            if command is not None and not segment.subsearches:
                parsing.parse(segment, command.start, command.syntax)
        return segments
    finally:
        session.close()
