"""One named case of a function: rows in, SPL, rows out, and the rule of the Search Reference that it checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """name: unique, letters, digits and dashes. rows: in the order in which the search sees them. pipeline: after these rows."""

    name: str
    rule: str
    pipeline: str
    expected: Sequence[Row]
    rows: Sequence[Row] = ({},)


def gives(name: str, rule: str, expression: str, value: Any, **fields: Any) -> Case:
    """An eval expression over one row of these fields has this value (as text, or a list); None is null."""
    return Case(name, rule, f"eval out={expression} | table out", [{} if value is None else {"out": value}], [fields])


def holds(name: str, rule: str, condition: str, kept: bool, **fields: Any) -> Case:
    """where keeps, or drops, one row of these fields."""
    return Case(name, rule, f"where {condition} | stats count", [{"count": "1" if kept else "0"}], [fields])


def counts(name: str, rule: str, function: str, value: Any, values: Sequence[Any]) -> Case:
    """A stats function over the values of x; None is a row without x."""
    rows: list[Row] = [{} if x is None else {"x": x} for x in values]
    return Case(name, rule, f"stats {function} AS out", [{} if value is None else {"out": value}], rows)
