"""Admin sessions as columns in order of time, with what is known of each and of the two hosts around it.

Only what can be an attacker's step is kept: answered sessions between two hosts whose destination is the site's own. An SMB
session whose shares are all for ordinary users, and a remote procedure call that executes nothing, administer nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..zeek.site import Site
from . import admin_protocol, facts
from .admin_protocol import RPC, SMB
from .session_summary import FACTS_KEPT, Session
from .session_table import Ticket

TICKET_WITHIN_TICKS = 1_200  # a client asks for the ticket just before it connects
UPLOAD_B = 100_000  # over this, and ten times what came back, is a file written to a share the sensor cannot see


@dataclass(frozen=True)
class Sessions:
    """All (sessions,), ascending by (start, end, uid). src, dest: place in hosts; protocol, account ('' unknown): text;
    start, end: ticks of 0.1 s; operations: kept names of remote procedure calls; wrote: a file went to an admin share, or may
    have where blind; blind: only the port says what it is; from_outside: the source is not the site's own. crowded: how many
    have more accounts or operations than are kept."""

    hosts: list[str]
    src: np.ndarray
    dest: np.ndarray
    start: np.ndarray
    end: np.ndarray
    protocol: list[str]
    account: list[str]
    share: list[str]
    operations: list[tuple[str, ...]]
    wrote: np.ndarray
    blind: np.ndarray
    from_outside: np.ndarray
    uid: list[str]
    crowded: int

    def __len__(self) -> int:
        return len(self.uid)


def read(by_uid: Mapping[str, Session], tickets: Iterable[Ticket], site: Site, left_out: Counter[str]) -> Sessions:
    """The sessions that count; left_out gets how many do not, by reason."""
    reader = _Reader(site)
    told_of = list(map(reader.told, by_uid.values()))
    reasons = list(map(reader.why_not, by_uid.values(), told_of))
    left_out.update(reason for reason in reasons if reason)
    kept = [
        (session.start, session.end, uid, place)
        for place, ((uid, session), reason) in enumerate(zip(by_uid.items(), reasons))
        if not reason
    ]
    kept.sort()
    held = list(by_uid.values())
    parts = [held[each[3]] for each in kept]
    tellings = [told_of[each[3]] for each in kept]
    places: dict[str, int] = {}
    src = [places.setdefault(session.src, len(places)) for session in parts]
    dest = [places.setdefault(session.dest, len(places)) for session in parts]
    accounts = [told.account for told in tellings]
    asked = _TicketAccounts(tickets)
    for at in [place for place, account in enumerate(accounts) if not account] if asked else ():
        accounts[at] = asked.of(parts[at].src, tellings[at].protocol, parts[at].start)
    return Sessions(
        hosts=list(places),
        src=np.array(src, np.int64),
        dest=np.array(dest, np.int64),
        start=np.array([each[0] for each in kept], np.int64),
        end=np.array([each[1] for each in kept], np.int64),
        protocol=[told.protocol for told in tellings],
        account=accounts,
        share=[told.share for told in tellings],
        operations=[told.operations for told in tellings],
        wrote=np.array([told.wrote or (told.blind_smb and _uploaded(part)) for told, part in zip(tellings, parts)], bool),
        blind=np.array([told.blind for told in tellings], bool),
        from_outside=np.array([not site.is_internal(host) for host in places], bool)[np.array(src, np.int64)],
        uid=[each[2] for each in kept],
        crowded=sum(told.crowded for told in tellings),
    )


@dataclass(frozen=True)
class _Told:
    """What port, services and facts of a session say. crowded: more facts of a kind than are kept; reason: why such a session
    does not count, '' when it may."""

    protocol: str
    account: str
    share: str
    operations: tuple[str, ...]
    wrote: bool
    blind: bool
    blind_smb: bool
    crowded: bool
    reason: str


class _Reader:
    """Reads sessions; what the same port, services and facts say is worked out once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: dict[tuple[str, frozenset[str], frozenset[str]], _Told] = {}

    def told(self, session: Session) -> _Told:
        key = (session.port, session.services, session.facts)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _tell(session)
        return known

    def why_not(self, session: Session, told: _Told) -> str:
        if session.attempt == "1":
            return "unanswered"
        if session.src == session.dest:
            return "to the host itself"
        if not self._site.is_internal(session.dest):
            return "to hosts that are not the site's own"
        return told.reason


def _tell(session: Session) -> _Told:
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for text in sorted(session.facts):
        kind, _, value = text.partition("=")
        by_kind[kind].append(value)
    crowded = any(len(values) > FACTS_KEPT for values in by_kind.values())
    protocol = _protocol(session, by_kind)
    share = by_kind[facts.SHARE][0].upper() if by_kind[facts.SHARE] else ""
    operations = tuple(by_kind[facts.OPERATION][:FACTS_KEPT])
    logins = by_kind[facts.LOGIN]
    reasons = (
        (not protocol, "by no admin protocol"),
        (protocol == SMB and bool(by_kind[facts.PLAIN_SHARE]) and not share and not operations, "to ordinary shares"),
        (protocol == RPC and not operations, "remote procedure calls that execute nothing"),
        ("failed" in logins and "ok" not in logins, "with a failed login"),
    )
    return _Told(
        protocol=protocol,
        account=by_kind[facts.ACCOUNT][0] if by_kind[facts.ACCOUNT] else "",
        share=share,
        operations=operations,
        wrote=bool(by_kind[facts.WROTE] and share),
        blind=not session.facts and (protocol == SMB or admin_protocol.is_blind(session.port, session.services)),
        blind_smb=not session.facts and protocol == SMB,
        crowded=crowded,
        reason=next((reason for holds, reason in reasons if holds), ""),
    )


def _uploaded(session: Session) -> bool:
    return session.request > UPLOAD_B and session.request > 10 * max(session.reply, 0)


def _protocol(session: Session, by_kind: Mapping[str, list[str]]) -> str:
    protocol = admin_protocol.of_session(session.port, session.services)
    if protocol in ("", RPC) and by_kind[facts.LOG]:
        protocol = by_kind[facts.LOG][0]
    if not protocol and (by_kind[facts.SHARE] or by_kind[facts.PLAIN_SHARE]):
        protocol = SMB
    return RPC if not protocol and by_kind[facts.OPERATION] else protocol


class _TicketAccounts:
    """Account of the ticket that a source asked for last before a session, or at most a moment after its start."""

    def __init__(self, tickets: Iterable[Ticket]) -> None:
        self._of: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for ticket in tickets:
            self._of[(ticket.src, ticket.protocol)].append((ticket.tick, ticket.account))
        for asked in self._of.values():
            asked.sort()

    def __bool__(self) -> bool:
        return bool(self._of)

    def of(self, src: str, protocol: str, start: int) -> str:
        tickets = self._of.get((src, protocol), [])
        place = bisect_left(tickets, (start + 10, "")) - 1
        return tickets[place][1] if place >= 0 and tickets[place][0] >= start - TICKET_WITHIN_TICKS else ""
