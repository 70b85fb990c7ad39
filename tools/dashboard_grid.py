"""The grid of a Dashboard Studio page: every panel placed once, rows filled, nothing over anything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

WIDTH = 1440


@dataclass(frozen=True)
class Cell:
    """A placed panel; all in pixels of the grid, y downwards."""

    item: str
    x: int
    y: int
    w: int
    h: int

    def covers(self, other: Cell) -> bool:
        return (
            self.x < other.x + other.w and other.x < self.x + self.w and self.y < other.y + other.h and other.y < self.y + self.h
        )


def grid_sentences(definition: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the layout: tabs, positions, overlaps, gaps."""
    layout = definition.get("layout") or {}
    if layout.get("type") != "grid" or "tabs" in layout:
        yield "the layout must be one grid without tabs, which came with Splunk 9.4"
        return
    cells = []
    for placed in layout.get("structure", []):
        position = placed.get("position") or {}
        sides = [side for side in (position.get(name) for name in ("x", "y", "w", "h")) if isinstance(side, int)]
        if len(sides) < 4 or min(sides[2:]) <= 0:
            yield f"{placed.get('item')} has no whole position; write x, y, w, h"
            continue
        cells.append(Cell(str(placed.get("item")), *sides))
    yield from _placing(cells)


def _placing(cells: list[Cell]) -> Iterator[str]:
    for at, cell in enumerate(cells):
        if cell.x < 0 or cell.y < 0 or cell.x + cell.w > WIDTH:
            yield f"{cell.item} leaves the grid, which is {WIDTH} wide"
        yield from (f"{cell.item} lies over {other.item}" for other in cells[at + 1 :] if cell.covers(other))
    bottom = max((cell.y + cell.h for cell in cells), default=0)
    if sum(cell.w * cell.h for cell in cells) < WIDTH * bottom:
        yield f"the grid has gaps: its panels cover less than {WIDTH} x {bottom}"
