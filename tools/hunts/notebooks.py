"""A notebook of a hunt: hypothesis, connection, the hunt's search, its table, one picture, next steps.

``python -m tools.hunts notebook ID`` writes notebooks/ID.ipynb. Those of SHIPPED lie in the repository and are kept in step.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.hunts.playbook import Hunt, read_hunts
from tools.hunts.searches import person_search

SHIPPED = ("c2_beacon_ip", "dns_tunnel")
_IN_TIME = ("C2",)  # areas whose pattern is in the times of the events; of others the picture shows the parts of the score


class NotebookRefused(Exception):
    """Why no notebook can be written, and what to do."""


_CONNECT = '''\
import json
import os
import ssl
from urllib.parse import urlsplit

import matplotlib.pyplot as plt
import pandas as pd
from splunklib import client

where = urlsplit(os.environ.get("ZEEK_HUNTING_URL", "http://127.0.0.1:8089"))
service = client.connect(
    scheme=where.scheme,
    host=where.hostname,
    port=where.port or 8089,
    splunkToken=os.environ["ZEEK_HUNTING_TOKEN"],
    owner="nobody",
    app=os.environ.get("ZEEK_HUNTING_APP", "zeek_hunting"),
    context=ssl.create_default_context(cafile=os.environ.get("ZEEK_HUNTING_CA")) if where.scheme == "https" else None,
)


def searched(spl, **times):
    """Rows of a search as a table; several values of a field are a list."""
    lead = "" if spl.lstrip().startswith("|") else "search "
    job = service.jobs.create(lead + spl, exec_mode="blocking", **times)
    rows = []
    while len(rows) < int(job["resultCount"]):
        page = json.loads(job.results(output_mode="json", count=10_000, offset=len(rows)).read())["results"]
        if not page:
            break
        rows += page
    return pd.DataFrame(rows)


service.info["version"]'''

_TABLE = """\
rows = searched(hunt, earliest_time=earliest, latest_time=latest)
rows["score"] = pd.to_numeric(rows["score"]) if "score" in rows else pd.Series(dtype=float)
findings = rows[rows["score"].notna()].sort_values("score", ascending=False).reset_index(drop=True)
findings.reindex(columns=["score", "severity", "confidence", "src", "dest", "events", "first", "last", "evidence", "why_not"])"""

_NOTES = """\
rows[rows["score"].isna()].reindex(columns=["why_not", "evidence", "events"])"""

_EVIDENCE = """\
def parts(evidence):
    \"\"\"The points of a finding by part; they sum to its score.\"\"\"
    lines = evidence if isinstance(evidence, list) else [evidence]
    cut = [(line.split(":")[0], line.rsplit(" ", 1)[-1]) for line in lines if line]
    return {name: float(points) for name, points in cut if points.lstrip("+-").replace(".", "", 1).isdigit()}


best = findings.head(15)
points = pd.DataFrame([parts(evidence) for evidence in best.get("evidence", [])]).fillna(0)
figure, axes = plt.subplots(figsize=(9, 1 + 0.4 * len(best)))
if len(points):
    points.index = [f"{row.src} to {row.dest}"[:60] for row in best.itertuples()]
    points[::-1].plot.barh(stacked=True, ax=axes)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
axes.set_title("Points of each part of the score" if len(points) else "No findings to draw")
axes.set_xlabel("points")
figure"""

_TIMES = """\
figure, axes = plt.subplots(figsize=(9, 3))
axes.set_title("No findings to draw")
if len(findings):
    best = findings.iloc[0]
    events = searched(f"{best['drilldown']} | table _time | sort 0 _time | eval at=_time")
    at = pd.to_numeric(events["at"]).sort_values()
    gaps_s = at.diff()
    axes.plot(pd.to_datetime(at, unit="s"), gaps_s, ".", markersize=3)
    axes.set_title(f"{best['src']} to {best['dest']}: time since the event before, {len(at):,} events")
    axes.set_ylabel("seconds")
    axes.set_ylim(0, max(1.0, 1.5 * gaps_s.quantile(0.95)))
figure"""


def notebook(hunt: Hunt) -> str:
    """The whole file: nbformat 4.4, without outputs."""
    drawn = _TIMES if hunt.raw["area"] in _IN_TIME else _EVIDENCE
    cells = [
        _told(_opening(hunt)),
        _told(_SETTINGS),
        _code(_CONNECT),
        _told(f"## Search\n\n{_line(hunt.raw['explanation'])}\n\nChange the time range here."),
        _code(_search(hunt)),
        _code(_TABLE),
        _told("What the allow-list hid and what was left out; where there are no findings, why."),
        _code(_NOTES),
        _told("## Picture"),
        _code(drawn),
        _told(_next_steps(hunt)),
        _told("## References\n\n" + _listed(hunt.raw["references"])),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def shipped_notebooks(hunts: Sequence[Hunt]) -> dict[str, str]:
    """Path below the repository -> content of those that the repository holds."""
    return {f"notebooks/{hunt.id}.ipynb": notebook(hunt) for hunt in hunts if hunt.id in SHIPPED}


def write_notebook(repo: Path, name: str = "") -> Path:
    """Writes notebooks/<name>.ipynb. Raises NotebookRefused for an unknown hunt, or where somebody's notebook would be lost."""
    hunts = {hunt.id: hunt for hunt in read_hunts()[0]}
    if name not in hunts:
        raise NotebookRefused(f"no hunt {name or 'was named'}; write one of: {', '.join(hunts)}")
    path, content = repo / "notebooks" / f"{name}.ipynb", notebook(hunts[name])
    if path.is_file() and path.read_text(encoding="utf-8") != content:
        raise NotebookRefused(f"{path.relative_to(repo)} is there and differs; move it away first, your work in it would be lost")
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


_SETTINGS = """\
## Connection

Needs `pip install splunk-sdk pandas matplotlib`. Set in the environment before starting (never write a secret into a cell):

- `ZEEK_HUNTING_URL`: the management port, such as `https://splunk.example:8089`; without it the lab's (`make lab ARGS=serve`)
- `ZEEK_HUNTING_TOKEN`: a token of Splunk (Settings > Tokens), or the one that the lab prints
- `ZEEK_HUNTING_CA`: file with the certificate of its authority, where the machine does not trust it already"""


def _opening(hunt: Hunt) -> str:
    techniques = ", ".join(f"[{each}](https://attack.mitre.org/techniques/{each.replace('.', '/')}/)" for each in hunt.techniques)
    logs = "; ".join(
        f"{log['log']}{' (optional)' if log.get('optional') else ''}: {', '.join(log['required'])}" for log in hunt.logs
    )
    return (
        f"# {hunt.raw['area']}: {hunt.raw['name']}\n\nHypothesis: {_line(hunt.raw['hypothesis'])}\n\n"
        f"ATT&CK: {techniques}. Data: {logs}.\n\nBlind to:\n\n{_listed(hunt.raw['blind_spots'])}\n\n"
        f"Written by `python3 -m tools.hunts notebook {hunt.id}` from `hunts/{hunt.id}.yml`, version {hunt.version}: copy it."
    )


def _search(hunt: Hunt) -> str:
    times = f'earliest, latest = "{hunt.schedule["earliest"]}", "{hunt.schedule["latest"]}"'
    return f"{times}\nhunt = {json.dumps(' '.join(person_search(hunt).splitlines()))}"


def _next_steps(hunt: Hunt) -> str:
    benign = [f"{_line(each['what'])}: {_line(each['handle'])}" for each in hunt.raw["false_positives"]]
    return f"## Next steps\n\n{_listed(hunt.raw['response'])}\n\nKnown false positives:\n\n{_listed(benign)}"


def _listed(lines: Sequence[Any]) -> str:
    return "\n".join(f"- {_line(each)}" for each in lines)


def _line(text: Any) -> str:
    return " ".join(str(text).split())


def _told(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text.splitlines(keepends=True)}
