"""Edges to be stored: ``| zeekgraph output=summary | collect`` keeps what a later graph takes as its baseline.

The rows are those of the map (see edge_row), merged and in canonical order. first and last of an edge stay right when stored
hours overlap; its count and bytes are then added twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import finding
from . import edge_row as summary
from .edge_table import NUMBERS, Edges, EdgeTable
from .entities import Wanted
from .network_graph import say_gathered


class EdgeWriter:
    """Takes blocks of events and partial rows, gives partial rows of all of them."""

    def __init__(self, wanted: Wanted | None = None) -> None:
        self.messages: list[tuple[str, str]] = []
        self._wanted = wanted or Wanted()
        self._table = EdgeTable(self._wanted)

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        edges = self._table.finish()
        say_gathered(lambda level, text: self.messages.append((level, text)), self._table, len(edges), self._wanted)
        self.messages.append(
            (
                "INFO" if len(edges) else "WARN",
                f"summed up {int(edges.count.sum()):,} events in {len(edges):,} edges"
                + ("" if len(edges) else ": nothing to store, so a later search will see a gap here"),
            )
        )
        return partial_columns(edges) if len(edges) else {}


def partial_columns(edges: Edges) -> dict[str, Sequence[finding.Cell]]:
    """Partial rows in the order of edges, then the tally of the events in them, by column."""
    used = int(edges.count.sum())
    numbers = {cell: _known_texts(getattr(edges, name)) for name, cell in NUMBERS.items()}
    ticks = [*map(str, edges.last.tolist()), str(int(edges.last.max()))]
    last = [f"{tick[:-1] or '0'}.{tick[-1]}" for tick in ticks]
    columns: dict[str, list[str]] = {
        summary.KIND: [summary.CLASSES[group] for group in edges.group.tolist()],
        "zh_version": [str(summary.VERSION)] * len(edges),
        "zh_src": [edges.nodes[node] for node in edges.src.tolist()],
        "zh_dst": [edges.nodes[node] for node in edges.dst.tolist()],
        "zh_service": [edges.services[service] for service in edges.service.tolist()],
        **numbers,
        "zh_more": edges.more,
    }
    tally = {summary.KIND: summary.TALLY, "zh_version": str(summary.VERSION), "zh_tally": f"read:{used} used:{used}"}
    whole = {name: [*columns.get(name, [""] * len(edges)), tally.get(name, "")] for name in summary.COLUMNS}
    return {**whole, "_time": last}


def _known_texts(values: np.ndarray) -> list[str]:
    """``edge_row.known_text`` of each; a column that is known throughout, or nowhere, takes no question per cell."""
    known = np.flatnonzero(values >= 0)
    if len(known) == len(values):
        return list(map(str, values.tolist()))
    texts = [""] * len(values)
    for at, value in zip(known.tolist(), values[known].tolist()):
        texts[at] = str(value)
    return texts
