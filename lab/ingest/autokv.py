"""JSON values as Splunk's automatic key-value extraction (KV_MODE=json) names and shows them: text only.

``{"id": {"orig_h": "1.1.1.1"}}`` gives ``id.orig_h``; ``{"answers": ["a", "b"]}`` gives ``answers{}`` with two values;
``{"vals": [{"ip": "x"}]}`` gives ``vals{}.ip``; an array in an array gives ``x{}{}``. A name with ``{}`` always holds a list, any
other one a text. null is absent, wherever it stands; booleans are ``true`` and ``false``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Union

from lab.ingest.batch import MAX_FIELD_CHARS, MAX_FIELDS, Cells

MAX_DEPTH = 16
MAX_NESTED_FIELDS = 500  # that one value may unfold into
_BOOLEANS = {True: "true", False: "false"}
_ANY_TEXT = frozenset((str, type(None)))


class TooDeep(ValueError):
    """Nested deeper than 16, into more than 500 fields, or into a name of more than 256 characters."""


Flat = dict[str, Union[str, list[str]]]


@dataclass(frozen=True)
class Unfolded:
    """``columns`` by field. ``bad``: places of rows nested too deep, their cells are None. ``dropped``: rows that lost a field to
    the limit of 1,000 columns."""

    columns: dict[str, Cells]
    bad: Sequence[int] = ()
    dropped: int = 0


def unfold(name: str, values: Sequence[Any]) -> Unfolded:
    """The columns that one key of many rows gives."""
    kinds = set(map(type, values))
    if "{}" not in name and kinds <= _ANY_TEXT:
        return Unfolded({name: values})
    if "{}" not in name and kinds - _ANY_TEXT == {bool}:
        return Unfolded({name: [_BOOLEANS[value] if value.__class__ is bool else value for value in values]})
    columns: dict[str, list[str | list[str] | None]] = {}
    bad: list[int] = []
    dropped = 0
    for place, value in enumerate(values):
        try:
            flat = flatten(name, value)
        except TooDeep:
            bad.append(place)
            continue
        for field in flat:
            if field not in columns and len(columns) < MAX_FIELDS:
                columns[field] = [None] * len(values)
            if field in columns:
                columns[field][place] = flat[field]
        dropped += not flat.keys() <= columns.keys()
    return Unfolded(dict(columns), bad, dropped)


def flatten(name: str, value: Any) -> Flat:
    """The fields of one value. Raises TooDeep."""
    flat: Flat = {}
    _flatten(name, value, flat, MAX_DEPTH)
    return flat


def _flatten(name: str, value: Any, flat: Flat, depth: int) -> None:
    if depth < 0 or len(flat) > MAX_NESTED_FIELDS or len(name) > MAX_FIELD_CHARS:
        raise TooDeep
    if isinstance(value, dict):
        for key, item in value.items():
            _flatten(f"{name}.{key}", item, flat, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _flatten(name + "{}", item, flat, depth - 1)
    elif value is not None:
        text = value if isinstance(value, str) else _BOOLEANS[value]
        if "{}" in name:
            cells = flat.setdefault(name, [])
            if isinstance(cells, list):
                cells.append(text)
        else:
            flat.setdefault(name, text)
