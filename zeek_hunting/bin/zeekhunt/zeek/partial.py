"""What the partial rows of every map share: a version, a tally of events read and skipped, and how damage is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LONGEST_NUMBER = 15  # digits


class SummaryError(ValueError):
    """A partial row that no map of this release has written: damaged, cut, forged or of another version."""


def check_version(text: str, version: int) -> None:
    """Raises SummaryError unless the text is this version."""
    if text != str(version):
        raise SummaryError(f"a summary of version {text[:20]!r}; this release reads version {version}: build it again")


def tally_row(columns: Sequence[str], kind: str, version: int, tally: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """The one partial row that carries a tally: column -> cells. columns end with the tally's, zh_tally."""
    text = " ".join(f"{name}:{count}" for name, count in sorted(tally.items()) if count)
    return {name: (cell,) for name, cell in zip(columns, (kind, str(version), *[""] * (len(columns) - 3), text))}


def read_tally(text: str) -> dict[str, int]:
    """The counts of such a row. Raises SummaryError."""
    counts = (part.rpartition(":") for part in text.split())
    return {name: whole(count, "tally") for name, _, count in counts}


def whole(text: str, name: str) -> int:
    """A whole number from 0. Raises SummaryError with the name of what it should be."""
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_NUMBER:
        raise SummaryError(f"a summary whose {name} is no number: {text[:40]!r}")
    return int(text)
