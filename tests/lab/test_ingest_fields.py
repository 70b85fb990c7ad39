"""What a row becomes: its log, its fields as text, its time, the fields that Splunk adds."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.ingest import Store, ingest, log_name
from lab.ingest.event_time import epoch_seconds

TSV = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"


def rows_of(folder: Path, files: dict[str, str], log: str, fields: str) -> list[tuple[Any, ...]]:
    """Ingests the files; the rows of a log in the order of source and line."""
    logs = folder / "logs"
    logs.mkdir()
    for name, content in files.items():
        (logs / name).write_bytes(content.encode())
    with Store(folder / "lab.duckdb") as store:
        ingest([logs], store)
        order = "CAST(split_part(_cd, ':', 1) AS INT), CAST(split_part(_cd, ':', 2) AS INT)"
        return store.connection.execute(f"SELECT {fields} FROM log_{log} ORDER BY {order}").fetchall()


FILE_NAMES = {
    "conn.log": "conn",
    "conn.log.gz": "conn",
    "conn.17:00:00-18:00:00.log.gz": "conn",
    "conn.log.labeled": "conn",
    "NASHUA_conn.log": "conn",
    "conn.json.gz": "conn",
    "ssh.log.json.gz": "ssh",
    "conn_20180101.log": "conn",
    "small_conn.log": "conn",
    "SCRANTON_smb_files.log": "smb_files",
    "dce_rpc.log": "dce_rpc",
    "open_conn.18_00_00-19_00_00.log.gz": "open_conn",
    "conn_long.log": "conn_long",
    "dhcp_002.log": "dhcp",
    "corelight_samples.ndjson": None,
    "connection.json": None,
    "zeek.json": None,
}


@pytest.mark.parametrize(("name", "log"), FILE_NAMES.items())
def test_a_file_name_gives_the_longest_known_log_as_a_whole_word(name: str, log: str | None) -> None:
    assert log_name.from_file(name) == log


WORDS = {
    "conn": "conn",
    "CONN": "conn",
    "zeek.conn": "conn",
    "corelight_metrics_cpu": "corelight_metrics_cpu",
    "conn-summary": "conn_summary",
    "weird.123.190": "weird",
    "_0_0_2": None,
    "x" * 64: None,
    'conn"; DROP TABLE x': "conn",
}


@pytest.mark.parametrize(("word", "log"), WORDS.items())
def test_a_row_says_its_log_when_the_word_can_be_a_name(word: str, log: str | None) -> None:
    assert log_name.from_word(word) == log


ROW_LOGS = {
    "path of the row, not of the file": ("dns.log", {"_path": "conn"}, "conn", "zeek:conn:json", "lab"),
    "Corelight envelope": ("all.ndjson", {"_path": "ssl", "_system_name": "ds61"}, "ssl", "corelight_ssl", "ds61"),
    "ROCK": ("NASHUA_dns.log", {"@stream": "conn", "@system": "bobs"}, "conn", "zeek:conn:json", "bobs"),
    "VAST layout": ("zeek.json", {"__name": "zeek.conn"}, "conn", "zeek:conn:json", "lab"),
    "a sensor's name as layout": ("conn.json", {"__name": "sensor_7"}, "conn", "zeek:conn:json", "lab"),
    "file name": ("http.json", {"uid": "C1"}, "http", "zeek:http:json", "lab"),
    "fields": ("tunnel_capture_x.jsonl", {"query": "a.test", "qtype": 16}, "tunnel", "zeek:tunnel:json", "lab"),
    "fields of dns": ("dnscat2_cname.jsonl", {"query": "a.test", "qtype": 16}, "dns", "zeek:dns:json", "lab"),
    "fields with underscores": ("x.json", {"id_orig_h": "10.0.0.1", "conn_state": "SF"}, "conn", "zeek:conn:json", "lab"),
    "letters of the file name": ("Events-2024-05-01.ndjson", {"a": 1}, "events", "zeek:events:json", "lab"),
}


@pytest.mark.parametrize("case", ROW_LOGS.values(), ids=ROW_LOGS.keys())
def test_a_json_row_finds_its_log(case: tuple[str, dict[str, Any], str, str, str], tmp_path: Path) -> None:
    name, fields, log, sourcetype, host = case
    rows = rows_of(tmp_path, {name: json.dumps({"ts": 1588205199.5, **fields})}, log, "sourcetype, host, index, source")
    assert rows == [(sourcetype, host, "zeek", name)]


def test_one_file_may_mix_logs(tmp_path: Path) -> None:
    lines = [
        {"_path": "conn", "ts": 1.5e9 + n, "n": n} if n % 3 else {"_path": "dns", "ts": 1.5e9 + n, "n": n} for n in range(30)
    ]
    content = "".join(json.dumps(line) + "\n" for line in lines)
    assert rows_of(tmp_path, {"mixed.json": content}, "dns", "n") == [(str(n),) for n in range(0, 30, 3)]


def test_json_values_are_named_as_splunk_names_them(tmp_path: Path) -> None:
    event = (
        '{"ts":1588205199.82437,"id":{"orig_h":"10.0.0.1","orig_p":53},"id.resp_p":443,"T":true,"F":false,"none":null,'
        '"empty":"","answers":["a","b"],"TTLs":[60.0,1.50],"no":[],"vals":[{"ip":"x","n":1},{"ip":"y"}],'
        '"grid":[[1,2],[3]],"gap":[null,1]}'
    )
    fields = (
        '"id.orig_h", "id.orig_p", "id.resp_p", T, F, empty, "answers{}", "TTLs{}", "vals{}.ip", "vals{}.n", "grid{}{}", "gap{}"'
    )
    (row,) = rows_of(tmp_path, {"dns.log": event}, "dns", fields + ", _raw, ts, _time")
    lists = (["a", "b"], ["60.0", "1.50"], ["x", "y"], ["1"], ["1", "2", "3"], ["1"])
    assert row == ("10.0.0.1", "53", "443", "true", "false", "", *lists, event, "1588205199.82437", 1588205199.82437)


def test_what_is_null_or_an_empty_array_makes_no_column(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_text('{"ts":1.5e9,"tunnel_parents":[],"x":null}\n')
    with Store(tmp_path / "s" / "lab.duckdb") as store:
        ingest([tmp_path / "conn.log"], store)
        assert not {"tunnel_parents", "tunnel_parents{}"} & set(store.columns("conn"))
        assert store.connection.execute("SELECT x FROM log_conn").fetchall() == [(None,)]


def test_tsv_cells_become_text_and_unset_ones_are_absent(tmp_path: Path) -> None:
    header = TSV + "#path\tsmb_mapping\n#fields\tts\tpath\tservice\tparents\tnote\tlast\n"
    header += "#types\ttime\tstring\tstring\tset[string]\tstring\tstring\n"
    plain = "1588205199.1\t10.0.0.1\tssl,http\t(empty)\t-\t\n"
    escaped = "1588205199.2\t\\\\\\\\10.0.0.4\\\\ADMIN$\tdns\ta\\x2cb,c\\x0a\t\\x2d\t\\xe2\\x80\\x99 \\xff \\\\xff\n"
    rows = rows_of(tmp_path, {"a.log": header + plain + escaped}, "smb_mapping", "path, service, parents, note, last, _raw")
    assert rows == [
        ("10.0.0.1", "ssl,http", None, None, None, plain[:-1]),
        ("\\\\10.0.0.4\\ADMIN$", "dns", "a\\x2cb,c\n", "-", "’ \\xff \\xff", escaped[:-1]),
    ]


def test_the_two_ways_to_read_tsv_agree(tmp_path: Path) -> None:
    """A backslash anywhere sends a row the slow way; the other cells must not notice."""
    header = TSV + "#path\tconn\n#fields\tts\tuid\tservice\tx\ty{}\n"
    rows = rows_of(
        tmp_path, {"a.log": header + "1.5\tC1\t-\t(empty)\tv\n1.5\tC1\t-\t(empty)\t\\x76\n"}, "conn", 'uid, service, x, "y{}"'
    )
    assert rows[0] == rows[1] == ("C1", None, None, ["v"])


def test_fields_are_read_by_name_and_a_second_header_renames_them(tmp_path: Path) -> None:
    first = TSV + "#path\tconn\n#fields\t_node_name\tts\tuid\nw1\t1588205199.1\tC1\n#close\t2024\n"
    second = TSV + "#path\tconn\n#fields\tuid\tvlan\tts\nC2\t7\t1588205199.2\n"
    rows = rows_of(tmp_path, {"conn.log": first + second}, "conn", "_time, uid, _node_name, vlan")
    assert rows == [(1588205199.1, "C1", "w1", None), (1588205199.2, "C2", None, "7")]


def test_separators_and_marks_of_the_header_are_honoured(tmp_path: Path) -> None:
    marks = "#separator ||\n#set_separator||;\n#empty_field||EMPTY\n#unset_field||?\n"
    content = marks + "#path||ssh\n#fields||ts||a||b||c\n1.5||?||EMPTY||-\n"
    assert rows_of(tmp_path, {"x.log": content}, "ssh", "a, b, c, sourcetype") == [(None, None, "-", "zeek:ssh")]


def test_still_open_connections_do_not_count_as_conn(tmp_path: Path) -> None:
    """RITA's open_conn.log repeats rows that conn.log gets later, and says #path conn all the same."""
    content = TSV + "#path\tconn\n#fields\tts\tuid\n1588205199.1\tC1\n"
    assert rows_of(tmp_path, {"open_conn.log": content}, "open_conn", "sourcetype") == [("zeek:open_conn",)]


def test_the_events_own_host_and_source_take_the_place_of_the_added_ones(tmp_path: Path) -> None:
    tsv = TSV + "#path\thttp\n#fields\tts\thost\n1588205199.1\twww.example.com\n1588205199.2\t-\n"
    files = {"a.log": tsv, "http.json": '{"ts":1588205199.3,"host":"b.example.com","source":"HTTP"}\n'}
    rows = rows_of(tmp_path, files, "http", "host, source")
    assert rows == [("www.example.com", "a.log"), ("lab", "a.log"), ("b.example.com", "HTTP")]


TIMES = {
    "1547188415.857497": 1547188415.857497,
    "1332008627": 1332008627.0,
    "29.55": 29.55,
    "0.000000": 0.0,
    "2020-08-16T06:26:03.553287Z": 1597559163.553287,
    "2020-08-16 06:26:03Z": 1597559163.0,
    "2020-08-16T08:26:03.5+02:00": 1597559163.5,
    "2020-08-16T06:26:03": 1597559163.0,
    "1597559163553": 1597559163.553,
    "XXXXXXXXXX.XXXXXX": None,
    "-": None,
    "": None,
    "-1.0": None,
    "nan": None,
    "inf": None,
    "1_000": None,
    " 12": None,
    "١٢٣": None,
    "2020-02-31T00:00:00Z": None,
    "1960-01-01T00:00:00Z": None,
    "9999-12-31T23:59:59-23:59": None,
}


@pytest.mark.parametrize(("text", "seconds"), TIMES.items())
def test_a_time_is_read_alone_and_among_others(text: str, seconds: float | None) -> None:
    assert epoch_seconds([text]) == [seconds]
    assert epoch_seconds(["1547188415.857497", text, "1.5"]) == [1547188415.857497, seconds, 1.5]


NAMES = st.text("abcXYZ_.{}@'\" é", min_size=1, max_size=6).filter(lambda name: name.strip("_").lower() not in ("host", "source"))
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
NUMBERS = st.one_of(
    st.integers().map(str), st.from_regex(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
)


@st.composite
def events(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """The JSON text of an event and the fields that it must show, with the exact texts."""
    shown: dict[str, str] = {}
    members = []
    for name in draw(st.lists(NAMES, unique_by=str.casefold, max_size=6)):
        if "{}" in name:
            continue
        is_text = draw(st.booleans())
        value = draw(TEXTS if is_text else NUMBERS)
        shown[name] = value
        ascii_only = draw(st.booleans())
        members.append(f"{json.dumps(name)}:{json.dumps(value, ensure_ascii=ascii_only) if is_text else value}")
    blank = draw(st.sampled_from(["", " "]))
    members.insert(draw(st.integers(0, len(members))), '"_path":"conn","ts":1588205199.82437')
    return "{" + f",{blank}".join(members) + "}", shown


@settings(max_examples=40, deadline=None)
@given(st.lists(events(), min_size=1, max_size=8))
def test_every_text_and_number_of_json_is_stored_as_written(drawn: list[tuple[str, dict[str, str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = [line for line, _ in drawn]
        Path(folder, "x.json").write_bytes(("\n".join(lines) + "\n").encode())
        with Store(Path(folder, "lab.duckdb")) as store:
            report = ingest([Path(folder, "x.json")], store)
            assert report.rows_stored == len(lines), report.sentences()
            found = store.connection.execute("SELECT * FROM log_conn")
            columns = {column[0].casefold(): place for place, column in enumerate(found.description)}
            rows = {row[columns["_cd"]]: row for row in found.fetchall()}
    for number, (line, shown) in enumerate(drawn, 1):
        row = rows[f"1:{number}"]
        assert row[columns["_raw"]] == line
        assert {name: row[columns[name.casefold()]] for name in shown} == shown


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_every_text_of_tsv_is_stored_as_zeek_meant_it(cells: list[list[str]]) -> None:
    def escaped(text: str) -> str:
        if text in ("-", "(empty)"):
            return f"\\x{ord(text[0]):02x}{text[1:]}"
        return "".join(
            f"\\x{ord(char):02x}" if ord(char) < 32 or char == "\x7f" else "\\\\" if char == "\\" else char for char in text
        )

    with tempfile.TemporaryDirectory() as folder:
        body = "".join("\t".join(["1588205199.5", *map(escaped, row)]) + "\n" for row in cells)
        Path(folder, "x.log").write_bytes((TSV + "#path\tconn\n#fields\tts\ta\tb\tc\n" + body).encode())
        with Store(Path(folder, "lab.duckdb")) as store:
            assert ingest([Path(folder, "x.log")], store).rows_stored == len(cells)
            order = "ORDER BY CAST(split_part(_cd, ':', 2) AS INT)"
            rows = store.connection.execute(f"SELECT a, b, c FROM log_conn {order}").fetchall()
    assert rows == [tuple(text or None for text in row) for row in cells]
