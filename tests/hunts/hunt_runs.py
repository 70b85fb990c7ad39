"""Runs a hunt's saved search, as its stanza stands, over the events of one of its tests."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from event_notation import Event, attempts, without_field, written

from lab.driver import CommandFailed
from lab.ingest import Store, ingest
from lab.savedsearch import dispatch, named
from lab.sim import LABELS, SimSettings, generate
from lab.spl import SearchSettings, run_search
from lab.spl.time_modifier import epoch_s
from tools.hunts.playbook import FOLDER, REPO, Hunt
from tools.hunts.yaml_file import read_yaml

APP = REPO / "zeek_hunting"
NOW_S = dt.datetime(2026, 3, 4, 4, 37, tzinfo=dt.timezone.utc).timestamp()  # a Wednesday, when the scheduler runs
SIMULATED_DAY = "2026-03-03"
FOUND = "found"
NOTE = "note"
LOGS_KNOWN = ("conn", "dns", "http", "ssl")  # present in a store, empty or not: a missing log is one without events

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """findings in their order; notes: the sentences why there are none or fewer; failed: what a command refused to do."""

    findings: Sequence[Row] = ()
    notes: Sequence[Row] = ()
    messages: Sequence[str] = ()
    failed: str = ""

    @property
    def words(self) -> str:
        """All that was said."""
        notes = " ".join(str(note.get("why_not")) for note in self.notes)
        return " ".join([notes, *self.messages, self.failed])


@dataclass
class Bench:
    """Where a test runs. folder: its own, empty one. worlds: simulated networks already written, by their settings.

    shared: a store that the tests of a process fill one after the other, since opening one takes longer than filling it.
    """

    hunt: Hunt
    folder: Path
    worlds: dict[SimSettings, Path] = field(default_factory=dict)
    shared: Store | None = None

    def start_s(self) -> float:
        """Start of the hunt's window, where `at` counts from."""
        return epoch_s(self.hunt.schedule["earliest"], NOW_S)

    def events(self, test: Mapping[str, Any], x: float | None = None) -> dict[str, list[Event]]:
        series: list[Mapping[str, Any]] = []
        for name in test.get("use", ()):
            series += read_yaml(FOLDER / "traffic" / f"{name}.yml")
        return written([*series, *test.get("events", ())], self.start_s(), x)

    def run(self, test: Mapping[str, Any], logs: Mapping[str, list[Event]], title: str = "") -> Outcome:
        """The saved search over these events (and the test's scenario), with the test's lookups and parameters."""
        folder = self.folder / f"run{len(list(self.folder.iterdir()))}"
        (folder / "logs").mkdir(parents=True)
        for log, events in logs.items():
            text = "".join(json.dumps({"_path": log, **event}) + "\n" for event in events)
            (folder / "logs" / f"{log}.log").write_text(text, encoding="utf-8")
        with self._store(folder, test) as store:
            settings = SearchSettings(self._app(folder, test), now_s=NOW_S, state=folder / "state")
            for name, rows in test.get("lookups", {}).items():
                fill(store, settings, name, rows)
            for first in test.get("before", ()):
                run_before(store, settings, first)
            try:
                done = dispatch(store, named(settings.app, title or self.hunt.title), settings)
            except CommandFailed as error:
                return Outcome(failed=error.text)
            rows = done.rows.records()
        findings = [row for row in rows if row.get("severity") != NOTE]
        return Outcome(findings, [row for row in rows if row.get("severity") == NOTE], [each.text for each in done.messages])

    @contextmanager
    def _store(self, folder: Path, test: Mapping[str, Any]) -> Iterator[Store]:
        """A store with the events of this run alone. A world outlives its test, so it never gets into the shared store."""
        if self.shared is None or "scenario" in test:
            with Store(folder / "store.duckdb") as store:
                ingest([folder / "logs", *([self.world(test)] if "scenario" in test else [])], store)
                yield store
            return
        ingest([folder / "logs"], self.shared)
        try:
            yield self.shared
        finally:
            shutil.rmtree(folder / "logs")  # the next ingest forgets what is no longer there

    def world(self, test: Mapping[str, Any]) -> Path:
        """A simulated network with the test's scenario in it."""
        wanted = test["scenario"]
        days = wanted.get("days", 1)
        first = (dt.date.fromisoformat(SIMULATED_DAY) - dt.timedelta(days=days - 1)).isoformat()
        settings = SimSettings(wanted.get("seed", 11), first, days, wanted.get("hosts", 20), tuple(wanted["plant"]))
        if settings not in self.worlds:
            self.worlds[settings] = self.folder.parent / f"world{len(self.worlds)}"
            generate(settings, self.worlds[settings])
        return self.worlds[settings]

    def planted(self, test: Mapping[str, Any]) -> set[str]:
        """Sources of the labels that the test's scenario must find."""
        labels = json.loads((self.world(test) / LABELS).read_text(encoding="utf-8"))["labels"]
        return {str(label["src"]) for label in labels if label["kind"] == test["scenario"].get("find")}

    def missing_fields(self, positive: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, dict[str, list[Event]]]:
        """ "log field" -> the positive's events without it, for every needed field (or the wanted ones)."""
        logs = self.events(positive)
        return {
            f"{log['log']} {name}": without_field(logs, str(log["log"]), name)
            for log in self.hunt.logs
            if not log.get("optional")
            for name in log["required"]
            if not wanted or name in wanted
        }

    def attempts(self, positive: Mapping[str, Any]) -> dict[str, list[Event]]:
        return attempts(self.events(positive))

    def _app(self, folder: Path, test: Mapping[str, Any]) -> Path:
        """The app, with the test's parameters as a site would set them."""
        if not test.get("parameters"):
            return APP
        app = folder / APP.name
        shutil.copytree(APP, app, ignore=shutil.ignore_patterns("appserver", "__pycache__"))
        (app / "local").mkdir()
        changed = "".join(f"[{self.hunt.id}_{name}]\ndefinition = {value}\n" for name, value in test["parameters"].items())
        (app / "local" / "macros.conf").write_text(changed, encoding="utf-8")
        return app


def fill(store: Store, settings: SearchSettings, lookup: str, rows: Sequence[Row]) -> None:
    """Puts rows into a lookup or collection, as a search would."""
    data = json.dumps([dict(row) for row in rows]).replace("\\", "\\\\").replace('"', '\\"')
    run_search(store, f'| makeresults format=json data="{data}" | outputlookup append=true {lookup}', settings).close()


def run_before(store: Store, settings: SearchSettings, first: Mapping[str, Any]) -> None:
    """A saved search that keeps something for later, over another window where the test names one."""
    saved = named(settings.app, first["search"])
    times = {f"dispatch.{key}_time": first[key] for key in ("earliest", "latest") if key in first}
    dispatch(store, replace(saved, settings={**saved.settings, **times}), settings)


def fits(row: Row, wanted: Row) -> bool:
    """Whether a finding is the wanted one: equal as text, one of several values, or beyond a bound (">=60", "<50")."""
    return all(_value_fits(row.get(name), value) for name, value in wanted.items())


def _value_fits(cell: Any, wanted: Any) -> bool:
    values = cell if isinstance(cell, list) else [cell]
    text = str(wanted)
    for sign, holds in (
        (">=", lambda a, b: a >= b),
        ("<=", lambda a, b: a <= b),
        (">", lambda a, b: a > b),
        ("<", lambda a, b: a < b),
    ):
        if text.startswith(sign):
            return any(value is not None and holds(float(value), float(text[len(sign) :])) for value in values)
    return any(str(value) == text for value in values)
