"""The functions of eval, where and stats against the rules of the Search Reference: one named case each, in cases/."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest
from cases import aggregate_cases, conditional_cases, multivalue_cases, number_cases, text_cases
from cases.function_case import Case

from lab.ingest import Store, ingest
from lab.spl import SearchSettings, run_search
from lab.spl.functions.python import register

CASES: list[Case] = [
    case for table in (aggregate_cases, conditional_cases, multivalue_cases, number_cases, text_cases) for case in table.CASES
]
NOW_S = 1_600_001_000
NEWEST_S = 1_600_000_019


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """All rows of all cases in one log; each row says whose it is. The first row of a case is the newest."""
    folder = tmp_path_factory.mktemp("functions")
    lines = [
        json.dumps({"ts": NEWEST_S - place, "uid": "C", "case": case.name, **row})
        for case in CASES
        for place, row in enumerate(case.rows)
    ]
    (folder / "conn.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Store(folder / "store.duckdb") as made:
        ingest([folder], made)
    with Store(folder / "store.duckdb", read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> SearchSettings:
    """An app without commands or macros."""
    app = tmp_path_factory.mktemp("app")
    (app / "default").mkdir()
    return SearchSettings(app=app, now_s=NOW_S)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_the_manual_says(store, settings, case):
    result = run_search(store, f"index=* case={case.name} | {case.pipeline}", settings)
    try:
        assert result.rows().records() == case.expected, case.rule
    finally:
        result.close()


def test_no_two_cases_have_one_name():
    twice = [name for name, number in Counter(case.name for case in CASES).items() if number > 1]
    assert twice == []


def test_searches_that_begin_at_once_share_the_functions_of_python(tmp_path):
    connection = duckdb.connect(str(tmp_path / "shared.duckdb"))
    cursors = [connection.cursor() for _ in range(8)]

    def judged(cursor: duckdb.DuckDBPyConnection) -> object:
        register(cursor, "spl_py_cidr")
        return cursor.execute("SELECT spl_py_cidr('2001:db8::/32', '2001:db8::1')").fetchall()

    with ThreadPoolExecutor(len(cursors)) as pool:
        assert list(pool.map(judged, cursors)) == [[(True,)]] * len(cursors)
    connection.close()
