"""Ingesting again: unchanged files cost nothing, changed ones replace their rows, gone ones leave."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lab.ingest import Progress, Store, StoreUnusable, ingest, insertion
from lab.ingest import loading as loading_module

EVENT = '{{"ts":{ts},"uid":"{uid}"}}\n'


def events(*uids: str) -> str:
    return "".join(EVENT.format(ts=1588205199.5 + place, uid=uid) for place, uid in enumerate(uids))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "lab.duckdb") as opened:
        yield opened


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "conn.log").write_text(events("C1", "C2"))
    (folder / "dns.log").write_text(events("C3"))
    return folder


def uids(store: Store, log: str) -> list[str]:
    return [uid for (uid,) in store.connection.execute(f"SELECT uid FROM log_{log} ORDER BY uid").fetchall()]


def test_an_unchanged_folder_is_not_read_again(store: Store, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ingest([logs], store)

    def fail(*_: object) -> None:
        raise AssertionError("an unchanged file was opened")

    monkeypatch.setattr(loading_module, "ByteSource", fail)
    monkeypatch.setattr(store, "transaction", fail)
    second = ingest([logs], store)
    assert [report.unchanged for report in second.files] == [True, True]
    assert (second.rows_read, second.rows_stored, second.reasons) == (first.rows_read, first.rows_stored, first.reasons)
    assert "2 of them unchanged" in second.sentences()[0]


def test_a_changed_file_replaces_its_rows_only(store: Store, logs: Path) -> None:
    ingest([logs], store)
    (logs / "conn.log").write_text('{"ts":1588205300,"uid":"C9","vlan":7}\n')
    report = ingest([logs], store)
    assert uids(store, "conn") == ["C9"]
    assert uids(store, "dns") == ["C3"]
    assert [found.unchanged for found in report.files] == [False, True]
    assert "vlan" in store.columns("conn")
    assert store.connection.execute("SELECT count(*) FROM files").fetchall() == [(2,)]


def test_a_change_that_keeps_the_size_is_seen_by_its_time(store: Store, logs: Path) -> None:
    ingest([logs], store)
    (logs / "conn.log").write_text(events("C8", "C9"))
    os.utime(logs / "conn.log", ns=(1, 1))
    ingest([logs], store)
    assert uids(store, "conn") == ["C8", "C9"]


def test_a_file_that_grew_is_read_whole_again(store: Store, logs: Path) -> None:
    ingest([logs], store)
    with (logs / "conn.log").open("a") as log:
        log.write(events("C7"))
    ingest([logs], store)
    assert uids(store, "conn") == ["C1", "C2", "C7"]


def test_the_rows_of_a_gone_file_leave_and_it_is_named(store: Store, logs: Path) -> None:
    ingest([logs], store)
    (logs / "dns.log").unlink()
    report = ingest([logs], store)
    assert store.logs() == ["conn"]
    assert report.sentences()[1] == f"{logs / 'dns.log'}: the file is gone; its rows were removed from the store."


def test_files_of_another_folder_stay_while_they_exist(store: Store, logs: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "conn.log").write_text(events("C5"))
    ingest([logs], store)
    ingest([other], store)
    assert uids(store, "conn") == ["C1", "C2", "C5"]
    (logs / "conn.log").unlink()
    ingest([other], store)
    assert uids(store, "conn") == ["C5"]


def test_a_file_named_twice_counts_once(store: Store, logs: Path) -> None:
    report = ingest([logs, logs / "conn.log", logs], store)
    assert len(report.files) == 2
    assert uids(store, "conn") == ["C1", "C2"]


def test_an_interrupted_ingest_leaves_the_store_as_it_was(store: Store, logs: Path) -> None:
    ingest([logs], store)
    (logs / "conn.log").write_text('{"ts":1588205300,"uid":"C9","vlan":7}\n')

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest([logs], store, interrupt)
    assert uids(store, "conn") == ["C1", "C2"]
    assert "vlan" not in store.columns("conn")
    ingest([logs], store)
    assert uids(store, "conn") == ["C9"]


def test_a_store_that_cannot_be_written_stays_as_it_was(store: Store, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest([logs], store)
    (logs / "conn.log").write_text(events("C9"))

    def full(*_: object) -> None:
        raise duckdb.IOException("IO Error: No space left on device")

    monkeypatch.setattr(insertion, "run", full)
    with pytest.raises(StoreUnusable, match=r"No space left on device.*check the free space"):
        ingest([logs], store)
    monkeypatch.undo()
    assert uids(store, "conn") == ["C1", "C2"]


def test_progress_rises_to_the_size_of_all_files(store: Store, logs: Path) -> None:
    (logs / "empty.log").touch()
    total_b = sum(path.stat().st_size for path in logs.iterdir())
    seen: list[Progress] = []
    ingest([logs], store, seen.append)
    assert [step.bytes_done for step in seen] == sorted(step.bytes_done for step in seen)
    assert seen[-1].bytes_done == total_b
    assert {step.bytes_total for step in seen} == {total_b}


def test_the_store_itself_is_never_taken_for_a_log(logs: Path) -> None:
    with Store(logs / "lab.duckdb") as store:
        assert {report.source for report in ingest([logs], store).files} == {"conn.log", "dns.log"}
        assert {report.source for report in ingest([logs], store).files} == {"conn.log", "dns.log"}


def test_a_store_opens_again_with_what_it_held(store: Store, logs: Path) -> None:
    ingest([logs], store)
    store.close()
    with Store(store.path, read_only=True) as again:
        assert again.logs() == ["conn", "dns"]
        assert uids(again, "conn") == ["C1", "C2"]
        columns = ["_time", "_raw", "_cd", "index", "sourcetype", "source", "host", "ts", "uid"]
        assert again.columns("conn") == columns
        assert again.columns("nothing") == []


def test_a_store_of_another_layout_is_filled_anew(store: Store, logs: Path) -> None:
    ingest([logs], store)
    store.connection.execute("UPDATE layout SET number = number - 1")
    store.close()
    with pytest.raises(StoreUnusable, match="another version of the lab; ingest the logs again"):
        Store(store.path, read_only=True)
    with Store(store.path) as again:
        assert again.logs() == []
        assert ingest([logs], again).rows_stored == 3


def test_the_table_of_files_tells_what_became_of_each(store: Store, logs: Path) -> None:
    (logs / "conn.log").write_text(events("C1") + "rubbish\n")
    ingest([logs], store)
    query = "SELECT source, format, logs, rows_read, rows_stored, rows_skipped, reasons, status FROM files ORDER BY source"
    assert store.connection.execute(query).fetchall() == [
        ("conn.log", "json", ["conn"], 2, 1, 1, '{"not valid JSON": 1}', "partly"),
        ("dns.log", "json", ["dns"], 1, 1, 0, "{}", "loaded"),
    ]
