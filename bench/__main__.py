"""``python -m bench``: the table of speed and memory; ``--publish`` writes it to RESULTS.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measures import Bench, Figure

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    console = Console(width=None if sys.stdout.isatty() else 160)
    sections = []
    for python in [str(Path(name).absolute()) for name in arguments.python or [sys.executable]]:
        version = _version(python)
        say = partial(_say, console, version)
        bench = Bench(arguments.rows, arguments.runs, python, say)
        figures = bench.run()
        sections.append((version, figures))
        console.print(_table(version, figures))
    if arguments.json:
        arguments.json.write_text(
            json.dumps({version: [vars(figure) for figure in figures] for version, figures in sections}, indent=1)
        )
    if arguments.publish:
        RESULTS.write_text(_published(sections, arguments), encoding="utf-8")
        console.print(f"written: {RESULTS.name}")
    return 0


def _say(console: Console, version: str, what: str) -> None:
    console.print(f"Python {version}: {what} …", style="dim")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed and memory beside the plain splunk-sdk.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="events of the large runs")
    parser.add_argument("--quick", dest="rows", action="store_const", const=100_000, help="100,000 events")
    parser.add_argument("--runs", type=int, default=3, help="repetitions; the median counts")
    parser.add_argument("--python", action="append", help="interpreter of the commands; may be given twice")
    parser.add_argument("--json", type=Path, help="also write the figures to a file")
    parser.add_argument("--publish", action="store_true", help="write bench/RESULTS.md")
    return parser.parse_args(argv)


def _version(python: str) -> str:
    code = "import platform, numpy; print(platform.python_version(), 'numpy', numpy.__version__)"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _row(figure: Figure) -> list[str]:
    value = f"{figure.value:,.0f}" if figure.value >= 1000 else f"{figure.value:.3g}"
    goal = (
        "/".join(f"{each:g}" if each is not None else "–" for each in (figure.must, figure.aim))
        if figure.must is not None
        else ""
    )
    met = "/".join(filter(None, (figure.met(figure.must), figure.met(figure.aim))))
    return [figure.name, f"{value} {figure.unit}".strip(), goal, met, figure.note]


def _table(version: str, figures: Sequence[Figure]) -> Table:
    table = Table(title=f"Python {version}", title_justify="left")
    for title in ("what", "figure", "must/aim", "met", "note"):
        table.add_column(title)
    for figure in figures:
        table.add_row(*_row(figure))
    return table


def _published(sections: Sequence[tuple[str, Sequence[Figure]]], arguments: argparse.Namespace) -> str:
    lines = [
        "# Speed and memory",
        "",
        f"Measured {date.today().isoformat()} by `make bench ARGS=--publish`: {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, {arguments.rows:,} conn events of 16,000 pairs, 11 fields with all twins. Whole processes, "
        f"candidate and peer in turn, medians of {arguments.runs}. Trust the ratios. SDK: splunk-sdk 2.1.1.",
    ]
    for version, figures in sections:
        lines += ["", f"## Python {version}", "", "| what | figure | must/aim | met | note |", "| --- | --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(_row(figure))} |" for figure in figures]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
