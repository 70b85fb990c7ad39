"""Every folder of real captures is read or refused with a reason; counts against a plain count of lines."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from lab.ingest import IngestReport, Store, ingest

FOLDERS = {
    "apt29-day1": 26,
    "parsezeeklogs": 31,
    "rita/json_with_all_fields": 8,
    "rita/proxy_rolling": 15,
    "rita/open_sni": 6,
    "rita/open_conns": 10,
    "rita/truncated": 2,
    "rita/has_unknown_field": 1,
    "slips": 35,
    "ctu-port-scanning": 1,
    "vast": 23,
    "zat": 34,
    "corelight-envelope": 1,
    "dns": 3,
    "zeek-baselines": 6,
    "intel": 0,
    "rita/text_file": 0,
}


def lines_of(path: Path, log_format: str) -> list[str]:
    """What a person would count as rows: no comments, no empty lines; a blank is a value in TSV only."""
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    lines = [line for line in content.decode("utf-8", "replace").split("\n") if not line.lstrip().startswith("#")]
    return [line for line in lines if (line if log_format == "tsv" else line.strip())]


@pytest.fixture(params=FOLDERS)
def loaded(request: pytest.FixtureRequest, shared_data: Path, tmp_path: Path) -> tuple[Path, IngestReport, Store]:
    folder = shared_data / request.param
    store = Store(tmp_path / "lab.duckdb")
    request.addfinalizer(store.close)
    return folder, ingest([folder], store), store


def test_each_folder_loads_or_is_refused_with_a_reason(loaded: tuple[Path, IngestReport, Store], shared_data: Path) -> None:
    folder, report, store = loaded
    assert sum(found.rows_stored > 0 for found in report.files) == FOLDERS[str(folder.relative_to(shared_data))]
    assert len(report.files) == sum(path.is_file() for path in folder.rglob("*"))
    for found in report.files:
        if found.log_format and "the rest was not read" not in found.message:
            assert found.rows_read == len(lines_of(Path(found.path), found.log_format)), found
        assert found.rows_stored or found.message
        assert found.rows_read == found.rows_stored + found.rows_skipped
    stored = sum(store.connection.execute(f"SELECT count(*) FROM log_{log}").fetchall()[0][0] for log in store.logs())
    assert stored == report.rows_stored


def test_flat_json_rows_are_stored_key_by_key(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "apt29-day1" / "zeek" / "NASHUA_conn.log"
    with Store(tmp_path / "lab.duckdb") as store:
        ingest([path], store)
        found = store.connection.execute("SELECT * FROM log_conn")
        columns = [column[0] for column in found.description]
        rows = {row[columns.index("_cd")]: dict(zip(columns, row)) for row in found.fetchall()}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        row = rows[f"1:{number}"]
        for key, value in json.loads(line, parse_float=str, parse_int=str).items():
            expected = {True: "true", False: "false"}[value] if isinstance(value, bool) else value or None
            assert row.get(f"{key}{{}}" if isinstance(value, list) else key) == expected, (number, key)


def test_tsv_cells_are_stored_field_by_field(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "vast" / "integration-zeek" / "conn.log.gz"
    header = next(line for line in gzip.decompress(path.read_bytes()).decode().split("\n") if line.startswith("#fields"))
    fields = header.split("\t")[1:]
    with Store(tmp_path / "lab.duckdb") as store:
        ingest([path], store)
        names = ", ".join(f'"{field}"' for field in fields)
        stored = Counter(store.connection.execute(f"SELECT {names} FROM log_conn").fetchall())
    assert stored == Counter(
        tuple(None if cell in ("-", "(empty)", "") else cell for cell in line.split("\t")) for line in lines_of(path, "tsv")
    )


def test_an_envelope_with_many_logs_comes_apart(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "corelight-envelope" / "corelight_samples.ndjson"
    expected = Counter(json.loads(line)["_path"] for line in lines_of(path, "json"))
    with Store(tmp_path / "lab.duckdb") as store:
        ingest([path], store)
        counts = {log: store.connection.execute(f"SELECT count(*) FROM log_{log}").fetchall()[0][0] for log in store.logs()}
        assert counts == {word.lower(): rows for word, rows in expected.items()}
        assert store.connection.execute("SELECT DISTINCT sourcetype FROM log_conn").fetchall() == [("corelight_conn",)]
