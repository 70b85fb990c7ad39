"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from spl_events import ALL, APP, START_S, make_store

from lab import cli, printing
from lab.ingest import Store
from lab.spl import SearchSettings, run_search

REPO = Path(cli.__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has a cache folder of its own; COLUMNS would change how tables fold."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    make_store(folder)
    (folder / "store.duckdb").unlink()
    return folder


def lab(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def search(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    return lab(capsys, "search", *arguments, "--app", APP)


def test_logs_are_read_and_searched_in_one_call(logs, capsys):
    code, out, err = search(capsys, "index=* | table uid n", logs)
    assert (code, err) == (0, "")
    assert [line.split("│")[1].strip() for line in out.splitlines() if line.startswith("│")] == ALL
    assert "Files: 2; 2 read, 0 in part, 0 skipped. Rows: 6 read, 6 stored, 0 skipped." in out
    assert out.splitlines()[-1] == "Search: 6 of 6 events matched, 6 rows came out."


def test_the_store_used_last_is_the_default(logs, capsys):
    lab(capsys, "ingest", logs)
    code, out, _ = search(capsys, "uid=C1 | table uid", "--format", "json")
    assert (code, json.loads(out)) == (0, [{"uid": "C1"}])


def test_a_second_reading_takes_what_is_there(logs, capsys, own_cache):
    for said in ("2 read, 0 in part, 0 skipped.", "2 of them unchanged since the last time"):
        code, out, _ = lab(capsys, "ingest", logs)
        assert code == 0
        assert said in out
    assert len(list((own_cache / "zeek_hunting").glob("*.duckdb"))) == 1


def test_a_store_can_be_named(logs, capsys, tmp_path, own_cache):
    store = tmp_path / "mine.duckdb"
    assert lab(capsys, "ingest", logs, "--store", store)[0] == 0
    code, out, _ = search(capsys, "uid=C1 | table uid", "--store", store, "--format", "csv")
    assert (code, out) == (0, "uid\nC1\n")
    assert not list((own_cache / "zeek_hunting").glob("*.duckdb"))


def test_messages_of_the_command_stand_above_the_table_and_its_counts_below(logs, capsys):
    code, out, _ = search(capsys, "uid=C1 OR uid=C2 | eval key=uid | sumby", logs, "--indexers", 2, "--chunk", 1)
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "INFO  summed 2 keys"
    assert any(line.startswith("sumby: 2 rows in, 2 out") for line in lines[3:])
    assert any(line.startswith("sumby on indexer 2: 1 rows in, 1 out") for line in lines[3:])


def test_one_message_of_several_processes_is_shown_once():
    messages = [printing.Message("WARN", "x [bold]", name) for name in ("a", "b")] + [printing.Message("DEBUG", "y", "a")]
    out = io.StringIO()
    printing.show_messages(printing.console_of(out), messages)
    assert out.getvalue() == "WARN  x [bold] (2 processes)\n"


def test_a_failing_command_says_what_it_said_with_its_stderr(logs, capsys):
    code, out, err = search(capsys, "index=* | mischief exit 1", logs)
    assert (code, out) == (1, "")
    assert "ERROR  mischief: the external search command exited unexpectedly with code 3" in err
    assert "stderr: disk full" in err


def test_a_refused_search_shows_its_place(logs, capsys):
    code, _, err = search(capsys, "index=* | statz count", logs)
    assert code == 1
    lines = [line.rstrip() for line in err.splitlines()]
    assert lines[-2:] == ["index=* | statz count", "          ^"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["search", "x", "/nowhere/at/all"], "/nowhere/at/all", id="path-missing"),
        pytest.param(["search", "x"], "no logs were read so far; name a folder", id="no-store-yet"),
        pytest.param(["logs"], "no logs were read so far", id="no-store-for-logs"),
        pytest.param(["search", "x", "--app", "/nowhere"], "/nowhere is no Splunk app", id="no-app"),
    ],
)
def test_wrong_use_ends_with_2_and_a_sentence(capsys, arguments, says):
    code, _, err = lab(capsys, *arguments)
    assert code == 2
    assert says in err


@pytest.mark.parametrize(
    "arguments", [[], ["search"], ["search", "x", "--indexers", "0"], ["search", "x", "--format", "xml"]], ids=str
)
def test_arguments_that_make_no_sense_end_with_2(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2


def test_a_missing_store_ends_with_1(capsys, tmp_path):
    code, _, err = search(capsys, "x", "--store", tmp_path / "absent.duckdb")
    assert code == 1
    assert "no store there yet" in err


def test_nothing_to_read_ends_with_1(capsys, tmp_path):
    (tmp_path / "empty").mkdir()
    assert lab(capsys, "ingest", tmp_path / "empty")[0] == 1


def test_json_holds_several_values_as_a_list_and_stdout_holds_nothing_else(logs, capsys):
    code, out, err = search(capsys, 'uid=C1 OR uid=C2 | table uid "tags{}" nosuch', logs, "--format", "json")
    assert code == 0
    assert json.loads(out) == [{"uid": "C2"}, {"uid": "C1", "tags{}": ["a", "b"]}]
    assert "Search: 2 of 6 events matched" in err


@pytest.mark.parametrize(("form", "empty"), [("json", "[]\n"), ("csv", "uid\n")])
def test_no_row_is_still_a_whole_file(logs, capsys, form, empty):
    assert search(capsys, "nosuch=1 | table uid", logs, "--format", form)[1] == empty


def test_csv_holds_several_values_on_lines(logs, capsys):
    _, out, _ = search(capsys, 'uid=C4 OR uid=C1 | table uid "tags{}" note', logs, "--format", "csv")
    assert list(csv.reader(io.StringIO(out))) == [
        ["uid", "tags{}", "note"],
        ["C4", "b\nc", 'it\'s "quoted" 100%'],
        ["C1", "a\nb", ""],
    ]


HOSTILE = "\x1b[31mred\x07 [bold]b[/bold] :smile: \u202etxt.exe\r"


@pytest.fixture
def hostile_logs(tmp_path: Path) -> Path:
    folder = tmp_path / "hostile"
    folder.mkdir()
    row = {"ts": START_S, "uid": "H1", "id.orig_h": "10.0.0.1", "query": HOSTILE, "evil\x1b[2J": "x"}
    (folder / "dns.log").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("spl", "width"), [("index=* | table query evil*", 200), ("index=*", 80)], ids=["table", "blocks"])
def test_no_control_character_of_a_log_reaches_the_terminal(hostile_logs, capsys, monkeypatch, spl, width):
    monkeypatch.setattr(printing, "_PIPED_WIDTH", width)
    _, out, _ = search(capsys, spl, hostile_logs)
    assert all(char.isprintable() or char == "\n" for char in out)
    assert "\\x1b[31mred\\x07 [bold]b[/bold] :smile: \\u202etxt.exe\\r" in out
    assert "evil\\x1b[2J" in out


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_csv_is_escaped_on_a_terminal_and_exact_in_a_pipe(hostile_logs, capsys, monkeypatch):
    arguments = ["index=* | table query", hostile_logs, "--format", "csv"]
    assert next(csv.DictReader(io.StringIO(search(capsys, *arguments)[1], newline="")))["query"] == HOSTILE
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert cli.main(["search", *map(str, arguments)]) == 0
    assert "\x1b[31mred" not in terminal.getvalue()
    assert "\\x1b[31mred" in terminal.getvalue()


def test_a_hostile_search_is_shown_escaped(logs, capsys):
    _, _, err = search(capsys, "index=* | \x1b[31mstatz", logs)
    assert "\x1b" not in err


def test_a_table_that_would_not_fit_becomes_one_block_per_row(logs, capsys):
    _, out, _ = search(capsys, "uid=C1", logs)
    assert "row 1" not in out  # wide enough in a pipe
    console = Console(file=io.StringIO(), width=60, markup=False)
    with Store(cli.store_path([logs]), read_only=True) as store:
        result = run_search(store, "uid=C1", SearchSettings(APP))
        printing.show_table(console, result)
        result.close()
    shown = console.file.getvalue()
    assert shown.startswith("row 1")
    assert "tags{}" in shown
    assert "2020-09-13 12:26:40.500" in shown


def test_more_rows_than_a_terminal_can_take_are_counted(logs, capsys, monkeypatch):
    monkeypatch.setattr(printing, "SHOWN_ROWS", 4)
    _, out, _ = search(capsys, "index=* | table uid", logs)
    assert "2 of 6 rows are not shown; add | head or use --format csv" in out


def test_now_moves_relative_times(logs, capsys):
    _, out, _ = search(capsys, "earliest=-3s | table uid", logs, "--now", START_S + 5, "--format", "json")
    assert [row["uid"] for row in json.loads(out)] == ["D1", "C5", "C4", "C3"]


def test_logs_lists_what_the_store_holds(logs, capsys):
    (logs / "notes.txt").write_text("not a log\n", encoding="utf-8")
    lab(capsys, "ingest", logs)
    code, out, _ = lab(capsys, "logs")
    assert code == 0
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines() if line.startswith("│")]
    assert cells == [
        ["conn", "5", "2020-09-13 12:26:40", "2020-09-13 12:26:44", "1"],
        ["dns", "1", "2020-09-13 12:26:50", "2020-09-13 12:26:50", "1"],
    ]
    assert "notes.txt" in out


def test_files_that_were_skipped_are_named_after_every_search(logs, capsys):
    (logs / "conn.bad.log").write_text("no such thing\n", encoding="utf-8")
    _, out, _ = search(capsys, "uid=C1 | table uid", logs)
    assert "conn.bad.log: skipped." in out


def test_the_module_runs_as_a_program_and_is_quiet_on_stderr(logs, tmp_path):
    spl = "index=* n>8 | doubled | head 1 | table uid"
    command = [sys.executable, "-m", "lab.cli", "search", spl, str(logs), "--app", str(APP)]
    done = subprocess.run(command, cwd=REPO, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "C2" in done.stdout


def test_a_reader_that_leaves_early_causes_no_traceback(logs, tmp_path):
    command = f"'{sys.executable}' -m lab.cli search 'index=*' '{logs}' --app '{APP}' --format csv | true"
    done = subprocess.run(
        ["bash", "-c", command], cwd=REPO, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)}, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr


def test_the_apps_own_command_finds_the_known_beacon_however_it_is_spread(shared_data, capsys):
    spl = "`zeek_conn` | zeekbeacon external=192.168.0.0/24 | sort 0 - threat_score | head 3"
    answers = []
    for options in ([], ["--indexers", "3"], ["--skip-map", "--chunk", "100"]):
        code, out, _ = lab(capsys, "search", spl, shared_data / "apt29-day1", "--format", "json", *options)
        assert code == 0
        answers.append(out)
    assert {(row["src"], row["dest"]) for row in json.loads(answers[0])} >= {("10.0.1.6", "192.168.0.4")}
    assert answers[0] == answers[1] == answers[2]
