"""Admin sessions as columns in order of time, with what is known of each and of the two hosts around it.

Only what can be an attacker's step is kept: answered sessions between two hosts whose destination is the site's own. An SMB
session whose shares are all for ordinary users, and a remote procedure call that executes nothing, administer nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..zeek.site import Site
from . import admin_protocol, facts
from .admin_protocol import RPC, SMB
from .session_columns import ATTEMPTS, Columns, SessionColumns
from .session_summary import FACTS_KEPT
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


def read(gathered: SessionColumns, tickets: Iterable[Ticket], site: Site, left_out: Counter[str]) -> Sessions:
    """The sessions that count; left_out gets how many do not, by reason."""
    every = gathered.joined()
    told = [_tell(*telling) for telling in gathered.tellings]
    internal = np.array([bool(site.is_internal(host)) for host in gathered.hosts], bool)
    order = _in_order(every, gathered.uid, _counting(every, told, internal, left_out))
    kept = every.take(order)
    tellings = [told[place] for place in kept.telling.tolist()]
    hosts, src, dest = _hosts_of(kept, list(gathered.hosts))
    protocols, accounts = [each.protocol for each in tellings], [each.account for each in tellings]
    asked = _TicketAccounts(tickets)
    for at in [place for place, account in enumerate(accounts) if not account] if asked else ():
        accounts[at] = asked.of(hosts[int(src[at])], protocols[at], int(kept.start[at]))
    return Sessions(
        hosts=hosts,
        src=src,
        dest=dest,
        start=kept.start,
        end=kept.end,
        protocol=protocols,
        account=accounts,
        share=[each.share for each in tellings],
        operations=[each.operations for each in tellings],
        wrote=_flags(told, "wrote")[kept.telling] | (_flags(told, "blind_smb")[kept.telling] & _uploaded(kept)),
        blind=_flags(told, "blind")[kept.telling],
        from_outside=~internal[kept.src],
        uid=[gathered.uid[place] for place in order.tolist()],
        crowded=int(np.count_nonzero(_flags(told, "crowded")[kept.telling])),
    )


def _hosts_of(sessions: Columns, names: Sequence[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """(The hosts of these sessions; place among them of each source and of each destination.)"""
    used = np.zeros(len(names), bool)
    used[sessions.src] = used[sessions.dest] = True
    place = np.cumsum(used) - 1
    return [names[at] for at in np.flatnonzero(used).tolist()], place[sessions.src], place[sessions.dest]


def _flags(told: Iterable[_Told], name: str) -> np.ndarray:
    return np.array([getattr(each, name) for each in told], bool)


def _counting(every: Columns, told: Iterable[_Told], internal: np.ndarray, left_out: Counter[str]) -> np.ndarray:
    """Places of the sessions that count; left_out gets the others by the first reason that holds."""
    names = [each.reason for each in told]
    by_telling = sorted(set(names) - {""})
    reasons = ["", "unanswered", "to the host itself", "to hosts that are not the site's own", *by_telling]
    why = np.array([reasons.index(name) for name in names], np.int64)[every.telling]
    why[~internal[every.dest]] = 3
    why[every.src == every.dest] = 2
    why[every.attempt == ATTEMPTS.index("1")] = 1
    counts = np.bincount(why, minlength=len(reasons)).tolist()
    left_out.update({reason: count for reason, count in zip(reasons, counts) if reason and count})
    return np.flatnonzero(why == 0)


def _in_order(every: Columns, uids: Sequence[str], kept: np.ndarray) -> np.ndarray:
    """The places by start, end and uid. Texts are compared only where both times are equal."""
    order = kept[np.lexsort((every.end[kept], every.start[kept]))]
    start, end = every.start[order], every.end[order]
    differs = np.flatnonzero((start[1:] != start[:-1]) | (end[1:] != end[:-1])) + 1
    edges = np.concatenate(([0], differs, [len(order)]))
    tied = np.flatnonzero(np.diff(edges) > 1)
    for first, behind in zip(edges[tied].tolist(), edges[tied + 1].tolist()):
        order[first:behind] = sorted(order[first:behind].tolist(), key=uids.__getitem__)
    return order


def _uploaded(sessions: Columns) -> np.ndarray:
    """bool (sessions,): over UPLOAD_B were sent, and more than ten times what came back."""
    more: np.ndarray = (sessions.request > UPLOAD_B) & ((sessions.request - 1) // 10 >= sessions.reply)
    return more


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


def _tell(port: str, services: frozenset[str], told: frozenset[str]) -> _Told:
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for text in sorted(told):
        kind, _, value = text.partition("=")
        by_kind[kind].append(value)
    crowded = any(len(values) > FACTS_KEPT for values in by_kind.values())
    protocol = _protocol(port, services, by_kind)
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
        blind=not told and (protocol == SMB or admin_protocol.is_blind(port, services)),
        blind_smb=not told and protocol == SMB,
        crowded=crowded,
        reason=next((reason for holds, reason in reasons if holds), ""),
    )


def _protocol(port: str, services: frozenset[str], by_kind: Mapping[str, list[str]]) -> str:
    protocol = admin_protocol.of_session(port, services)
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
