"""Zeek's JSON logs as batches: one object per line, any mixture of logs in a file (Corelight's envelope, VAST's exports).

Rows of one shape (the same keys in the same order) become columns together, since Python transposes equal rows far faster than it
looks up keys row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from typing import Any

from lab.ingest import flat_rows, log_name
from lab.ingest.autokv import unfold
from lab.ingest.batch import BEYOND, MAX_FIELDS, Batch, Cells
from lab.ingest.escapes import shown
from lab.ingest.event_time import epoch_seconds
from lab.ingest.json_objects import JsonObject, Refused, objects_of
from lab.ingest.lines import LineBlock
from lab.ingest.report import CUT_OFF, NO_TIMESTAMP, NOT_JSON, NOT_ZEEK, TOO_DEEP, Tally

GIVE_UP_ROWS = 1000  # a file whose first rows hold no event is not read to its end
NOT_A_LOG = f"not a Zeek log: none of its first {GIVE_UP_ROWS:,} lines is a Zeek event; the rest was not read"


@dataclass(frozen=True)
class _Part:
    """Rows of one log: ``places`` in the block's lines; ``columns`` by field."""

    log: str
    sourcetype: str
    places: list[int]
    times: list[float]
    columns: dict[str, Cells]


@dataclass(frozen=True)
class _Shape:
    """Rows with the same keys: their places in the block and the values by key."""

    places: list[int]
    values: Mapping[str, Sequence[Any]]

    def where(self, kept: Sequence[object]) -> _Shape:
        columns = {key: list(compress(column, kept)) for key, column in self.values.items()}
        return _Shape(list(compress(self.places, kept)), columns)


def batches(blocks: Iterable[LineBlock], file_name: str, tally: Tally) -> Iterator[Batch]:
    """The rows that are Zeek events with a time; the others are counted in the tally."""
    for block in blocks:
        block = _without_blanks(block)
        if tally.rows_stored:
            yield from _block_batches(block, file_name, tally)
            continue
        yield from _block_batches(block.first(GIVE_UP_ROWS), file_name, tally)
        if not tally.rows_stored and tally.reasons[NOT_JSON] + tally.reasons[NOT_ZEEK] >= GIVE_UP_ROWS:
            tally.troubles.append(NOT_A_LOG)
            return
        yield from _block_batches(block.after(GIVE_UP_ROWS), file_name, tally)


def _without_blanks(block: LineBlock) -> LineBlock:
    """Blank lines and the comments of Zeek's own test files are no rows."""
    if all(map(str.startswith, block.lines, repeat("{"))):
        return block
    places = [place for place, line in enumerate(block.lines) if line.strip() and not line.startswith("#")]
    open_end = block.open_end and bool(places) and places[-1] == len(block.lines) - 1
    return LineBlock([block.lines[place] for place in places], [block.numbers[place] for place in places], open_end)


def _block_batches(block: LineBlock, file_name: str, tally: Tally) -> Iterator[Batch]:
    flat, block = flat_rows.batches(block, file_name)
    yield from flat
    if not block.lines:
        return
    shapes: dict[tuple[str, ...], tuple[list[int], list[JsonObject]]] = {}
    for place, row in enumerate(objects_of(block.lines)):
        if isinstance(row, Refused):
            _refuse(row, block, place, tally)
            continue
        places, rows = shapes.setdefault(tuple(row), ([], []))
        places.append(place)
        rows.append(row)
    parts: dict[tuple[str, str], list[_Part]] = {}
    for keys, (places, rows) in shapes.items():
        shape = _Shape(places, dict(zip(keys, zip(*map(dict.values, rows)))))
        for part in _parts(shape, block, file_name, tally):
            parts.setdefault((part.log, part.sourcetype), []).append(part)
    for same in parts.values():
        yield _merged(same, block, tally)


def _refuse(reason: str, block: LineBlock, place: int, tally: Tally) -> None:
    cut = reason == NOT_JSON and block.open_end and place == len(block.lines) - 1
    tally.skip(CUT_OFF if cut else str(reason), block.numbers[place], f"starts {shown(block.lines[place][:40])!r}")


def _parts(shape: _Shape, block: LineBlock, file_name: str, tally: Tally) -> Iterator[_Part]:
    for words, rows in _by_words(shape):
        log = log_name.of_row(words, shape.values, file_name)
        if log is None:
            for place in rows.places:
                _refuse(NOT_ZEEK, block, place, tally)
            continue
        columns, bad = _columns(rows, tally)
        times = epoch_seconds([_time_text(value) for value in rows.values.get("ts", [None] * len(rows.places))])
        kept = _kept(rows, times, bad, block, tally)
        if not all(kept):
            columns = {field: list(compress(cells, kept)) for field, cells in columns.items()}
        places = list(compress(rows.places, kept))
        if places:
            corelight = isinstance(words.get("_path"), str) and "_system_name" in shape.values
            sourcetype = f"corelight_{log}" if corelight else f"zeek:{log}:json"
            yield _Part(log, sourcetype, places, [time for time, keep in zip(times, kept) if keep and time is not None], columns)


def _by_words(shape: _Shape) -> list[tuple[dict[str, Any], _Shape]]:
    """The rows of a shape apart by what they say their log is."""
    keys = [key for key in log_name.ROW_KEYS if key in shape.values]
    groups: dict[tuple[str | None, ...], list[bool]] = {}
    words = list(zip(*([value if isinstance(value, str) else None for value in shape.values[key]] for key in keys)))
    if len(set(words)) <= 1:
        return [(dict(zip(keys, words[0])) if words else {}, shape)]
    for place, word in enumerate(words):
        groups.setdefault(word, [False] * len(words))[place] = True
    return [(dict(zip(keys, word)), shape.where(kept)) for word, kept in groups.items()]


def _columns(rows: _Shape, tally: Tally) -> tuple[dict[str, Cells], set[int]]:
    columns: dict[str, Cells] = {}
    bad: set[int] = set()
    for key, values in rows.values.items():
        unfolded = unfold(key, values)
        bad.update(unfolded.bad)
        if unfolded.dropped:
            tally.notes[BEYOND] += unfolded.dropped
        for field, cells in unfolded.columns.items():
            if field in columns:
                tally.notes[f"in batches where the field {shown(field)} comes both flat and nested; the first is kept"] += len(
                    cells
                )
            columns.setdefault(field, cells)
    return columns, bad


def _time_text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _kept(rows: _Shape, times: Sequence[float | None], bad: set[int], block: LineBlock, tally: Tally) -> list[bool]:
    if not bad and None not in times:
        return [True] * len(times)
    for index, (place, time) in enumerate(zip(rows.places, times)):
        if index in bad:
            tally.skip(TOO_DEEP, block.numbers[place])
        elif time is None:
            value = rows.values["ts"][index] if "ts" in rows.values else None
            tally.skip(NO_TIMESTAMP, block.numbers[place], "no ts" if value is None else f"ts is {shown(str(value))!r}")
    return [index not in bad and time is not None for index, time in enumerate(times)]


def _merged(parts: list[_Part], block: LineBlock, tally: Tally) -> Batch:
    fields = list(dict.fromkeys(field for part in parts for field in part.columns))
    if len(fields) > MAX_FIELDS:
        tally.notes[BEYOND] += sum(len(part.places) for part in parts)
    columns: dict[str, Cells] = {}
    for field in fields[:MAX_FIELDS]:
        cells: list[Any] = []
        for part in parts:
            cells += part.columns.get(field) or [None] * len(part.places)
        columns[field] = cells
    places = [place for part in parts for place in part.places]
    return Batch(
        parts[0].log,
        parts[0].sourcetype,
        [block.lines[place] for place in places],
        [time for part in parts for time in part.times],
        [block.numbers[place] for place in places],
        _hosts(columns, len(places)),
        columns,
    )


def _hosts(columns: dict[str, Cells], rows: int) -> list[str]:
    hosts = ["lab"] * rows
    for field in flat_rows.HOST_KEYS:
        for place, name in enumerate(columns.get(field, ())):
            if isinstance(name, str) and name:
                hosts[place] = name
    return hosts
