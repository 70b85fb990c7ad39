"""Columns of a block by canonical field, read once each. Runs on indexers."""

from __future__ import annotations

from collections.abc import Iterable

from ..zeek import fields as zeek_fields
from ..zeek.block import Block


class FieldCells:
    """cells(name): the column of a canonical field, or of a field with one spelling; a field that is not there is all ''. Cells
    that mark an unset value stay as they are where only one spelling is filled."""

    def __init__(self, block: Block) -> None:
        self._block, self._names = block, set(block.names)
        self._known: dict[str, list[str]] = {}

    def __call__(self, name: str) -> list[str]:
        if name not in self._known:
            spelled = zeek_fields.SPELLINGS.get(name, (name,))
            held = [self._block.cells(spelling) or [] for spelling in spelled if spelling in self._names]
            filled = [cells for cells in held if any(cells)]
            self._known[name] = filled[0] if len(filled) == 1 else zeek_fields.coalesce(filled, self._block.rows)
        return self._known[name]

    def has_any(self, names: Iterable[str]) -> bool:
        """Whether any of the fields is filled in any row."""
        return any(any(self(name)) for name in names)
