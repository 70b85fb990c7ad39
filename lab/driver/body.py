"""The CSV body of a message, written as splunkd writes it and read as leniently as splunkd reads it.

Captured traffic (splunkd 8.2.1): all field names first, then a twin ``__mv_<name>`` for each; a name or value stands bare only
when it is purely [A-Za-z0-9] or empty. A field with several values holds them joined by LF; its twin holds ``$a$;$b$`` with
every ``$`` inside a value doubled. The twin of any other field is empty.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Sequence

from lab.driver.failure import BrokenReply
from lab.driver.rows import Cell, Rows

CHUNKED_IDX = "_chunked_idx"
TWIN = "__mv_"
CRLF, LF = "\r\n", "\n"  # splunkd's row end on Linux and on Windows
_VALUE = re.compile(r"\$((?:[^$]|\$\$)*)\$(?:;|\Z)")
_CELL_LIMIT = 2**31 - 1
_FEW_DISTINCT = 8  # a column with this many times fewer distinct values than rows is quoted once per distinct value
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def encode_body(rows: Rows, with_index: bool = False, row_end: str = CRLF) -> bytes:
    """A request body. with_index adds ``_chunked_idx``, 0 … count-1, as streaming commands get it. No column: an empty body."""
    names = list(rows.columns) + ([CHUNKED_IDX] if with_index else [])
    if not names:
        return b""
    plain: list[Sequence[str]] = []
    twins: list[Sequence[str] | None] = []
    for cells in rows.columns.values():
        texts, twin = _split_values(cells)
        plain.append(_quoted(texts))
        twins.append(None if twin is None else _quoted(twin))
    if with_index:
        plain.append([str(index) for index in range(rows.count)])
        twins.append(None)
    header = ",".join(_quote(name) for name in [*names, *(TWIN + name for name in names)])
    if any(twin is not None for twin in twins):
        empty = [""] * rows.count
        end, columns = row_end, [*plain, *(empty if twin is None else twin for twin in twins)]
    else:
        end, columns = "," * len(names) + row_end, plain
    lines = end.join(map(",".join, zip(*columns)))
    return (header + row_end + lines + (end if rows.count else "")).encode("utf-8")


def decode_body(body: bytes) -> Rows:
    """A reply body as columns; twins become lists, empty cells None. Raises BrokenReply for a body that is not such a CSV."""
    if not body:
        return Rows({}, 0)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenReply(f"the reply's body is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}") from error
    header, *records = _csv_records(text)
    duplicates = sorted({name for name in header if header.count(name) > 1})
    if duplicates:
        raise BrokenReply(f"the reply's header names a field twice: {', '.join(duplicates)}")
    for number, record in enumerate(records, 1):
        if len(record) != len(header):
            raise BrokenReply(f"row {number} of the reply has {len(record)} cells, its header {len(header)}")
    cells = dict(zip(header, zip(*records))) if records else dict.fromkeys(header, ())
    columns: dict[str, Sequence[Cell]] = {}
    for name in header:
        if not name.startswith(TWIN):
            columns[name] = _joined_values(name, cells[name], cells.get(TWIN + name))
    return Rows(columns, len(records))


def _split_values(cells: Sequence[Cell]) -> tuple[Sequence[str], Sequence[str] | None]:
    """Texts, and the twin's texts where any cell holds more than one value."""
    if not any(type(cell) is list for cell in cells):
        return [cell or "" for cell in cells], None  # type: ignore[misc]  # no lists left, which mypy cannot see
    texts, twins = [], []
    for cell in cells:
        many = isinstance(cell, list) and len(cell) > 1
        texts.append("\n".join(cell) if isinstance(cell, list) else cell or "")
        twins.append(";".join(f"${value.replace('$', '$$')}$" for value in cell or ()) if many else "")
    return texts, twins if any(twins) else None


def _joined_values(name: str, texts: Sequence[str], twins: Sequence[str] | None) -> Sequence[Cell]:
    if twins is None or not any(twins):
        return [text or None for text in texts]
    return [_values(name, twin) if twin else text or None for text, twin in zip(texts, twins)]


def _values(name: str, twin: str) -> Cell:
    values, at = [], 0
    while at < len(twin):
        match = _VALUE.match(twin, at)
        if match is None:
            raise BrokenReply(f"{TWIN}{name} holds {twin[:80]!r}, which is not $value$;$value$")
        values.append(match.group(1).replace("$$", "$"))
        at = match.end()
    return values[0] or None if len(values) == 1 else values


def _quoted(texts: Sequence[str]) -> Sequence[str]:
    """Each text as a CSV cell."""
    together = "".join(texts)
    if not together or (together.isascii() and together.isalnum()):
        return texts
    distinct = set(texts)
    if len(distinct) * _FEW_DISTINCT < len(texts):
        cells = {text: _quote(text) for text in distinct}
        return [cells[text] for text in texts]
    if together.isascii() and '"' not in together:
        return [text if not text or text.isalnum() else f'"{text}"' for text in texts]
    return [_quote(text) for text in texts]


def _quote(text: str) -> str:
    if not text or (text.isascii() and text.isalnum()):
        return text
    return '"' + text.replace('"', '""') + '"'


def allow_wide_cells() -> None:
    """Cells of any length for the csv module. Its limit is one for the whole process, so whoever reads asks for it."""
    csv.field_size_limit(_CELL_LIMIT)


def _csv_records(text: str) -> list[list[str]]:
    """The rows of a CSV text. Python 3.9's csv refuses NUL, so it travels as a character that the text does not hold."""
    stand_in = None
    if "\0" in text and sys.version_info < (3, 11):
        stand_in = next(char for char in map(chr, range(0xE000, 0xF900)) if char not in text)
        text = text.replace("\0", stand_in)
    allow_wide_cells()
    try:
        # a blank line is one empty cell of a one-column table: csv gives it as []
        records = [record or [""] for record in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise BrokenReply(f"the reply's body is not CSV: {error}") from error
    if stand_in is not None:
        records = [[cell.replace(stand_in, "\0") for cell in record] for record in records]
    return records
