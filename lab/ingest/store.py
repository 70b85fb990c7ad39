"""The lab's index: a DuckDB file with one table per log, filled with what Splunk would hold after indexing the same files.

Table ``log_<name>``: ``_time`` DOUBLE (epoch seconds), ``_raw``, and one VARCHAR per field, spelled as in the log; fields with
``{}`` in their name are VARCHAR[]. Every event also has ``index``, ``sourcetype``, ``source``, ``host`` and ``_cd`` (file id and
line number; like Splunk's address of an event it is unique and never searched for).

An event's own ``host`` or ``source`` field (http, weird, files) takes the place of the added one, as a search-time extraction
does; the file is then known by ``_cd``. Its own ``index``, ``sourcetype`` and fields named like an internal one stay in ``_raw``
only, since they decide where an event is found. Two fields that differ in case only share a column, as DuckDB cannot tell them
apart.

Table ``files``: one row per candidate file, what was read of it and why the rest was not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import duckdb

from lab.ingest import insertion
from lab.ingest.batch import BEYOND, MAX_FIELDS, Batch
from lab.ingest.file_table import FileTable
from lab.ingest.insertion import RESERVED, identifier
from lab.ingest.report import FileReport

LAYOUT = 1  # raise it when tables or the reading of logs change: older stores are then filled anew
MAX_LOGS = 250
FILLING_MIB = 1024
_TABLE = "log_"


class StoreUnusable(RuntimeError):
    """The store file cannot be opened or has another layout; the text says what to do."""


class Store:
    """One DuckDB file. Only one process may have it open for writing; ``read_only`` needs an existing one."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path.parent.resolve() / path.name
        self.read_only = read_only
        self._columns: dict[str, dict[str, str]] = {}
        if read_only and not self.path.exists():
            raise StoreUnusable(f"{path}: no store there yet; ingest some Zeek logs first.")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # No extension is ever fetched or loaded: all that is needed is built in, and a log must not reach the network.
            settings: dict[str, str | bool | int | float | list[str]] = {
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                # Columns handed over are text; no sample is to guess otherwise. DuckDB 1.4 fails where the sample holds no value.
                "pandas_analyze_sample": 0,
            }
            self.connection = duckdb.connect(str(self.path), read_only=read_only, config=settings)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise StoreUnusable(
                f"{path}: the store cannot be opened ({reason}). Close the other process that uses it, "
                "or delete the file and ingest again."
            ) from error
        try:
            self.files = FileTable(self.connection)
            self._prepare()
        except StoreUnusable:
            self.connection.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def logs(self) -> list[str]:
        """Names of the logs that have events, sorted."""
        rows = self.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, ?)", [_TABLE]
        ).fetchall()
        return sorted(name[len(_TABLE) :] for (name,) in rows)

    def events(self) -> int:
        """Events of all logs, as DuckDB estimates them."""
        found = self.connection.execute(
            "SELECT sum(estimated_size) FROM duckdb_tables() WHERE starts_with(table_name, ?)", [_TABLE]
        ).fetchall()
        return int(found[0][0] or 0)

    def columns(self, log: str) -> list[str]:
        """Columns of a log's table in table order; none for an unknown log."""
        return list(self._known(log).values())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing for what is done inside; an interruption leaves it as it was before."""
        self.connection.execute("BEGIN")
        try:
            yield
            self.connection.execute("COMMIT")
        except duckdb.Error as error:
            self._roll_back()
            reason = str(error).splitlines()[0]
            raise StoreUnusable(
                f"{self.path}: the store could not be written ({reason}). The files in hand are as they were before; "
                "check the free space of its disk and ingest again."
            ) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        self._columns.clear()
        with suppress(duckdb.Error):  # after a failed COMMIT there is nothing left to roll back
            self.connection.execute("ROLLBACK")

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Settings for many small batches: further threads of DuckDB would only wait, which costs it as much time as
        working, and rows of an open transaction would stay in memory instead of a spill file."""
        self.connection.execute("SET threads = 1")
        self.connection.execute(f"SET memory_limit = '{FILLING_MIB}MiB'")
        try:
            yield
        finally:
            self.connection.execute("RESET threads")
            self.connection.execute("RESET memory_limit")

    def has_room_for(self, log: str) -> bool:
        return bool(self._known(log)) or len(self.logs()) < MAX_LOGS

    def insert(self, file_id: int, source: str, batch: Batch) -> dict[str, int]:
        """Adds a batch, with new columns as they come. Returns remarks with the number of rows that they concern."""
        known = self._known(batch.log)
        plan = insertion.plan(batch, known or {name: name for name in RESERVED}, MAX_FIELDS)
        table = identifier(_TABLE + batch.log)
        if not known:
            columns = ", ".join(_definition(name) for name in [*RESERVED, *plan.new_columns])
            self.connection.execute(f"CREATE TABLE {table} ({columns})")
            self._columns.pop(batch.log, None)
        else:
            for column in plan.new_columns:
                self.connection.execute(f"ALTER TABLE {table} ADD COLUMN {_definition(column)}")
                known[insertion.folded(column)] = column
        insertion.run(self.connection, table, plan, insertion.Origin(file_id, source), batch)
        remarks = {BEYOND: len(batch.raw)} if plan.beyond else {}
        return {**remarks, **dict.fromkeys(plan.remarks, len(batch.raw))}

    def forget(self, reports: Sequence[FileReport]) -> None:
        """Removes files and their events; a log that has none left goes too."""
        for report in reports:
            file_id = self.files.remove(report.path)
            for log in report.logs:
                # '17:' <= _cd < '17;' : the events of file 17, found by the zone maps that DuckDB keeps of every column
                self.connection.execute(
                    f"DELETE FROM {identifier(_TABLE + log)} WHERE _cd >= ? AND _cd < ?", [f"{file_id}:", f"{file_id};"]
                )
        for log in {log for report in reports for log in report.logs}:
            table = identifier(_TABLE + log)
            if not self.connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall():
                self.connection.execute(f"DROP TABLE {table}")
                self._columns.pop(log, None)

    def _known(self, log: str) -> dict[str, str]:
        """Columns by folded name, since DuckDB does not tell ``AA`` from ``aa``."""
        if log not in self._columns:
            rows = self.connection.execute(
                "SELECT column_name FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", [_TABLE + log]
            ).fetchall()
            if not rows:
                return {}
            self._columns[log] = {insertion.folded(name): name for (name,) in rows}
        return self._columns[log]

    def _prepare(self) -> None:
        layout = self.files.layout()
        if layout is None and self.connection.execute("SELECT 1 FROM duckdb_tables() LIMIT 1").fetchall():
            raise StoreUnusable(f"{self.path}: a DuckDB file, but no store of the lab; choose another file.")
        if self.read_only and layout != LAYOUT:
            raise StoreUnusable(f"{self.path}: the store was filled by another version of the lab; ingest the logs again.")
        if not self.read_only and layout != LAYOUT:
            for log in self.logs():
                self.connection.execute(f"DROP TABLE {identifier(_TABLE + log)}")
            self.files.create(LAYOUT)


def _definition(column: str) -> str:
    kind = "DOUBLE" if column == "_time" else "VARCHAR[]" if "{}" in column else "VARCHAR"
    return f"{identifier(column)} {kind}"
