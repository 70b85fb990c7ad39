"""The one shape of a result: what every hunt yields, whichever command found it (DESIGN §4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Union

Cell = Union[None, str, int, float, Sequence[str]]

FIELDS = (
    "hunt",
    "hunt_version",
    "entity",
    "src",
    "dest",
    "score",
    "severity",
    "confidence",
    "evidence",
    "why_not",
    "technique",
    "first",
    "last",
    "events",
    "drilldown",
)


def table(findings: Mapping[str, Sequence[Cell]], details: Mapping[str, Sequence[Cell]]) -> dict[str, Sequence[Cell]]:
    """Columns of a result: the fields of a finding in their order, then the hunt's own. Raises ValueError when one is missing
    or a column has another length."""
    missing = [name for name in FIELDS if name not in findings]
    extra = [name for name in findings if name not in FIELDS]
    if missing or extra:
        raise ValueError(f"a finding has the fields {', '.join(FIELDS)}; missing: {missing}, unknown: {extra}")
    columns = {**{name: findings[name] for name in FIELDS}, **details}
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns of different lengths: {lengths}")
    return columns


def points(parts: Sequence[float], digits: int = 2) -> list[float]:
    """Parts rounded so that the rounded parts sum to the rounded total (each is the step between rounded running sums)."""
    rounded, running, before = [], 0.0, 0.0
    for part in parts:
        running += part
        now = round(running, digits)
        rounded.append(round(now - before, digits))
        before = now
    return rounded
