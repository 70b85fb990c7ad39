"""A block of events as the maps read it, and a byte table of the search head read the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from . import fields

Places = Any  # int64 (rows,), a numpy array; indexers, which import this module too, have no numpy


class Block(Protocol):
    """What a map reads of a block of events: see spl.body.Columns."""

    rows: int

    @property
    def names(self) -> Sequence[str]: ...

    def cells(self, name: str) -> list[str] | None: ...


class TextColumn(Protocol):
    """What is read of a column as text: see spl.arrays.ByteColumn."""

    def texts(self, rows: Places) -> list[str]: ...


class Table(Protocol):
    """What is read of a byte table as text: see spl.arrays.ByteTable. column(name) is None when the field is not there."""

    rows: int
    names: list[str]

    @property
    def column(self) -> Any: ...


class TableRows:
    """Some rows of a byte table as a Block; a column becomes text when it is asked for. rows: their places."""

    def __init__(self, table: Table, rows: Places) -> None:
        self._table, self._places = table, rows
        self.rows, self.names = len(rows), table.names

    def cells(self, name: str) -> list[str] | None:
        column: TextColumn | None = self._table.column(name)
        return None if column is None else column.texts(self._places)

    def all_cells(self, names: Sequence[str]) -> dict[str, list[str]]:
        """name -> column; a column that is not there is all ''."""
        return {name: self.cells(name) or [""] * self.rows for name in names}


def column(block: Block, field: str) -> list[str]:
    """A canonical field over all its spellings: per row the first that is set, '' where none is."""
    held = [block.cells(name) or [] for name in fields.present(field, block.names)]
    return fields.coalesce(held, block.rows)
