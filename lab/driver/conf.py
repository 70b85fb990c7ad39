"""Splunk's .conf files, as far as the lab reads them: stanzas of ``key = value``, ``\\`` at a line's end continues it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

Stanzas = dict[str, dict[str, str]]


class ConfError(ValueError):
    """A .conf file that cannot be read; the text names file and line."""


def app_conf(app: Path, name: str) -> Stanzas:
    """``default/<name>.conf`` overlaid key by key with ``local/<name>.conf``; absent files count as empty."""
    merged: Stanzas = {}
    for folder in ("default", "local"):
        path = app / folder / f"{name}.conf"
        if path.is_file():
            state = path.stat()
            for stanza, settings in _kept(path, state.st_mtime_ns, state.st_size).items():
                merged.setdefault(stanza, {}).update(settings)
    return merged


@lru_cache(maxsize=64)
def _kept(path: Path, mtime_ns: int, size_b: int) -> Stanzas:
    """The file as it was read last, while it has not changed: a search asks for the same ones several times."""
    return read_conf(path)


def read_conf(path: Path) -> Stanzas:
    """Stanza name -> settings. Settings before the first stanza belong to ``default``. Raises ConfError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfError(f"{path} cannot be read: {error}") from error
    stanzas: Stanzas = {}
    current = "default"
    for number, line in _logical_lines(text):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("["):
            if not stripped.endswith("]"):
                raise ConfError(f"{path}:{number}: a stanza header must end with ]: {stripped[:80]}")
            current = stripped[1:-1]
            stanzas.setdefault(current, {})
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ConfError(f"{path}:{number}: neither a stanza, a comment nor key = value: {stripped[:80]}")
        stanzas.setdefault(current, {})[key.strip()] = value.strip()
    return stanzas


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    held, first = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        first = first if held else number
        if line.endswith("\\"):
            held += line[:-1] + "\n"
        else:
            yield first, held + line
            held = ""
    if held:
        yield first, held
