"""The lab's command line: reading logs, searching them, running the app's saved searches, serving REST.

Exit code 0: done; 1: the search or the reading failed; 2: called wrongly. Results of ``--format json`` and ``csv`` are alone on
stdout; messages and counts go to stderr then.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab import saved_cli, serving_cli
from lab.driver import CommandFailed, ConfError
from lab.ingest import IngestReport, PathMissing, Store, StoreUnusable, ingest
from lab.ingest import Progress as IngestProgress
from lab.printing import console_of, process_line, say, show_messages, show_steps, show_table, visible, write_csv, write_json
from lab.rest.serving import ServingFailed
from lab.savedsearch import SavedSearchAbsent
from lab.schedule import CronError, TooManyRuns
from lab.search_options import REPO_APP, add_search_options, add_store_option, bar, plain_settings, shown_settings
from lab.spl import SearchResult, SplError, run_search
from lab.spl.session import Step
from lab.state import KvRefused
from lab.store_choice import UsageError, remember, store_of, store_path

__all__ = ["REPO_APP", "ingested", "main", "say_files", "store_path"]
_SAID_FILES = 12
_TIMES = ("--earliest", "--latest", "--from", "--to")
_CALLED_WRONGLY = (UsageError, PathMissing, SavedSearchAbsent, CronError, TooManyRuns)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    arguments = _parser().parse_args(_times_joined(sys.argv[1:] if argv is None else argv))
    notes = console_of(sys.stderr)
    try:
        run: Callable[[argparse.Namespace, Console], int] = arguments.run
        return run(arguments, notes)
    except _CALLED_WRONGLY as error:
        say(notes, f"lab: {error}", "red")
        return 2
    except CommandFailed as error:
        show_messages(notes, [message for message in error.messages if not message.fatal])
        say(notes, f"ERROR  {error.text}", "red")
        last = [line for line in error.stderr.splitlines() if line.strip()][-5:]
        for line in last:
            say(notes, f"stderr: {line}")
        return 1
    except (SplError, StoreUnusable, ConfError, KvRefused, ServingFailed) as error:
        say(notes, f"ERROR  {error}", "red")
        return 1
    except BrokenPipeError:
        # the reader of stdout has left; devnull keeps the interpreter's last flush from complaining
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        say(notes, "lab: stopped")
        return 130


def _times_joined(argv: Sequence[str]) -> list[str]:
    """``--earliest -24h`` as ``--earliest=-24h``: argparse takes what begins with - for an option."""
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] in _TIMES and word.startswith("-"):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="SPL and the app's own commands over Zeek logs, without Splunk.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    reading = commands.add_parser("ingest", help="read Zeek logs into a store")
    reading.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="folders or files, TSV or JSON, gzip or not")
    reading.set_defaults(run=_ingest)
    search = commands.add_parser("search", help="run SPL over a store")
    search.add_argument("spl", metavar="SPL", help="for example: '`zeek_conn` | zeekbeacon | head 10'")
    search.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="logs to read first; without it the store used last")
    add_search_options(search)
    search.add_argument("--earliest", metavar="TIME", help="where the search names no time itself: -24h@h, epoch seconds, …")
    search.add_argument("--latest", metavar="TIME", help="likewise")
    search.add_argument("--explain", action="store_true", help="run command by command; show rows, fields and seconds of each")
    search.add_argument("--format", choices=("table", "json", "csv"), default="table")
    search.set_defaults(run=_search)
    logs = commands.add_parser("logs", help="show what a store holds")
    logs.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="the folder that was read; default: the store used last"
    )
    logs.set_defaults(run=_logs)
    for command in (reading, search, logs):
        add_store_option(command)
    saved_cli.add_commands(commands)
    serving_cli.add_command(commands)
    return parser


def ingested(paths: Sequence[Path], store: Store, notes: Console) -> IngestReport:
    """Reads what is new below the paths, with a progress bar on a terminal."""
    if not notes.is_terminal:
        return ingest(paths, store)
    with bar(notes) as shown:
        task = shown.add_task("reading", total=None)

        def advanced(step: IngestProgress) -> None:
            shown.update(
                task, completed=step.bytes_done, total=step.bytes_total, description=f"reading {visible(step.path.name)[:40]}"
            )

        return ingest(paths, store, advanced)


def _ingest(arguments: argparse.Namespace, notes: Console) -> int:
    path = arguments.store or store_path(arguments.paths)
    with Store(path) as store:
        report = ingested(arguments.paths, store, notes)
    remember(path)
    console = console_of(sys.stdout)
    say_files(console, report)
    say(console, f"Store: {path}")
    return 0 if report.rows_stored else 1


def _search(arguments: argparse.Namespace, notes: Console) -> int:
    plain_settings(arguments)
    path = store_of(arguments)
    steps: list[Step] = []
    with Store(path, read_only=not arguments.paths) as store:
        report = ingested(arguments.paths, store, notes) if arguments.paths else _known_files(store)
        remember(path)
        with shown_settings(arguments, notes) as settings:
            explain = steps.append if arguments.explain else None
            timed = replace(settings, earliest=arguments.earliest, latest=arguments.latest, explain=explain)
            result = run_search(store, arguments.spl, timed)
        try:
            console = _show(result, arguments.format, notes)
        finally:
            result.close()
    if steps:
        show_steps(console, steps)
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
    with Store(store_of(arguments), read_only=True) as store:
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


if __name__ == "__main__":
    sys.exit(main())
