"""What bad input gets: named, skipped, counted; the rest is read."""

from __future__ import annotations

import gzip
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from lab.ingest import FileReport, IngestReport, PathMissing, Store, StoreUnusable, ingest

HEADER = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tservice\n"
ROW = "1588205199.82437\tC1\tdns\n"
EVENT = '{"ts":1588205199.82437,"uid":"C1"}\n'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store" / "lab.duckdb") as opened:
        yield opened


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@dataclass(frozen=True)
class Case:
    """A file's bytes and what must come of it."""

    content: bytes
    stored: int
    skipped: dict[str, int] = field(default_factory=dict)
    says: str = ""
    name: str = "conn.log"


def text(content: str, stored: int, skipped: dict[str, int] | None = None, says: str = "", name: str = "conn.log") -> Case:
    return Case(content.encode(), stored, skipped or {}, says, name)


def deep(levels: int) -> str:
    return '{"ts":1.5e9,"a":' + "[" * levels + "]" * levels + "}\n"


CASES = {
    "empty file": text("", 0, says="the file is empty"),
    "blank lines only": text("\n \n\n", 0, says="no rows (only blank lines)"),
    "plain text": text("Lorem ipsum\ndolor\n", 0, says="not a Zeek log: text"),
    "binary": Case(bytes(range(256)) * 40, 0, says="not a Zeek log: binary data"),
    "UTF-16": Case(EVENT.encode("utf-16"), 0, says="UTF-16"),
    "JSON array": text(f"[{EVENT}]", 0, says="a JSON array"),
    "TSV without header": text(ROW, 0, says="tab-separated text without a #fields header"),
    "header only": text(HEADER + "#close\t2024\n", 0, says="no rows (only a header)"),
    "JSON of something else": text('{"a":1}\n{"b":2}\n', 0, {"not a Zeek event": 2}, "not a Zeek log", "config.json"),
    "pretty-printed JSON": text('{\n"ts": 1\n}\n', 0, {"not valid JSON": 3}, "not a Zeek log"),
    "intelligence feed": text("#fields\tindicator\tindicator_type\nx.test\tIntel::DOMAIN\n", 0, {"no timestamp": 1}, "no ts"),
    "masked times": text(HEADER + "XXXXXXXXXX.XXXXXX\tC1\tdns\n" + ROW, 1, {"no timestamp": 1}, 'ts is "XXXXXXXXXX.XXXXXX"'),
    "too few and too many cells": text(
        HEADER + "1.0\tC1\n" + ROW + "1\t2\t3\t4\n", 1, {"wrong number of cells": 2}, "line 7, 2 cells"
    ),
    "rows before their names": text("#separator \\x09\n" + ROW + HEADER + ROW, 1, {"before any #fields header": 1}, "line 2"),
    "header after a tab": text("\t" + HEADER + ROW, 1),
    "cut last TSV line": text(HEADER + ROW + "1588205200.1\tC2", 1, {"cut off at the end of the file": 1}, "line 8"),
    "cut last JSON line": text(EVENT + '{"ts":1588205200.0,"ui', 1, {"cut off at the end of the file": 1}, "line 2"),
    "no line end after a whole row": text(HEADER + ROW + ROW.rstrip("\n"), 2, says="the last value may be cut"),
    "NUL byte in TSV": text(HEADER + "1588205199.8\tC\0\tdns\n" + ROW, 1, {"NUL byte": 1}, "line 7"),
    "NUL byte in JSON": text(EVENT + '{"ts":1.5e9,"uid":"\0"}\n', 1, {"NUL byte": 1}, "line 2"),
    "line of 12 MB": text(EVENT + '{"ts":1,"x":"' + "x" * 12_000_000 + '"}\n' + EVENT, 2, {"line too long": 1}, "line 2"),
    "last line of 12 MB": text(EVENT + "x" * 12_000_000, 1, {"line too long": 1}, "line 2"),
    "bytes that are not UTF-8 in JSON": Case(b'{"ts":1.5e9,"uid":"\xff\xfe"}\n', 1, says="not UTF-8"),
    "bytes that are not UTF-8 in TSV": Case(HEADER.encode() + b"1588205199.8\tC\xff\tdns\n", 1, says="not UTF-8"),
    "deep nesting within the decoder": text(EVENT + deep(40), 1, {"nested too deep": 1}),
    "deep nesting beyond the decoder": text(EVENT + deep(100_000), 1, {"nested too deep": 1}),
    "NaN": text(EVENT + '{"ts":1.5e9,"x":NaN}\n', 1, {"not valid JSON": 1}),
    "infinity, which marks lines inside": text(EVENT + '{"ts":1.5e9,"x":-Infinity}\n' + EVENT, 2, {"not valid JSON": 1}),
    "key given twice": text(EVENT + '{"ts":1.5e9,"ts":1.6e9}\n', 1, {"a key given twice": 1}, "line 2"),
    "key given twice, spaced": text(EVENT + '{"ts":1.5e9,"ts" :1.6e9}\n', 1, {"a key given twice": 1}),
    "two objects on a line and one on two": text(
        EVENT + '{"ts":1},"x",{"ts":2}\n' + '{"ts":[{}\n' + '{"ts":1}]}\n', 1, {"not valid JSON": 3}
    ),
    "501 keys": text(EVENT + '{"ts":1.5e9,' + ",".join(f'"k{n}":1' for n in range(500)) + "}\n", 1, {"too many fields": 1}),
    "a time that is no time": text(
        '{"ts":"soon"}\n{"ts":{"a":1}}\n{"ts":-5}\n{"ts":1e999}\n{"ts":null}\n', 0, {"no timestamp": 5}
    ),
    "a separator of nothing": text("#separator \n#fields\tts\tuid\n1588205199.8\tC1\n", 1),
    "relative times": text('{"ts":29.55,"uid":"C1"}\n', 1, says="dated before 1971"),
    "gzip cut short": Case(gzip.compress((EVENT * 50_000).encode())[:-9], 50_000, says="the gzip data end early"),
    "gzip with a damaged check sum": Case(gzip.compress(EVENT.encode())[:-8] + b"\0" * 8, 1, says="the gzip data are corrupt"),
    "gzip followed by garbage": Case(gzip.compress(EVENT.encode()) + b"garbage", 1, says="the gzip data are corrupt"),
    "not gzip behind its magic": Case(b"\x1f\x8b" + b"\xff" * 50, 0, says="the gzip data are corrupt"),
    "gzip of nothing": Case(gzip.compress(b""), 0, says="the file is empty"),
    "gzip without the name": Case(gzip.compress(EVENT.encode()), 1),
    "plain text named gz": text(EVENT, 1, name="conn.log.gz"),
    "byte order mark": Case(b"\xef\xbb\xbf" + EVENT.encode(), 1),
    "Windows line ends": text((HEADER + ROW).replace("\n", "\r\n"), 1),
    "SQL in names and values": text('{"ts":1.5e9,"a\\"; DROP TABLE files; --":"\'; DROP TABLE files; --"}\n', 1),
    "SQL in the path": text('{"_path":"conn\\"; DROP TABLE files","ts":1.5e9}\n', 1),
    "fields of Splunk": text('{"ts":1.5e9,"index":"x","_time":"1","sourcetype":"y","_raw":"z","":1}\n', 1, says="Splunk's own"),
    "names that differ in case": text('{"ts":1.5e9,"AA":"1","aa":"2"}\n', 1, says="AA and aa share a column"),
}


def only(report: IngestReport) -> FileReport:
    (file_report,) = report.files
    return file_report


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_bad_input_is_named_and_counted_and_the_rest_is_read(case: Case, store: Store, logs: Path) -> None:
    (logs / case.name).write_bytes(case.content)
    report = ingest([logs], store)
    found = only(report)
    assert (found.rows_stored, dict(found.reasons)) == (case.stored, case.skipped), found.message
    assert found.rows_read == found.rows_stored + found.rows_skipped
    assert case.says in found.message
    assert found.status == (
        "skipped" if not case.stored else "partly" if found.rows_skipped or "gzip" in found.message else "loaded"
    )
    if found.message:
        assert any(sentence.startswith(f"{case.name}: ") for sentence in report.sentences())
    assert sum(count_of(store, log) for log in store.logs()) == case.stored


def count_of(store: Store, log: str) -> int:
    return int(store.connection.execute(f"SELECT count(*) FROM log_{log}").fetchall()[0][0])


def test_a_file_that_holds_no_event_is_given_up_early(store: Store, logs: Path) -> None:
    (logs / "list.json").write_text("{\n" + '"x.test",\n' * 50_000)
    found = only(ingest([logs], store))
    assert found.rows_read == 1000
    assert "the rest was not read" in found.message


def test_unstorable_texts_are_kept_as_visible_escapes(store: Store, logs: Path) -> None:
    (logs / "a.json").write_bytes(
        b'{"_path":"dns","ts":1.5e9,"nul":"a\\u0000b","half":"\\ud83d","pair":"\\ud83d\\ude00","byte":"\xff"}\n'
    )
    (logs / "b.log").write_bytes(b"#path\tdns\n#fields\tts\tnul\tbyte\n1588205199.8\ta\\x00b\t\xff\n")
    ingest([logs], store)
    rows = store.connection.execute("SELECT nul, half, pair, byte FROM log_dns ORDER BY source").fetchall()
    assert rows == [("a\\x00b", "\\ud83d", "\U0001f600", "\\xff"), ("a\\x00b", None, None, "\\xff")]


def test_numbers_of_any_size_keep_their_text(store: Store, logs: Path) -> None:
    numbers = ["1" * 400, "0.10", "1e5", "-0.0", "1588205199.82437", "12345678901234567890.5"]
    (logs / "conn.log").write_text(
        '{"ts":1.5e9,' + ",".join(f'"n{place}":{number}' for place, number in enumerate(numbers)) + "}\n"
    )
    ingest([logs], store)
    row = store.connection.execute(f"SELECT {', '.join(f'n{place}' for place in range(len(numbers)))} FROM log_conn").fetchall()[
        0
    ]
    assert list(row) == numbers


def test_fields_beyond_the_limit_stay_in_raw_and_are_told(store: Store, logs: Path) -> None:
    rows = ['{"ts":1.5e9,' + ",".join(f'"r{row}f{n}":1' for n in range(400)) + "}\n" for row in range(4)]
    (logs / "conn.log").write_text("".join(rows))
    found = only(ingest([logs], store))
    assert found.rows_stored == 4
    assert "beyond the 1,000" in found.message
    assert len(store.columns("conn")) <= 1000 + 7
    assert '"r3f399":1' in store.connection.execute("SELECT _raw FROM log_conn WHERE _raw LIKE '%r3f399%'").fetchall()[0][0]


def test_unfolding_one_hostile_key_is_bounded(store: Store, logs: Path) -> None:
    rows = ['{"ts":1.5e9,"x":{' + ",".join(f'"r{row}f{n}":1' for n in range(450)) + "}}\n" for row in range(40)]
    (logs / "conn.log").write_text("".join(rows))
    found = only(ingest([logs], store))
    assert found.rows_stored == 40
    assert "beyond the 1,000" in found.message


def test_a_store_takes_a_bounded_number_of_logs(store: Store, logs: Path) -> None:
    (logs / "mixed.json").write_text("".join(f'{{"_path":"log{n}","ts":1.5e9}}\n' for n in range(260)))
    found = only(ingest([logs], store))
    assert (found.rows_stored, dict(found.reasons)) == (250, {"one log more than a store holds": 10})
    assert len(store.logs()) == 250


def test_what_is_no_regular_file_is_named_and_never_opened(store: Store, logs: Path) -> None:
    (logs / "conn.log").write_text(EVENT)
    os.mkfifo(logs / "pipe.log")
    (logs / "loop").symlink_to(logs)
    (logs / "gone.log").symlink_to(logs / "nowhere")
    (logs / "self.log").symlink_to(logs / "self.log")
    (logs / "again.log").symlink_to(logs / "conn.log")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(logs)  # a socket's path may have 107 bytes only
        try:
            server.bind("socket.log")
        finally:
            os.chdir(here)
        report = ingest([logs], store)
    messages = {found.source: found.message for found in report.files}
    assert messages.pop("conn.log") == ""
    assert messages["pipe.log"] == "a named pipe, not a file"
    assert messages["socket.log"] == "a socket, not a file"
    assert messages["again.log"] == "the same file as conn.log"
    assert "a link to a folder is not followed" in messages["loop"]
    assert messages["gone.log"].startswith("cannot be opened: ")
    assert messages["self.log"].startswith("cannot be opened: ")
    assert report.rows_stored == 1


def test_an_unreadable_file_is_named_and_tried_again(store: Store, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (logs / "conn.log").write_text(EVENT)
    (logs / "dns.log").write_text(EVENT)
    opened = Path.open

    def refuse(path: Path, mode: str = "r") -> object:  # the tests may run as root, whom no permission stops
        if path.name == "dns.log":
            raise PermissionError(13, "Permission denied")
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    report = ingest([logs], store)
    assert [found.message for found in report.files] == ["", "cannot be read: Permission denied; check its permissions"]
    monkeypatch.undo()
    assert ingest([logs], store).rows_stored == 2


def test_a_hostile_file_name_reaches_messages_escaped_and_the_store_whole(store: Store, logs: Path) -> None:
    name = b"conn\x1b[31m\xff'.log"
    Path(os.fsdecode(os.fsencode(logs) + b"/" + name)).write_text("nothing of ours\n")
    report = ingest([logs], store)
    assert report.sentences()[1].startswith("conn\\x1b[31m\\xff'.log: skipped. not a Zeek log")
    assert ingest([logs], store).files[0].unchanged


def test_a_path_that_does_not_exist_is_an_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(PathMissing, match=r"nowhere: no such file or folder"):
        ingest([tmp_path / "nowhere"], store)


def test_an_empty_folder_says_so(store: Store, logs: Path) -> None:
    assert ingest([logs], store).sentences() == ["No file found: the folder is empty."]


def test_a_store_that_is_none_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bad.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreUnusable, match="delete the file and ingest again"):
        Store(tmp_path / "bad.duckdb")
    with pytest.raises(StoreUnusable, match="ingest some Zeek logs first"):
        Store(tmp_path / "none.duckdb", read_only=True)
    with duckdb.connect(str(tmp_path / "foreign.duckdb")) as foreign:
        foreign.execute("CREATE TABLE files (precious INTEGER)")
    with pytest.raises(StoreUnusable, match="no store of the lab; choose another file"):
        Store(tmp_path / "foreign.duckdb")
