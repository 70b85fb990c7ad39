"""Real captures with known answers, through the app's command in the lab: where the C2 comes, and how much of benign captures
stands out.

What is known is little: the captures are short, with few pairs. Each row of CAPTURES says what its publishers say; nothing was
chosen by how it scores.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]
EVENTS = "(`zeek_conn`) OR (`zeek_ssl`) OR (`zeek_http`) | zeekbeacon rita=true"
STANDS_OUT = ("medium", "high", "critical")
RITA_MEDIUM = 0.7  # from here on RITA calls a row Medium


@dataclass(frozen=True)
class Capture:
    """folder: below the captures; options: of the command; c2: (source, destination) of the C2, empty where the capture is
    benign or nobody says."""

    name: str
    folder: str
    options: str = ""
    c2: tuple[str, str] = ("", "")
    known: str = "benign"


CAPTURES = (
    Capture(
        "APT29 evaluation, day 1",
        "apt29-day1",
        "external=192.168.0.0/24",
        ("10.0.1.6", "192.168.0.4"),
        "C2 of 376 connections in 4 minutes",
    ),
    Capture(
        "RITA, dnscat2",
        "rita/json_with_all_fields",
        "",
        ("192.168.88.2", "165.227.88.15"),
        "a tunnel over DNS, not a beacon: 24 queries",
    ),
    Capture("RITA, two hours through a proxy", "rita/proxy_rolling"),
    Capture("M57, an office day of 2009", "vast/integration-zeek"),
    Capture("M57, conn.log of two days", "vast/libvast_test-zeek"),
    Capture("parsezeeklogs, conn.log", "parsezeeklogs", known="nothing labelled"),
    Capture("Slips, test 9", "slips/test9-mixed-zeek-dir", known="nothing labelled as a beacon"),
    Capture("CTU, a port scan", "ctu-port-scanning", known="a scan, no C2"),
)


@dataclass(frozen=True)
class Outcome:
    """rows: of the search; stand_out: of severity medium or more; c2: place of the C2 by this score, 0 where there is none, and
    its beacon_score. The same of RITA: pairs of addresses that it scores, those it calls Medium or more, place of the C2 (of
    equal scores the last)."""

    rows: int
    stand_out: int
    c2: int
    c2_score: float
    rita_rows: int
    rita_stand_out: int
    rita_c2: int


def outcome(capture: Capture, folder: Path) -> Outcome:
    rows = _searched(f"{EVENTS} {capture.options}", folder / capture.folder)
    place = next((at for at, row in enumerate(rows, 1) if (row["src"], row["dest"]) == capture.c2), 0)
    scored = [row for row in rows if row.get("rita_score") not in (None, "")]
    rita = sorted((float(row["rita_score"]) for row in scored), reverse=True)
    theirs = [float(row["rita_score"]) for row in scored if (row["src"], row["dest"]) == capture.c2]
    return Outcome(
        rows=len(rows),
        stand_out=sum(row["severity"] in STANDS_OUT for row in rows),
        c2=place,
        c2_score=float(rows[place - 1]["beacon_score"]) if place else 0.0,
        rita_rows=len(scored),
        rita_stand_out=sum(value >= RITA_MEDIUM for value in rita),
        rita_c2=sum(value >= max(theirs) for value in rita) if theirs else 0,
    )


def _searched(search: str, path: Path) -> list[dict[str, Any]]:
    command = [
        sys.executable,
        "-m",
        "lab.cli",
        "search",
        search,
        str(path),
        "--app",
        str(REPO / "zeek_hunting"),
        "--format",
        "json",
    ]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True)
    rows: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    return rows


def table(folder: Path) -> list[str]:
    """Lines of Markdown."""
    lines = [
        "| capture | what is known | rows | medium or more | place, score of the C2 | RITA v5: pairs, Medium or more, C2 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for capture in CAPTURES:
        found = outcome(capture, folder)
        c2 = f"{found.c2}, {found.c2_score:.0f}" if found.c2 else "–"
        rita = f"{found.rita_rows}, {found.rita_stand_out}, {found.rita_c2 or '–'}"
        lines.append(f"| {capture.name} | {capture.known} | {found.rows} | {found.stand_out} | {c2} | {rita} |")
    return lines
