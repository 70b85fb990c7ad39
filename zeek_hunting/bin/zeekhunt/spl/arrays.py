"""A chunk body as numpy byte columns, for the search head: offsets into the body instead of one str per cell.

The same rules decide as in ``body``: where a cell holds a comma, a quote or a newline, the block is read by the csv module
and its cells are laid out again. Cells are wire text.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from .body import TWIN, Columns, cut, read_block, read_header

BLOCK_B = 8 * 1024 * 1024
LONGEST_NUMBER = 24
LONGEST_KEY_CELL = 64
UNSET_WORDS = (b"-", b"(empty)")
_COMMA, _NEWLINE, _RETURN, _ZERO, _DOT, _QUOTE = b',\n\r0."'
_PAD = b"\0" * 8
_KEEP = np.array([(1 << (8 * kept)) - 1 for kept in range(8)] + [2**64 - 1], dtype=np.uint64)
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
        sliding = np.ndarray(len(self.data) - 7, np.dtype("<u8"), self.data, strides=(1,))  # a word at every byte
        cells = sliding[np.minimum(self.starts, len(sliding) - 1)] & _KEEP[np.minimum(self.lengths, 8)]
        found = np.zeros(len(self), bool)
        for word in wanted:
            found |= (self.lengths == len(word)) & (cells == np.uint64(int.from_bytes(word, "little")))
        return found

    def decimals(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Cells that are digits with at most one dot: (all digits as int64, how many stand behind the dot, bool read).

        read is False where a cell is anything else, empty, or has more than 15 digits and so is not exact in a double.
        """
        rows = len(self)
        mantissa, behind = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
        digits, dots = np.zeros(rows, np.int64), np.zeros(rows, bool)
        read = (self.lengths > 0) & (self.lengths <= LONGEST_NUMBER)
        for place in range(int(self.lengths[read].max(initial=0))):
            inside = read & (place < self.lengths)
            letters = self.data[np.where(inside, self.starts + place, 0)]
            values = letters - np.uint8(_ZERO)  # wraps below zero: anything but a digit is above 9
            digit = inside & (values < 10)
            dot = inside & (letters == _DOT)
            read &= ~inside | digit | (dot & ~dots)
            dots |= dot
            mantissa = np.where(digit, mantissa * 10 + values, mantissa)
            behind += digit & dots
            digits += digit
        return mantissa, behind, read & (digits > 0) & (digits <= 16) & (mantissa < 2**53)

    def words(self) -> list[np.ndarray]:
        """The cells as 64-bit words, zero-padded: equal lists mean equal cells of equal length. Needs lengths <=
        LONGEST_KEY_CELL."""
        sliding = np.ndarray(len(self.data) - 7, np.dtype("<u8"), self.data, strides=(1,))  # a word at every byte
        words = [self.lengths.astype(np.uint64)]
        for at in range(0, int(self.lengths.max(initial=0)), 8):
            left = np.clip(self.lengths - at, 0, 8)
            place = np.where(left > 0, self.starts + at, 0)
            words.append(sliding[place] & _KEEP[left])
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


def tables(body: bytes, block_b: int = BLOCK_B) -> Iterator[ByteTable]:
    """The body in blocks. Raises ChunkError as ``body.blocks`` does; a header without records gives nothing."""
    header, at = read_header(body)
    while at < len(body):
        end = cut(body, at, block_b)
        block = body[at:end] if body[end - 1 : end] == b"\n" else body[at:end] + b"\n"
        yield _fast(header, block) or _laid_out(read_block(header, block, {}))
        at = end


def _fast(header: list[str], block: bytes) -> ByteTable | None:
    """The block without a loop over its rows, or None where a quote is doubled or a record has another width."""
    if b'""' in block:
        return None
    half, width = len(header) // 2, len(header)
    line_end = b"\r\n" if block.endswith(b"\r\n") else b"\n"
    if half and header[half:] == [TWIN + name for name in header[:half]]:
        tail = b"," * half + line_end
        if block.count(tail) == block.count(b"\n"):
            block, width = block.replace(tail, line_end), half
    raw = block + _PAD
    data = np.frombuffer(raw, dtype=np.uint8)
    ends = np.flatnonzero((data == _COMMA) | (data == _NEWLINE))
    if b'"' in block:
        # a separator with an odd number of quotes before it stands inside a cell
        ends = ends[np.cumsum(data == _QUOTE, dtype=np.uint8)[ends] & 1 == 0]
    if not _regular(data, ends, width):
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    ends[width - 1 :: width] -= data[ends[width - 1 :: width] - 1] == _RETURN
    wrapped = (data[starts] == _QUOTE) & (ends > starts)
    starts, ends = starts + wrapped, ends - wrapped
    columns: dict[str, ByteColumn] = {}
    for at, name in enumerate(header[:width]):
        if name not in columns and not name.startswith(TWIN):
            first = starts[at::width]
            columns[name] = ByteColumn(raw, data, first, ends[at::width] - first)
    return ByteTable(raw, data, columns, len(ends) // width)


def _regular(data: np.ndarray, ends: np.ndarray, width: int) -> bool:
    """Whether every record has the width: each width-th separator, and no other, is a newline; the last one ends the block."""
    if not len(ends) or len(ends) % width or ends[-1] != len(data) - len(_PAD) - 1:
        return False
    newlines = data[ends] == _NEWLINE
    return int(newlines.sum()) * width == len(ends) and bool(newlines[width - 1 :: width].all())


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
    mixed = _mix(_SEED ^ flags.astype(np.uint64))
    for column in columns:
        long_rows = np.flatnonzero(column.lengths > LONGEST_KEY_CELL)
        short = ByteColumn(column.raw, column.data, column.starts, np.where(column.lengths > LONGEST_KEY_CELL, 0, column.lengths))
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
