"""Candidate log files below the given paths; everything that is no readable regular file is named with the reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class PathMissing(ValueError):
    """A path that the user named does not exist."""


@dataclass(frozen=True)
class Candidate:
    """One file to look at. ``identity``: device and inode; ``refusal``: why it cannot be opened, '' for a regular file."""

    path: Path
    source: str
    size_b: int = 0
    mtime_ns: int = 0
    identity: tuple[int, int] = (0, 0)
    refusal: str = ""

    @property
    def key(self) -> str:
        """The path as text that a store can hold, whatever bytes a file's name has."""
        return text_of_path(self.path)


@dataclass
class Discovery:
    """``roots``: absolute paths as given; ``files``: candidates in the order of their source."""

    roots: list[Path] = field(default_factory=list)
    files: list[Candidate] = field(default_factory=list)

    def covers(self, key: str) -> bool:
        """Whether a path known from an earlier call lies below one of the roots."""
        return any(key == text_of_path(root) or key.startswith(text_of_path(root).rstrip(os.sep) + os.sep) for root in self.roots)


def text_of_path(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def discover(paths: Sequence[Path], excluded: Path) -> Discovery:
    """Walks the paths without following links to folders (they may loop); ``excluded``: the store's own file, never a log."""
    found = Discovery()
    candidates: dict[str, Candidate] = {}
    for given in paths:
        if not os.path.lexists(given):
            raise PathMissing(f"{given}: no such file or folder. Name a Zeek log file or a folder that holds some.")
        root = given.resolve() if given.is_dir() else given.parent.resolve() / given.name
        found.roots.append(root)
        for candidate in _walk(root) if root.is_dir() else [_candidate(root, root.name)]:
            if not _belongs_to(excluded, candidate.path):
                candidates.setdefault(candidate.key, candidate)
    found.files = _without_twins(sorted(candidates.values(), key=lambda candidate: (candidate.source, candidate.key)))
    return found


def _belongs_to(store: Path, path: Path) -> bool:
    """Whether a path is the store itself, its write-ahead log or its spill folder."""
    spill = store.with_name(store.name + ".tmp")
    return path in (store, store.with_name(store.name + ".wal"), spill) or spill in path.parents


def _walk(root: Path) -> list[Candidate]:
    candidates: list[Candidate] = []

    def unlisted(error: OSError) -> None:
        folder = Path(error.filename)
        candidates.append(Candidate(folder, _source(folder, root), refusal=f"the folder cannot be listed: {error.strerror}"))

    for folder, subfolders, names in os.walk(root, onerror=unlisted):
        for name in subfolders:
            path = Path(folder, name)
            if path.is_symlink():
                why = "a link to a folder is not followed; name its target as a path of its own if you want it read"
                candidates.append(Candidate(path, _source(path, root), refusal=why))
        for name in names:
            path = Path(folder, name)
            candidates.append(_candidate(path, _source(path, root)))
    return candidates


def _candidate(path: Path, source: str) -> Candidate:
    try:
        status = path.stat()
    except OSError as error:
        return Candidate(path, source, refusal=f"cannot be opened: {error.strerror}")
    kind = next((name for test, name in _KINDS if test(status.st_mode)), "")
    refusal = f"{kind}, not a file" if kind else ""
    return Candidate(path, source, status.st_size, status.st_mtime_ns, (status.st_dev, status.st_ino), refusal)


def _source(path: Path, root: Path) -> str:
    return text_of_path(path.relative_to(root)).replace(os.sep, "/") if path != root else root.name


def _without_twins(candidates: list[Candidate]) -> list[Candidate]:
    """Two names of one file (a link beside its target) would count every event twice; the real name is read, the link named."""
    readers: dict[tuple[int, int], Candidate] = {}
    twins: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.path.is_symlink()):
        if candidate.refusal:
            continue
        first = readers.setdefault(candidate.identity, candidate)
        if first is not candidate:
            twins[candidate.key] = Candidate(candidate.path, candidate.source, refusal=f"the same file as {first.source}")
    return [twins.get(candidate.key, candidate) for candidate in candidates]
