"""A chunk body as numpy byte columns, for the search head: offsets into the body instead of one str per cell.

The same rules decide as in ``body``: where a cell holds a comma, a quote or a newline, the block is read by the csv module
and its cells are laid out again. Cells are wire text.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from . import digits
from .body import HIDDEN_COMMA, TWIN, Columns, Known, cut, read_block, read_header, regular_lines, without_twins
from .digits import KEEP, WORD_B, sliding_words

BLOCK_B = 8 * 1024 * 1024
LEARNT_FROM_B = 64 * 1024
LONGEST_KEY_CELL = 64
UNSET_WORDS = (b"-", b"(empty)")
_COMMA, _NEWLINE, _QUOTE = b',\n"'
_PAD = b"\0" * WORD_B
# Keys are told apart by a 64-bit hash; a random seed per process keeps a hostile log from choosing colliding names
_SEED = np.frombuffer(os.urandom(8), dtype=np.uint64)[0]
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))


class ByteColumn:
    """One column. raw: the bytes of the block, padded by 8; data: the same as uint8; starts, lengths: int64 (rows,) place of
    each cell in it."""

    def __init__(self, raw: bytes, data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> None:
        self.raw, self.data, self.starts, self.lengths = raw, data, starts, lengths

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: np.ndarray) -> ByteColumn:
        """Some rows, ascending without repeats."""
        if len(rows) == len(self):
            return self
        return ByteColumn(self.raw, self.data, self.starts[rows], self.lengths[rows])

    def texts(self, rows: np.ndarray) -> list[str]:
        """Some cells as wire text."""
        starts = self.starts[rows].tolist()
        raw = self.raw
        return [raw[start : start + length].decode("latin-1") for start, length in zip(starts, self.lengths[rows].tolist())]

    def unset(self) -> np.ndarray:
        """bool (rows,): empty, or one of the words that mark an unset value."""
        return self.among((b"", *UNSET_WORDS))

    def among(self, words: Iterable[bytes]) -> np.ndarray:
        """bool (rows,): the cell is one of these words, each of at most 8 bytes."""
        wanted = list(words)
        sliding = sliding_words(self.data)
        cells = sliding[np.minimum(self.starts, len(sliding) - 1)] & KEEP[np.minimum(self.lengths, 8)]
        found = np.zeros(len(self), bool)
        for word in wanted:
            found |= (self.lengths == len(word)) & (cells == np.uint64(int.from_bytes(word, "little")))
        return found

    def decimals(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Cells that are plain numbers: see digits.decimals."""
        return digits.decimals(self.data, self.starts, self.lengths)

    def words(self) -> list[np.ndarray]:
        """The cells as 64-bit words, zero-padded: equal words and lengths mean equal cells. Needs lengths <= LONGEST_KEY_CELL."""
        sliding = sliding_words(self.data)
        words = []
        for at in range(0, int(self.lengths.max(initial=0)), 8):
            left = np.clip(self.lengths - at, 0, 8)
            place = np.where(left > 0, self.starts + at, 0)
            words.append(sliding[place] & KEEP[left])
        return words


class ByteTable:
    """A block of records by columns that share one array of bytes. names: the header without twins."""

    def __init__(self, raw: bytes, data: np.ndarray, columns: dict[str, ByteColumn], rows: int) -> None:
        self.names, self.rows = list(columns), rows
        self._raw, self._data, self._columns = raw, data, columns

    def column(self, name: str) -> ByteColumn | None:
        return self._columns.get(name)

    def first_set(self, names: Sequence[str], rows: np.ndarray) -> ByteColumn:
        """Some rows of several spellings of one field: per row the first cell that is set. No spelling: all cells empty."""
        columns = [self._columns[name].take(rows) for name in names]
        if not columns:
            nothing = np.zeros(len(rows), np.int64)
            return ByteColumn(self._raw, self._data, nothing, nothing)
        merged = columns[0]
        for column in columns[1:]:
            unset = merged.unset()
            starts = np.where(unset, column.starts, merged.starts)
            merged = ByteColumn(self._raw, self._data, starts, np.where(unset, column.lengths, merged.lengths))
        return merged


def tables(body: bytes, known: Known, block_b: int = BLOCK_B) -> Iterator[ByteTable]:
    """The body in blocks. known: as ``body.blocks`` has it. Raises ChunkError as that does; a header without records gives
    nothing."""
    header, at = read_header(body)
    while at < len(body):
        end = cut(body, at, block_b)
        block = body[at:end] if body[end - 1 : end] == b"\n" else body[at:end] + b"\n"
        yield _fast(header, block, known) or _laid_out(read_block(header, block, known))
        at = end


def _fast(header: list[str], block: bytes, known: Known) -> ByteTable | None:
    """The block without a loop over its rows, or None where that takes the csv module."""
    lines, separators, rows = without_twins(header, block)
    if HIDDEN_COMMA in lines:
        return None
    shape = (rows, len(separators))
    table = _cut(header, lines, _hidden(lines, known), shape)
    if table is None:  # a look at a part teaches the cells with commas that nearly all of them are
        part = lines[: cut(lines, 0, LEARNT_FROM_B)]
        regular_lines(part, separators, part.count(b"\n"), known)
        table = _cut(header, lines, _hidden(lines, known), shape)
    if table is None:
        regular = regular_lines(lines, separators, rows, known)
        table = None if regular is None else _cut(header, lines, regular, shape)
    return table


def _hidden(lines: bytes, known: Known) -> bytes:
    for cell, shown in known.items():
        lines = lines.replace(cell, shown)
    return lines


def _cut(header: list[str], lines: bytes, hidden: bytes, shape: tuple[int, int]) -> ByteTable | None:
    """The lines cut at the separators of the same lines with commas inside cells hidden; None unless that gives shape
    (records, cells) and quotes do nothing but wrap cells."""
    rows, width = shape
    marks = np.frombuffer(hidden, dtype=np.uint8)
    ends = np.flatnonzero((marks == _COMMA) | (marks == _NEWLINE))
    if len(ends) != rows * width or (marks[ends[width - 1 :: width]] != _NEWLINE).any():
        return None
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    raw = lines + _PAD  # as it came: hiding a comma moves nothing
    data = np.frombuffer(raw, dtype=np.uint8)
    quotes = np.count_nonzero(marks == _QUOTE)
    columns: dict[str, ByteColumn] = {}
    for at, name in enumerate(header[:width]):
        first, last = starts[at::width], ends[at::width]
        wrapped = data[first] == _QUOTE
        if quotes and wrapped.any():
            wrapped &= (last > first + 1) & (data[last - 1] == _QUOTE)
            quotes -= 2 * np.count_nonzero(wrapped)
            first, last = first + wrapped, last - wrapped
        if name not in columns and not name.startswith(TWIN):
            columns[name] = ByteColumn(raw, data, first, last - first)
    return ByteTable(raw, data, columns, rows) if not quotes else None


def _laid_out(block: Columns) -> ByteTable:
    cells = [block.cells(name) or [] for name in block.names]
    texts = ["".join(column) for column in cells]
    raw = "".join(texts).encode("latin-1") + _PAD
    data = np.frombuffer(raw, dtype=np.uint8)
    columns, at = {}, 0
    for name, column, text in zip(block.names, cells, texts):
        lengths = np.fromiter(map(len, column), np.int64, len(column))
        columns[name] = ByteColumn(raw, data, at + np.cumsum(lengths) - lengths, lengths)
        at += len(text)
    return ByteTable(raw, data, columns, block.rows)


def keys(columns: Sequence[ByteColumn], flags: np.ndarray) -> np.ndarray:
    """uint64 (rows,): one number per row for the cells of several columns and a flag (bool (rows,)); equal rows give equal
    numbers within this process.

    A cell longer than LONGEST_KEY_CELL is hashed alone, by Python. The same cells may get another number in another block (its
    longest cell sets how many words are mixed), so a number finds a key but does not name it.
    """
    # the highest bit, which no length reaches: in a lower one a flag and one more NUL in a cell would be the same
    mixed: np.ndarray = _SEED ^ flags.astype(np.uint64) << np.uint64(63)
    for first in range(0, len(columns), 8):  # eight lengths, at most LONGEST_KEY_CELL, in one word
        lengths = np.zeros(len(mixed), np.uint64)
        for at, column in enumerate(columns[first : first + 8]):
            lengths |= np.minimum(column.lengths, LONGEST_KEY_CELL).astype(np.uint64) << np.uint64(8 * at)
        mixed = _mix(mixed ^ lengths)
    for column in columns:
        long = column.lengths > LONGEST_KEY_CELL
        long_rows = np.flatnonzero(long)
        short = (
            ByteColumn(column.raw, column.data, column.starts, np.where(long, 0, column.lengths)) if len(long_rows) else column
        )
        for word in short.words():
            mixed = _mix(mixed ^ word)
        for row, text in zip(long_rows.tolist(), column.texts(long_rows)):
            mixed[row] = np.uint64(hash((int(mixed[row]), text)) & (2**64 - 1))
    return mixed


def _mix(words: np.ndarray) -> np.ndarray:
    """The finaliser of MurmurHash3 (Appleby, public domain): every input bit reaches every output bit."""
    for factor in _MIX:
        words = (words ^ (words >> np.uint64(33))) * factor
    mixed: np.ndarray = words ^ (words >> np.uint64(33))
    return mixed
