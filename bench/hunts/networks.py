"""A simulated network as a site whose scheduled hunts all ran once: what they stored, and who the planted intruders are."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.driver import CommandFailed
from lab.ingest import Store, ingest
from lab.savedsearch import dispatch, named
from lab.sim import LABELS, SimSettings, generate
from lab.spl import SearchSettings, SplError, run_search
from tools.hunts.playbook import REPO, read_hunts
from tools.hunts.upkeep import read_upkeep

APP = REPO / "zeek_hunting"
DAY_S = 86_400
BASELINE_AGE_DAYS = 40  # older than any hunt asks
DAYS = 3  # of a network; its hunts run over the last one

Row = dict[str, Any]


@dataclass(frozen=True)
class Network:
    """failed: hunt -> what it refused. planted: source of each malicious label and what it contacted, addresses and names; benign
    labels, which are on nearly every host, are no part of it."""

    store: Store
    settings: SearchSettings
    failed: dict[str, str]
    planted: tuple[tuple[str, frozenset[str]], ...]

    def caught(self, row: Row) -> set[int]:
        """Places in planted of what a finding is about: its source, and one of its destinations where the finding names any."""
        hosts, dests = texts(row.get("entity")) | texts(row.get("src")), texts(row.get("dest"))
        return {
            at
            for at, (src, contacted) in enumerate(self.planted)
            if src in hosts
            and (not dests or any(name == dest or name.endswith("." + dest) for name in contacted for dest in dests))
        }

    def rows(self, spl: str, **macros: str) -> list[Row]:
        """A search over the site; macros: definitions for this search alone."""
        local = self.settings.app / "local" / "macros.conf"
        local.write_text("".join(f"[{name}]\ndefinition = {text}\n" for name, text in macros.items()), encoding="utf-8")
        result = run_search(self.store, spl, self.settings)
        try:
            return list(result.rows().records())
        finally:
            result.close()


@contextmanager
def hunted(world: SimSettings, folder: Path) -> Iterator[Network]:
    """The world with every scheduled hunt run over its last day. folder: empty, its own."""
    generate(world, folder / "world")
    app = folder / APP.name
    shutil.copytree(APP, app, ignore=shutil.ignore_patterns("appserver", "__pycache__", "local"))
    (app / "local").mkdir()
    end_s = dt.datetime.fromisoformat(f"{world.start}T00:00:00+00:00").timestamp() + world.days * DAY_S
    with Store(folder / "store.duckdb") as store:
        ingest([folder / "world"], store)
        settings = SearchSettings(app, now_s=end_s + 2 * 3600, state=folder / "state")
        _fill_baselines(store, settings)
        yield Network(store, settings, _run_hunts(store, settings), _planted(folder / "world"))


def _fill_baselines(store: Store, settings: SearchSettings) -> None:
    """Baselines of the days before, as a site fills them, and of the age that hunts wait for: few days stand for a month."""
    for each in read_upkeep()[0]:
        if " Fill " in each["title"]:
            dispatch(store, named(settings.app, each["title"]), settings)
    kinds = sorted({hunt.raw["baseline"]["kind"] for hunt in read_hunts()[0] if hunt.raw.get("baseline")})
    since = (settings.now_s or 0) - BASELINE_AGE_DAYS * DAY_S
    data = json.dumps([{"_key": kind, "kind": kind, "since": since, "keys": 1} for kind in kinds]).replace('"', '\\"')
    run_search(store, f'| makeresults format=json data="{data}" | outputlookup append=true zeek_baselines', settings).close()


def _run_hunts(store: Store, settings: SearchSettings) -> dict[str, str]:
    failed = {}
    for hunt in read_hunts()[0]:
        saved = named(settings.app, hunt.stored_title)
        try:
            dispatch(store, saved, settings)
        except (CommandFailed, SplError) as error:
            failed[hunt.id] = str(error)
    return failed


def _planted(world: Path) -> tuple[tuple[str, frozenset[str]], ...]:
    labels: Sequence[Row] = json.loads((world / LABELS).read_text(encoding="utf-8"))["labels"]
    bad = [label for label in labels if label["label"] == "malicious"]
    return tuple((str(label["src"]), frozenset([*label["dests"], *label["names"]])) for label in bad)


def texts(cell: object) -> set[str]:
    """The values of a cell, none of an empty one."""
    return {str(value) for value in (cell if isinstance(cell, list) else [cell]) if value is not None}
