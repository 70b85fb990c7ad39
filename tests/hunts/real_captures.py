"""Captures of others as a site: its logs in a store, its networks, and the baselines as old as hunts wait for."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hunt_runs import APP, NOTE, fill

from lab.ingest import Store, ingest
from lab.savedsearch import dispatch, named
from lab.spl import SearchSettings
from tools.hunts.playbook import Hunt

DAY_S = 86_400


@dataclass(frozen=True)
class Capture:
    """files: below the folder of captures. end: when its hunted day ends, UTC. networks: rows of zeek_networks above the
    shipped ones. known: kinds of baselines that are 40 days old. macros: what the site changed."""

    files: tuple[str, ...]
    end: str
    networks: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    macros: tuple[tuple[str, str], ...] = ()

    @property
    def now_s(self) -> float:
        """Two hours after the day: the hunts look at 24 hours up to an hour ago."""
        return dt.datetime.fromisoformat(f"{self.end}+00:00").timestamp() + 7200


class Site:
    """A site that holds one capture. folder: empty, its own."""

    def __init__(self, capture: Capture, data: Path, folder: Path) -> None:
        self.app = folder / APP.name
        shutil.copytree(APP, self.app, ignore=shutil.ignore_patterns("appserver", "__pycache__"))
        networks = self.app / "lookups" / "zeek_networks.csv"
        header, rest = networks.read_text(encoding="utf-8").split("\n", 1)
        networks.write_text("\n".join([header, *capture.networks, rest]), encoding="utf-8")
        (self.app / "local").mkdir()
        changed = "".join(f"[{name}]\ndefinition = {value}\n" for name, value in capture.macros)
        (self.app / "local" / "macros.conf").write_text(changed, encoding="utf-8")
        self.store = Store(folder / "store.duckdb")
        ingest([data / name for name in capture.files], self.store)
        self.settings = SearchSettings(self.app, now_s=capture.now_s, state=folder / "state")
        since = capture.now_s - 40 * DAY_S
        if capture.known:
            rows = [{"_key": kind, "kind": kind, "since": since, "keys": 1} for kind in capture.known]
            fill(self.store, self.settings, "zeek_baselines", rows)

    def findings(self, hunt: Hunt) -> Sequence[dict[str, Any]]:
        """What a person sees of the hunt, notes left out."""
        rows = dispatch(self.store, named(self.app, hunt.title), self.settings).rows.records()
        return [row for row in rows if row.get("severity") != NOTE]


def feed_rows(folder: Path) -> Iterator[tuple[str, ...]]:
    """Rows of zeek_intel from files of Zeek's Intel Framework."""
    for path in sorted(folder.glob("*.intel")):
        fields: list[str] = []
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            cells = line.split("\t")
            if cells[0] == "#fields":
                fields = cells[1:]
            elif fields and not line.startswith("#"):
                row = dict(zip(fields, cells))
                if row.get("indicator_type") in ("Intel::ADDR", "Intel::DOMAIN"):
                    yield (row["indicator"], row["indicator_type"], row.get("meta.source", ""), "", "", "")
