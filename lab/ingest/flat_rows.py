r"""JSON rows without lists, objects and escapes, which one regular expression checks whole and DuckDB then cuts at every quote.

A shape is learned from one line: its keys in their order and the kind of each value. The expression of a shape matches a subset
of what the decoder takes, and only lines whose fields the places of that one line give exactly; whatever it does not match is
left to the decoder, so nothing is refused or counted here. It costs a quarter of decoding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress

from lab.ingest import log_name
from lab.ingest.batch import Batch, Piece, Split
from lab.ingest.event_time import epoch_seconds
from lab.ingest.json_objects import MAX_ROW_KEYS
from lab.ingest.lines import LineBlock

HOST_KEYS = ("@system", "_system_name")
MIN_ROWS = 200  # of one shape in a block: an INSERT of its own costs as much as decoding about as many rows
_TRIES = 16
_MISSES = 4
_SAID = frozenset((*log_name.ROW_KEYS, *HOST_KEYS))  # their values are part of the shape: a batch has one log
_TEXT = r'[^"\\\x00-\x1f]*'
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_COUNT = "(?!0[0-9])[0-9]+"  # what most numbers are; half as dear to match as _NUMBER
_KINDS = {"text": _TEXT, "count": _COUNT, "number": _NUMBER, "flag": "(?:true|false)", "nothing": "null", "empty": r"\[\]"}
_MEMBER = re.compile(
    rf'"({_TEXT})":(?:"(?P<text>{_TEXT})"|(?P<count>{_COUNT})(?=[,}}])|(?P<number>{_NUMBER})|(?P<flag>true|false)'
    r"|(?P<nothing>null)|(?P<empty>\[\]))[,}]"
)


@dataclass(frozen=True)
class _Member:
    """One key of a shape. ``said``: the value that all its rows have, of a key that tells the log or the host."""

    key: str
    kind: str
    said: str | None = None


@dataclass(frozen=True)
class _Shape:
    """``whole``: matches exactly its lines, with the text of ``ts`` as the only group."""

    whole: re.Pattern[str]
    words: dict[str, str]
    keys: Sequence[str]
    host: str
    split: Split


def batches(block: LineBlock, file_name: str) -> tuple[list[Batch], LineBlock]:
    """One batch per frequent shape, all rows with a time, and the lines left over for the decoder."""
    found: list[Batch] = []
    misses = 0
    for attempt in range(_TRIES):
        if misses == _MISSES or len(block.lines) < MIN_ROWS:
            break
        shape = _shape_of(block.lines[len(block.lines) * attempt // _TRIES])
        batch_and_rest = _taken(shape, block, file_name) if shape else None
        if batch_and_rest is None:
            misses += 1
        else:
            batch, block = batch_and_rest
            found.append(batch)
    return found, block


def _taken(shape: _Shape, block: LineBlock, file_name: str) -> tuple[Batch, LineBlock] | None:
    """The rows of a shape and the others; None when they are too few or one has no time."""
    matches = list(map(shape.whole.fullmatch, block.lines))
    texts = [match[1] for match in matches if match]
    times = [time for time in epoch_seconds(texts) if time is not None]
    log = log_name.of_row(shape.words, shape.keys, file_name)
    if log is None or len(times) < max(len(texts), MIN_ROWS):
        return None
    lines, numbers, rest = block.lines, block.numbers, LineBlock([], [])
    if len(texts) < len(lines):
        others = [match is None for match in matches]
        open_end = block.open_end and others[-1]
        rest = LineBlock(list(compress(lines, others)), list(compress(numbers, others)), open_end)
        lines, numbers = list(compress(lines, matches)), list(compress(numbers, matches))
    sourcetype = f"corelight_{log}" if "_path" in shape.words and "_system_name" in shape.keys else f"zeek:{log}:json"
    return Batch(log, sourcetype, lines, times, numbers, [shape.host] * len(lines), split=shape.split), rest


def _shape_of(line: str) -> _Shape | None:
    """None for a line that is no flat object, has no ``ts``, repeats a key or says its log or host by other than a text."""
    members: list[_Member] = []
    place, end = 1, "," if line.startswith("{") else ""
    while end == ",":
        match = _MEMBER.match(line, place)
        if match is None:
            return None
        key, kind = match[1], match.lastgroup or ""
        members.append(_Member(key, kind, match["text"] if key in _SAID else None))
        if "{}" in key or (key in _SAID and kind != "text"):
            return None
        place, end = match.end(), match[0][-1]
    keys = {member.key for member in members}
    whole = end == "}" and place == len(line) and len(keys) == len(members) <= MAX_ROW_KEYS
    return _shape(tuple(members)) if whole and "ts" in keys else None


@lru_cache(maxsize=64)
def _shape(members: tuple[_Member, ...]) -> _Shape | None:
    patterns: list[str] = []
    pieces: dict[str, Piece | None] = {}
    quotes = 0
    for key, kind, said in ((member.key, member.kind, member.said) for member in members):
        value = _KINDS[kind] if said is None else re.escape(said)
        value = f"({value})" if key == "ts" else value
        patterns.append(re.escape(f'"{key}":') + (f'"{value}"' if kind == "text" else value))
        if kind == "text":
            pieces[key] = Piece(quotes + 4)
        elif kind != "empty":  # an empty list makes no field
            pieces[key] = None if kind == "nothing" else Piece(quotes + 3, margin=1)
        quotes += 4 if kind == "text" else 2
    said_by = {member.key: member.said for member in members if member.said is not None}
    hosts = [said_by[key] for key in HOST_KEYS if said_by.get(key)]
    return _Shape(
        re.compile(r"\{" + ",".join(patterns) + r"\}"),
        {key: word for key, word in said_by.items() if key in log_name.ROW_KEYS},
        [member.key for member in members],
        hosts[-1] if hosts else "lab",
        Split(tuple(pieces), '"', (), tuple(pieces.values())),
    )
