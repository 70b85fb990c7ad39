"""Findings on a terminal: the ranking, what was planted and where it came out, and the first finding explained."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.driver import Cell, Rows
from lab.printing import say, visible

COLUMNS = ("src", "dest", "service", "events", "period", "sources", "beacon_score", "threat_score", "severity")
PLANTED, BENIGN = "malicious", "benign"
BEACON = "beacon"
_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "none": "dim"}


@dataclass(frozen=True)
class Answers:
    """What a simulated network knows: (source, destination) -> (scenario or program, malicious or benign)."""

    by_pair: Mapping[tuple[str, str], tuple[str, str]]

    @classmethod
    def read(cls, labels: Path) -> Answers:
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for label in json.loads(labels.read_text(encoding="utf-8"))["labels"]:
            if label["label"] == PLANTED and label["kind"] != BEACON:
                continue  # other hunts find it
            for dest in label["dests"]:
                kept = found.get((label["src"], dest))
                if kept is None or kept[1] != PLANTED:
                    found[label["src"], dest] = (label["scenario"] or label["kind"], label["label"])
        return cls(found)

    def of(self, record: Mapping[str, Cell]) -> tuple[str, str]:
        """Of a row about several addresses what was planted at one of them, else what is known of the first."""
        src, addresses = _plain(record.get("src")), _lines(record.get("addresses") or record.get("dest"))
        known = [self.by_pair[src, address] for address in addresses if (src, address) in self.by_pair]
        return next((answer for answer in known if answer[1] == PLANTED), known[0] if known else ("", ""))


def show_findings(console: Console, rows: Rows, answers: Answers, most: int) -> None:
    """The first ``most`` findings; in a simulated network the planted ones are marked."""
    if not rows.count:
        say(console, "No pair was ranked; the lines below say why.")
        return
    table = Table(title=f"Beacons: {min(most, rows.count):,} of {rows.count:,} ranked pairs", title_justify="left", expand=False)
    for name in ("#", *COLUMNS, *(("truth",) if answers.by_pair else ())):
        table.add_column(name, overflow="fold", justify="right" if name in ("#", "events", "sources") else "left")
    for rank, record in enumerate(rows.slice(0, most).records(), 1):
        scenario, label = answers.of(record)
        cells = [Text(str(rank)), *(_cell(name, record) for name in COLUMNS)]
        if answers.by_pair:
            planted = label == PLANTED
            cells.append(Text(f"◀ PLANTED {scenario}" if planted else scenario, style="bold magenta" if planted else "dim"))
        table.add_row(*cells)
    console.print(table)


def show_planted(console: Console, rows: Rows, answers: Answers) -> None:
    """Of each planted scenario the best rank of its pairs."""
    best: dict[str, int] = {}
    for rank, record in enumerate(rows.records(), 1):
        scenario, label = answers.of(record)
        if label == PLANTED:
            best.setdefault(scenario, rank)
    planted = sorted({scenario for scenario, label in answers.by_pair.values() if label == PLANTED})
    if planted:
        ranks = ", ".join(
            f"{scenario} {best.get(scenario, 'not ranked')}"
            for scenario in sorted(planted, key=lambda name: best.get(name, 1 << 30))
        )
        say(console, f"\nBest rank of each of the {len(planted)} planted scenarios: {ranks}")


def show_explanation(console: Console, rows: Rows) -> None:
    """The first finding in words."""
    for record in rows.slice(0, 1).records():
        console.print(
            f"\nWhy {_plain(record.get('src'))} -> {_plain(record.get('dest'))} comes first:",
            style="bold",
            markup=False,
            highlight=False,
        )
        for line in _lines(record.get("evidence")):
            say(console, f"  {line}")
        say(console, f"What speaks against it: {'; '.join(_lines(record.get('why_not')))}")
        say(console, f"Its events: {_plain(record.get('drilldown'))}\n")


def _cell(name: str, record: Mapping[str, Cell]) -> Text:
    text = _plain(record.get(name))
    if name == "period":
        text = text.partition(",")[0]
    return Text(text, style=_STYLE.get(text, "") if name == "severity" else "")


def _lines(cell: Cell) -> Sequence[str]:
    return [visible(value) for value in (cell if isinstance(cell, list) else [cell or ""])]


def _plain(cell: Cell) -> str:
    return "\n".join(_lines(cell))
