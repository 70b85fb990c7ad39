"""Columns as the CSV body of a reply.

A cell is None or '' (null), str (wire text), int, float, or a list of str (multivalue). Twins are written only for the columns
that hold a list: splunkd accepts replies without them (captured traffic).
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Union

from .body import TWIN

Cell = Union[None, str, int, float, Sequence[str]]
ROW_END = "\r\n"
_MUST_QUOTE = frozenset('",\r\n')


def encode_rows(columns: Mapping[str, Sequence[Cell]]) -> bytes:
    """A body: header and records. columns: name -> cells, all of one length. No column at all gives an empty body."""
    return encode_parts([columns] if columns else [])


def encode_parts(parts: Iterable[Mapping[str, Sequence[Cell]]]) -> bytes:
    """A body from rows that come in parts, so that few of them need to be held at a time. All must give the same header."""
    body, first = io.BytesIO(), b""  # grows in place: a list of pieces and what they join to would be there twice
    for part in parts:
        header, records = _encoded(part)
        if not first:
            first = header
            body.write(header)
        elif header != first:
            raise ValueError(f"rows under the header {header!r} cannot follow rows under {first!r}")
        body.write(records)
    return body.getvalue()


def _encoded(columns: Mapping[str, Sequence[Cell]]) -> tuple[bytes, bytes]:
    header: list[str] = []
    texts: list[Sequence[str]] = []
    for name, cells in columns.items():
        header.append(name)
        if set(map(type, cells)) == {str}:
            texts.append(cells)  # type: ignore[arg-type]
        elif any(isinstance(cell, (list, tuple)) for cell in cells):
            pairs = [_multivalue(cell) for cell in cells]
            header.append(TWIN + name)
            texts += [[plain for plain, _ in pairs], [twin for _, twin in pairs]]
        else:
            texts.append([cell_text(cell) for cell in cells])
    # a lone null cell would be an empty line
    lines = map(",".join, zip(*map(encode_cells, texts))) if len(texts) > 1 else [encode_cell(cell) or '""' for cell in texts[0]]
    return (
        (",".join(map(encode_cell, header)) + ROW_END).encode("latin-1"),
        ROW_END.join([*lines, ""]).encode("latin-1"),
    )


def cell_text(cell: Cell) -> str:
    """One value as Splunk reads it: numbers without exponent noise, NaN and None as null."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return "" if math.isnan(cell) else repr(cell)
    return "\n".join(cell)


def encode_cell(text: str) -> str:
    """One cell of wire text, quoted when it must be, for appending to a record."""
    if _MUST_QUOTE.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def encode_cells(column: Sequence[str]) -> Sequence[str]:
    """encode_cell of a whole column, which nearly always needs no quotes."""
    joined = "".join(column)
    return list(map(encode_cell, column)) if any(letter in joined for letter in _MUST_QUOTE) else column


def encode_tail(cells: Sequence[str]) -> str:
    """The cells of one record, encoded and joined: what stands behind the record's own, without its first comma."""
    tail = ",".join(cells)
    if tail.count(",") == len(cells) - 1 and '"' not in tail and "\r" not in tail and "\n" not in tail:
        return tail
    return ",".join(map(encode_cell, cells))


def append_tails(records: Sequence[str], tails: Iterable[str]) -> str:
    """Records with their tails (encode_tail) behind them, each ended by CRLF."""
    return "".join([f"{record},{tail}\r\n" for record, tail in zip(records, tails)])


def _multivalue(cell: Cell) -> tuple[str, str]:
    if not isinstance(cell, (list, tuple)):
        return cell_text(cell), ""
    if len(cell) < 2:
        return "".join(cell), ""
    return "\n".join(cell), ";".join("$" + value.replace("$", "$$") + "$" for value in cell)
