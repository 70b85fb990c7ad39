"""The CSV body of a chunk as columns, in plain Python (runs on indexers).

Two shapes of the same block are offered: cells by column, and the untouched text of each record, so that a command which only
adds fields appends to the record instead of encoding every cell again.

Fast path: when every physical line has an even number of quotes no newline is inside a cell; commas inside quotes (Zeek's
``gssapi,smb,krb``) are hidden behind a letter that the block does not hold, and one flat split gives all columns. Anything else
goes through the csv module. Text is wire text (see the package docstring).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence

from .chunk import ChunkError

BLOCK_B = 256 * 1024  # cache-sized: halves memory and keeps the split list warm
TWIN = "__mv_"
CHUNKED_IDX = "_chunked_idx"
_CELL_LIMIT = 2**31 - 1  # the csv module's own limit is 131,072 characters, the SDK's 10 MiB; a log may hold more
HIDDEN_COMMA = "\x1a"  # SUBSTITUTE: no log holds it, and a block that does goes through the csv module
_KNOWN_CELLS = 8
_NEITHER_QUOTE_NOR_NEWLINE = bytes(set(range(256)) - set(b'"\n'))
_NUL_STAND_IN = "\u0100"  # csv on 3.9 refuses NUL; no wire text holds a character above U+00FF


def to_wire(text: str) -> str:
    """Unicode text as wire text (UTF-8 bytes, one character each)."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def from_wire(text: str) -> str:
    """Wire text as Unicode; bytes that are not UTF-8 become U+FFFD."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


class Columns:
    """A block of records.

    names: field names in header order, without twins. rows: number of records. ``cells(name)`` is the column as a list of
    str, one per record ('' = null), None when the field is not in the header; of duplicate names the first counts.
    ``values(name, row)`` gives the list of a multivalue cell. ``records`` is the text of each record without its line end.
    """

    def __init__(
        self, header: Sequence[str], rows: int, read: Callable[[int], list[str]], records: Callable[[], list[str]]
    ) -> None:
        """read(place in the header) gives a column; it is asked once per column."""
        self.rows, self._read, self._records = rows, read, records
        self._columns: dict[str, list[str]] = {}
        self._at: dict[str, int] = {}
        for at, name in enumerate(header):
            self._at.setdefault(name, at)

    @property
    def names(self) -> list[str]:
        return [name for name in self._at if not name.startswith(TWIN)]

    @property
    def records(self) -> list[str]:
        return self._records()

    def cells(self, name: str) -> list[str] | None:
        at = self._at.get(name)
        if at is None:
            return None
        if name not in self._columns:
            self._columns[name] = self._read(at)
        return self._columns[name]

    def values(self, name: str, row: int) -> list[str]:
        """The values of one cell: [] for null, one item for a plain cell, all of them when the multivalue twin is filled."""
        twins = self.cells(TWIN + name)
        if twins and twins[row]:
            return decode_multivalue(twins[row])
        cells = self.cells(name)
        return [cells[row]] if cells and cells[row] else []


def decode_multivalue(twin: str) -> list[str]:
    """``$a$;$b$`` with every ``$`` of a value doubled -> [a, b]. Raises ChunkError on anything else."""
    if len(twin) < 2 or twin[0] != "$" or twin[-1] != "$":
        raise ChunkError(f"a multivalue cell must look like $a$;$b$, got {twin[:60]!r}")
    values, at = [], 1
    while True:
        end = at
        while True:  # the closing $ is the first that is not doubled
            end = twin.find("$", end)
            if end < 0:
                raise ChunkError(f"a multivalue cell must look like $a$;$b$, got {twin[:60]!r}")
            if twin[end + 1 : end + 2] != "$":
                break
            end += 2
        values.append(twin[at:end].replace("$$", "$"))
        if end == len(twin) - 1:
            return values
        if twin[end + 1 : end + 3] != ";$":
            raise ChunkError(f"a multivalue cell must look like $a$;$b$, got {twin[:60]!r}")
        at = end + 3


def read_header(body: bytes) -> tuple[list[str], int]:
    """Field names of a body and where its records begin. An empty body has no header: ([], 0)."""
    if not body:
        return [], 0
    end = cut(body, 0, 1)
    names = next(csv.reader([body[:end].decode("latin-1")]), [])
    return names, end


def blocks(body: bytes, block_b: int = BLOCK_B, few: bool = False) -> Iterator[Columns]:
    """The body as blocks of about block_b bytes, cut between records. A header without records is one block of 0 rows.

    few: only a few columns will be read; each is then cut out of the lines by itself. Raises ChunkError when a record has
    another number of cells than the header.
    """
    header, at = read_header(body)
    known: dict[str, str] = {}
    if header and at >= len(body):
        yield Columns(header, 0, lambda at: [], list)
    while at < len(body):
        end = cut(body, at, block_b)
        yield read_block(header, body[at:end], few, known)
        at = end


def cut(body: bytes, start: int, at_least: int) -> int:
    """Offset after the first newline outside quotes that lies at_least bytes after start (or the end of the body)."""
    at, quotes = start, 0
    probe = start + at_least - 1
    while True:
        newline = body.find(b"\n", probe)
        if newline < 0:
            return len(body)
        quotes += body.count(b'"', at, newline)
        if quotes % 2 == 0:
            return newline + 1
        at, probe = newline, newline + 1


def read_block(header: list[str], block: bytes, few: bool = False, known: dict[str, str] | None = None) -> Columns:
    """known: quoted cells with commas met before -> the same with commas hidden; it is added to."""
    if not block.endswith(b"\n"):
        block += b"\n"
    rows = block.count(b"\n")
    text = block.decode("latin-1")
    crlf = block.endswith(b"\r\n")
    whole = text.count("\r\n") == text.count("\r") == rows if crlf else "\r" not in text
    if not whole or '""' in text or HIDDEN_COMMA in text or newline_in_quotes(block):
        return _by_csv(header, text)

    def records() -> list[str]:
        return text.split("\r\n" if crlf else "\n")[:-1]

    known = {} if known is None else known
    read = None if few else _at_once(header, text, rows, known)
    if read is None:
        hiding: set[int] = set()
        lines = _commas_hidden(records(), len(header) - 1, hiding, known)
        if lines is None:
            return _by_csv(header, text)
        read = _one_by_one(lines, hiding) if few else _at_once(header, "\n".join([*lines, ""]), rows, {})
    return Columns(header, rows, read, records) if read else _by_csv(header, text)


def newline_in_quotes(block: bytes) -> bool:
    """Whether some physical line has an odd number of quotes: strip all but quotes and newlines, then cancel the quotes in
    pairs."""
    return b'"' in block.translate(None, _NEITHER_QUOTE_NOR_NEWLINE).replace(b'""', b"")


def _commas_hidden(lines: list[str], commas: int, hiding: set[int], known: dict[str, str]) -> list[str] | None:
    """Lines in which only separators are commas, those between quotes replaced; None when a record has too few or too many.

    No quote is doubled and no newline quoted, so quotes only wrap cells. Adds the columns with hidden commas to hiding, and
    to known the cells it meets: a handful of service lists make up nearly all.
    """
    odd = [at for at, line in enumerate(lines) if line.count(",") != commas]
    if not odd:
        return lines
    lines = lines.copy()
    for at in odd:
        for cell, shown in known.items():
            place = lines[at].find(cell)
            if place >= 0:
                line = lines[at].replace(cell, shown, 1)
                if line.count(",") == commas:  # it was the only one
                    hiding.add(lines[at].count(",", 0, place))
                    break
        else:
            line = _quoted_commas_hidden(lines[at], hiding, known)
            if line.count(",") != commas:
                return None
        lines[at] = line
    return lines


def _quoted_commas_hidden(line: str, hiding: set[int], known: dict[str, str]) -> str:
    parts = line.split('"')  # outside, quoted, outside, …: only the outside ones hold separators
    for quoted in range(1, len(parts), 2):
        cell = parts[quoted]
        if "," in cell:
            parts[quoted] = cell.replace(",", HIDDEN_COMMA)
            hiding.add("".join(parts[:quoted:2]).count(","))
            # a quote before a comma closes a cell and one behind a comma opens one: only a cell like "a,b" is sure to be whole
            if cell[0] != "," and cell[-1] != "," and len(known) < _KNOWN_CELLS:
                known[f'"{cell}"'] = f'"{parts[quoted]}"'
    return '"'.join(parts)


def _one_by_one(lines: list[str], hiding: set[int]) -> Callable[[int], list[str]]:
    """Columns cut out of the lines one at a time."""

    def read(at: int) -> list[str]:
        cells = [line.split(",", at + 1)[at] for line in lines]
        if '"' in "".join(cells):
            cells = [cell.replace('"', "") for cell in cells]
        return _commas_back(cells) if at in hiding else cells

    return read


def _at_once(header: list[str], text: str, rows: int, known: dict[str, str]) -> Callable[[int], list[str]] | None:
    """All columns by one split of the whole block; None when a cell may hold a comma that is not known yet.

    Every line has an even number of quotes, so a line ends a record, and a record has at least len(header) - 1 commas: when the
    block has no more than these, each is a separator.
    """
    for cell, shown in known.items():
        text = text.replace(cell, shown)
    hidden = text.count(HIDDEN_COMMA)
    width, half = len(header), len(header) // 2
    text = text.replace('"', "").replace("\r", "")
    if half and header[half:] == [TWIN + name for name in header[:half]]:
        tail = "," * half + "\n"  # splunkd writes all twins after the last field, nearly always empty: cut them first
        if text.count(tail) == rows:
            text, width = text.replace(tail, "\n"), half
    if text.count(",") != rows * (width - 1):
        return None
    cells = text.replace("\n", ",").split(",")
    cells.pop()

    def read(at: int) -> list[str]:
        column = cells[at::width] if at < width else [""] * rows
        return _commas_back(column) if hidden and HIDDEN_COMMA in "".join(column) else column

    return read


def _commas_back(cells: list[str]) -> list[str]:
    return [cell.replace(HIDDEN_COMMA, ",") for cell in cells]


def _by_csv(header: list[str], text: str) -> Columns:
    csv.field_size_limit(_CELL_LIMIT)
    nul = "\0" in text
    reader = csv.reader(io.StringIO(text.replace("\0", _NUL_STAND_IN) if nul else text, newline=""))
    table: list[list[str]] = [[] for _ in header]
    rows = 0
    for cells in _checked(reader):
        rows += 1
        if not cells and len(header) == 1:
            cells = [""]  # the csv module reads an empty line, one null cell, as no cells
        if len(cells) != len(header):
            raise ChunkError(f"record {rows} of the chunk has {len(cells)} cells, its header {len(header)}")
        for column, cell in zip(table, cells):
            column.append(cell.replace(_NUL_STAND_IN, "\0") if nul else cell)
    return Columns(header, rows, table.__getitem__, lambda: _records(text))


def _checked(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise ChunkError(f"the body is not CSV: {error}") from error


def _records(text: str) -> list[str]:
    """The text of each record without its line end: physical lines, joined where a cell holds a newline."""
    records, open_lines, quotes = [], [], 0
    for line in text.split("\n")[:-1]:
        quotes += line.count('"')
        open_lines.append(line)
        if quotes % 2 == 0:
            records.append("\n".join(open_lines))
            open_lines = []
    if open_lines:
        raise ChunkError("the body ends inside a quoted cell")
    return [record[:-1] if record.endswith("\r") else record for record in records]
