"""Which store a call means: one that is named, that of a folder of logs, or the one used last."""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

_LATEST = "latest"


class UsageError(ValueError):
    """The command line makes no sense as given; the text says what to do."""


def store_path(paths: Sequence[Path]) -> Path:
    """The default store of these folders: one file in the user's cache, named after their absolute paths."""
    named = "\n".join(sorted(str(path.resolve()) for path in paths))
    return _cache() / f"{hashlib.sha256(named.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.duckdb"


def store_of(arguments: argparse.Namespace) -> Path:
    """The store of a call with ``--store`` and perhaps ``paths``. Raises UsageError when nothing says which."""
    paths = getattr(arguments, "paths", ())
    if arguments.store:
        return Path(arguments.store)
    if paths:
        return store_path(paths)
    pointer = _cache() / _LATEST
    if pointer.is_file():
        return Path(pointer.read_text(encoding="utf-8", errors="surrogateescape"))
    raise UsageError("no logs were read so far; name a folder of Zeek logs, or run: lab ingest FOLDER")


def remember(path: Path) -> None:
    """The store used last, for calls that name none."""
    _cache().mkdir(parents=True, exist_ok=True)
    (_cache() / _LATEST).write_text(str(path.resolve()), encoding="utf-8", errors="surrogateescape")


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "zeek_hunting"
