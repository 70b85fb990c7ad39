r"""Zeek's tab-separated logs as batches, read by ``#fields``, never by position.

The header lines ``#separator #set_separator #empty_field #unset_field #path #fields #types`` are honoured wherever they stand: a
second block in the middle of a file (rotated logs put together) renames the columns from there on. ``#close`` may be missing.
Fields are text as Splunk shows it: unset (``-``), ``(empty)`` and nothing at all are absent; sets and vectors stay the comma text
of the log; ``\xNN`` and ``\\`` are decoded, in sets all but the set separator's own escape. ``_raw`` is the line as it stands.
Source: Zeek, src/logging/writers/ascii/Ascii.cc.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress

from lab.ingest import log_name
from lab.ingest.batch import Batch, Cells, Piece, Split
from lab.ingest.escapes import shown, unescape
from lab.ingest.event_time import epoch_seconds
from lab.ingest.lines import LineBlock
from lab.ingest.report import BEFORE_HEADER, CUT_OFF, NO_TIMESTAMP, WRONG_CELLS, Tally

_SETS = ("set", "vector", "table")


@dataclass(frozen=True)
class Header:
    """What the header lines said so far; Zeek's defaults where they are silent."""

    separator: str = "\t"
    set_separator: str = ","
    empty: str = "(empty)"
    unset: str = "-"
    path: str = ""
    fields: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    @property
    def absent(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.unset, self.empty, "")))

    def after(self, line: str) -> Header:
        """The header with one more ``#`` line taken in; lines with other words are comments."""
        if line.startswith("#separator"):
            separator = unescape(line[len("#separator") :].strip(" \t"))
            return Header(separator=separator) if separator and "\\" not in separator else Header()
        word, _, rest = line[1:].partition(self.separator)
        if word == "fields":
            return replace(self, fields=tuple(map(unescape, rest.split(self.separator))), types=())
        if word == "types":
            return replace(self, types=tuple(rest.split(self.separator)))
        value = unescape(rest)
        if word == "set_separator":
            return replace(self, set_separator=value)
        if word == "empty_field":
            return replace(self, empty=value)
        if word == "unset_field":
            return replace(self, unset=value)
        return replace(self, path=value) if word == "path" else self


@dataclass(frozen=True)
class _Rows:
    """Lines under one header, their numbers and, once known, their times."""

    lines: list[str]
    numbers: Sequence[int]
    times: Sequence[float] = ()

    def where(self, kept: Sequence[object]) -> _Rows:
        return _Rows(list(compress(self.lines, kept)), list(compress(self.numbers, kept)), list(compress(self.times, kept)))


def batches(blocks: Iterable[LineBlock], file_name: str, tally: Tally) -> Iterator[Batch]:
    """The rows with a time and the right number of cells; the others are counted in the tally."""
    header = Header()
    for block in blocks:
        start = 0
        marks = [place for place, line in enumerate(block.lines) if line[:1] == "#" or _is_indented_header(line)]
        for mark in [*marks, len(block.lines)]:
            if mark > start:
                rows = _without_blanks(_Rows(block.lines[start:mark], block.numbers[start:mark]))
                yield from _segment(rows, header, file_name, _Ending(tally, block.open_end and mark == len(block.lines)))
            if mark < len(block.lines):
                header = header.after(block.lines[mark].lstrip())
            start = mark + 1


def _is_indented_header(line: str) -> bool:
    """Edited logs are seen with a tab before the first header line."""
    return line[:1].isspace() and line.lstrip().startswith("#separator")


@dataclass(frozen=True)
class _Ending:
    """The tally, and whether the last of the rows is where the file ends without a line end."""

    tally: Tally
    is_open: bool


def _without_blanks(rows: _Rows) -> _Rows:
    return rows if all(rows.lines) else rows.where(rows.lines)


def _segment(rows: _Rows, header: Header, file_name: str, ending: _Ending) -> Iterator[Batch]:
    if not rows.lines:
        return
    if not header.fields:
        ending.tally.skip(BEFORE_HEADER, rows.numbers[0], rows=len(rows.lines))
        return
    rows = _with_times(_with_right_cells(rows, header, ending), header, ending.tally)
    log = log_name.of_header(header.path, header.fields, file_name)
    escaped = ["\\" in line for line in rows.lines]
    if not any(escaped):
        yield from _split_batch(rows, header, log)
        return
    yield from _split_batch(rows.where([not mark for mark in escaped]), header, log)
    yield from _decoded_batch(rows.where(escaped), header, log)


def _with_right_cells(rows: _Rows, header: Header, ending: _Ending) -> _Rows:
    expected = len(header.fields)
    counts = [line.count(header.separator) + 1 for line in rows.lines]
    if ending.is_open:
        if counts[-1] < expected:
            ending.tally.skip(CUT_OFF, rows.numbers[-1])
            rows, counts = rows.where([*[True] * (len(counts) - 1), False]), counts[:-1]
        elif counts[-1] == expected:
            ending.tally.notes["without a line end at the end of the file; the last value may be cut"] += 1
    if counts.count(expected) == len(counts):
        return rows
    right = [count == expected for count in counts]
    for number, count in zip(rows.numbers, counts):
        if count != expected:
            ending.tally.skip(WRONG_CELLS, number, f"{count} cells under {expected} fields")
    return rows.where(right)


def _with_times(rows: _Rows, header: Header, tally: Tally) -> _Rows:
    if not rows.lines:
        return rows
    if "ts" not in header.fields:
        tally.skip(NO_TIMESTAMP, rows.numbers[0], "its #fields have no ts", rows=len(rows.lines))
        return _Rows([], [])
    texts = _cells(rows.lines, header, header.fields.index("ts"))
    times = epoch_seconds(texts)
    if None not in times:
        return _Rows(rows.lines, rows.numbers, [time for time in times if time is not None])
    for number, text, time in zip(rows.numbers, texts, times):
        if time is None:
            tally.skip(NO_TIMESTAMP, number, f'ts is "{shown(text)}"')
    kept = [time is not None for time in times]
    return replace(rows.where(kept), times=[time for time in times if time is not None])


def _cells(lines: Sequence[str], header: Header, place: int) -> list[str]:
    if place == 0:
        return [line.partition(header.separator)[0] for line in lines]
    return [line.split(header.separator, place + 1)[place] for line in lines]


def _split_batch(rows: _Rows, header: Header, log: str) -> Iterator[Batch]:
    if rows.lines:
        split = Split(header.fields, header.separator, header.absent, list(map(Piece, range(1, len(header.fields) + 1))))
        hosts = _hosts(rows, header)
        yield Batch(log, f"zeek:{log}", rows.lines, rows.times, rows.numbers, hosts, split=split)


def _decoded_batch(rows: _Rows, header: Header, log: str) -> Iterator[Batch]:
    if not rows.lines:
        return
    absent = frozenset(header.absent)
    types = [*header.types, *[""] * len(header.fields)]
    columns: dict[str, Cells] = {}
    for name, zeek_type, cells in zip(header.fields, types, zip(*(line.split(header.separator) for line in rows.lines))):
        kept = header.set_separator if zeek_type.startswith(_SETS) else ""
        decoded = [None if cell in absent else unescape(cell, kept) for cell in cells]
        columns.setdefault(name, [cell if cell is None else [cell] for cell in decoded] if "{}" in name else decoded)
    yield Batch(log, f"zeek:{log}", rows.lines, rows.times, rows.numbers, _hosts(rows, header), columns)


def _hosts(rows: _Rows, header: Header) -> list[str]:
    if "_system_name" not in header.fields:
        return ["lab"] * len(rows.lines)
    absent = frozenset(header.absent)
    names = _cells(rows.lines, header, header.fields.index("_system_name"))
    return ["lab" if name in absent else unescape(name) for name in names]
