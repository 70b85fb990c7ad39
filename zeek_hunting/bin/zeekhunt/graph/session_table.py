"""Admin sessions on the search head: raw events and partial rows, in any mixture and order, become one list of sessions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..zeek import event_time
from ..zeek.block import Table, TableRows
from ..zeek.partial import SummaryError, check_version, read_tally, whole
from . import session_summary as summary
from .session_summary import Session, SessionSummary

MOST_TICKS = int(event_time.LATEST_S * event_time.TICKS_PER_S)


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
        kinds = TableRows(table, np.arange(table.rows)).cells(summary.KIND) or [""] * table.rows
        partial = np.array([bool(kind) for kind in kinds], bool)
        for cells in zip(*TableRows(table, np.flatnonzero(partial)).all_cells(summary.COLUMNS).values()):
            self._add_partial(dict(zip(summary.COLUMNS, cells)))
        if not partial.all():
            self._gathered.add(TableRows(table, np.flatnonzero(~partial)))

    def finish(self) -> tuple[dict[str, Session], list[Ticket]]:
        gathered, self._gathered = self._gathered, SessionSummary()
        self.tally += gathered.tally
        tickets = [Ticket(src, tick, protocol, _value(account)) for src, tick, protocol, account in sorted(gathered.tickets)]
        return gathered.sessions, tickets

    def _add_partial(self, row: dict[str, str]) -> None:
        check_version(row["zh_version"], summary.VERSION)
        kind = row[summary.KIND]
        if kind == summary.TALLY:
            self.tally.update(read_tally(row["zh_tally"]))
        elif kind == summary.TICKET:
            self._gathered.tickets.add((row["src"], whole(row["zh_start"], "zh_start"), row["zh_services"], row["zh_facts"]))
        elif kind == summary.SESSION:
            part = _session(row)
            session = self._gathered.sessions.setdefault(row["zh_uid"], part)
            if session is not part:
                session.merge(part)
        else:
            raise SummaryError(f"a summary of kind {kind[:40]!r}, which this command does not know")


def _session(row: dict[str, str]) -> Session:
    start, end = whole(row["zh_start"], "zh_start"), whole(row["zh_end"], "zh_end")
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
        facts=set(summary.lowest_facts(set(row["zh_facts"].split()))),
    )


def _size(text: str) -> int:
    return -1 if text == "-1" else whole(text, "byte count")


def _value(fact: str) -> str:
    return fact.partition("=")[2]
