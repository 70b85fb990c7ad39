"""``lab savedsearch``, ``lab savedsearches``, ``lab schedule``: the app's saved searches over a store, as they stand."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.driver import CommandFailed
from lab.ingest import Store
from lab.printing import console_of, say, show_messages, show_rows, visible, write_csv, write_json
from lab.savedsearch import SavedRun, SavedSearch, dispatch, named, saved_searches
from lab.schedule import plan
from lab.search_options import add_search_options, add_store_option, plain_settings, shown_settings
from lab.spl import SearchSettings, SplError
from lab.spl.time_modifier import epoch_s
from lab.store_choice import UsageError, store_of


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = commands.add_parser("savedsearch", help="run one saved search of the app")
    one.add_argument("name", metavar="NAME", help="its name in savedsearches.conf")
    one.add_argument("--format", choices=("table", "json", "csv"), default="table")
    one.set_defaults(run=_one)
    several = commands.add_parser("savedsearches", help="list the app's saved searches, or run them all")
    several.add_argument("--all", action="store_true", help="run each of them, in the order of the file")
    several.set_defaults(run=_several)
    schedule = commands.add_parser("schedule", help="replay cron_schedule over the data")
    schedule.add_argument("names", nargs="*", metavar="NAME", help="saved searches; default: all that have a cron_schedule")
    moment = "epoch, 2026-01-31T04:00 (UTC) or a time modifier"
    schedule.add_argument("--from", dest="from_", metavar="TIME", help=f"{moment}; default: the oldest event")
    schedule.add_argument("--to", metavar="TIME", help=f"{moment}; default: the end of the data")
    schedule.add_argument("--enabled", action="store_true", help="only searches with enableSched = 1 (the app ships none)")
    schedule.set_defaults(run=_schedule)
    for command in (one, several, schedule):
        add_search_options(command)
        add_store_option(command)


def _one(arguments: argparse.Namespace, notes: Console) -> int:
    plain_settings(arguments)
    saved = named(arguments.app, arguments.name)
    with Store(store_of(arguments), read_only=True) as store, shown_settings(arguments, notes) as settings:
        run = dispatch(store, saved, settings)
    if arguments.format == "table":
        console = console_of(sys.stdout)
        show_messages(console, run.messages)
        show_rows(console, run.rows, run.count)
    else:
        console = notes
        show_messages(console, run.messages)
        (write_json if arguments.format == "json" else write_csv)(sys.stdout, run.rows)
        sys.stdout.flush()
    for sentence in _remarks(run, saved):
        say(console, sentence)
    return 0


def _remarks(run: SavedRun, saved: SavedSearch) -> list[str]:
    found = [f"{run.name}: {run.events_found:,} events matched, {run.count:,} rows came out, {run.seconds:.2f} s."]
    if run.count > run.rows.count:
        found.append(f"Only the first {run.rows.count:,} of {run.count:,} rows are shown; the search itself used all.")
    if saved.summary_index:
        found.append(f"Its rows were written to the index {saved.summary_index}.")
    if run.left_out:
        found.append(f"Not done by the lab: {', '.join(run.left_out)}.")
    return found


def _several(arguments: argparse.Namespace, notes: Console) -> int:
    settings = plain_settings(arguments)
    searches = saved_searches(arguments.app)
    if not searches:
        raise UsageError(f"{arguments.app.name} has no saved searches")
    console = console_of(sys.stdout)
    if not arguments.all:
        _list(console, searches)
        return 0
    with Store(store_of(arguments), read_only=True) as store:
        outcomes = [_outcome(store, saved, settings) for saved in searches]
    return _show_outcomes(console, [("", each) for each in outcomes])


def _list(console: Console, searches: Sequence[SavedSearch]) -> None:
    table = Table()
    for title in ("saved search", "time range", "cron_schedule", "enabled"):
        table.add_column(title, overflow="fold")
    for saved in searches:
        span = f"{saved.earliest or 'all'} to {saved.latest or 'now'}"
        table.add_row(*(Text(visible(text)) for text in (saved.name, span, saved.cron, "yes" if saved.scheduled else "no")))
    console.print(table)


# a run, or why there was none
_Outcome = tuple[SavedSearch, object]


def _outcome(store: Store, saved: SavedSearch, settings: SearchSettings) -> _Outcome:
    """A failure of one search does not keep the others from running."""
    try:
        return saved, dispatch(store, saved, settings)
    except CommandFailed as error:
        return saved, error.text
    except SplError as error:
        return saved, str(error)


def _show_outcomes(console: Console, outcomes: Sequence[tuple[str, _Outcome]]) -> int:
    table = Table()
    for title in ("at (UTC)", "saved search", "events", "rows", "seconds"):
        table.add_column(title, justify="right" if title in ("events", "rows", "seconds") else "left", overflow="fold")
    failures, left_out = [], {}
    for at, (saved, outcome) in outcomes:
        if isinstance(outcome, SavedRun):
            cells = (f"{outcome.events_found:,}", f"{outcome.count:,}", f"{outcome.seconds:.2f}")
            left_out.update(dict.fromkeys(outcome.left_out))
        else:
            cells = ("", "failed", "")
            failures.append(f"{at or saved.name}: {saved.name if at else ''} {outcome}".replace(":  ", ": "))
        table.add_row(at, Text(visible(saved.name)), *cells)
    console.print(table)
    for failure in failures:
        say(console, f"ERROR  {failure}", "red")
    if left_out:
        say(console, f"Not done by the lab: {', '.join(left_out)}.")
    say(console, f"{len(outcomes) - len(failures):,} of {len(outcomes):,} runs succeeded.")
    return 1 if failures else 0


def _schedule(arguments: argparse.Namespace, notes: Console) -> int:
    settings = plain_settings(arguments)
    searches = [named(arguments.app, name) for name in arguments.names] or saved_searches(arguments.app)
    chosen = [saved for saved in searches if saved.cron and (saved.scheduled or not arguments.enabled)]
    console = console_of(sys.stdout)
    with Store(store_of(arguments), read_only=True) as store:
        first_s, end_s = data_span(store)
        now_s = arguments.now if arguments.now is not None else end_s
        from_s = moment(arguments.from_, now_s) if arguments.from_ else first_s
        to_s = moment(arguments.to, now_s) if arguments.to else now_s
        planned = plan(chosen, from_s, to_s)
        if not planned:
            raise UsageError(_nothing_planned(len(searches), len(chosen), from_s, to_s))
        off = sum(1 for saved in chosen if not saved.scheduled)
        if off:
            say(console, f"{off} of {len(chosen)} searches ship switched off (enableSched = 0); the lab runs them all the same.")
        started = time.perf_counter()
        outcomes = [(_utc(run.at_s), _outcome(store, run.saved, replace(settings, now_s=float(run.at_s)))) for run in planned]
    code = _show_outcomes(console, outcomes)
    say(
        console,
        f"{len(planned):,} runs from {_utc(from_s)} to {_utc(to_s)} in {time.perf_counter() - started:.1f} s, each at its "
        "planned time: schedule_window, allow_skew and load do not move a run here.",
    )
    return code


def _nothing_planned(named_count: int, chosen: int, from_s: float, to_s: float) -> str:
    if from_s >= to_s:
        return f"--from {_utc(from_s)} is not before --to {_utc(to_s)}"
    if not chosen:
        return f"none of {named_count} saved searches has a cron_schedule that counts; see lab savedsearches"
    return f"no cron time of {chosen} searches lies between {_utc(from_s)} and {_utc(to_s)}"


def data_span(store: Store) -> tuple[float, float]:
    """The oldest event's time and the second after the newest one's. Raises UsageError without events."""
    spans = [store.connection.execute(f'SELECT min(_time), max(_time) FROM "log_{log}"').fetchall()[0] for log in store.logs()]
    known = [(first, last) for first, last in spans if first is not None]
    if not known:
        raise UsageError("the store holds no events with a time; ingest some logs first")
    return min(float(first) for first, _ in known), float(int(max(last for _, last in known)) + 1)


def moment(text: str, now_s: float) -> float:
    """Epoch seconds of a date, a number or a time modifier. Raises UsageError."""
    try:
        stamp = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        try:
            return epoch_s(text, now_s)
        except ValueError as error:
            raise UsageError(str(error)) from error
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=timezone.utc)).timestamp()


def _utc(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
