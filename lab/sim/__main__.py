"""`python -m lab.sim`: write a simulated world, say what is in it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from lab.sim.generate import SimReport, generate
from lab.sim.scenarios import SCENARIOS
from lab.sim.settings import SimSettings, SimulationError

_DEFAULTS = SimSettings()


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 done, 2 settings or folder refused."""
    options = _parser().parse_args(arguments)
    console = Console()
    if options.list:
        for scenario in SCENARIOS:
            console.print(f"[bold]{scenario.id}[/bold]  {scenario.title}")
        return 0
    if options.out is None:
        Console(stderr=True).print("lab.sim: say where to write with --out FOLDER (or --list to see the scenarios)", markup=False)
        return 2
    try:
        report = _generate(options, console)
    except SimulationError as error:
        Console(stderr=True).print(f"lab.sim: {error}", markup=False)
        return 2
    _tell(report, console)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab.sim", description="Write Zeek logs of a simulated office with labelled intruders."
    )
    parser.add_argument("--out", type=Path, help="folder for the logs, labels.json and world.json")
    parser.add_argument("--seed", type=int, default=_DEFAULTS.seed, help="same seed, same bytes (default %(default)s)")
    parser.add_argument("--start", default=_DEFAULTS.start, help="first day, UTC (default %(default)s)")
    parser.add_argument("--days", type=int, default=_DEFAULTS.days, help="default %(default)s")
    parser.add_argument("--hosts", type=int, default=_DEFAULTS.hosts, help="default %(default)s")
    parser.add_argument(
        "--scenario", action="append", metavar="ID", help="plant only this one; may be given again (default: all)"
    )
    parser.add_argument("--no-scenarios", action="store_true", help="benign traffic only")
    parser.add_argument("--sampled-beacons", type=int, default=0, metavar="N", help="plant N more beacons drawn at random")
    parser.add_argument("--list", action="store_true", help="list the scenarios and stop")
    return parser


def _generate(options: argparse.Namespace, console: Console) -> SimReport:
    scenarios = () if options.no_scenarios else tuple(options.scenario) if options.scenario else None
    settings = SimSettings(options.seed, options.start, options.days, options.hosts, scenarios, options.sampled_beacons)
    columns = (TextColumn("simulating"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("")
        return generate(
            settings, options.out, lambda step, done, steps: bar.update(task, description=step, completed=done, total=steps)
        )


def _tell(report: SimReport, console: Console) -> None:
    table = Table("log", "rows", title=f"{'written to' if report.written else 'already there:'} {report.out}")
    for log, rows in report.rows.items():
        table.add_row(log, f"{rows:,}")
    console.print(table)
    kinds = ", ".join(f"{count} {kind}" for kind, count in report.labels.items())
    console.print(f"labels: {kinds}. {report.still_open} sessions left out: still open when the capture ends.")
    if report.unplanted:
        console.print(f"not planted, their host was off: {', '.join(report.unplanted)}")


if __name__ == "__main__":
    sys.exit(main())
