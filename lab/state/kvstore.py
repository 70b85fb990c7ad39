"""The KV store: collections of JSON records by ``_key``, one SQLite file for all apps.

Records belong to (app, owner, collection); the owner ``nobody`` is everybody's, as in Splunk. Every call opens the file anew
and writes in one transaction, so threads and processes may share it. Limits are those of limits.conf, ``[kvstore]``.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.state import kv_query
from lab.state.field_types import FieldTypes
from lab.state.kv_query import Record
from lab.state.refusal import KvRefused

MAX_ROWS_PER_QUERY = 50_000
MAX_BATCH_RECORDS = 1_000
MAX_BATCH_B = 50 * 1024 * 1024
MAX_KEY_LENGTH = 512
NOBODY = "nobody"
_WAIT_S = 30.0
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_TABLE = """
CREATE TABLE IF NOT EXISTS records (
    app TEXT NOT NULL, owner TEXT NOT NULL, collection TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (app, owner, collection, key)
)
"""
_UPSERT = "INSERT OR REPLACE INTO records (app, owner, collection, key, body) VALUES (?, ?, ?, ?, ?)"
_OF = "WHERE app = ? AND owner = ? AND collection = ?"


@dataclass(frozen=True)
class Question:
    """A query in Splunk's words: see kv_query. limit 0: as many as one query may return."""

    query: str | Mapping[str, object] | None = None
    fields: str | None = None
    sort: str | None = None
    limit: int = 0
    skip: int = 0


class KvStore:
    """All collections below one file. types: (app, collection) -> declared field types, applied to every record written."""

    def __init__(self, path: Path, types: Mapping[tuple[str, str], FieldTypes] | None = None, owner: str = NOBODY) -> None:
        self.path, self.owner = path, owner
        self._types = types or {}

    def owned_by(self, owner: str) -> KvStore:
        """The same store, seen by one user."""
        return KvStore(self.path, self._types, owner)

    def collections(self, app: str) -> list[str]:
        """Names of the collections that hold records, sorted."""
        sql = "SELECT DISTINCT collection FROM records WHERE app = ? AND owner = ? ORDER BY collection"
        with self._open() as database:
            return [str(name) for (name,) in database.execute(sql, (app, self.owner))]

    def rows(self, app: str, collection: str) -> list[Record]:
        """Every record, in order of first writing, without a limit."""
        with self._open() as database:
            found = database.execute(f"SELECT key, body FROM records {_OF} ORDER BY rowid", self._place(app, collection))
            return [_record(key, body) for key, body in found]

    def replace(self, app: str, collection: str, rows: Sequence[Mapping[str, object]]) -> list[str]:
        """The collection then holds these rows alone; returns their keys. Raises KvRefused and leaves it as it was."""
        place, entries = self._place(app, collection), self._entries(app, collection, rows)
        with self._open() as database:
            database.execute(f"DELETE FROM records {_OF}", place)
            database.executemany(_UPSERT, [(*place, *entry) for entry in entries])
        return [key for key, _ in entries]

    def batch_save(self, app: str, collection: str, rows: Sequence[Mapping[str, object]]) -> list[str]:
        """Inserts, or replaces what has the same ``_key``, all or nothing; returns the keys. Raises KvRefused."""
        place, entries = self._place(app, collection), self._entries(app, collection, rows)
        with self._open() as database:
            for entry in entries:
                self._write(database, place, entry)
        return [key for key, _ in entries]

    def get(self, app: str, collection: str, key: str) -> Record:
        """One record. Raises KvRefused (404)."""
        with self._open() as database:
            found = database.execute(f"SELECT body FROM records {_OF} AND key = ?", (*self._place(app, collection), key))
            row = found.fetchone()
        if row is None:
            raise _absent(key)
        return _record(key, row[0])

    def insert(self, app: str, collection: str, row: Mapping[str, object]) -> str:
        """A new record; returns its key. Raises KvRefused (409 when the key is taken)."""
        place, ((key, body),) = self._place(app, collection), self._entries(app, collection, [row])
        with self._open() as database:
            try:
                database.execute(_UPSERT.replace(" OR REPLACE", ""), (*place, key, body))
            except sqlite3.IntegrityError as error:
                raise KvRefused("A document with the same key and user already exists.", 409) from error
        return key

    def update(self, app: str, collection: str, key: str, row: Mapping[str, object]) -> str:
        """The record then holds what is in row alone, as in Splunk; returns its key. Raises KvRefused (404)."""
        place, ((_, body),) = self._place(app, collection), self._entries(app, collection, [{**row, "_key": key}])
        with self._open() as database:
            if not database.execute(f"UPDATE records SET body = ? {_OF} AND key = ?", (body, *place, key)).rowcount:
                raise _absent(key)
        return key

    def delete(self, app: str, collection: str, key: str) -> None:
        """Removes one record. Raises KvRefused (404)."""
        with self._open() as database:
            removed = database.execute(f"DELETE FROM records {_OF} AND key = ?", (*self._place(app, collection), key))
            if not removed.rowcount:
                raise _absent(key)

    def delete_matching(self, app: str, collection: str, query: str | None = None) -> int:
        """Removes what a query matches, everything without one; returns how many."""
        wanted, place = kv_query.parsed(query), self._place(app, collection)
        with self._open() as database:
            found = database.execute(f"SELECT key, body FROM records {_OF}", place).fetchall()
            keys = [key for key, body in found if kv_query.matches(_record(key, body), wanted)]
            database.executemany(f"DELETE FROM records {_OF} AND key = ?", [(*place, key) for key in keys])
        return len(keys)

    def query(self, app: str, collection: str, question: Question) -> list[Record]:
        """The records that a question asks for, at most MAX_ROWS_PER_QUERY. Raises KvRefused."""
        if question.limit < 0 or question.skip < 0:
            raise KvRefused("limit and skip must be 0 or more")
        wanted = kv_query.parsed(question.query)
        found = [record for record in self.rows(app, collection) if kv_query.matches(record, wanted)]
        limit = min(question.limit or MAX_ROWS_PER_QUERY, MAX_ROWS_PER_QUERY)
        chosen = kv_query.sorted_by(found, question.sort)[question.skip : question.skip + limit]
        return kv_query.projected(chosen, question.fields)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(str(self.path), timeout=_WAIT_S)) as database, database:
            database.execute(_TABLE)
            yield database

    def _place(self, app: str, collection: str) -> tuple[str, str, str]:
        if not _NAME.fullmatch(collection):
            raise KvRefused(f"{collection[:80]!r} is no name of a collection: letters, digits, _ . and - only")
        return app, self.owner, collection

    def _entries(self, app: str, collection: str, rows: Sequence[Mapping[str, object]]) -> list[tuple[str, str]]:
        types = self._types.get((app, collection), FieldTypes())
        return [self._entry(types, row) for row in rows]

    def _entry(self, types: FieldTypes, row: Mapping[str, object]) -> tuple[str, str]:
        key = row.get("_key")
        if key is not None and (not isinstance(key, (str, int)) or isinstance(key, bool) or len(str(key)) > MAX_KEY_LENGTH):
            raise KvRefused(f"_key must be a text of at most {MAX_KEY_LENGTH} characters")
        for name in row:
            if not name or name.startswith("$") or "\0" in name:
                raise KvRefused(f"{name[:40]!r} is no field name: it must not be empty, begin with $ or hold a zero byte")
        plain = {name: value for name, value in row.items() if name not in ("_key", "_user")}
        # a record of nobody's carries the user nobody, as splunkd returns it
        body = json.dumps({**types.typed(plain), "_user": self.owner}, allow_nan=False)
        return (str(key) if key not in (None, "") else secrets.token_hex(12)), body

    @staticmethod
    def _write(database: sqlite3.Connection, place: tuple[str, str, str], entry: tuple[str, str]) -> None:
        key, body = entry
        if not database.execute(f"UPDATE records SET body = ? {_OF} AND key = ?", (body, *place, key)).rowcount:
            database.execute(_UPSERT, (*place, key, body))


def check_batch(rows: Sequence[object], size_b: int) -> None:
    """The limits of a batch that comes by REST. Raises KvRefused."""
    if len(rows) > MAX_BATCH_RECORDS:
        raise KvRefused(
            f"Request exceeds API limits - see limits.conf for details. (Too many documents for a single batch save, "
            f"max_documents_per_batch_save={MAX_BATCH_RECORDS})"
        )
    if size_b > MAX_BATCH_B:
        raise KvRefused(
            f"Request exceeds API limits - see limits.conf for details. (max_size_per_batch_save_mb={MAX_BATCH_B >> 20})"
        )


def _record(key: str, body: str) -> Record:
    record: Record = json.loads(body)
    record["_key"] = key
    return record


def _absent(key: str) -> KvRefused:
    return KvRefused(f"Could not find object id={key[:80]}", 404)
