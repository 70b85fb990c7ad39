"""The CSV body of a chunk as columns, in plain Python (runs on indexers).

Two shapes of the same block are offered: cells by column, and the untouched text of each record, so that a command which only
adds fields appends to the record instead of encoding every cell again.

Fast path: empty twins are cut, commas inside quotes (Zeek's ``gssapi,smb,krb``) hidden behind a letter that the block does not
hold; when the quotes that remain wrap no separator, they go and one flat split gives all columns. Anything else goes through
the csv module. Text is wire text (see the package docstring).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Container, Iterator, Sequence

from .chunk import ChunkError

BLOCK_B = 128 * 1024  # cache-sized: halves memory and keeps the split list warm
TWIN = "__mv_"
CHUNKED_IDX = "_chunked_idx"
_CELL_LIMIT = 2**31 - 1  # the csv module's own limit is 131,072 characters, the SDK's 10 MiB; a log may hold more
HIDDEN_COMMA = b"\x1a"  # SUBSTITUTE: no log holds it, and a block that does goes through the csv module
_KNOWN_CELLS = 8
_NO_MARK = bytes(set(range(256)) - set(b'",\r\n'))
_NEWLINE_AS_COMMA = bytes.maketrans(b"\n", b",")
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


Known = dict[bytes, bytes]  # quoted cells with commas met before -> the same with commas hidden


def blocks(body: bytes, block_b: int = BLOCK_B, few: bool = False, known: Known | None = None) -> Iterator[Columns]:
    """The body as blocks of about block_b bytes, cut between records. A header without records is one block of 0 rows.

    few: only a few columns will be read; each is then cut out of the lines by itself. known: kept from one body to the next it
    saves finding the same cells again. Raises ChunkError when a record has another number of cells than the header.
    """
    header, at = read_header(body)
    known = {} if known is None else known
    if header and at >= len(body):
        yield Columns(header, 0, lambda at: [], list)
    while at < len(body):
        # a remainder that is little more than a block is not worth looking for a place to cut
        end = cut(body, at, block_b) if len(body) - at > block_b + block_b // 4 else len(body)
        yield read_block(header, body[at:end], known, few)
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


def read_block(header: list[str], block: bytes, known: Known, few: bool = False) -> Columns:
    """The columns of a block of whole records. known is read and added to."""
    if not block.endswith(b"\n"):
        block += b"\n"
    end = b"\r\n" if block.endswith(b"\r\n") else b"\n"
    if few:
        regular = regular_lines(block, _separators(len(header), end), block.count(b"\n"), known)
        if regular is not None:
            return _one_by_one(header, regular.decode("latin-1").split(end.decode())[:-1])
    else:
        lines, separators, rows = without_twins(header, block)
        regular = regular_lines(lines, separators, rows, known)
        if regular is not None:
            read = _at_once(regular, len(separators), rows)
            return Columns(header, rows, read, lambda: block.decode("latin-1").split(end.decode())[:-1])
    return _by_csv(header, block.decode("latin-1"))


def _separators(cells: int, end: bytes) -> bytes:
    return b"," * (cells - 1) + end


def without_twins(header: list[str], block: bytes) -> tuple[bytes, bytes, int]:
    """The block with plain newlines and, where no record fills a twin, without twins; the separators of its records; and how
    many records it holds if it is regular.

    splunkd writes all twins after the last field, nearly always empty. A block that mixes line ends keeps a carriage return.
    """
    end = b"\r\n" if block.endswith(b"\r\n") else b"\n"
    half = len(header) // 2
    if half and header[half:] == [TWIN + name for name in header[:half]]:
        tail = b"," * half + end
        lines = block.replace(tail, b"\n")
        rows, rest = divmod(len(block) - len(lines), len(tail) - 1)
        # a filled twin holds a dollar; without any, what was cut tells the records without counting them
        if not rest and (b"$" not in block or rows == block.count(b"\n")):
            return lines, _separators(half, b"\n"), rows
    lines = block.replace(b"\r\n", b"\n") if end == b"\r\n" else block
    return lines, _separators(len(header), b"\n"), block.count(b"\n")


def regular_lines(lines: bytes, separators: bytes, rows: int, known: Known) -> bytes | None:
    """The lines with every comma inside a cell replaced by HIDDEN_COMMA, byte for byte, so that what separates is all that is
    left of commas and newlines and quotes only wrap cells; None where that cannot be had."""
    if HIDDEN_COMMA in lines:
        return None
    for cell, shown in known.items():
        lines = lines.replace(cell, shown)
    if not _regular(lines, separators, rows):
        lines = _commas_hidden(lines, separators.count(b","), known)
        if not _regular(lines, separators, rows):
            return None
    return lines


def _regular(lines: bytes, separators: bytes, rows: int) -> bool:
    """Whether every line is a record with these separators, and quotes do nothing but wrap cells that hold none.

    Of quotes and separators alone, the quotes around a cell without separators are neighbours and cancel; one around a
    separator is left over. Three in a row mean that a cell holds a quote.
    """
    marks = lines.translate(None, _NO_MARK)
    return b'"""' not in marks and marks.replace(b'""', b"") == separators * rows


def _commas_hidden(lines: bytes, commas: int, known: Known) -> bytes:
    """The lines with commas between quotes replaced, except where a quote is doubled: elsewhere quotes only wrap cells.

    Adds to known the cells it meets: a handful of service lists make up nearly all.
    """
    return b"\n".join(
        [
            line if line.count(b",") == commas or b'""' in line else _quoted_commas_hidden(line, known)
            for line in lines.split(b"\n")
        ]
    )


def _quoted_commas_hidden(line: bytes, known: Known) -> bytes:
    parts = line.split(b'"')  # outside, quoted, outside, …: only the outside ones hold separators
    for quoted in range(1, len(parts), 2):
        cell = parts[quoted]
        if b"," in cell:
            parts[quoted] = cell.replace(b",", HIDDEN_COMMA)
            # a quote before a comma closes a cell and one behind a comma opens one: only a cell like "a,b" is sure to be whole
            if not cell.startswith(b",") and not cell.endswith(b",") and len(known) < _KNOWN_CELLS:
                known[b'"%b"' % cell] = b'"%b"' % parts[quoted]
    return b'"'.join(parts)


def _one_by_one(header: list[str], lines: list[str]) -> Columns:
    """Columns cut out of the lines one at a time, from the nearer end."""
    width = len(header)

    def read(at: int) -> list[str]:
        if 2 * at < width:
            cells = [line.split(",", at + 1)[at] for line in lines]
        else:
            cells = [line.rsplit(",", width - at)[1] for line in lines]
        return _commas_back([cell.replace('"', "") for cell in cells] if '"' in "".join(cells) else cells)

    return Columns(header, len(lines), read, lambda: _commas_back(lines))


def _at_once(lines: bytes, width: int, rows: int) -> Callable[[int], list[str]]:
    """All columns by one split of the whole block."""
    text = lines.translate(_NEWLINE_AS_COMMA, b'"').decode("latin-1")
    cells = text.split(",")
    cells.pop()
    hiding = _hiding_columns(text, cells, width)

    def read(at: int) -> list[str]:
        if at >= width:
            return [""] * rows
        return _commas_back(cells[at::width]) if at in hiding else cells[at::width]

    return read


def _hiding_columns(text: str, cells: list[str], width: int) -> Container[int]:
    """The columns that may hold a hidden comma: nearly always the services alone, so that one is looked through and counted."""
    hidden = HIDDEN_COMMA.decode()
    all_of_them = text.count(hidden)
    if not all_of_them:
        return ()
    column = text.count(",", 0, text.index(hidden)) % width
    return (column,) if "".join(cells[column::width]).count(hidden) == all_of_them else range(width)


def _commas_back(cells: list[str]) -> list[str]:
    hidden = HIDDEN_COMMA.decode()
    return [cell.replace(hidden, ",") if hidden in cell else cell for cell in cells] if hidden in "".join(cells) else cells


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
