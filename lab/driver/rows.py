"""Events or result rows as columns, the form in which everything travels through the lab."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Union

# None: no value. str: a value. list of str: several values. The empty string and None are the same to Splunk.
Cell = Union[None, str, list[str]]


@dataclass(frozen=True)
class Rows:
    """Columns of one length, in order. ``count`` is the number of rows, also where there is no column at all."""

    columns: Mapping[str, Sequence[Cell]]
    count: int

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[Cell]]) -> Rows:
        """Rows from columns. Raises ValueError when the columns differ in length."""
        lengths = {name: len(cells) for name, cells in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of different lengths: {lengths}")
        return cls(columns, next(iter(lengths.values()), 0))

    @classmethod
    def from_records(cls, records: Sequence[Mapping[str, Cell]]) -> Rows:
        """Rows from one mapping per row; a field that a row lacks is None there."""
        names = dict.fromkeys(name for record in records for name in record)
        return cls({name: [record.get(name) for record in records] for name in names}, len(records))

    @classmethod
    def concat(cls, parts: Iterable[Rows]) -> Rows:
        """All rows of all parts, in order; a column that a part lacks is None there."""
        parts = [part for part in parts if part.count or part.columns]
        if len(parts) == 1:
            return parts[0]
        names = dict.fromkeys(name for part in parts for name in part.columns)
        columns: dict[str, list[Cell]] = {name: [] for name in names}
        for part in parts:
            for name, cells in columns.items():
                cells.extend(part.columns.get(name) or [None] * part.count)
        return cls(columns, sum(part.count for part in parts))

    def records(self) -> list[dict[str, Cell]]:
        """One dict per row, holding only the fields that have a value."""
        return [{name: cell for name, cell in zip(self.columns, cells) if cell not in (None, "", [])} for cells in self._by_row()]

    def _by_row(self) -> Iterator[Sequence[Cell]]:
        return iter(zip(*self.columns.values())) if self.columns else iter([()] * self.count)

    def pick(self, names: Iterable[str]) -> Rows:
        """The named columns that exist, in the order of ``names``."""
        return Rows({name: self.columns[name] for name in names if name in self.columns}, self.count)

    def slice(self, start: int, stop: int) -> Rows:
        """Rows start <= i < stop."""
        start, stop, _ = slice(start, stop).indices(self.count)
        if (start, stop) == (0, self.count):
            return self
        return Rows({name: cells[start:stop] for name, cells in self.columns.items()}, max(0, stop - start))

    def take(self, positions: Sequence[int]) -> Rows:
        """The rows at these positions, in this order."""
        return Rows({name: [cells[i] for i in positions] for name, cells in self.columns.items()}, len(positions))


def newest_first(rows: Rows) -> Rows:
    """Events as splunkd hands them out: ``_time`` descending, otherwise in the order given; rows without a time come last."""
    times = [float(cell) if isinstance(cell, str) and cell else float("-inf") for cell in rows.columns.get("_time", ())]
    return rows.take(sorted(range(rows.count), key=lambda i: -times[i])) if times else rows
