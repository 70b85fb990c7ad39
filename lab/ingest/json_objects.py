"""Lines of JSON as dicts, exactly: numbers keep their text, a doubtful line is refused with a reason.

A block is decoded in one call (two to three times as fast as line by line, since the decoder keeps its key memo). The lines are
joined with a marker between them, a bare word that no line holds and no escape can imitate; only when the result alternates
object, marker, object is every object known to be one line. Everything else goes the slow way, line by line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import repeat
from typing import Any, NoReturn

from lab.ingest.escapes import clean
from lab.ingest.report import DUPLICATE_KEY, NOT_JSON, NOT_ZEEK, TOO_DEEP, TOO_MANY_FIELDS

MAX_ROW_KEYS = 500
_MARKER = "-Infinity"
_NEXT_LINE = object()

JsonObject = dict[str, Any]


class Refused(str):
    """The reason why a line is no row."""


class _DuplicateKey(ValueError):
    pass


def objects_of(lines: Sequence[str]) -> list[JsonObject | Refused]:
    """One object or reason per line. Values: text (numbers too), bool, None, list, dict. No NUL, no lone surrogates."""
    block = f",{_MARKER},".join(lines)
    if block.count(_MARKER) != len(lines) - 1:
        return [_checked(line) for line in lines]
    try:
        decoded = _DECODER.decode(f"[{block}]")
    except (ValueError, RecursionError):
        return [_checked(line) for line in lines]
    rows = decoded[::2]
    between = decoded[1::2]
    separated = len(between) == len(lines) - 1 and all(mark is _NEXT_LINE for mark in between)
    if not separated or not all(type(row) is dict for row in rows):
        return [_checked(line) for line in lines]
    suspects = _suspects(lines, block, rows)
    for place in suspects:
        rows[place] = _checked(lines[place])
    return rows  # type: ignore[no-any-return]


def _suspects(lines: Sequence[str], block: str, rows: Sequence[JsonObject]) -> list[int]:
    r"""Lines that may repeat a key, hold ``\u`` escapes or too many keys: what the fast way cannot see or bound.

    A flat object written without blanks has as many ``":`` as keys; nested ones have more and are looked at closely too.
    """
    spaced = _has_blanks(block)
    key_counts = list(map(len, rows))
    if not spaced and "\\u" not in block and max(key_counts) <= MAX_ROW_KEYS:
        # no line has fewer of them than keys, so equal sums mean that no line has more
        if block.count('":') == sum(key_counts):
            return []
        colons = map(str.count, lines, repeat('":'))
        return [place for place, (found, keys) in enumerate(zip(colons, key_counts)) if found != keys]
    escaped = "\\u" in block
    return [
        place
        for place, (line, row) in enumerate(zip(lines, rows))
        if line.count('":') != len(row)
        or len(row) > MAX_ROW_KEYS
        or (escaped and "\\u" in line)
        or (spaced and _has_blanks(line))
    ]


def _has_blanks(text: str) -> bool:
    """Whether a key's closing quote and its colon may stand apart."""
    return '" ' in text or "\t" in text or "\r" in text


def _checked(line: str) -> JsonObject | Refused:
    try:
        row = _STRICT_DECODER.decode(line)
        row = _cleaned(row) if "\\u" in line else row
    except _DuplicateKey:
        return Refused(DUPLICATE_KEY)
    except RecursionError:
        return Refused(TOO_DEEP)
    except ValueError:
        return Refused(NOT_JSON)
    if not isinstance(row, dict):
        return Refused(NOT_ZEEK)
    return Refused(TOO_MANY_FIELDS) if len(row) > MAX_ROW_KEYS else row


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return value


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise _DuplicateKey
    return row


def _marker(word: str) -> object:
    return _NEXT_LINE if word == _MARKER else _no_number(word)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_marker)
_STRICT_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_number, object_pairs_hook=_unique)
