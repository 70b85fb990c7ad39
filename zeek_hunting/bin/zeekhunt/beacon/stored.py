"""Summaries to be stored: ``| zeekbeacon output=summary | collect`` keeps what a later hunt over weeks merges again.

The rows are those of the map (see summary), merged and in canonical order, cut to EVENTS_A_ROW events: Splunk extracts fields
of a stored event from its first 10,240 letters (limits.conf [kv] maxchars), and a row has to fit in. Events that two stored
summaries share count once when they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .. import finding
from . import summary
from .canonical import Events
from .pairs import Keys, PairTable

EVENTS_A_ROW = 500
BEYOND = "~"  # stands for all services beyond the kept ones; sorts behind every service


class SummaryWriter:
    """Takes blocks of events and partial rows, gives partial rows of all of them."""

    def __init__(self, keys: Keys, rita: bool = False) -> None:
        self.messages: list[tuple[str, str]] = []
        self._table = PairTable(keys, rita)
        self._rita = rita

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        keys, lowest, events = self._table.settle()
        tally = self._table.tally
        rows = list(partial_rows(keys, lowest, events, self._rita))
        skipped = tally["read"] - tally["used"]
        self.messages.append(
            (
                "INFO" if rows else "WARN",
                f"summed up {len(events['pair']):,} events of {len(keys):,} pairs in {len(rows):,} rows; "
                f"read {tally['read']:,}, skipped {skipped:,}, came twice {tally['repeated']:,}"
                + ("" if rows else ": nothing to store, so a later hunt will see a gap here"),
            )
        )
        return dict(zip(summary.COLUMNS, zip(*rows))) if rows else {}


def partial_rows(
    keys: Sequence[summary.Key], lowest: Sequence[list[str]], events: Events, rita: bool
) -> Iterator[tuple[str, ...]]:
    """Rows in the order of keys and time, then the tally of the events in them."""
    moment = events["tick"] << summary.PORT_BITS | events["port"]
    columns = [moment, events["request"], events["reply"], *([events["ip"]] if rita else [])]
    starts = np.searchsorted(events["pair"], np.arange(len(keys) + 1)).tolist()
    for key, services, low, high in zip(keys, lowest, starts, starts[1:]):
        for first in range(low, high, EVENTS_A_ROW):
            part = slice(first, min(first + EVENTS_A_ROW, high))
            yield summary.partial_row(key, _by_service([column[part] for column in columns], events["service"][part], services))
    if keys:
        used = len(moment)
        yield (
            summary.TALLY,
            str(summary.VERSION),
            *_last_time(events),
            *[""] * (len(summary.COLUMNS) - 4),
            f"read:{used} used:{used}",
        )


def _last_time(events: Events) -> tuple[str]:
    last = int(events["tick"].max())
    return (f"{last // 10}.{last % 10}",)


def _by_service(columns: list[np.ndarray], service: np.ndarray, services: list[str]) -> dict[str, list[list[int]]]:
    names = [*services, *[BEYOND] * (summary.SERVICES_KEPT + 1 - len(services))]
    return {names[rank]: [column[service == rank].tolist() for column in columns] for rank in np.unique(service).tolist()}
