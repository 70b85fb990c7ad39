"""Results on a terminal or in a pipe.

Everything from a log is hostile: no control character reaches a terminal, and no markup works.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from itertools import islice
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.driver import Cell, Message, ProcessReport, Rows
from lab.spl import SearchResult
from lab.spl.session import Step

SHOWN_ROWS = 1_000
_NARROWEST = 9  # characters a column needs to be readable, its frame included
_PIPED_WIDTH = 200
_STEP_CHARS = 400
_CSV_SPECIAL = re.compile(r'[",\r\n]')
_STYLES = {"ERROR": "red", "FATAL": "red", "WARN": "yellow", "INFO": "cyan", "DEBUG": "dim"}


def console_of(stream: TextIO) -> Console:
    """A console without markup, links or guessed colours; wide where nobody sees the edge."""
    width = None if stream.isatty() else _PIPED_WIDTH
    return Console(file=stream, markup=False, highlight=False, emoji=False, width=width)


def visible(text: str) -> str:
    r"""Text with every character that does not show written as \x1b or \u202e."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def show_messages(console: Console, messages: Sequence[Message]) -> None:
    """Each message once, with its level and how many processes said it."""
    counts: dict[tuple[str, str], int] = {}
    for message in messages:
        counts[message.level, message.text] = counts.get((message.level, message.text), 0) + 1
    for (level, text), count in counts.items():
        if level != "DEBUG":
            times = f" ({count} processes)" if count > 1 else ""
            say(console, f"{level}  {text}{times}", _STYLES.get(level, ""))


def say(console: Console, text: str, style: str = "") -> None:
    """A line of text, wrapped, its control characters shown."""
    for line in text.split("\n"):
        console.print(Text(visible(line), style=style))


def show_table(console: Console, result: SearchResult) -> None:
    """The first SHOWN_ROWS rows: a table, or one block per row where the columns would not fit side by side."""
    shown = islice(_cells(result), SHOWN_ROWS)
    _show_records(console, result.fields, [dict(zip(result.fields, cells)) for cells in shown], result.count)


def show_rows(console: Console, rows: Rows, count: int) -> None:
    """The same for rows that are at hand, the first of ``count``."""
    fields = list(rows.columns)
    records = [dict(zip(fields, cells)) for cells in islice(zip(*rows.columns.values()), SHOWN_ROWS)]
    _show_records(console, fields, records, count)


def _show_records(console: Console, fields: Sequence[str], records: Sequence[dict[str, Cell]], count: int) -> None:
    if not records:
        console.print(f"No rows. Fields: {visible(', '.join(fields)) or 'none'}.")
        return
    if len(fields) * _NARROWEST > console.width:
        _show_blocks(console, fields, records)
    else:
        table = Table(show_lines=any(isinstance(cell, list) for record in records for cell in record.values()))
        for field in fields:
            table.add_column(Text(visible(field)), overflow="fold")
        for record in records:
            table.add_row(*(Text(_shown(field, record[field])) for field in fields))
        console.print(table)
    if count > len(records):
        console.print(
            f"{count - len(records):,} of {count:,} rows are not shown; add | head or use --format csv or --format json."
        )


def show_steps(console: Console, steps: Sequence[Step]) -> None:
    """What each command of a search left, and how long it took when run by itself."""
    table = Table(title="Plan: each command run by itself", title_justify="left")
    for title in ("", "command", "rows", "fields", "seconds", "with"):
        table.add_column(title, justify="right" if title in ("", "rows", "fields", "seconds") else "left", overflow="fold")
    for number, step in enumerate(steps, 1):
        text = step.text if len(step.text) <= _STEP_CHARS else step.text[: _STEP_CHARS - 1] + "…"
        cells = (str(number), visible(step.command), f"{step.rows:,}", f"{step.fields:,}", f"{step.seconds:.3f}")
        table.add_row(*map(Text, cells), Text(visible(text.replace("\n", " "))))
    console.print(table)


def _show_blocks(console: Console, fields: Sequence[str], records: Sequence[dict[str, Cell]]) -> None:
    for number, record in enumerate(records, 1):
        block = Table(title=f"row {number:,}", title_justify="left", show_header=False, box=None)
        block.add_column(style="cyan", no_wrap=True)
        block.add_column(overflow="fold")
        for field in fields:
            if record[field] not in (None, "", []):
                block.add_row(Text(visible(field)), Text(_shown(field, record[field])))
        console.print(block)


def _shown(field: str, cell: Cell) -> str:
    if isinstance(cell, list):
        return "\n".join(visible(value) for value in cell)
    if field == "_time" and cell:
        return _utc(cell)
    return visible(cell or "")


def _utc(epoch_s: str) -> str:
    try:
        return datetime.fromtimestamp(float(epoch_s), timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    except (ValueError, OverflowError, OSError):
        return visible(epoch_s)


def write_json(stream: TextIO, result: SearchResult | Rows) -> None:
    """An array with one object per row; a field without a value is left out, one with several is an array."""
    separator = "["
    for cells in _cells(result):
        record = {field: cell for field, cell in zip(_fields(result), cells) if cell not in (None, "", [])}
        stream.write(f"{separator}\n{json.dumps(record)}")
        separator = ","
    stream.write("\n]\n" if result.count else "[]\n")


def write_csv(stream: TextIO, result: SearchResult | Rows) -> None:
    """A header and one record per row; several values are joined by line ends. On a terminal control characters are shown."""
    escape = visible if stream.isatty() else str
    stream.write(_record([escape(field) for field in _fields(result)]))
    for cells in _cells(result):
        stream.write(_record(["\n".join(map(escape, cell)) if isinstance(cell, list) else escape(cell or "") for cell in cells]))


def _record(cells: Sequence[str]) -> str:
    # csv.writer of Python 3.9 leaves a lone CR unquoted when rows end with LF
    return ",".join('"' + cell.replace('"', '""') + '"' if _CSV_SPECIAL.search(cell) else cell for cell in cells) + "\n"


def _fields(result: SearchResult | Rows) -> Sequence[str]:
    return list(result.columns) if isinstance(result, Rows) else result.fields


def _cells(result: SearchResult | Rows) -> Iterator[tuple[Cell, ...]]:
    for batch in [result] if isinstance(result, Rows) else result.batches():
        yield from zip(*batch.columns.values())


def process_line(report: ProcessReport) -> str:
    """What went through a process, for the last lines."""
    return (
        f"{report.name}: {report.rows_in:,} rows in, {report.rows_out:,} out "
        f"({report.bytes_in:,} and {report.bytes_out:,} bytes, {report.requests:,} requests)."
    )
