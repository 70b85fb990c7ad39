"""The table ``files`` of a store: one row per candidate file with what became of it."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from lab.ingest.report import FileReport

_COLUMNS = "id, path, source, size_b, fingerprint, format, logs, rows_read, rows_stored, rows_skipped, reasons, status, message"
_CREATE = """
CREATE TABLE files (
    id INTEGER, path VARCHAR, source VARCHAR, size_b BIGINT, fingerprint VARCHAR, format VARCHAR, logs VARCHAR[],
    rows_read BIGINT, rows_stored BIGINT, rows_skipped BIGINT, reasons VARCHAR, status VARCHAR, message VARCHAR)
"""


class FileTable:
    """Reads and writes file reports. ``reasons`` is kept as a JSON object, reason to number of rows.

    Results are always fetched whole: DuckDB 2 keeps a connection busy while one is not.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def layout(self) -> int | None:
        """The layout number of the store; None for an empty one."""
        if not self._has("layout"):
            return None
        rows = self._connection.execute("SELECT max(number) FROM layout").fetchall()
        return rows[0][0] if rows else None

    def create(self, layout: int) -> None:
        """An empty table, in place of any older one."""
        for table in ("files", "layout"):
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        self._connection.execute(_CREATE)
        self._connection.execute("CREATE TABLE layout AS SELECT ?::INTEGER AS number", [layout])

    def reports(self) -> dict[str, FileReport]:
        """What is known, by path; the reports count as unchanged."""
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM files ORDER BY id").fetchall()
        return {row[1]: _report(row) for row in rows}

    def next_id(self) -> int:
        rows = self._connection.execute("SELECT coalesce(max(id), 0) + 1 FROM files").fetchall()
        return int(rows[0][0])

    def add(self, file_id: int, report: FileReport) -> None:
        self._connection.execute(
            f"INSERT INTO files ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                file_id,
                report.path,
                report.source,
                report.size_b,
                report.fingerprint,
                report.log_format,
                list(report.logs),
                report.rows_read,
                report.rows_stored,
                report.rows_skipped,
                json.dumps(dict(report.reasons)),
                report.status,
                report.message,
            ],
        )

    def remove(self, path: str) -> int | None:
        """Takes a file's row out; its id, or None for an unknown file."""
        rows = self._connection.execute("DELETE FROM files WHERE path = ? RETURNING id", [path]).fetchall()
        return int(rows[0][0]) if rows else None

    def _has(self, table: str) -> bool:
        return bool(self._connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchall())


def _report(row: tuple[Any, ...]) -> FileReport:
    return FileReport(
        path=row[1],
        source=row[2],
        size_b=row[3],
        fingerprint=row[4],
        log_format=row[5],
        logs=tuple(row[6]),
        rows_read=row[7],
        rows_stored=row[8],
        rows_skipped=row[9],
        reasons=json.loads(row[10]),
        status=row[11],
        message=row[12],
        unchanged=True,
    )
