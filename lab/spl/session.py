"""What a running search has at hand: the store, the app, its settings, and what was said and done so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Optional

import duckdb

from lab.driver import CommandRun, Limits, Message, Rows, RunResult
from lab.ingest import Store
from lab.spl.expression import Compiler
from lab.spl.failure import Place, SplError
from lab.spl.functions import Scope
from lab.spl.functions.python import register
from lab.spl.parsing import Segment, parse
from lab.spl.predicate import predicate, to_sql
from lab.spl.relation import Order, Relation
from lab.spl.sql import MACROS, Kind, Names, identifier
from lab.spl.tables import loaded, materialised

_MAX_DEPTH = 8
_FEW_EVENTS = 100_000
_ACCEPTED: dict[str, bool] = {}
_MOST_ACCEPTED = 1_000


@dataclass(frozen=True)
class SearchSettings:
    """How a search is run. now_s: what ``now`` means, by default the second after the newest event.

    indexers, skip_map, chunk_rows, python, environment, limits: see lab.driver. progress(command, rows done, rows in all) is
    called while a custom command runs. state: the folder of the KV store, of lookups that searches wrote, and of the summary
    indexes; by default ``<store>.state`` beside the store. earliest, latest: the time range, as time modifiers, of a search
    that names none itself. sid: the search's own number. explain: called after every command; each then runs by itself.
    started(command) is called when the processes of a custom command run; another thread may close it to end them.
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
    state: Path | None = None
    earliest: str | None = None
    latest: str | None = None
    sid: str = "1700000000.1"
    saved_search: str = ""
    explain: Callable[[Step], None] | None = None
    started: Callable[[CommandRun], None] | None = None


@dataclass(frozen=True)
class Step:
    """One command of a search that was run by itself. rows: what it left."""

    command: str
    text: str
    rows: int
    fields: int
    seconds: float


Pipeline = Callable[[str, Place, "Session", Optional[Relation]], Relation]


@dataclass
class Session:
    """One search or subsearch. text: the search with its macros filled in. earliest_s, latest_s: its time range once ``search``
    has run. run_text(text, place, session, relation) runs a pipeline inside another one, over the rows of ``relation``."""

    store: Store
    settings: SearchSettings
    text: str
    names: Names = field(default_factory=Names)
    messages: list[Message] = field(default_factory=list)
    runs: list[RunResult] = field(default_factory=list)
    events_found: int = 0
    earliest_s: float | None = None
    latest_s: float | None = None
    run_text: Pipeline | None = None
    depth: int = 0
    parent: Session | None = None
    registered: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.connection: duckdb.DuckDBPyConnection
        if self.parent is not None:
            self.connection = self.parent.connection
            return
        # temporary tables belong to this search alone
        self.connection = self.store.connection.cursor()
        self.connection.execute(";".join(MACROS))
        # further threads only wait for one another where there is little to do; the setting is the whole store's
        small = self.store.events() < _FEW_EVENTS
        self.connection.execute("SET threads = 1" if small else "RESET threads")
        register(self.connection, "spl_py_cidr")
        self.registered.add("spl_py_cidr")  # a comparison of search may ask for a network of IPv6

    @property
    def state(self) -> Path:
        """The folder of what searches leave behind."""
        return self.settings.state or self.store.path.with_suffix(".state")

    @property
    def now_s(self) -> float:
        """What ``now`` means, epoch seconds."""
        if self.settings.now_s is not None:
            return self.settings.now_s
        return self.first.newest_s

    @property
    def first(self) -> Session:
        """The search that this one is a subsearch of, or itself."""
        return self if self.parent is None else self.parent.first

    @cached_property
    def newest_s(self) -> float:
        """The second after the newest event of the store; 0 without events."""
        newest = [self.rows(f"SELECT max(_time) FROM {identifier('log_' + log)}")[0][0] for log in self.store.logs()]
        times = [float(str(time)) for time in newest if time is not None]
        return float(int(max(times)) + 1) if times else 0.0

    def pipeline(self, text: str, place: Place, relation: Relation | None = None) -> Relation:
        """The rows of a pipeline inside this search: a subsearch, or commands over ``relation``. Raises SplError."""
        if self.depth >= _MAX_DEPTH or self.run_text is None:
            raise SplError(f"subsearches more than {_MAX_DEPTH} deep in one another", place)
        inner = Session(
            self.store,
            self.settings,
            text,
            self.names,
            self.messages,
            self.runs,
            run_text=self.run_text,
            depth=self.depth + 1,
            parent=self,
        )
        if relation is not None:
            inner.earliest_s, inner.latest_s = self.earliest_s, self.latest_s
        return self.run_text(text, place, inner, relation)

    def fixed(self, relation: Relation) -> Relation:
        """The same rows, computed once and kept; their order is one number. For commands that look at them twice."""
        idents = ", ".join(dict.fromkeys(column.ident for column in relation.columns.values())) or "1 AS none"
        table = materialised(self.connection, self.names, f"SELECT {idents} FROM ({relation.sql}){relation.order_by}")
        order = Order(self.names.new())
        return replace(relation, sql=f"SELECT *, rowid AS {order.ident} FROM {table.name}", order=[order])

    def given(self, rows: Rows) -> Relation:
        """Rows from outside as a relation, in their order."""
        table, columns = loaded(self.connection, self.names, rows)
        order = Order(self.names.new())
        return Relation(f"SELECT *, rowid AS {order.ident} FROM {table.name}", columns, [order], distributed=False)

    def close(self) -> None:
        if self.parent is None:
            self.connection.close()

    def say(self, level: str, text: str) -> None:
        """A message of the lab itself, shown beside those of the commands."""
        self.messages.append(Message(level, text, "lab"))

    def rows(self, sql: str) -> Sequence[tuple[object, ...]]:
        """The result of a small query, fetched whole: DuckDB 2 keeps a connection busy until then."""
        return self.connection.execute(sql).fetchall()

    def count(self, relation: Relation) -> int:
        return int(str(self.rows(f"SELECT count(*) FROM ({relation.sql})")[0][0]))

    def computed(self, text: str) -> str | bool | None:
        """The value of an eval expression without fields, as macros with iseval or validation have it. Raises SplError."""
        place = Place(text, 0)
        segment = Segment("macro", text, place, place)
        empty = Relation("SELECT 1 AS none", {})
        node = parse(segment, "where", "an eval expression")
        value = Compiler(segment, empty.value, self.scope(empty)).value(node.children[0])
        sql = value.sql if value.kind is Kind.BOOL else value.text
        found = self.rows(f"SELECT {sql}")[0][0]
        return found if found is None or isinstance(found, bool) else str(found)

    def accepts(self, pattern: str) -> bool:
        """Whether DuckDB can run a regular expression; it is asked once in a process."""
        if pattern not in _ACCEPTED:
            if len(_ACCEPTED) >= _MOST_ACCEPTED:
                _ACCEPTED.clear()
            try:
                self.connection.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
                _ACCEPTED[pattern] = True
            except duckdb.Error:
                _ACCEPTED[pattern] = False
        return _ACCEPTED[pattern]

    def scope(self, relation: Relation) -> Scope:
        """What eval functions may ask about the rows of a relation."""

        def distinct(sql: str) -> list[str]:
            return [str(value) for (value,) in self.rows(f"SELECT DISTINCT {sql} FROM ({relation.sql})") if value is not None]

        def mistaken(name: str) -> None:
            if name in relation.columns:
                self.say("WARN", f"{name} without quotes joins fields, as in Splunk; for the field itself write '{name}'.")

        def python(name: str) -> None:
            if name not in self.first.registered:
                register(self.connection, name)
                self.first.registered.add(name)

        def matching(text: str) -> str:
            place = Place(text, 0)
            segment = Segment("searchmatch", text, place, place)
            return to_sql(predicate(parse(segment, "search", "searchmatch(<terms of search>)"), segment), relation)

        return Scope(distinct, self.accepts, mistaken, self.now_s, python, matching)
