"""A handful of events with every oddity that SPL has a rule for, and how the SPL tests ask for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lab.driver import Rows
from lab.ingest import Store, ingest
from lab.spl import SearchResult, SearchSettings, run_search

APP = Path(__file__).parent / "commands"
HOSTILE_FIELD = "x'; DROP TABLE files; --\""
START_S = 1_600_000_000
TAGS = ["a", "b", "c"]
CONN: list[dict[str, Any]] = [
    {"ts": START_S + 0.5, "uid": "C1", "id.orig_h": "10.0.0.1", "id.resp_p": 53, "n": "10", "Name": "Alpha", "tags": TAGS[:2]},
    {"ts": START_S + 1, "uid": "C2", "id.orig_h": "10.0.0.2", "id.resp_p": 53, "n": "9", "Name": "beta"},
    {"ts": START_S + 2.25, "uid": "C3", "id.orig_h": "10.0.0.10", "id.resp_p": 443, "n": "abc", "Name": "alpha.example"},
    {
        "ts": START_S + 3,
        "uid": "C4",
        "id.orig_h": "10.0.0.1",
        "id.resp_p": 443,
        "note": 'it\'s "quoted" 100%',
        "tags": ["b", "c"],
    },
    {"ts": START_S + 4, "uid": "C5", "id.orig_h": "2001:db8::5", "id.resp_p": 443, "n": "2.50", "path_": "a\\b"},
]
DNS: list[dict[str, Any]] = [
    {
        "ts": START_S + 10,
        "uid": "D1",
        "id.orig_h": "10.0.0.1",
        "query": "evil.example",
        HOSTILE_FIELD: "boo",
        "answers": ["1.2.3.4"],
    },
]
ALL = ["D1", "C5", "C4", "C3", "C2", "C1"]


def make_store(folder: Path) -> Path:
    """Writes the logs and reads them into a store."""
    for name, rows in (("conn", CONN), ("dns", DNS)):
        (folder / f"{name}.log").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    path = folder / "store.duckdb"
    with Store(path) as store:
        ingest([folder], store)
    return path


def search(store: Store, spl: str, **settings: Any) -> tuple[SearchResult, Rows]:
    """Runs a search to its end."""
    result = run_search(store, spl, SearchSettings(**{"app": APP, **settings}))
    try:
        return result, result.rows()
    finally:
        result.close()


def records(store: Store, spl: str, **settings: Any) -> list[dict[str, Any]]:
    return search(store, spl, **settings)[1].records()


def uids(store: Store, spl: str, **settings: Any) -> list[Any]:
    return [record.get("uid") for record in records(store, spl, **settings)]
