"""The map of zeeklateral: admin sessions by uid, out of the logs of one search, as partial rows. Plain Python.

A session is what shares a uid: the conn event with its times, bytes and state, and facts of the other logs (see ``facts``). Its
parts may lie on different indexers, so a partial row is a part: start and end are merged by least and greatest, facts and
services by union, byte counts by the greatest. conn events that administer nothing are counted and left out. Kerberos service
tickets travel as rows of their own: they name the account that a client is about to use, on another uid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby, islice

from ..zeek import byte_count, conn_state, event_time
from ..zeek import fields as zeek_fields
from ..zeek.block import Block
from ..zeek.partial import tally_row
from . import admin_protocol, facts
from .field_cells import FieldCells

VERSION = 1
KIND = "zh_kind"
SESSION, TICKET, TALLY = "lateral_session", "lateral_ticket", "lateral_tally"
COLUMNS = (
    KIND,
    "zh_version",
    "_time",
    "src",
    "dest",
    "zh_uid",
    "zh_start",
    "zh_end",
    "zh_port",
    "zh_services",
    "zh_attempt",
    "zh_request",
    "zh_reply",
    "zh_facts",
    "zh_tally",
)
CONN_FIELDS = ("time", "uid", "src", "dest", "dest_port", "service", "conn_state", "duration")
SIZE_FIELDS = ("orig_bytes", "orig_ip_bytes", "resp_bytes", "resp_ip_bytes")
TICKET_FIELDS = ("request_type", "client")
SESSIONS_HELD = 200_000  # then the partial rows go out
PART_ROWS = 2_000
FACTS_KEPT = 32  # of one session and kind, the lowest: a cut that merges exactly; one more is carried, to tell of the rest
LONGEST_S = 30 * 86_400.0  # a longer duration is damage


@dataclass
class Session:
    """One uid's part. start, end: ticks of 0.1 s; attempt: '1', '0', or '' without a conn event; request, reply: guarded payload
    bytes, byte_count.UNKNOWN where unset."""

    src: str
    dest: str
    start: int
    end: int
    port: str = ""
    services: frozenset[str] = frozenset()
    attempt: str = ""
    request: int = byte_count.UNKNOWN
    reply: int = byte_count.UNKNOWN
    facts: frozenset[str] = frozenset()

    def merge(self, other: Session) -> None:
        """Takes in another part of the same session; the order of parts does not show."""
        self.src, self.dest = min(self.src, other.src), min(self.dest, other.dest)
        self.start, self.end = min(self.start, other.start), max(self.end, other.end)
        self.port = min(self.port, other.port) if self.port and other.port else self.port or other.port
        self.services = self.services | other.services
        self.attempt = min(self.attempt, other.attempt) if self.attempt and other.attempt else self.attempt or other.attempt
        self.request, self.reply = max(self.request, other.request), max(self.reply, other.reply)
        self.facts = frozenset(lowest_facts(self.facts | other.facts))


def required_fields(options: Mapping[str, str]) -> list[str]:
    """What to ask splunkd for; for the merge the columns of partial rows too."""
    events = [*zeek_fields.spellings((*CONN_FIELDS, *SIZE_FIELDS)), *facts.FIELDS, *TICKET_FIELDS]
    return events if options.get("phase") == "map" else [*events, *COLUMNS]


class SessionSummary:
    """Gathers events; ``drain()`` gives the partial rows so far and starts afresh."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.tickets: set[tuple[str, int, str, str]] = set()
        self.tally: Counter[str] = Counter()
        self._protocols: dict[tuple[str, str], str] = {}

    def add(self, block: Block) -> None:
        if not block.rows:
            return
        self.tally["read"] += block.rows
        columns = FieldCells(block)
        ticks = event_time.column_ticks(list(columns("time")))
        told = self._told(columns)
        self._tickets(columns, ticks)
        self._conn(columns, ticks, told)
        for row, found in told.items():
            self._keep(columns, row, ticks[row], found)

    def _told(self, columns: FieldCells) -> dict[int, set[str]]:
        """Row -> facts, of the rows of all logs but conn and kerberos."""
        told: dict[int, set[str]] = {}
        for reader, markers in facts.READERS:
            if columns.has_any(markers):
                for row, text in reader(columns):
                    told.setdefault(row, set()).add(text)
        return told

    def _tickets(self, columns: FieldCells, ticks: list[int]) -> None:
        if not columns.has_any(("request_type",)):
            return
        sources, services, clients = columns("src"), columns("service"), columns("client")
        for row, request_type in enumerate(columns("request_type")):
            if request_type not in ("TGS", "AS"):
                continue
            protocol = admin_protocol.TICKETS.get(services[row].split("/", 1)[0].lower())
            account = facts.account_of(clients[row])
            if protocol and account and sources[row] not in zeek_fields.UNSET and ticks[row] >= 0:
                self.tickets.add((sources[row], ticks[row], protocol, facts.fact(facts.ACCOUNT, account)))
                self.tally["used"] += 1

    def _conn(self, columns: FieldCells, ticks: list[int], told: dict[int, set[str]]) -> None:
        states = columns("conn_state")
        ports, services = columns("dest_port"), columns("service")
        protocols = self._protocols
        wanted = []
        for row, (state, key) in enumerate(zip(states, zip(ports, services))):
            if state in zeek_fields.UNSET:
                continue
            protocol = protocols.get(key)
            if protocol is None:
                protocol = protocols[key] = admin_protocol.of_session(key[0], zeek_fields.members(key[1]))
            if protocol:
                wanted.append(row)
            elif row not in told:
                self.tally["not_admin"] += 1
        if not wanted:
            return
        sizes = [byte_count.numbers([columns(name)[row] for row in wanted]) for name in SIZE_FIELDS]
        requests, replies = byte_count.guarded(sizes[0], sizes[1]), byte_count.guarded(sizes[2], sizes[3])
        durations = columns("duration")
        for row, request, reply in zip(wanted, requests, replies):
            part = self._keep(columns, row, ticks[row], told.pop(row, set()))
            if part is not None:
                part.end = max(part.end, ticks[row] + _duration_ticks(durations[row]))
                part.port, part.services = ports[row], part.services | zeek_fields.members(services[row])
                part.attempt = min(part.attempt or "1", "1" if conn_state.is_attempt(states[row]) else "0")
                part.request, part.reply = max(part.request, request), max(part.reply, reply)

    def _keep(self, columns: FieldCells, row: int, tick: int, found: set[str]) -> Session | None:
        """The session of a row, with its time and facts taken in; None where the row cannot be used."""
        uid, src, dest = columns("uid")[row], columns("src")[row], columns("dest")[row]
        for reason, lacking in (
            ("no_uid", uid in zeek_fields.UNSET),
            ("no_src", src in zeek_fields.UNSET),
            ("no_dest", dest in zeek_fields.UNSET),
            ("no_time", tick < 0),
        ):
            if lacking:
                self.tally[reason] += 1
                return None
        self.tally["used"] += 1
        part = Session(src, dest, tick, tick, facts=frozenset(found))
        session = self.sessions.setdefault(uid, part)
        if session is not part:
            session.merge(part)
        return session

    def full(self) -> bool:
        return len(self.sessions) + len(self.tickets) >= SESSIONS_HELD

    def drain(self) -> Iterator[dict[str, tuple[str, ...]]]:
        """Partial rows in a fixed order, then the tally: column -> cells, in parts of at most PART_ROWS."""
        rows: list[tuple[str, ...]] = [session_row(uid, self.sessions[uid]) for uid in sorted(self.sessions)]
        rows += [ticket_row(ticket) for ticket in sorted(self.tickets)]
        tally = self.tally
        self.sessions, self.tickets, self.tally = {}, set(), Counter()
        for start in range(0, len(rows), PART_ROWS):
            yield dict(zip(COLUMNS, zip(*rows[start : start + PART_ROWS])))
        if tally:
            yield tally_row(COLUMNS, TALLY, VERSION, tally)


def _duration_ticks(text: str) -> int:
    try:
        seconds = float(text)
    except ValueError:
        return 0
    return int(seconds * event_time.TICKS_PER_S) if 0 <= seconds <= LONGEST_S else 0


def lowest_facts(found: AbstractSet[str]) -> list[str]:
    """Of each kind the FACTS_KEPT + 1 lowest, in order: many accounts on one uid push no operation out."""
    if len(found) <= FACTS_KEPT:
        return sorted(found)
    by_kind = groupby(sorted(found), key=lambda text: text.partition("=")[0])
    return [text for _, texts in by_kind for text in islice(texts, FACTS_KEPT + 1)]


def session_row(uid: str, session: Session) -> tuple[str, ...]:
    """The cells of a session's partial row, in the order of COLUMNS. _time is its end, so that a stored row is found by time."""
    return (
        SESSION,
        str(VERSION),
        f"{session.end // 10}.{session.end % 10}",
        session.src,
        session.dest,
        uid,
        str(session.start),
        str(session.end),
        session.port,
        " ".join(sorted(session.services)),
        session.attempt,
        str(session.request),
        str(session.reply),
        " ".join(lowest_facts(session.facts)),
        "",
    )


def ticket_row(ticket: tuple[str, int, str, str]) -> tuple[str, ...]:
    src, tick, protocol, account = ticket
    return (TICKET, str(VERSION), f"{tick // 10}.{tick % 10}", src, "", "", str(tick), "", "", protocol, "", "", "", account, "")
