"""Flat JSON rows are cut by DuckDB instead of decoded: what is stored, refused and said is the same either way."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.ingest import Store, flat_rows, ingest
from lab.ingest.lines import LineBlock

PLAIN = '{"ts":1588205199.82437,"uid":"C1","n":7,"up":true,"down":false}'
# A line and whether it is cut; the other lines go to the decoder.
LINES = {
    "numbers keep their text": ('{"ts":1.5e9,"a":1e5,"b":1.50,"c":-0,"d":-0.0,"e":12345678901234567890,"f":0,"g":1E+5}', True),
    "no numbers": ('{"ts":1.5,"a":01}', False),
    "a number without digits after the point": ('{"ts":1.5,"a":1.}', False),
    "a number that begins with a plus": ('{"ts":1.5,"a":+1}', False),
    "digits of another script": ('{"ts":1.5,"a":١}', False),
    "not a number": ('{"ts":1.5,"a":NaN}', False),
    "an escaped quote": (r'{"ts":1.5,"a":"x\"y","b":"\\"}', False),
    "an escaped letter": (r'{"ts":1.5,"a":"\u00e9"}', False),
    "an escaped key": (r'{"ts":1.5,"a\"b":"1"}', False),
    "a tab in a text": ('{"ts":1.5,"a":"x\ty"}', False),
    "letters beyond ASCII": ('{"ts":1.5,"ä":"日本 é 😀\u2028","b":3}', True),
    "marks of JSON within a text": ('{"ts":1.5,"a":"},{:,[]","b":": null","c":"1"}', True),
    "the empty text": ('{"ts":1.5,"a":"","b":""}', True),
    "null and the empty list": ('{"ts":1.5,"a":null,"b":[],"c":"x"}', True),
    "a list": ('{"ts":1.5,"a":["x"]}', False),
    "an object": ('{"ts":1.5,"id":{"orig_h":"10.0.0.1"}}', False),
    "a key twice": ('{"ts":1.5,"a":1,"a":2}', False),
    "keys that differ in case": ('{"ts":1.5,"AA":1,"aa":"2"}', True),
    "a name of a list": ('{"ts":1.5,"a{}":"x"}', False),
    "a name without letters": ('{"ts":1.5,"":"x"}', True),
    "names of Splunk": ('{"ts":1.5,"index":"x","_time":1,"host":"h","source":"s","_raw":"r"}', True),
    "blanks between": ('{"ts": 1.5, "a": 1}', False),
    "a blank at the end": ('{"ts":1.5,"a":1} ', False),
    "something behind": ('{"ts":1.5,"a":1}}', False),
    "a comma too many": ('{"ts":1.5,"a":1,}', False),
    "two objects": ('{"ts":1.5},{"ts":1.5}', False),
    "a cut line": ('{"ts":1.5,"a":"x', False),
    "a long line": ('{"ts":1.5,"a":"' + "x" * 200_000 + '","b":9}', True),
    "no time": ('{"uid":"C1"}', False),
    "a time that is none": ('{"ts":"soon","a":1}', False),
    "a time of ISO": ('{"ts":"2020-08-16T06:26:03.553287Z","a":1}', True),
    "a time of milliseconds": ('{"ts":1597559163553,"a":1}', True),
    "a log of its own": ('{"_path":"dns","ts":1.5,"query":"a.test"}', True),
    "a log that is no text": ('{"_path":5,"ts":1.5}', False),
    "Corelight": ('{"_path":"ssl","_system_name":"ds61","ts":1.5}', True),
    "a sensor and a stream": ('{"@stream":"conn","@system":"bobs","_system_name":"","ts":1.5}', True),
    "SQL": ('{"ts":1.5,"a\'); DROP TABLE files; --":"\'); DROP TABLE files; --"}', True),
    "an empty object": ("{}", False),
    "an empty line": ("", False),
    "501 keys": ('{"ts":1.5,' + ",".join(f'"k{n}":1' for n in range(500)) + "}", False),
}


@pytest.fixture(autouse=True)
def each_line_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flat_rows, "MIN_ROWS", 1)


def stored(path: Path, store_path: Path) -> tuple[Any, ...]:
    """Every row of every log by name of column without those that are not set, and what the report says."""
    with Store(store_path) as store:
        (report,) = ingest([path], store).files
        rows: list[tuple[str, str]] = []
        for log in store.logs():
            found = store.connection.execute(f"SELECT * FROM log_{log}")
            names = [column[0] for column in found.description]
            rows += [(log, repr(sorted(zip(names, map(str, row))))) for row in found.fetchall()]
        columns = {log: sorted(store.columns(log)) for log in store.logs()}
    return Counter(rows), columns, report.rows_stored, dict(report.reasons), report.status


def both_ways(lines: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    folder.mkdir(exist_ok=True)
    path = folder / "conn.log"
    path.write_bytes("".join(line + "\n" for line in lines).encode())
    ways = []
    for min_rows in (1, 10**9):
        monkeypatch.setattr(flat_rows, "MIN_ROWS", min_rows)
        (folder / "lab.duckdb").unlink(missing_ok=True)
        ways.append(stored(path, folder / "lab.duckdb"))
    return ways[0], ways[1]


@pytest.mark.parametrize(("line", "is_cut"), LINES.values(), ids=LINES.keys())
def test_a_line_is_cut_or_decoded_with_the_same_result(
    line: str, is_cut: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, rest = flat_rows.batches(LineBlock([line] * 3, range(1, 4)), "conn.log")
    assert (sum(len(batch.raw) for batch in found), len(rest.lines)) == ((3, 0) if is_cut else (0, 3))
    cut, decoded = both_ways([PLAIN, line, PLAIN, line], tmp_path / "x", monkeypatch)
    assert cut == decoded


def test_a_line_of_another_shape_is_left_to_the_decoder() -> None:
    others = ['{"ts":1.5,"uid":"C1","n":1.5,"up":true,"down":false}', '{"ts":1.5,"up":true}', "rubbish"]
    found, rest = flat_rows.batches(LineBlock([*[PLAIN] * 20, *others], range(1, 24), open_end=True), "conn.log")
    assert found[0].raw == [PLAIN] * 20
    assert found[0].numbers == list(range(1, 21))
    assert len(rest.lines) + sum(len(batch.raw) for batch in found[1:]) == 3
    assert (rest.lines[-1], rest.numbers[-1], rest.open_end) == ("rubbish", 23, True)


def test_few_rows_of_a_shape_are_not_worth_an_insert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flat_rows, "MIN_ROWS", 3)
    block = LineBlock([PLAIN, PLAIN, '{"ts":1.5}'], range(1, 4))
    assert flat_rows.batches(block, "conn.log") == ([], block)


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=5).map(json.dumps),
    st.text('ab ,:{}[]"\\é', max_size=5).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.from_regex(r"[-+]?[0-9]{1,3}(\.[0-9]{0,3})?([eE][+-]?[0-9]{0,2})?", fullmatch=True).filter(str.isascii),
    st.sampled_from(["true", "false", "null", "[]", '["a","b"]', '{"k":1}', "[1.50]", "x", ""]),
)
ROWS = st.lists(st.tuples(st.sampled_from(["uid", "a", "b", "id.orig_h", "n"]), VALUES), max_size=4)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=6), ts=st.sampled_from(["1.5", '"1.5"', "null", "-1"]))
def test_any_mixture_of_rows_is_stored_alike(
    rows: list[list[tuple[str, str]]], ts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["{" + ",".join(f'"{key}":{value}' for key, value in [("ts", ts), *row]) + "}" for row in rows]
    cut, decoded = both_ways([PLAIN, *lines, *lines], tmp_path / "x", monkeypatch)
    assert cut == decoded
