"""Paths into JSON as spath and the JSON functions write them: ``a.b{}.c{0}``, where {} is every element of an array."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Union

Step = Union[str, int, None]
_STEP = re.compile(r"(?P<key>[^.{}]+)|\{(?P<index>\d{0,9})\}|(?P<dot>\.)")


def steps(path: str) -> list[Step]:
    """Keys as text, positions as numbers, None for every element. Raises ValueError for what is no path."""
    found: list[Step] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise ValueError(f"{path[:60]!r} is not a path; write it like a.b{{}}.c{{0}}")
        if match["key"] is not None:
            found.append(match["key"])
        elif not match["dot"]:
            found.append(int(match["index"]) if match["index"] else None)
        at = match.end()
    return found


def of_duckdb(path: str) -> str:
    """The path as DuckDB's JSON functions write it."""
    written = "$"
    for step in steps(path):
        if step is None:
            written += "[*]"
        elif isinstance(step, int):
            written += f"[{step}]"
        else:
            written += '."' + step.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return written


def changed(document: Any, operation: str, arguments: Sequence[str]) -> Any:
    """json_set, json_append, json_extend (paths and JSON values in turn) and json_delete (paths) on a parsed document."""
    if operation == "delete":
        for path in arguments:
            _put(document, steps(json.loads(path)), operation, None)
        return document
    for path, value in zip(arguments[::2], arguments[1::2]):
        _put(document, steps(json.loads(path)), operation, json.loads(value))
    return document


def _put(document: Any, path: Sequence[Step], operation: str, value: Any) -> None:
    """Changes the places of a path in place; a step that the document has not is left out, but for a last key that is set."""
    if not path:
        return
    for place in _places(document, path[:-1]):
        for key in _keys(place, path[-1], operation):
            if operation == "set":
                place[key] = value
            elif operation == "delete":
                del place[key]
            elif isinstance(place[key], list):
                place[key] += value if operation == "extend" and isinstance(value, list) else [value]


def _places(document: Any, path: Sequence[Step]) -> list[Any]:
    places = [document]
    for step in path:
        places = [place[key] for place in places for key in _keys(place, step, "get")]
    return places


def _keys(place: Any, step: Step, operation: str) -> list[Any]:
    if isinstance(place, dict) and isinstance(step, str):
        return [step] if step in place or operation == "set" else []
    if isinstance(place, list) and not isinstance(step, str):
        return list(range(len(place))) if step is None else [step] if step < len(place) else []
    return []
