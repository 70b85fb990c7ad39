"""Admin sessions on the search head: raw events and partial rows, in any mixture and order, become one list of sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..zeek import event_time
from . import session_summary as summary
from .session_summary import Session, SessionSummary

MOST_TICKS = int(event_time.LATEST_S * event_time.TICKS_PER_S)


class SummaryError(ValueError):
    """A partial row that no map of this release has written."""


class Column(Protocol):
    """What is read of a column: see spl.arrays.ByteColumn."""

    lengths: np.ndarray

    def texts(self, rows: np.ndarray) -> list[str]: ...


class Table(Protocol):
    """What is read of a block: see spl.arrays.ByteTable."""

    rows: int
    names: list[str]

    def column(self, name: str) -> Column | None: ...


@dataclass(frozen=True)
class Ticket:
    """A service ticket that src asked for at a tick, for a protocol, under an account."""

    src: str
    tick: int
    protocol: str
    account: str


class SessionTable:
    """Gathers. ``add`` takes blocks, ``finish`` gives the sessions by uid and the tickets; ``tally`` counts events read, used
    and skipped."""

    def __init__(self) -> None:
        self.tally: Counter[str] = Counter()
        self._gathered = SessionSummary()

    def add(self, table: Table) -> None:
        kind = table.column(summary.KIND)
        if kind is None:
            self._gathered.add(_Events(table, np.arange(table.rows)))
            return
        partial = kind.lengths > 0
        for cells in _partial_rows(table, np.flatnonzero(partial)):
            self._add_partial(cells)
        if not partial.all():
            self._gathered.add(_Events(table, np.flatnonzero(~partial)))

    def finish(self) -> tuple[dict[str, Session], list[Ticket]]:
        gathered, self._gathered = self._gathered, SessionSummary()
        self.tally += gathered.tally
        tickets = [Ticket(src, tick, protocol, _value(account)) for src, tick, protocol, account in sorted(gathered.tickets)]
        return gathered.sessions, tickets

    def _add_partial(self, row: dict[str, str]) -> None:
        if row["zh_version"] != str(summary.VERSION):
            raise SummaryError(
                f"a summary of version {row['zh_version'][:20]!r}; this release reads version {summary.VERSION}: build it again"
            )
        kind = row[summary.KIND]
        if kind == summary.TALLY:
            for counted in row["zh_tally"].split():
                name, _, count = counted.rpartition(":")
                self.tally[name] += _whole(count, "zh_tally")
        elif kind == summary.TICKET:
            self._gathered.tickets.add((row["src"], _whole(row["zh_start"], "zh_start"), row["zh_services"], row["zh_facts"]))
        elif kind == summary.SESSION:
            part = _session(row)
            session = self._gathered.sessions.setdefault(row["zh_uid"], part)
            if session is not part:
                session.merge(part)
        else:
            raise SummaryError(f"a summary of kind {kind[:40]!r}, which this command does not know")


class _Events:
    """Some rows of a byte table as the block that the map reads; columns become text when they are asked for."""

    def __init__(self, table: Table, rows: np.ndarray) -> None:
        self._table, self._places = table, rows
        self.names: Sequence[str] = table.names
        self.rows = len(rows)

    def cells(self, name: str) -> list[str] | None:
        column = self._table.column(name)
        return None if column is None else column.texts(self._places)


def _partial_rows(table: Table, rows: np.ndarray) -> Iterator[dict[str, str]]:
    columns = {name: table.column(name) for name in summary.COLUMNS}
    cells = [[""] * len(rows) if column is None else column.texts(rows) for column in columns.values()]
    for values in zip(*cells):
        yield dict(zip(columns, values))


def _session(row: dict[str, str]) -> Session:
    start, end = _whole(row["zh_start"], "zh_start"), _whole(row["zh_end"], "zh_end")
    if not 0 < start <= end <= MOST_TICKS or row["zh_attempt"] not in ("", "0", "1"):
        raise SummaryError("a summary of a session whose times or state make no sense: damaged or forged")
    return Session(
        src=row["src"],
        dest=row["dest"],
        start=start,
        end=end,
        port=row["zh_port"],
        services=set(row["zh_services"].split()),
        attempt=row["zh_attempt"],
        request=_size(row["zh_request"]),
        reply=_size(row["zh_reply"]),
        facts=set(row["zh_facts"].split()[: summary.FACTS_KEPT]),
    )


def _size(text: str) -> int:
    return -1 if text == "-1" else _whole(text, "byte count")


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 15:
        raise SummaryError(f"a summary whose {name} is no number: {text[:40]!r}")
    return int(text)


def _value(fact: str) -> str:
    return fact.partition("=")[2]
