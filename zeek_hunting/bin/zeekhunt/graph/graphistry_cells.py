"""Text cells of a search result as typed values of an Arrow column: whole numbers, decimals, times, text; empty is null.

A column gets the narrowest type that holds all of it without loss, so that the server need not guess: leading zeros stay text, as
do whole numbers beyond 64 bits. Columns with the names of moments become times when they hold epoch seconds. Text is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Union

from .arrow_file import Value

Cell = Union[str, Sequence[str]]

LONGEST_TEXT = 1_000
LONGEST_LABEL = 120
MOMENTS = frozenset(("first", "last", "start", "end", "ts", "_time", "first_seen", "last_seen", "earliest", "latest"))
LATEST_S = 253_402_300_799.0  # the end of the year 9999, the last that datetime can say
# Found in a column of one cell a line, where a line is neither empty nor such a number. One match of all lines would be shorter
# to write, and takes 100 MB of backtracking for 50,000 of them.
_NOT_WHOLE = re.compile(r"^(?!(?:-?[1-9][0-9]{0,17}|0)?$)", re.MULTILINE)
_NOT_DECIMAL = re.compile(r"^(?!(?:-?(?:[1-9][0-9]{0,17}|0)(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?)?$)", re.MULTILINE)
_FOR_MARKUP = {ord("<"): "\u2039", ord(">"): "\u203a"}  # pages render labels as HTML; these look alike and start no tag


def flat(cell: Cell) -> str:
    """One text of a cell; values of a multivalue one between semicolons."""
    return cell if isinstance(cell, str) else "; ".join(cell)


def typed(name: str, cells: Sequence[Cell]) -> tuple[list[Value], int]:
    """(the column's values, how many texts were cut)."""
    if set(map(type, cells)) - {str}:
        return _texts([flat(cell) for cell in cells])
    texts: Sequence[str] = cells  # type: ignore[assignment]
    joined = "\n".join(texts)
    if joined.count("\n") >= max(1, len(texts)) or not joined.strip("\n"):  # a line end in a cell would pass for two numbers
        return _texts(texts)
    try:
        if _NOT_DECIMAL.search(joined):
            return _texts(texts)
        if name in MOMENTS:
            return _moments([float(text) if text else None for text in texts]), 0
        if not _NOT_WHOLE.search(joined):
            return [int(text) if text else None for text in texts], 0
        return [float(text) if text else None for text in texts], 0
    except OverflowError:  # a moment outside the calendar: the numbers say it better
        return [float(text) if text else None for text in texts], 0


def label(text: str) -> str:
    """A text that a page may render as HTML: bounded, printable, and it starts no tag."""
    printable = text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)
    cut = printable if len(printable) <= LONGEST_LABEL else printable[: LONGEST_LABEL - 1] + "…"
    return cut.translate(_FOR_MARKUP)


def _moments(seconds: Sequence[float | None]) -> list[Value]:
    if any(each is not None and not 0 <= each <= LATEST_S for each in seconds):
        raise OverflowError("a moment outside the calendar")
    return [None if each is None else datetime.fromtimestamp(each, timezone.utc) for each in seconds]


def _texts(texts: Sequence[str]) -> tuple[list[Value], int]:
    cut = 0
    if max(map(len, texts), default=0) > LONGEST_TEXT:
        cut = sum(len(text) > LONGEST_TEXT for text in texts)
        texts = [text[:LONGEST_TEXT] for text in texts]
    return [text or None for text in texts], cut
