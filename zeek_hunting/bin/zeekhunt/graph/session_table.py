"""Admin sessions on the search head: raw events and partial rows, in any mixture and order, become one list of sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..zeek import byte_count, event_time
from ..zeek.block import Table, TableRows
from ..zeek.partial import SummaryError, check_version, read_tally, whole
from . import session_summary as summary
from .session_columns import ATTEMPTS, Columns, SessionColumns, Telling
from .session_summary import SessionSummary

MOST_TICKS = int(event_time.LATEST_S * event_time.TICKS_PER_S)
TELLING_COLUMNS = ("zh_port", "zh_services", "zh_facts")
Keys = Callable[[Sequence[Any], np.ndarray], np.ndarray]  # columns and flags -> one number per row: see spl.arrays.keys


@dataclass(frozen=True)
class Ticket:
    """A service ticket that src asked for at a tick, for a protocol, under an account."""

    src: str
    tick: int
    protocol: str
    account: str


class SessionTable:
    """Gathers. ``add`` takes blocks, ``finish`` gives the sessions and the tickets; ``tally`` counts events read, used and
    skipped."""

    def __init__(self, keys: Keys) -> None:
        self.tally: Counter[str] = Counter()
        self._gathered = SessionSummary()
        self._stored = SessionColumns()
        self._keys = keys

    def add(self, table: Table) -> None:
        every = np.arange(table.rows)
        column = table.column(summary.KIND)
        if column is None:
            self._gathered.add(TableRows(table, every))
            return
        named, place = self._different(table, (summary.KIND,), every)
        kinds = np.array([kind for (kind,) in named], object)[place]
        raw = np.flatnonzero(kinds == "")
        if len(raw):
            self._gathered.add(TableRows(table, raw))
        if len(raw) < table.rows:
            self._add_partial(table, kinds)

    def finish(self) -> tuple[SessionColumns, list[Ticket]]:
        gathered, self._gathered = self._gathered, SessionSummary()
        stored, self._stored = self._stored, SessionColumns()
        self.tally += gathered.tally
        tickets = [Ticket(src, tick, protocol, _value(account)) for src, tick, protocol, account in sorted(gathered.tickets)]
        stored.add_sessions(gathered.sessions)
        return stored, tickets

    def _add_partial(self, table: Table, kinds: np.ndarray) -> None:
        for (version,) in self._different(table, ("zh_version",), np.flatnonzero(kinds != ""))[0]:
            check_version(version, summary.VERSION)
        for kind in set(kinds.tolist()) - {""}:
            rows = np.flatnonzero(kinds == kind)
            if kind == summary.SESSION:
                self._add_sessions(table, rows)
            elif kind == summary.TICKET:
                cells = TableRows(table, rows).all_cells(("src", "zh_start", "zh_services", "zh_facts"))
                for src, start, services, account in zip(*cells.values()):
                    self._gathered.tickets.add((src, whole(start, "zh_start"), services, account))
            elif kind == summary.TALLY:
                for text in TableRows(table, rows).all_cells(("zh_tally",))["zh_tally"]:
                    self.tally.update(read_tally(text))
            else:
                raise SummaryError(f"a summary of kind {kind[:40]!r}, which this command does not know")

    def _add_sessions(self, table: Table, rows: np.ndarray) -> None:
        """Column by column: what many sessions say in the same words is read once."""
        start, end = (_numbers(table, name, rows) for name in ("zh_start", "zh_end"))
        request, reply = (_numbers(table, name, rows, unknown=True) for name in ("zh_request", "zh_reply"))
        states, state = self._different(table, ("zh_attempt",), rows)
        if not ((start > 0) & (start <= end) & (end <= MOST_TICKS)).all() or not {text for (text,) in states} <= set(ATTEMPTS):
            raise SummaryError("a summary of a session whose times or state make no sense: damaged or forged")
        attempt = np.array([ATTEMPTS.index(text) for (text,) in states], np.int64)[state]
        src, dest = (self._places(table, (name,), rows, lambda cells: self._stored.host(cells[0])) for name in ("src", "dest"))
        telling = self._places(table, TELLING_COLUMNS, rows, lambda cells: self._stored.telling(_telling(*cells)))
        uids = TableRows(table, rows).all_cells(("zh_uid",))["zh_uid"]
        self._stored.add(list(uids), Columns(src, dest, start, end, telling, attempt, request, reply))

    def _places(
        self, table: Table, names: Sequence[str], rows: np.ndarray, place_of: Callable[[tuple[str, ...]], int]
    ) -> np.ndarray:
        """int64 (rows,): the place of each row's cells, which ``place_of`` is asked for once per different cells."""
        different, at = self._different(table, names, rows)
        places: np.ndarray = np.array([place_of(cells) for cells in different], np.int64)[at]
        return places

    def _different(self, table: Table, names: Sequence[str], rows: np.ndarray) -> tuple[list[tuple[str, ...]], np.ndarray]:
        """(Different cells of some columns; per row which of them.) A column that is not there is ''."""
        columns = {name: table.column(name) for name in names}
        chosen = {name: column.take(rows) for name, column in columns.items() if column is not None}
        if not len(rows):
            return [], np.zeros(0, np.int64)
        keys = self._keys(list(chosen.values()), np.zeros(len(rows), bool))
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        texts = [chosen[name].texts(first) if name in chosen else [""] * len(first) for name in names]
        return list(zip(*texts)), inverse.ravel()


def _telling(port: str, services: str, told: str) -> Telling:
    return port, frozenset(services.split()), frozenset(summary.lowest_facts(set(told.split())))


def _numbers(table: Table, name: str, rows: np.ndarray, unknown: bool = False) -> np.ndarray:
    """int64 (rows,): whole numbers from 0, with ``unknown`` byte_count.UNKNOWN as well. Raises SummaryError."""
    column = table.column(name)
    if column is None:
        raise SummaryError(f"a summary of a session without {name}: cut")
    mantissa, behind, read = column.take(rows).decimals()
    numbers: np.ndarray = np.where(read & (behind == 0), mantissa, byte_count.UNKNOWN)
    odd = np.flatnonzero(numbers < 0)
    for row, text in zip(odd.tolist(), column.texts(rows[odd])):
        numbers[row] = byte_count.UNKNOWN if unknown and text == str(byte_count.UNKNOWN) else whole(text, name)
    return numbers


def _value(fact: str) -> str:
    return fact.partition("=")[2]
