"""The table of hunts (lookups/zeek_hunts.csv), one page per hunt, and what of ATT&CK the hunts speak to."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from tools.hunts.conf_text import one_line, written
from tools.hunts.playbook import Hunt
from tools.hunts.searches import hunt_search

COLUMNS = (
    "hunt",
    "name",
    "area",
    "version",
    "search",
    "technique",
    "tactic",
    "logs",
    "needs",
    "cron",
    "baseline",
    "activation_days",
    "hypothesis",
)
_TACTICS = [
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
]


def hunts_csv(hunts: Sequence[Hunt]) -> str:
    """One row per hunt, for searches and dashboards."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for hunt in hunts:
        baseline = hunt.raw.get("baseline") or {}
        needs = [f"{log['log']}: {' '.join(log['required'])}" for log in hunt.logs if not log.get("optional")]
        tactics = dict.fromkeys(each["tactic"] for each in hunt.raw["attack"])
        cells = {
            "hunt": hunt.id,
            **{key: hunt.raw[key] for key in ("name", "area", "version")},
            "search": hunt.title,
            "technique": " ".join(hunt.techniques),
            "tactic": " ".join(tactics),
            "logs": " ".join(log["log"] for log in hunt.logs),
            "needs": "; ".join(needs),
            "cron": hunt.schedule["cron"],
            "baseline": baseline.get("kind", ""),
            "activation_days": baseline.get("activation_days", ""),
            "hypothesis": one_line(hunt.raw["hypothesis"]),
        }
        writer.writerow([cells[column] for column in COLUMNS])
    return text.getvalue()


def page(hunt: Hunt) -> str:
    """The hunt as its reader needs it."""
    raw = hunt.raw
    parts = [
        f"# {raw['name']}\n\nGenerated from `hunts/{hunt.id}.yml`. Version {hunt.version}, {_techniques(hunt)}.",
        f"**Hypothesis.** {one_line(raw['hypothesis'])}",
        f"Saved search: *{hunt.title}*. In a search of your own: `` `{hunt.id}_hunt` ``. Scheduled and stored: "
        f"*{hunt.stored_title}*, `{hunt.schedule['cron']}`, over {hunt.schedule['earliest']} to {hunt.schedule['latest']}.",
        f"## What it does\n\n{one_line(raw['explanation'])}",
        _data(hunt),
        _parameters(hunt),
        _baseline(raw.get("baseline")),
        "## Blind to\n\n" + "\n".join(f"- {one_line(each)}" for each in raw["blind_spots"]),
        "## False positives\n\n"
        + "\n".join(f"- {one_line(each['what'])}. {one_line(each['handle'])}" for each in raw["false_positives"]),
        "## When it finds something\n\n" + "\n".join(f"{at}. {one_line(each)}" for at, each in enumerate(raw["response"], 1)),
        f"## The search\n\n```\n{hunt_search(hunt)}\n```",
        "## How it is tested\n\n" + "\n".join(f"- {test['kind']}: {test['name']}" for test in hunt.tests),
        "## References\n\n" + "\n".join(f"- {each}" for each in raw["references"]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _techniques(hunt: Hunt) -> str:
    return "ATT&CK " + ", ".join(f"{each['technique']} ({each['tactic']})" for each in hunt.raw["attack"])


def _data(hunt: Hunt) -> str:
    rows = ["## Data\n\n| log | needed fields | useful fields | sensor |\n| --- | --- | --- | --- |"]
    for log in hunt.logs:
        name = f"{log['log']} (optional)" if log.get("optional") else log["log"]
        sensor = one_line(log.get("sensor", "stock"))
        rows.append(f"| {name} | {', '.join(log['required'])} | {', '.join(log.get('useful', ()))} | {sensor} |")
    return "\n".join(rows)


def _parameters(hunt: Hunt) -> str:
    if not hunt.parameters:
        return ""
    rows = ["## Thresholds\n\nMacros; change them in `local/macros.conf`, which survives updates.\n"]
    rows += ["| macro | default | unit | why |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{hunt.id}_{each['name']}` | {written(each['default'])} | {each['unit']} | {one_line(each['reason'])} |"
        for each in hunt.parameters
    ]
    return "\n".join(rows)


def _baseline(baseline: Mapping[str, Any] | None) -> str:
    if not baseline:
        return ""
    days = baseline["activation_days"]
    if not days:
        return f"## Baseline\n\nThe baseline `{baseline['kind']}` says what is new here; the hunt works without it."
    return f"## Baseline\n\nNeeds the baseline `{baseline['kind']}`; before it is {days} days old the hunt is silent and says so."


def coverage(hunts: Sequence[Hunt]) -> str:
    """Hunts by tactic and technique."""
    cells: dict[tuple[str, str], list[Hunt]] = {}
    for hunt in hunts:
        for each in hunt.raw["attack"]:
            cells.setdefault((each["tactic"], each["technique"]), []).append(hunt)
    techniques = {technique for _, technique in cells}
    lines = [
        "# What of ATT&CK the hunts speak to\n\nGenerated from `hunts/*.yml`. A technique named here is looked for in Zeek "
        "logs, with the blind spots that the hunt's page names; it is not covered in full.\n",
        f"{len(hunts)} hunts, {len(techniques)} techniques.\n",
        "| tactic | technique | hunts |",
        "| --- | --- | --- |",
    ]
    for tactic, technique in sorted(cells, key=lambda cell: (_TACTICS.index(cell[0]), cell[1])):
        named = ", ".join(f"[{hunt.raw['name']}]({hunt.id}.md)" for hunt in cells[tactic, technique])
        lines.append(
            f"| {tactic} | [{technique}](https://attack.mitre.org/techniques/{technique.replace('.', '/')}/) | {named} |"
        )
    return "\n".join(lines) + "\n"
