"""What a running search has at hand: the store, the app, its settings, and what was said and done so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from lab.driver import Limits, Message, RunResult
from lab.ingest import Store
from lab.spl.functions import Scope
from lab.spl.relation import Relation
from lab.spl.sql import MACROS, Names


@dataclass(frozen=True)
class SearchSettings:
    """How a search is run. now_s: what ``now`` means, by default the second after the newest event.

    indexers, skip_map, chunk_rows, python, environment, limits: see lab.driver. progress(command, rows done, rows in all) is
    called while a custom command runs.
    """

    app: Path
    indexers: int = 1
    skip_map: bool = False
    chunk_rows: int = 50_000
    now_s: float | None = None
    python: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    progress: Callable[[str, int, int], None] | None = None


@dataclass
class Session:
    """One search. text: the search with its macros filled in. earliest_s, latest_s: its time range once ``search`` has run."""

    store: Store
    settings: SearchSettings
    text: str
    names: Names = field(default_factory=Names)
    messages: list[Message] = field(default_factory=list)
    runs: list[RunResult] = field(default_factory=list)
    events_found: int = 0
    earliest_s: float | None = None
    latest_s: float | None = None

    def __post_init__(self) -> None:
        # temporary tables belong to this search alone
        self.connection: duckdb.DuckDBPyConnection = self.store.connection.cursor()
        for macro in MACROS:
            self.connection.execute(macro)

    def close(self) -> None:
        self.connection.close()

    def say(self, level: str, text: str) -> None:
        """A message of the lab itself, shown beside those of the commands."""
        self.messages.append(Message(level, text, "lab"))

    def rows(self, sql: str) -> Sequence[tuple[object, ...]]:
        """The result of a small query, fetched whole: DuckDB 2 keeps a connection busy until then."""
        return self.connection.execute(sql).fetchall()

    def count(self, relation: Relation) -> int:
        return int(str(self.rows(f"SELECT count(*) FROM ({relation.sql})")[0][0]))

    def scope(self, relation: Relation) -> Scope:
        """What eval functions may ask about the rows of a relation."""

        def distinct(sql: str) -> list[str]:
            return [str(value) for (value,) in self.rows(f"SELECT DISTINCT {sql} FROM ({relation.sql})") if value is not None]

        def accepts(pattern: str) -> bool:
            try:
                self.connection.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
            except duckdb.Error:
                return False
            return True

        def mistaken(name: str) -> None:
            if name in relation.columns:
                self.say("WARN", f"{name} without quotes joins fields, as in Splunk; for the field itself write '{name}'.")

        return Scope(distinct, accepts, mistaken)
