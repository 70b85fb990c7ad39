"""A search job: one search in a thread, with its state, its rows on disk, its messages, and a way to stop it."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from lab.driver import CommandFailed, CommandRun, ConfError, Rows
from lab.ingest import Store, StoreUnusable
from lab.rest.refusal import Refused
from lab.rest.result_pages import ResultPages
from lab.rest.settings import NO_LOGS, RestSettings
from lab.savedsearch.times import utc
from lab.spl import SearchResult, SearchSettings, SplError, run_search
from lab.spl.post_process import run_over

KEPT_POST_PROCESSES = 8
SearchFailure = (SplError, CommandFailed, StoreUnusable, ConfError, duckdb.Error)


_LOG = logging.getLogger(__name__)


class Stopped(Exception):
    """The search was told to stop."""


@dataclass(frozen=True)
class JobRequest:
    """What is asked for. settings: time range, search number. label: the client's own name for it; saved: of the saved search."""

    search: str
    settings: SearchSettings
    label: str = ""
    saved: str = ""
    app: str = "search"
    ttl_s: int = 600


class _Watched:
    """A store's connection that remembers its cursors, so that another thread can interrupt what they run."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.cursors: list[duckdb.DuckDBPyConnection] = []

    def cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = self._connection.cursor()
        self.cursors.append(cursor)
        return cursor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@dataclass
class Job:
    """state: QUEUED, RUNNING, DONE or FAILED, as dispatchState. Times are seconds; ``touched_s`` of the monotonic clock."""

    sid: str
    request: JobRequest
    site: RestSettings
    state: str = "QUEUED"
    finalized: bool = False
    created_s: float = field(default_factory=time.time)
    touched_s: float = field(default_factory=time.monotonic)
    run_s: float = 0.0
    ttl_s: int = 600
    scanned: int = 0
    events: int = 0
    progress: float = 0.0
    messages: list[tuple[str, str]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.ttl_s = self.request.ttl_s
        self._pages: ResultPages | None = None
        self._dropped = False
        self._stop = threading.Event()
        self._watched: _Watched | None = None
        self._command: CommandRun | None = None
        self._post: dict[str, Rows] = {}
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        return self._pages.count if self._pages else 0

    @property
    def fields(self) -> list[str]:
        return list(self._pages.fields) if self._pages else []

    @property
    def published(self) -> str:
        return utc(self.created_s)

    def run(self) -> None:
        """The search, to its end; never raises what a search may fail with."""
        started = time.monotonic()
        try:
            if self._stop.is_set():
                raise Stopped
            self.state = "RUNNING"
            self._keep_rows()
            self.state = "DONE"
        except Stopped:
            self._stopped()
        except SearchFailure as error:
            self._failed(error)
        except Exception as error:  # noqa: BLE001  reported and logged
            # a thread has nobody above it: without this a client would wait for ever for a job that died of a fault of the lab
            _LOG.exception("job %s", self.sid)
            self._failed(RuntimeError(f"the lab itself failed ({type(error).__name__}); its log has the details"))
        finally:
            self.run_s = time.monotonic() - started
            self.touched_s = time.monotonic()
            with self._lock:
                self.done.set()
                if self._dropped:
                    self._close_pages()

    def _keep_rows(self) -> None:
        with self._open() as store:
            settings = replace(self.request.settings, progress=self._advanced, started=self._began)
            result = run_search(store, self.request.search, settings)
            try:
                pages = ResultPages.of(result.fields, self._guarded(result), self.site.most_rows)
                self._say(result, pages.cut)
                self._pages = pages
            finally:
                result.close()
            self.scanned, self.events, self.progress = result.events_stored, result.events_found, 1.0

    def _open(self) -> Store:
        if not self.site.store.exists():
            raise StoreUnusable(NO_LOGS)
        store = Store(self.site.store, read_only=True)
        self._watched = _Watched(store.connection)
        store.connection = self._watched  # type: ignore[assignment]  # stands for it in all that a search does
        return store

    def _guarded(self, result: SearchResult) -> Any:
        for batch in result.batches():
            if self._stop.is_set():
                raise Stopped
            yield batch

    def _say(self, result: SearchResult, cut: int) -> None:
        said = dict.fromkeys((each.level, each.text) for each in result.messages if each.level != "DEBUG")
        self.messages = list(said)
        if cut:
            self.messages.append(("WARN", f"{cut:,} rows beyond {self.site.most_rows:,} were left out"))

    def _advanced(self, command: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Stopped
        self.progress = min(0.99, done / total) if total else 0.0

    def _began(self, command: CommandRun) -> None:
        """A custom command's processes run: the only ones that no query's interruption reaches."""
        self._command = command
        if self._stop.is_set():
            raise Stopped

    def _failed(self, error: BaseException) -> None:
        if self._stop.is_set():  # what an interrupted query or a killed process reports is no failure of the search
            self._stopped()
            return
        said = [(m.level, m.text) for m in getattr(error, "messages", ()) if not m.fatal and m.level != "DEBUG"]
        self.messages = [*said, ("FATAL", str(getattr(error, "text", "")) or str(error))]
        if isinstance(error, SplError):
            self.messages = [("FATAL", str(error))]
        self.state = "FAILED"

    def _stopped(self) -> None:
        self.finalized = True
        self.messages = [("INFO", "The search was stopped before its end; no rows were kept.")]
        self.state, self.progress = "DONE", 1.0

    def stop(self) -> None:
        """Interrupts the search's query and ends its processes."""
        self._stop.set()
        if self._watched is not None:
            for cursor in list(self._watched.cursors):
                with suppress(duckdb.Error):  # a cursor that was closed has nothing to interrupt
                    cursor.interrupt()
        if self._command is not None:
            self._command.close()

    def rows(self, offset: int, count: int | None) -> Rows:
        """``count`` rows from ``offset`` on; none of a job that failed or was stopped."""
        return self._pages.rows(offset, count) if self._pages else Rows({}, 0)

    def post_processed(self, search: str) -> Rows:
        """All rows after a post-process search; the last few are kept, as charts ask for them again. Raises Refused."""
        with self._lock:
            if search not in self._post:
                while len(self._post) >= KEPT_POST_PROCESSES:
                    self._post.pop(next(iter(self._post)))
                self._post[search] = self._processed(search)
            return self._post[search]

    def _processed(self, search: str) -> Rows:
        if not self.site.store.exists():
            raise Refused(400, NO_LOGS, "FATAL")
        try:
            with Store(self.site.store, read_only=True) as store:
                result = run_over(store, self.rows(0, None), search, replace(self.request.settings, progress=None))
                try:
                    return result.rows()
                finally:
                    result.close()
        except SearchFailure as error:
            raise Refused(400, str(error), "FATAL") from error

    def close(self) -> None:
        """Stops the search and frees its rows; those of a running one as soon as it has stopped."""
        self.stop()
        with self._lock:
            self._dropped = True
            if self.done.is_set():
                self._close_pages()

    def _close_pages(self) -> None:
        if self._pages is not None:
            self._pages.close()
            self._pages = None
