"""How a search is run from the command line: the options that all its commands share, and the progress bar around it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from lab.spl import SearchSettings
from lab.store_choice import UsageError

REPO_APP = Path(__file__).resolve().parent.parent / "zeek_hunting"


def add_store_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store; default: one per folder in the user's cache")


def add_search_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--indexers", type=positive, default=1, metavar="N", help="processes that share a streaming command or a map"
    )
    parser.add_argument("--skip-map", action="store_true", help="send raw events to the search head, as Splunk may")
    parser.add_argument("--chunk", type=positive, default=50_000, metavar="ROWS", help="rows per request to a command")
    parser.add_argument("--python", default=sys.executable, metavar="EXE", help="interpreter of the app's commands")
    parser.add_argument("--app", type=Path, default=REPO_APP, metavar="FOLDER", help="the app, for example an unpacked package")
    parser.add_argument("--now", type=float, metavar="EPOCH", help="what now means; default: the second after the newest event")
    parser.add_argument(
        "--state", type=Path, metavar="FOLDER", help="KV store, written lookups, summary rows; default: beside the store"
    )


def positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not number:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return number


def plain_settings(arguments: argparse.Namespace) -> SearchSettings:
    """The settings without a progress bar. Raises UsageError for a folder that is no app."""
    if not (arguments.app / "default").is_dir():
        raise UsageError(f"{arguments.app} is no Splunk app: it has no folder default/")
    return SearchSettings(**_plain(arguments))


def _plain(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "app": arguments.app.resolve(),
        "indexers": arguments.indexers,
        "skip_map": arguments.skip_map,
        "chunk_rows": arguments.chunk,
        "now_s": arguments.now,
        "python": arguments.python,
        "state": arguments.state,
    }


@contextmanager
def shown_settings(arguments: argparse.Namespace, notes: Console) -> Iterator[SearchSettings]:
    """The settings, with a progress bar around the search on a terminal."""
    plain_settings(arguments)
    if not notes.is_terminal:
        yield SearchSettings(**_plain(arguments))
        return
    with bar(notes) as shown:
        tasks: dict[str, TaskID] = {}

        def advanced(command: str, done: int, total: int) -> None:
            if command not in tasks:
                tasks[command] = shown.add_task(command, total=total)
            shown.update(tasks[command], completed=done)

        yield SearchSettings(**_plain(arguments), progress=advanced)


def bar(notes: Console) -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=notes, transient=True)
