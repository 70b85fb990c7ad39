"""A hunt as its YAML file says it: the parts that the builder and the tests read, after the schema has let the file pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.hunts.schema import sentences
from tools.hunts.yaml_file import YamlUnusable, read_yaml

REPO = Path(__file__).resolve().parent.parent.parent
FOLDER = REPO / "hunts"
UPKEEP = "upkeep.yml"


@dataclass(frozen=True)
class Hunt:
    """One file. raw: its keys as they stand; properties: what needs a word of its own."""

    raw: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def title(self) -> str:
        """Name of the saved search that a person runs."""
        return f"Zeek Hunting - {self.raw['area']} - {self.raw['name']}"

    @property
    def stored_title(self) -> str:
        """Name of the saved search that the scheduler runs."""
        return f"Zeek Hunting - Scheduled {self.raw['area']} - {self.raw['name']}"

    @property
    def version(self) -> str:
        return str(self.raw["version"])

    @property
    def search(self) -> str:
        return str(self.raw["search"]).strip()

    @property
    def finding(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.raw["finding"] or {}
        return found

    @property
    def techniques(self) -> list[str]:
        return list(dict.fromkeys(str(each["technique"]) for each in self.raw["attack"]))

    @property
    def parameters(self) -> Sequence[Mapping[str, Any]]:
        return list(self.raw.get("parameters") or ())

    @property
    def logs(self) -> Sequence[Mapping[str, Any]]:
        return list(self.raw["data"])

    @property
    def tests(self) -> Sequence[Mapping[str, Any]]:
        return list(self.raw["tests"])

    @property
    def schedule(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.raw["schedule"]
        return found


def hunt_files(folder: Path = FOLDER) -> list[Path]:
    """The hunts' files, sorted by name."""
    return sorted(path for path in folder.glob("*.yml") if path.name != UPKEEP)


def read_hunts(folder: Path = FOLDER) -> tuple[list[Hunt], list[str]]:
    """(the hunts that the schema lets pass, one sentence for everything that is wrong with the files)."""
    hunts, problems = [], []
    for path in hunt_files(folder):
        try:
            raw = read_yaml(path)
        except YamlUnusable as error:
            problems.append(f"hunts/{error}")
            continue
        found = [f"hunts/{path.name}: {sentence}" for sentence in sentences(raw, folder)]
        if not found and raw["id"] != path.stem:
            found = [f"hunts/{path.name}: id: {raw['id']} must be the file's name, {path.stem}"]
        problems += found
        if not found:
            hunts.append(Hunt(raw))
    return hunts, problems
