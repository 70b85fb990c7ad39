"""A command that gathers all rows as columns of text and answers once, when splunkd says that there are no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, Union

from .body import TWIN, Columns, Known, blocks, from_wire, to_wire
from .command import ExecuteLoop
from .encode import Cell, encode_rows
from .rest import SplunkRest

MOST_ROWS = 1_000_000
TextCell = Union[str, Sequence[str]]


class WholeTableCommand(ExecuteLoop):
    """A subclass gives answer(table): name -> one text per row, a list where it has several values, '' for null; all of Unicode.
    It may take columns out of the table to free their memory.
    It may raise ValueError with a sentence, and give sentences of its own by write_info and write_warning."""

    def answer(self, table: MutableMapping[str, Sequence[TextCell]]) -> Mapping[str, Sequence[Cell]]:
        raise NotImplementedError("WholeTableCommand.answer")

    def splunkd(self) -> SplunkRest:
        """REST with the rights of who runs the search."""
        searchinfo: Any = self._metadata.searchinfo
        return SplunkRest(str(searchinfo.splunkd_uri), str(searchinfo.session_key))

    def start(self) -> Callable[[bytes, bool], bytes]:
        table = _Table()

        def answer(body: bytes, finished: bool) -> bytes:
            table.add(body)
            return encode_rows(_as_wire(self.answer(table.taken()))) if finished else b""

        return answer


class _Table:
    def __init__(self) -> None:
        self._columns: dict[str, list[TextCell]] = {}
        self._texts: dict[str, dict[TextCell, TextCell] | None] = {}  # None: hardly any text comes twice
        self._rows = 0
        self._known: Known = {}

    def add(self, body: bytes) -> None:
        for block in blocks(body, known=self._known):
            self._rows += block.rows
            if self._rows > MOST_ROWS:
                raise ValueError(f"more than {MOST_ROWS:,} rows came in; aggregate first, for example with stats or zeekgraph")
            for name in block.names:
                column = self._columns.setdefault(from_wire(name), [])
                # a column that is new in this block was empty before
                column += [""] * (self._rows - block.rows - len(column))
                column += self._shared(name, _texts(block, name))
        for column in self._columns.values():
            column += [""] * (self._rows - len(column))

    def taken(self) -> dict[str, Sequence[TextCell]]:
        """The columns, once: what the taker drops is free."""
        columns, self._columns, self._texts = self._columns, {}, {}
        return dict(columns)

    def _shared(self, name: str, cells: list[TextCell]) -> list[TextCell]:
        """The cells with equal texts being one object: addresses and services come again and again, at 60 bytes each."""
        known = self._texts.setdefault(name, {})
        if known is None or any(isinstance(cell, list) for cell in cells):
            return cells
        before = len(known)
        shared = [known.setdefault(cell, cell) for cell in cells]
        if len(known) - before > len(cells) // 2:
            self._texts[name] = None
        return shared


def _texts(block: Columns, name: str) -> list[TextCell]:
    cells: list[str] = block.cells(name) or [""] * block.rows
    twins = block.cells(TWIN + name)
    joined = "".join(cells)
    texts: list[TextCell] = list(cells) if joined.isascii() else [from_wire(cell) for cell in cells]
    if twins and any(twins):
        for row, twin in enumerate(twins):
            if twin:
                texts[row] = [from_wire(value) for value in block.values(name, row)]
    return texts


def _as_wire(columns: Mapping[str, Sequence[Cell]]) -> dict[str, list[Cell]]:
    return {
        to_wire(name): [to_wire(cell) if isinstance(cell, str) else cell for cell in cells] for name, cells in columns.items()
    }
