"""What the schema cannot say of hunts: names that must exist, minutes that must differ, tests that must be there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.conf_file import read_conf
from tools.hunts.playbook import FOLDER, Hunt
from tools.hunts.searches import hunt_search
from tools.zeek_logs import LOGS

_MACRO = re.compile(r'"(?:[^"\\]|\\.)*"|`([\w]+)(\([^`]*\))?`')
_OWN = re.compile(r"\b(index|sourcetype)\s*=")
_WRITES = re.compile(r"\|\s*(collect|outputlookup|outputcsv|sendemail|sendalert|delete|map)\b")
NEEDED_KINDS = ("positive", "look_alike", "threshold", "missing_field", "allow_listed")
_OF = ("missing_field", "attempts_only", "allow_listed")


def problems(hunts: Sequence[Hunt], upkeep: Sequence[Mapping[str, Any]], folder: Path = FOLDER) -> list[str]:
    """One sentence per broken rule."""
    macros = set(read_conf(folder / "macros.conf").stanzas) if (folder / "macros.conf").is_file() else set()
    known = {name.split("(")[0] for name in macros} | {f"zeek_{log.name}" for log in LOGS}
    known |= {"zeek_index", "zeek_any_json", "zeek_summary_index", "zeek_beacon_summaries"}
    found = [f"hunts/macros.conf: {problem}" for problem in read_conf(folder / "macros.conf").problems]
    for hunt in hunts:
        found += [f"hunts/{hunt.id}.yml: {sentence}" for sentence in _of_hunt(hunt, known, folder)]
    return found + _doubles(hunts, upkeep)


def _of_hunt(hunt: Hunt, known: set[str], folder: Path) -> list[str]:
    return [*_of_search(hunt, known), *_of_baseline(hunt), *_of_data(hunt), *_of_schedule(hunt), *_of_tests(hunt, folder)]


def _of_search(hunt: Hunt, known: set[str]) -> list[str]:
    text, own = hunt_search(hunt), {f"{hunt.id}_{each['name']}" for each in hunt.parameters}
    called = {match[1] for match in _MACRO.finditer(text) if match[1]}
    found = [f"search: no macro {name}; see hunts/macros.conf and `parameters`" for name in sorted(called - known - own)]
    found += [f"parameters: {name} is used nowhere; write `{name}` in backticks in the search" for name in sorted(own - called)]
    if _OWN.search(hunt.search):
        found.append("search: names an index or a source type; use the macro of the log, sites adapt those")
    if match := _WRITES.search(hunt.search):
        found.append(f"search: {match[1]} writes or sends; a hunt only reads, zeek_store_findings of the scheduled search writes")
    if re.search(r"\|\s*head\b", hunt.search):
        found.append("search: head cuts without a word; zeek_best cuts the view and says so")
    return found


def _of_baseline(hunt: Hunt) -> list[str]:
    kinds = {match[1] for match in re.finditer(r"`zeek_first_seen\((\w+)\)`", hunt.search)}
    told = (hunt.raw.get("baseline") or {}).get("kind")
    if kinds == ({told} if told else set()):
        return []
    used = ", ".join(sorted(kinds)) or "none"
    return [f"baseline: the search asks for {used}, `baseline` says {told or 'none'}; make them the same, one kind a hunt"]


def _of_data(hunt: Hunt) -> list[str]:
    names = {log.name for log in LOGS}
    found = [f"data: no log {log['log']}; see tools/zeek_logs.py" for log in hunt.logs if log["log"] not in names]
    if all(log.get("optional") for log in hunt.logs):
        found.append("data: every log is optional; one must be needed")
    unread = [log["log"] for log in hunt.logs if f"zeek_{log['log']}" not in hunt.search]
    summaries = "zeek_beacon_summaries" in hunt.search
    return found + [f"data: the search does not read `zeek_{name}`" for name in unread if not summaries]


def _of_schedule(hunt: Hunt) -> list[str]:
    minute, hour = hunt.schedule["cron"].split()[:2]
    found = [] if int(minute) < 60 and (hour == "*" or int(hour) < 24) else [f"schedule.cron: {hunt.schedule['cron']} is no time"]
    window_s, step_s = span_s(hunt.schedule["earliest"]) - span_s(hunt.schedule["latest"]), 3600 if hour == "*" else 86_400
    if window_s < step_s:
        found.append(f"schedule: looks at {window_s} s but runs every {step_s} s; events between are never searched")
    return found


def span_s(modifier: str) -> int:
    """Seconds of -25h@h and the like before now; the snap does not count."""
    match = re.match(r"^-(\d+)([hd])", modifier)
    return int(match[1]) * (3600 if match[2] == "h" else 86_400) if match else 0


def _of_tests(hunt: Hunt, folder: Path) -> list[str]:
    kinds, names = {test["kind"] for test in hunt.tests}, Counter(test["name"] for test in hunt.tests)
    needed = [*NEEDED_KINDS, *(["attempts_only"] if any(log["log"] == "conn" for log in hunt.logs) else [])]
    untested = hunt.raw.get("untested") or {}
    found = [
        f"tests: none of the kind {kind}; write one, or say why not in `untested`"
        for kind in needed
        if kind not in kinds | set(untested)
    ]
    found += [f"untested.{kind}: there is a test of that kind; remove the excuse" for kind in untested if kind in kinds]
    found += [f"tests: two are named {name!r}" for name, count in names.items() if count > 1]
    positives = {test["name"] for test in hunt.tests if test["kind"] == "positive"}
    for test in hunt.tests:
        found += [f"tests: {test['name']!r}: {sentence}" for sentence in _of_test(test, positives, folder)]
    return found


def _of_test(test: Mapping[str, Any], positives: set[str], folder: Path) -> list[str]:
    kind, found = test["kind"], []
    needed = {"positive": ("finds",), "look_alike": ("absent",), "threshold": ("x", "finds"), "allow_listed": ("of", "allow")}
    found += [f"a test of the kind {kind} needs `{key}`" for key in needed.get(kind, ("of",)) if key not in test]
    if kind not in _OF and not ({"events", "scenario", "use"} & set(test)):
        found.append("it has no data; write events, use or scenario")
    if "of" in test and test["of"] not in positives:
        found.append(f"of: no positive test is named {test['of']!r}")
    found += [
        f"use: there is no hunts/traffic/{name}.yml"
        for name in test.get("use", ())
        if not (folder / f"traffic/{name}.yml").is_file()
    ]
    return found


def _doubles(hunts: Sequence[Hunt], upkeep: Sequence[Mapping[str, Any]]) -> list[str]:
    minutes: dict[str, list[str]] = {}
    for name, cron in [
        *((hunt.id, hunt.schedule["cron"]) for hunt in hunts),
        *((each["title"], each["schedule"]["cron"]) for each in upkeep if "cron" in each["schedule"]),
    ]:
        minute, hour = cron.split()[:2]
        minutes.setdefault(f"{hour}:{int(minute):02d}", []).append(name)
    found = [f"schedule: {' and '.join(names)} all run at {at}; spread them" for at, names in minutes.items() if len(names) > 1]
    titles = Counter([*(hunt.title for hunt in hunts), *(str(each["title"]) for each in upkeep)])
    return found + [f"two searches are named {title!r}" for title, count in titles.items() if count > 1]
