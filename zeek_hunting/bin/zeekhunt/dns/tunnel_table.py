"""Pairs of source and domain on the search head: raw dns events and partial rows, in any mixture and order.

Raw events go through the code of the map, so both ways meet in the same sums (see tunnel_pair). Above PAIRS_HELD the half of
the pairs that carries the least information goes (the heavy hitters stay, as in ibHH, Ozery et al. 2023); how many went is
reported, and only then may the order of events show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..zeek.block import Table, TableRows
from . import tunnel_summary
from .tunnel_columns import COLUMNS, KIND
from .tunnel_pair import Pair
from .tunnel_sample import content
from .tunnel_summary import Key, TunnelSummary

PAIRS_HELD = 200_000


class TunnelTable:
    """Gathers. ``add`` takes blocks, ``finish`` gives the pairs by key; ``tally`` counts events read, used and skipped,
    ``let_go`` pairs that the bound cost."""

    def __init__(self, pairs_held: int = PAIRS_HELD) -> None:
        self.tally: Counter[str] = Counter()
        self.let_go = 0
        self._held = pairs_held
        self._pairs: dict[Key, Pair] = {}
        self._events = TunnelSummary()

    def add(self, table: Table) -> None:
        kind = TableRows(table, np.arange(table.rows)).cells(KIND)
        partial = np.array([bool(cell) for cell in kind], bool) if kind else np.zeros(table.rows, bool)
        self._events.add(TableRows(table, np.flatnonzero(~partial)))
        if partial.any():
            self._add_partial(TableRows(table, np.flatnonzero(partial)))
        if self._events.full():
            self._collect()

    def finish(self) -> dict[Key, Pair]:
        """The pairs in the order of their keys; the table is empty afterwards."""
        self._collect()
        pairs, self._pairs = self._pairs, {}
        for pair in pairs.values():
            pair.settle()
        return dict(sorted(pairs.items()))

    def _add_partial(self, part: TableRows) -> None:
        for cells in zip(*part.all_cells(COLUMNS).values()):
            read: Any = tunnel_summary.partial(dict(zip(COLUMNS, cells)))
            if isinstance(read, dict):
                self.tally.update(read)
            else:
                self._absorb([read])
        self._shrink()

    def _collect(self) -> None:
        """Take over what the raw events have gathered."""
        events, self._events = self._events, TunnelSummary()
        self.tally.update(events.tally)
        self._absorb((key, pair) for key, pair in events.pairs.items() if pair.queries)
        self._shrink()

    def _absorb(self, pairs: Iterable[tuple[Key, Pair]]) -> None:
        for key, pair in pairs:
            known = self._pairs.get(key)
            if known is None:
                self._pairs[key] = pair
            else:
                known.absorb(pair)

    def _shrink(self) -> None:
        if len(self._pairs) <= self._held:
            return
        by_information = sorted(self._pairs, key=lambda key: (-content(self._pairs[key].sample.lowest()).bits, key))
        kept = by_information[: self._held // 2]
        self.let_go += len(self._pairs) - len(kept)
        self._pairs = {key: self._pairs[key] for key in kept}
