"""Splunk's KV store queries: JSON with ``$gt $gte $lt $lte $ne $and $or $not`` and ``$regex``, over records in memory.

``{"a": 1, "b": {"$gt": 5}}`` holds where every entry does. A value compares with values of its own type alone, as in MongoDB
below the real store; several values of one field hold when one of them does. ``fields`` is ``a,b`` or ``a:1`` to keep and
``c:0`` to leave out; ``sort`` is ``a`` or ``a:-1,b:1``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from lab.state.refusal import KvRefused

Record = dict[str, object]
MAX_DEPTH = 16
MAX_PATTERN = 512
_ORDER: Mapping[str, Callable[[int], bool]] = {
    "$gt": lambda sign: sign > 0,
    "$gte": lambda sign: sign >= 0,
    "$lt": lambda sign: sign < 0,
    "$lte": lambda sign: sign <= 0,
}
OPERATORS = (*_ORDER, "$ne", "$eq", "$in", "$exists", "$regex", "$options", "$not", "$and", "$or", "$nor")
_RANK = {"null": 0, "number": 1, "string": 2, "object": 3, "array": 4, "bool": 5}  # MongoDB's order between types


def parsed(query: str | Mapping[str, object] | None) -> Mapping[str, object]:
    """A query as a mapping. Raises KvRefused for what is no JSON object or has operators the store does not know."""
    try:
        value = json.loads(query) if isinstance(query, str) and query.strip() else (query or {})
    except ValueError as error:
        raise KvRefused(f"JSON in the query is malformed: {error}") from error
    if not isinstance(value, Mapping):
        raise KvRefused('The query must be a JSON object, for example {"entity": "10.0.0.5"}')
    _check(value, 0)
    return value


def _check(query: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise KvRefused(f"The query is nested deeper than {MAX_DEPTH} levels")
    if isinstance(query, Mapping):
        for key, value in query.items():
            if key.startswith("$") and key not in OPERATORS:
                raise KvRefused(f"Unknown operator {key[:40]!r} in the query; known: {', '.join(OPERATORS)}")
            if key in ("$and", "$or", "$nor", "$in") and not isinstance(value, list):
                raise KvRefused(f"{key} needs a list")
            _check(value, depth + 1)
    elif isinstance(query, list):
        for each in query:
            _check(each, depth + 1)


def matches(record: Mapping[str, object], query: Mapping[str, object]) -> bool:
    """Whether a record fulfils a query made by ``parsed``."""
    return all(_entry(record, key, wanted) for key, wanted in query.items())


def _entry(record: Mapping[str, object], key: str, wanted: object) -> bool:
    if key in ("$and", "$or", "$nor"):
        parts = [isinstance(each, Mapping) and matches(record, each) for each in _list(wanted)]
        return all(parts) if key == "$and" else any(parts) != (key == "$nor")
    if key == "$not":
        return not (isinstance(wanted, Mapping) and matches(record, wanted))
    if key.startswith("$"):
        raise KvRefused(f'{key} belongs below a field\'s name, as in {{"field": {{"{key}": …}}}}')
    return _field(_reach(record, key), wanted)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _reach(record: Mapping[str, object], key: str) -> object:
    """A field by its name, or by the path ``a.b`` into an object; field names of Zeek hold dots themselves."""
    if key in record:
        return record[key]
    head, dot, rest = key.partition(".")
    inner = record.get(head) if dot else None
    return _reach(inner, rest) if isinstance(inner, Mapping) else None


def _field(value: object, wanted: object) -> bool:
    if isinstance(wanted, Mapping) and any(key.startswith("$") for key in wanted):
        return all(_operator(value, name, operand, wanted) for name, operand in wanted.items())
    return _equal(value, wanted)


def _operator(value: object, name: str, operand: object, whole: Mapping[str, object]) -> bool:
    if name in _ORDER:
        holds = _ORDER[name]
        return any(_kind(each) == _kind(operand) and holds(compared(each, operand)) for each in _each(value))
    if name in ("$eq", "$ne"):
        return _equal(value, operand) == (name == "$eq")
    if name == "$in":
        return any(_equal(value, each) for each in _list(operand))
    if name == "$exists":
        return (value is not None) == bool(operand)
    if name == "$not":
        return not _field(value, operand)
    if name == "$regex":
        pattern = _pattern(str(operand), str(whole.get("$options", "")))
        return any(isinstance(each, str) and pattern.search(each) is not None for each in _each(value))
    if name == "$options":
        return True
    raise KvRefused(f"{name} does not belong below a field's name")


def _each(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def _equal(value: object, wanted: object) -> bool:
    if _kind(value) == _kind(wanted) and value == wanted:
        return True
    return isinstance(value, list) and any(_kind(each) == _kind(wanted) and each == wanted for each in value)


@lru_cache(maxsize=64)
def _pattern(text: str, options: str) -> re.Pattern[str]:
    if len(text) > MAX_PATTERN:
        raise KvRefused(f"The pattern of $regex is longer than {MAX_PATTERN} characters")
    try:
        return re.compile(text, re.IGNORECASE if "i" in options else 0)
    except re.error as error:
        raise KvRefused(f"The pattern of $regex is wrong: {error}") from error


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def compared(left: object, right: object) -> int:
    """-1, 0 or 1 in MongoDB's order: null, numbers, strings, objects, lists, booleans."""
    key_of = (_sort_key(left), _sort_key(right))
    return (key_of[0] > key_of[1]) - (key_of[0] < key_of[1])


def _sort_key(value: object) -> tuple[int, float, str]:
    kind = _kind(value)
    if isinstance(value, (bool, int, float)):
        return _RANK[kind], float(value), ""
    return _RANK[kind], 0.0, value if isinstance(value, str) else json.dumps(value, sort_keys=True) if value is not None else ""


def sorted_by(records: list[Record], sort: str | None) -> list[Record]:
    """Records in the order of ``a:1,b:-1``. Raises KvRefused."""
    for name, direction in reversed(_named(sort, "sort", ("1", "-1"))):
        keys = [_sort_key(_reach(record, name)) for record in records]
        order = sorted(range(len(records)), key=keys.__getitem__, reverse=direction == "-1")
        records = [records[position] for position in order]
    return records


def projected(records: list[Record], fields: str | None) -> list[Record]:
    """Records with the fields of ``a,b:1`` kept (``_key`` and ``_user`` stay as well), or those of ``c:0`` left out."""
    named = _named(fields, "fields", ("1", "0"))
    if not named:
        return records
    choices = {choice for name, choice in named if name not in ("_key", "_user")}
    if len(choices) > 1:
        raise KvRefused("fields either keeps or leaves out: do not mix name:1 and name:0")
    names = {name for name, _ in named}
    if choices == {"0"} or (not choices and named[0][1] == "0"):
        return [{name: value for name, value in record.items() if name not in names} for record in records]
    hidden = {name for name, choice in named if choice == "0"}
    kept = (names | {"_key", "_user"}) - hidden
    return [{name: value for name, value in record.items() if name in kept} for record in records]


def _named(text: str | None, what: str, allowed: tuple[str, str]) -> list[tuple[str, str]]:
    named = []
    for part in filter(None, (each.strip() for each in (text or "").split(","))):
        name, colon, choice = part.rpartition(":")
        if not colon:
            name, choice = part, allowed[0]
        if choice not in allowed:
            raise KvRefused(f"{what}: after {name[:40]!r} comes :{allowed[0]} or :{allowed[1]}, found :{choice[:20]}")
        named.append((name, choice))
    return named
