"""Searches that serve the hunts (summaries, baselines, lists of findings), from hunts/upkeep.yml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.hunts.playbook import FOLDER, UPKEEP
from tools.hunts.yaml_file import YamlUnusable, read_yaml

_KEYS = ("title", "description", "search", "schedule")
_TIMES = ("earliest", "latest")  # and cron, where it runs by itself


def read_upkeep(folder: Path = FOLDER) -> tuple[list[Mapping[str, Any]], list[str]]:
    """(the searches, one sentence for everything that is wrong with the file)."""
    if not (folder / UPKEEP).is_file():
        return [], []
    try:
        found = read_yaml(folder / UPKEEP)
    except YamlUnusable as error:
        return [], [f"hunts/{error}"]
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        return [], [f"hunts/{UPKEEP}: it must be a list of searches with {', '.join(_KEYS)}"]
    problems = []
    for at, each in enumerate(found, 1):
        wrong = sorted({*each, "fill"} ^ {*_KEYS, "fill"})
        times = each.get("schedule")
        if wrong:
            problems.append(
                f"hunts/{UPKEEP}: [{at}] must have the keys {', '.join(_KEYS)} and no others; look at {', '.join(wrong)}"
            )
        elif not isinstance(times, dict) or sorted({*times, "cron"}) != sorted({*_TIMES, "cron"}):
            problems.append(f"hunts/{UPKEEP}: [{at}].schedule must have {', '.join(_TIMES)}, and cron where it runs by itself")
    return ([] if problems else [one for each in found for one in _with_fill(each)]), problems


def _with_fill(each: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A search, and with `fill: true` its twin over 30 days, run once by hand."""
    plain = {key: each[key] for key in _KEYS}
    if not each.get("fill"):
        return [plain]
    title = str(each["title"]).replace("- Update ", "- Fill ")
    description = f"Once, by hand, when baselines are switched on: from the logs of 30 days. {each['description']}"
    return [plain, {**plain, "title": title, "description": description, "schedule": {"earliest": "-30d@d", "latest": "-1h@h"}}]
