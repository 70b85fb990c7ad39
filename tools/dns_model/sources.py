"""What the model is fitted on: benign names of pymispwarninglists (the shown three quarters), ordinary queries, DGA families.

A name is shown when ``zlib.crc32(name) % 4 != 3``; the rest is for measuring and is never read by the builder. A registered label
is shown only when none of its names is held out, so that no label stands on both sides.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TRANCO, CRUX = "tranco", "google-chrome-crux-1million"
UMBRELLA, MAJESTIC = "cisco_top20k", "majestic_million"


class SourceMissing(Exception):
    """Data that the builder needs is absent; the text says what to install or to set."""


@dataclass(frozen=True)
class Split:
    """Names in the order of their list, on either side of the rule."""

    shown: tuple[str, ...]
    held_out: tuple[str, ...]


def is_held_out(name: str) -> bool:
    return zlib.crc32(name.encode()) % 4 == 3


def benign(listing: str) -> Split:
    """A list of pymispwarninglists. Raises SourceMissing."""
    found = importlib.util.find_spec("pymispwarninglists")
    if found is None or found.origin is None:
        raise SourceMissing("pymispwarninglists is absent: pip install 'zeek-hunting[model]' (Python 3.10 or later)")
    path = Path(found.origin).parent / "data" / "misp-warninglists" / "lists" / listing / "list.json"
    if not path.is_file():
        raise SourceMissing(f"this pymispwarninglists has no list {listing} ({path}); version 1.7.0 has")
    names = [name.strip().strip(".").lower() for name in json.loads(path.read_text(encoding="utf-8"))["list"]]
    names = list(dict.fromkeys(name for name in names if name.isascii() and "." in name))
    return Split(tuple(name for name in names if not is_held_out(name)), tuple(name for name in names if is_held_out(name)))


def families(shared: Path) -> dict[str, list[str]]:
    """DGA family -> its distinct names, in order. shared: the folder that holds data/. Raises SourceMissing."""
    grouped: dict[str, list[str]] = {}
    with gzip.open(_present(shared / "data" / "dns" / "dga_families.csv.gz"), "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            grouped.setdefault(row["family"], []).append(row["domain"].strip().lower())
    return {family: list(dict.fromkeys(names)) for family, names in sorted(grouped.items())}


def ordinary(shared: Path) -> list[str]:
    """Names of ordinary queries of the shown benign logs, lower case."""
    with gzip.open(_present(shared / "data" / "dns" / "benign_names.txt.gz"), "rt", encoding="utf-8") as text:
        return list(dict.fromkeys(line.strip().lower() for line in text if line.strip()))


def without(labels: Iterable[str], held_out: Iterable[str]) -> list[str]:
    """The labels, each once, that do not occur on the other side."""
    other = set(held_out)
    return [label for label in dict.fromkeys(labels) if label not in other]


def _present(path: Path) -> Path:
    if not path.is_file():
        raise SourceMissing(f"{path} is absent; ZEEK_HUNTING_SHARED names the folder that holds data/")
    return path
