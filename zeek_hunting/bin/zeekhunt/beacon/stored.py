"""Summaries to be stored: ``| zeekbeacon output=summary | collect`` keeps what a later hunt over weeks merges again.

The rows are those of the map (see summary), merged and in canonical order, cut to EVENTS_A_ROW events: Splunk extracts fields
of a stored event from its first 10,240 letters (limits.conf [kv] maxchars), and a row has to fit in. Events that two stored
summaries share count once when they are read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .. import finding
from . import sampling, summary
from .canonical import Events
from .pairs import Keys, PairTable, Settled

EVENTS_A_ROW = 500


class SummaryWriter:
    """Takes blocks of events and partial rows, gives partial rows of all of them."""

    def __init__(self, keys: Keys, rita: bool = False) -> None:
        self.messages: list[tuple[str, str]] = []
        self._table = PairTable(keys, rita)
        self._rita = rita

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        settled = self._table.settle()
        keys, events, tally = settled.keys, settled.events, self._table.tally
        rows = [*partial_rows(settled, self._rita), *self._table.traits.rows(summary.COLUMNS, summary.VERSION)]
        if settled.marks:
            self.messages.append(("INFO", sampling.sentence(len(settled.marks))))
        skipped = tally["read"] - tally["used"]
        self.messages.append(
            (
                "INFO" if rows else "WARN",
                f"summed up {len(events['pair']):,} events of {len(keys):,} pairs in {len(rows):,} rows; "
                f"read {tally['read']:,}, skipped {skipped:,}, came twice {tally['repeated']:,}"
                + (f", came twice or left out of busy pairs {tally['left_out']:,}" if tally["left_out"] else "")
                + ("" if rows else ": nothing to store, so a later hunt will see a gap here"),
            )
        )
        return dict(zip(summary.COLUMNS, zip(*rows))) if rows else {}


def partial_rows(settled: Settled, rita: bool) -> Iterator[tuple[str, ...]]:
    """Rows in the order of keys and time, then the tally of the events in them. The marks of a busy pair go with the rows of
    their time."""
    keys, lowest, events, marks = settled
    moment = events["tick"] << summary.PORT_BITS | events["port"]
    columns = [moment, events["request"], events["reply"], *([events["ip"]] if rita else [])]
    starts = np.searchsorted(events["pair"], np.arange(len(keys) + 1)).tolist()
    for at, (key, services, low, high) in enumerate(zip(keys, lowest, starts, starts[1:])):
        rows_of = [slice(first, min(first + EVENTS_A_ROW, high)) for first in range(low, high, EVENTS_A_ROW)]
        told = _marks_of_rows(marks[at], [int(events["tick"][part.stop - 1]) for part in rows_of]) if at in marks else None
        for number, part in enumerate(rows_of):
            held = _by_service([column[part] for column in columns], events["service"][part], services)
            if told and not number:  # services that none of the kept events has
                held.update({service: [[] for _ in columns] for service in services if service not in held})
            yield summary.partial_row(key, held, marks=told[number] if told else ())
    if keys:
        used = len(moment)
        yield (
            summary.TALLY,
            str(summary.VERSION),
            *_last_time(events),
            *[""] * (len(summary.COLUMNS) - 4),
            f"read:{used} used:{used}",
        )


def _marks_of_rows(marks: list[int], last_ticks: list[int]) -> list[list[int]]:
    """The marks up to the last tick of each row, behind the last row those that are left; every row tells that it is sampled, so
    that a search that reads some of the rows knows."""
    bounds = [0, *(bisect_right(marks, last) for last in last_ticks[:-1]), len(marks)]
    return [sorted({*marks[low:high], last}) for low, high, last in zip(bounds, bounds[1:], last_ticks)]


def _last_time(events: Events) -> tuple[str]:
    last = int(events["tick"].max())
    return (f"{last // 10}.{last % 10}",)


def _by_service(columns: list[np.ndarray], service: np.ndarray, services: list[str]) -> dict[str, list[list[int]]]:
    names = [*services, *[summary.BEYOND] * (summary.SERVICES_KEPT + 1 - len(services))]
    return {names[rank]: [column[service == rank].tolist() for column in columns] for rank in np.unique(service).tolist()}
