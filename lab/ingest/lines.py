"""Bounded reading: a file, compressed or not, as blocks of text lines with their numbers.

Memory stays within a few blocks whatever the file holds. gzip is told by its first bytes, not by the name. A cut or corrupt
file yields everything before the damage, and the damage as a sentence in the tally.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from lab.ingest.escapes import text_of_bytes
from lab.ingest.report import NUL_BYTE, TOO_LONG, Tally

BLOCK_B = 4 << 20
MAX_LINE_B = 1 << 20  # Splunk cuts events at 10,000 bytes by default; the longest Zeek row seen has 60 kB
_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class LineBlock:
    """``lines`` without line ends; ``numbers``: their places in the file, from 1. ``open_end``: the file ends inside the last."""

    lines: list[str]
    numbers: Sequence[int]
    open_end: bool = False

    def first(self, count: int) -> LineBlock:
        return LineBlock(self.lines[:count], self.numbers[:count], self.open_end and count >= len(self.lines))

    def after(self, count: int) -> LineBlock:
        return LineBlock(self.lines[count:], self.numbers[count:], self.open_end)


class ByteSource:
    """The bytes of one file in blocks; ``damage`` says what ended it early."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        magic = self._file.read(2)
        self._file.seek(0)
        self.compressed = magic == _GZIP_MAGIC
        self._stream: gzip.GzipFile | io.BufferedReader = (
            gzip.GzipFile(fileobj=self._file, mode="rb") if self.compressed else self._file
        )
        self._peeked: bytes | None = None
        self.damage = ""

    def __enter__(self) -> ByteSource:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()
        self._file.close()

    @property
    def consumed_b(self) -> int:
        """Bytes of the file on disk read so far."""
        return self._file.tell()

    def peek(self) -> bytes:
        """The first block, which the next ``read_block`` gives again."""
        if self._peeked is None:
            self._peeked = self.read_block()
        return self._peeked

    def read_block(self) -> bytes:
        """About 4 MiB; b'' at the end of the file or of what can be read of it."""
        if self._peeked is not None:
            block, self._peeked = self._peeked, None
            return block
        pieces: list[bytes] = []
        size_b = 0
        while size_b < BLOCK_B and not self.damage:
            piece = self._read_piece(BLOCK_B - size_b)
            if not piece:
                break
            pieces.append(piece)
            size_b += len(piece)
        return b"".join(pieces)

    def _read_piece(self, size_b: int) -> bytes:
        try:
            return self._stream.read1(size_b)
        except EOFError:
            self.damage = "the gzip data end early (the file is cut); rows before the cut are kept"
        except (gzip.BadGzipFile, zlib.error) as error:
            self.damage = f"the gzip data are corrupt ({error}); rows before the damage are kept"
        except OSError as error:
            self.damage = f"reading failed ({error.strerror}); rows before the failure are kept"
        return b""


def line_blocks(source: ByteSource, tally: Tally, backslash: str) -> Iterator[LineBlock]:
    r"""All lines but those too long or with a NUL byte, which are counted. ``backslash``: how the format writes one."""
    carry, number, discarding = b"", 1, False
    while True:
        block = source.read_block()
        if number == 1 and not carry:
            block = block[len(_BOM) :] if block.startswith(_BOM) else block
        whole, newline, rest = (carry + block).rpartition(b"\n")
        at_end = not block
        if at_end:
            whole, rest, newline = carry, b"", b"\n" if carry or discarding else b""
        if newline:
            yield _decoded(_RawLines(whole, number, discarding, at_end), tally, backslash)
            number += whole.count(b"\n") + 1
            discarding = False
        if at_end:
            return
        discarding = discarding or len(rest) > MAX_LINE_B
        carry = b"" if discarding else rest


@dataclass(frozen=True)
class _RawLines:
    """Bytes of whole lines. ``beheaded``: the first is the rest of a line too long to keep."""

    whole: bytes
    number: int
    beheaded: bool
    open_end: bool


def _decoded(raw: _RawLines, tally: Tally, backslash: str) -> LineBlock:
    if not raw.beheaded and b"\0" not in raw.whole:
        try:
            lines = raw.whole.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            return _line_by_line(raw, tally, backslash)
        if max(map(len, lines)) <= MAX_LINE_B // 4:  # a character has at most 4 bytes
            if b"\r" in raw.whole:
                lines = [line[:-1] if line.endswith("\r") else line for line in lines]
            return LineBlock(lines, range(raw.number, raw.number + len(lines)), raw.open_end)
    return _line_by_line(raw, tally, backslash)


def _line_by_line(raw: _RawLines, tally: Tally, backslash: str) -> LineBlock:
    lines: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(raw.whole.split(b"\n"), raw.number):
        if len(line) > MAX_LINE_B or (raw.beheaded and number == raw.number):
            tally.skip(TOO_LONG, number, f"over {MAX_LINE_B:,} bytes")
        elif b"\0" in line:
            tally.skip(NUL_BYTE, number)
        else:
            lines.append(_text(line[:-1] if line.endswith(b"\r") else line, tally, backslash))
            numbers.append(number)
    return LineBlock(lines, numbers, raw.open_end)


def _text(line: bytes, tally: Tally, backslash: str) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        tally.notes["with bytes that are not UTF-8, kept as \\xNN"] += 1
        return text_of_bytes(line, backslash)
