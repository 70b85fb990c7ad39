"""Admin sessions on the search head: raw events and partial rows, in any mixture and order, become one list of sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..zeek import byte_count, event_time
from ..zeek.block import Table, TableRows
from ..zeek.partial import SummaryError, check_version, read_tally, whole
from . import session_summary as summary
from .session_summary import Session, SessionSummary

MOST_TICKS = int(event_time.LATEST_S * event_time.TICKS_PER_S)
ATTEMPT_TEXTS = ("", "0", "1")
Read = TypeVar("Read")
Keys = Callable[[Sequence[Any], np.ndarray], np.ndarray]  # columns and flags -> one number per row: see spl.arrays.keys


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

    def __init__(self, keys: Keys) -> None:
        self.tally: Counter[str] = Counter()
        self._gathered = SessionSummary()
        self._keys = keys
        self._texts: dict[str, str] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def add(self, table: Table) -> None:
        every = np.arange(table.rows)
        column = table.column(summary.KIND)
        if column is None:
            self._gathered.add(TableRows(table, every))
            return
        kinds = np.array(self._each(table, summary.KIND, every, str), object)
        raw = np.flatnonzero(kinds == "")
        if len(raw):
            self._gathered.add(TableRows(table, raw))
        if len(raw) < table.rows:
            self._add_partial(table, kinds)

    def finish(self) -> tuple[dict[str, Session], list[Ticket]]:
        gathered, self._gathered = self._gathered, SessionSummary()
        self.tally += gathered.tally
        tickets = [Ticket(src, tick, protocol, _value(account)) for src, tick, protocol, account in sorted(gathered.tickets)]
        return gathered.sessions, tickets

    def _add_partial(self, table: Table, kinds: np.ndarray) -> None:
        for version in set(self._each(table, "zh_version", np.flatnonzero(kinds != ""), str)):
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
        """Column by column: what many sessions say in the same words is one object."""
        starts, ends = (_numbers(table, name, rows) for name in ("zh_start", "zh_end"))
        sizes = (_numbers(table, name, rows, unknown=True).tolist() for name in ("zh_request", "zh_reply"))
        src, dest, port, attempt = (
            self._each(table, name, rows, self._text) for name in ("src", "dest", "zh_port", "zh_attempt")
        )
        if not ((starts > 0) & (starts <= ends) & (ends <= MOST_TICKS)).all() or not set(attempt) <= set(ATTEMPT_TEXTS):
            raise SummaryError("a summary of a session whose times or state make no sense: damaged or forged")
        services = self._each(table, "zh_services", rows, lambda text: self._set(text.split()))
        told = self._each(table, "zh_facts", rows, lambda text: self._set(summary.lowest_facts(set(text.split()))))
        uids = TableRows(table, rows).all_cells(("zh_uid",))["zh_uid"]
        sessions = self._gathered.sessions
        parts = map(Session, src, dest, starts.tolist(), ends.tolist(), port, services, attempt, *sizes, told)
        for uid, part in zip(uids, parts):
            session = sessions.setdefault(uid, part)
            if session is not part:
                session.merge(part)

    def _each(self, table: Table, name: str, rows: np.ndarray, read: Callable[[str], Read]) -> list[Read]:
        """A column, each different cell read once; of a column that is not there all are ''."""
        column = table.column(name)
        if column is None:
            return [read("")] * len(rows)
        chosen = column.take(rows)
        _, first, inverse = np.unique(self._keys([chosen], np.zeros(len(rows), bool)), return_index=True, return_inverse=True)
        found = [read(text) for text in chosen.texts(first)]
        return [found[place] for place in inverse.ravel().tolist()]

    def _text(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def _set(self, texts: Iterable[str]) -> frozenset[str]:
        found = frozenset(texts)
        return self._sets.setdefault(found, found)


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
