"""The lab's command line: ``lab ingest``, ``lab search``, ``lab logs``.

Exit code 0: done; 1: the search or the reading failed; 2: called wrongly. Results of ``--format json`` and ``csv`` are alone on
stdout; messages and counts go to stderr then.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from lab.driver import CommandFailed, ConfError
from lab.ingest import IngestReport, PathMissing, Store, StoreUnusable, ingest
from lab.ingest import Progress as IngestProgress
from lab.printing import console_of, process_line, say, show_messages, show_table, visible, write_csv, write_json
from lab.spl import SearchResult, SearchSettings, SplError, run_search

REPO_APP = Path(__file__).resolve().parent.parent / "zeek_hunting"
_LATEST = "latest"
_SAID_FILES = 12


class UsageError(ValueError):
    """The command line makes no sense as given; the text says what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    arguments = _parser().parse_args(argv)
    notes = console_of(sys.stderr)
    try:
        run: Callable[[argparse.Namespace, Console], int] = arguments.run
        return run(arguments, notes)
    except (UsageError, PathMissing) as error:
        say(notes, f"lab: {error}", "red")
        return 2
    except CommandFailed as error:
        show_messages(notes, [message for message in error.messages if not message.fatal])
        say(notes, f"ERROR  {error.text}", "red")
        last = [line for line in error.stderr.splitlines() if line.strip()][-5:]
        for line in last:
            say(notes, f"stderr: {line}")
        return 1
    except (SplError, StoreUnusable, ConfError) as error:
        say(notes, f"ERROR  {error}", "red")
        return 1
    except BrokenPipeError:
        # the reader of stdout has left; devnull keeps the interpreter's last flush from complaining
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        say(notes, "lab: stopped")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="SPL and the app's own commands over Zeek logs, without Splunk.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    reading = commands.add_parser("ingest", help="read Zeek logs into a store")
    reading.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="folders or files, TSV or JSON, gzip or not")
    reading.set_defaults(run=_ingest)
    search = commands.add_parser("search", help="run SPL over a store")
    search.add_argument("spl", metavar="SPL", help="for example: '`zeek_conn` | zeekbeacon | head 10'")
    search.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="logs to read first; without it the store used last")
    search.add_argument(
        "--indexers", type=_positive, default=1, metavar="N", help="processes that share a streaming command or a map"
    )
    search.add_argument("--skip-map", action="store_true", help="send raw events to the search head, as Splunk may")
    search.add_argument("--chunk", type=_positive, default=50_000, metavar="ROWS", help="rows per request to a command")
    search.add_argument("--python", default=sys.executable, metavar="EXE", help="interpreter of the app's commands")
    search.add_argument("--app", type=Path, default=REPO_APP, metavar="FOLDER", help="the app, for example an unpacked package")
    search.add_argument("--now", type=float, metavar="EPOCH", help="what now means; default: the second after the newest event")
    search.add_argument("--format", choices=("table", "json", "csv"), default="table")
    search.set_defaults(run=_search)
    logs = commands.add_parser("logs", help="show what a store holds")
    logs.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="the folder that was read; default: the store used last"
    )
    logs.set_defaults(run=_logs)
    for command in (reading, search, logs):
        command.add_argument("--store", type=Path, metavar="FILE", help="the store; default: one per folder in the user's cache")
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not number:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return number


def store_path(paths: Sequence[Path]) -> Path:
    """The default store of these folders: one file in the user's cache, named after their absolute paths."""
    named = "\n".join(sorted(str(path.resolve()) for path in paths))
    return _cache() / f"{hashlib.sha256(named.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.duckdb"


def ingested(paths: Sequence[Path], store: Store, notes: Console) -> IngestReport:
    """Reads what is new below the paths, with a progress bar on a terminal."""
    if not notes.is_terminal:
        return ingest(paths, store)
    with _bar(notes) as bar:
        task = bar.add_task("reading", total=None)

        def advanced(step: IngestProgress) -> None:
            bar.update(
                task, completed=step.bytes_done, total=step.bytes_total, description=f"reading {visible(step.path.name)[:40]}"
            )

        return ingest(paths, store, advanced)


def _ingest(arguments: argparse.Namespace, notes: Console) -> int:
    path = arguments.store or store_path(arguments.paths)
    with Store(path) as store:
        report = ingested(arguments.paths, store, notes)
    _remember(path)
    console = console_of(sys.stdout)
    say_files(console, report)
    say(console, f"Store: {path}")
    return 0 if report.rows_stored else 1


def _search(arguments: argparse.Namespace, notes: Console) -> int:
    if not (arguments.app / "default").is_dir():
        raise UsageError(f"{arguments.app} is no Splunk app: it has no folder default/")
    path = _store_of(arguments)
    with Store(path, read_only=not arguments.paths) as store:
        report = ingested(arguments.paths, store, notes) if arguments.paths else _known_files(store)
        _remember(path)
        with _settings(arguments, notes) as settings:
            result = run_search(store, arguments.spl, settings)
        try:
            console = _show(result, arguments.format, notes)
        finally:
            result.close()
    say_files(console, report)
    _say_counts(console, result)
    return 0


def _known_files(store: Store) -> IngestReport:
    """What reading the store's files was like, for calls that read none."""
    return IngestReport(list(store.files.reports().values()))


def _show(result: SearchResult, form: str, notes: Console) -> Console:
    """Writes messages and rows; returns the console for the last lines."""
    if form == "table":
        console = console_of(sys.stdout)
        show_messages(console, result.messages)
        show_table(console, result)
        return console
    show_messages(notes, result.messages)
    (write_json if form == "json" else write_csv)(sys.stdout, result)
    sys.stdout.flush()
    return notes


def say_files(console: Console, report: IngestReport) -> None:
    """What reading the files was like: the sum, then every file with a remark, up to a dozen."""
    sentences = report.sentences()
    for sentence in sentences[: _SAID_FILES + 1]:
        say(console, sentence)
    if len(sentences) > _SAID_FILES + 1:
        say(console, f"… and {len(sentences) - _SAID_FILES - 1:,} more files with a remark; lab logs names them all.")


def _say_counts(console: Console, result: SearchResult) -> None:
    for run in result.runs:
        for report in run.processes:
            say(console, process_line(report))
    say(console, f"Search: {result.events_found:,} of {result.events_stored:,} events matched, {result.count:,} rows came out.")


def _logs(arguments: argparse.Namespace, notes: Console) -> int:
    with Store(_store_of(arguments), read_only=True) as store:
        console = console_of(sys.stdout)
        table = Table()
        for title in ("log", "rows", "first (UTC)", "last (UTC)", "files"):
            table.add_column(title, justify="right" if title in ("rows", "files") else "left")
        for log in store.logs():
            name = '"log_' + log.replace('"', '""') + '"'
            (row,) = store.connection.execute(
                f"SELECT count(*), strftime(to_timestamp(min(_time))::TIMESTAMP, '%Y-%m-%d %H:%M:%S'), "
                f"strftime(to_timestamp(max(_time))::TIMESTAMP, '%Y-%m-%d %H:%M:%S'), count(DISTINCT split_part(_cd, ':', 1)) "
                f"FROM {name}"
            ).fetchall()
            rows, first, last, files = row
            table.add_row(Text(visible(log)), f"{rows:,}", str(first), str(last), f"{files:,}")
        console.print(table)
        for sentence in _known_files(store).sentences():
            say(console, sentence)
        say(console, f"Store: {store.path}")
    return 0


@contextmanager
def _settings(arguments: argparse.Namespace, notes: Console) -> Iterator[SearchSettings]:
    """The search's settings, with a progress bar around them on a terminal."""
    plain = {
        "app": arguments.app.resolve(),
        "indexers": arguments.indexers,
        "skip_map": arguments.skip_map,
        "chunk_rows": arguments.chunk,
        "now_s": arguments.now,
        "python": arguments.python,
    }
    if not notes.is_terminal:
        yield SearchSettings(**plain)
        return
    with _bar(notes) as bar:
        tasks: dict[str, TaskID] = {}

        def advanced(command: str, done: int, total: int) -> None:
            if command not in tasks:
                tasks[command] = bar.add_task(command, total=total)
            bar.update(tasks[command], completed=done)

        yield SearchSettings(**plain, progress=advanced)


def _bar(notes: Console) -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=notes, transient=True)


def _store_of(arguments: argparse.Namespace) -> Path:
    if arguments.store:
        return Path(arguments.store)
    if arguments.paths:
        return store_path(arguments.paths)
    pointer = _cache() / _LATEST
    if pointer.is_file():
        return Path(pointer.read_text(encoding="utf-8", errors="surrogateescape"))
    raise UsageError("no logs were read so far; name a folder of Zeek logs, or run: lab ingest FOLDER")


def _remember(path: Path) -> None:
    """The store used last, for calls that name none."""
    _cache().mkdir(parents=True, exist_ok=True)
    (_cache() / _LATEST).write_text(str(path.resolve()), encoding="utf-8", errors="surrogateescape")


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "zeek_hunting"


if __name__ == "__main__":
    sys.exit(main())
