"""The best time-respecting paths over admin sessions.

A hop may follow another when it leaves the host that the other reached, starts after the other started, and no later than ``gap``
after it ended; so no path goes back in time, which shortest paths on a static graph do (Hopper, arXiv:2105.13442).

Dynamic program over sessions in order of start: the best path that ends with session j is j alone or j behind the best path
that ends at j's source and still reaches it. What a pair of hops adds depends on the first one only through its account and
protocol, so a host keeps one heap per (source, account, protocol) of the sessions that reached it; an entry that has expired
never comes back to life, since starts only grow. Cost: O(n · s · log n) for n sessions and s states per host (bounded), memory
O(n). Only the best path per last session exists, so nothing is enumerated. A path visits no host twice: a state whose best path
already holds the destination offers nothing to that session, which may lose a longer alternative and never invents one. A sweep
(a patch run, a scanner, backup) reaches nearly every host, so whatever happens on one of them afterwards would seem to follow: a
sweep can end a path and carries none, except into another sweep, as a worm does.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .hop_points import HopPoints, jump_hosts, numbered
from .lateral_settings import LateralSettings
from .sessions import Sessions

_NONE = -1
Part = tuple[float, str]  # points and what they are for
Edges = tuple[tuple[int, int], ...]
# what may hold of a pair of consecutive hops
JUMP, NEXT, CHANGE, UNREACHED, OWN_LOGON, OTHER_PROTOCOL, DURING, SOON = (1 << bit for bit in range(8))


@dataclass(frozen=True)
class BestPaths:
    """Per session: total points of the best path that ends with it, the session before it (-1: none), its hops.
    parts: (session, next session) -> the parts of that link, as they were counted."""

    total: np.ndarray
    before: np.ndarray
    hops: np.ndarray
    states_dropped: int
    parts: Callable[[int, int], list[Part]]


@dataclass(frozen=True)
class Path:
    """sessions: places of its hops in order; total: points; folded: other ways, over other hosts, that it stands for."""

    sessions: tuple[int, ...]
    total: float
    folded: int


@dataclass(frozen=True)
class Wanted:
    """least: fewest points of a path; hops: fewest hops; limit: most paths; branch: what one off a stronger path must add."""

    least: float
    hops: int
    limit: int
    branch: float


class _Reached:
    """Per (source, account, protocol) the sessions that reached one host, best path first."""

    def __init__(self, most_states: int) -> None:
        self._heaps: dict[int, list[tuple[float, int, int]]] = {}
        self._most = most_states
        self.dropped = 0

    def add(self, state: int, total: float, expires: int, session: int) -> None:
        heap = self._heaps.get(state)
        if heap is None:
            if len(self._heaps) >= self._most:
                weakest = max(self._heaps, key=lambda known: self._heaps[known][0][0])
                del self._heaps[weakest]
                self.dropped += 1
            heap = self._heaps[state] = []
        heapq.heappush(heap, (-total, session, expires))

    def best(self, start: int) -> list[tuple[float, int]]:
        """(total, session) of the best path of each state that is still open at start."""
        found = []
        for state in list(self._heaps):
            heap = self._heaps[state]
            while heap and heap[0][2] < start:
                heapq.heappop(heap)
            if heap:
                found.append((-heap[0][0], heap[0][1]))
            else:
                del self._heaps[state]
        return found


def best_paths(sessions: Sessions, points: HopPoints, settings: LateralSettings) -> BestPaths:
    """The best path that ends with each session."""
    total, before, hops = points.total.tolist(), [_NONE] * len(sessions), [1] * len(sessions)
    source, dest, start = sessions.src.tolist(), sessions.dest.tolist(), sessions.start.tolist()
    expires = (sessions.end + settings.gap).tolist()
    link = _Link(sessions, points, settings)
    state, swept = link.states.tolist(), link.swept
    goes_on, follows = _neighbours(sessions, settings.gap)
    linked, onward, led_to = np.flatnonzero(goes_on | follows).tolist(), goes_on.tolist(), follows.tolist()
    reached: dict[int, _Reached] = defaultdict(lambda: _Reached(settings.states_of_host))
    waiting: list[int] = []  # sessions of the current tick: they may not follow one another
    for at in linked:
        if waiting and start[waiting[0]] < start[at]:
            for earlier in waiting:
                reached[dest[earlier]].add(state[earlier], total[earlier], expires[earlier], earlier)
            waiting = []
        alone = total[at]
        for known, previous in reached[source[at]].best(start[at]) if led_to[at] else ():
            if swept[previous] and not swept[at]:
                continue
            joined = known + alone + link.points(previous, at)
            better = joined > total[at] or (joined == total[at] and previous < before[at])  # of equal ones the earliest
            if better and hops[previous] < settings.most_hops and not _visits(dest[at], previous, source, before):
                total[at], before[at], hops[at] = joined, previous, hops[previous] + 1
        if onward[at]:
            waiting.append(at)
    dropped = sum(each.dropped for each in reached.values())
    return BestPaths(np.array(total), np.array(before, np.int64), np.array(hops, np.int64), dropped, link.parts)


def _neighbours(sessions: Sessions, gap: int) -> tuple[np.ndarray, np.ndarray]:
    """(Another session may follow it; it may follow another), both bool (sessions,): most sessions lead nowhere."""
    if not len(sessions):
        return np.zeros(0, bool), np.zeros(0, bool)
    start, expires = sessions.start - sessions.start[0], sessions.end - sessions.start[0] + gap
    span = int(expires.max()) + 1  # one line for all hosts, a stretch of it for each
    leaves, arrives, closes = sessions.src * span + start, sessions.dest * span + start, sessions.dest * span + expires
    goes_on = _up_to(leaves, closes, "right") > _up_to(leaves, arrives, "right")
    return goes_on, _up_to(arrives, leaves, "left") > _up_to(closes, leaves, "left")


def _up_to(line: np.ndarray, places: np.ndarray, side: Literal["left", "right"]) -> np.ndarray:
    """Per place how many of the line lie before it (left) or up to it (right). Asked in order, as a line of a million does not
    fit the processor's cache."""
    order = np.argsort(places, kind="stable")
    found = np.empty(len(places), np.int64)
    found[order] = np.searchsorted(np.sort(line), places[order], side)
    return found


def _visits(host: int, session: int, source: Sequence[int], before: Sequence[int]) -> bool:
    """Whether the best path that ends with a session comes from or through a host."""
    while session != _NONE:
        if source[session] == host:
            return True
        session = before[session]
    return False


class _Link:
    """What a pair of consecutive hops adds. states: int64 (sessions,), what is equal has the same source, account and protocol;
    swept: per session, whether it is part of a sweep."""

    def __init__(self, sessions: Sessions, points: HopPoints, settings: LateralSettings) -> None:
        self._sessions, self._settings = sessions, settings
        accounts, account = numbered(sessions.account)
        protocols, protocol = numbered(sessions.protocol)
        self.states = (sessions.src * len(accounts) + account) * len(protocols) + protocol
        self.swept: list[bool] = (points.fan_out >= settings.fan_out_hosts).tolist()
        self._nobody = accounts.get("", _NONE)
        self._account, self._protocol = account.tolist(), protocol.tolist()
        self._new = points.new.tolist()
        self._start, self._end, self._dest = sessions.start.tolist(), sessions.end.tolist(), sessions.dest.tolist()
        jumps = jump_hosts(sessions, settings)
        self._jump_host = jumps.tolist()
        self._own_logon = _own_logon(sessions, account, jumps, settings.gap)
        reach, first = np.unique(account * len(sessions.hosts) + sessions.dest, return_index=True)
        self._reached_first = dict(zip(reach.tolist(), first.tolist()))  # account and host -> the first session of both
        self._values = (
            (JUMP, settings.jump),
            (NEXT, settings.next_hop),
            (CHANGE, settings.account_change),
            (UNREACHED, settings.unreached_before),
            (OWN_LOGON, settings.own_logon),
            (OTHER_PROTOCOL, settings.protocol_change),
            (DURING, settings.during),
            (SOON, settings.soon),
        )
        self._points = [sum(value for flag, value in self._values if kind & flag) for kind in range(SOON << 1)]

    def points(self, previous: int, at: int) -> float:
        return self._points[self._kind(previous, at)]

    def parts(self, previous: int, at: int) -> list[Part]:
        """(points, words) of each part."""
        kind = self._kind(previous, at)
        return [(value, self._words(flag, previous, at)) for flag, value in self._values if kind & flag]

    def _kind(self, previous: int, at: int) -> int:
        """The flags that hold."""
        if self.swept[at] and not self.swept[previous]:
            return 0  # a patch run starts on its hour, whoever logged on to its server before
        kind = JUMP if self._jump_host[self._dest[previous]] else 0
        if self._new[previous] and self._new[at]:
            kind |= NEXT
        before, now = self._account[previous], self._account[at]
        changes = before != now and before != self._nobody and now != self._nobody
        if changes and at in self._own_logon:
            kind |= OWN_LOGON
        elif changes:
            kind |= CHANGE
            if self._reached_first.get(before * len(self._sessions.hosts) + self._dest[at], at) >= at:
                kind |= UNREACHED
        if self._protocol[previous] != self._protocol[at]:
            kind |= OTHER_PROTOCOL
        delay = self._start[at] - self._end[previous]
        if delay <= self._settings.soon_after:
            kind |= DURING if delay <= 0 else SOON
        return kind

    def _words(self, flag: int, previous: int, at: int) -> str:
        sessions = self._sessions
        before, now = sessions.account[previous], sessions.account[at]
        said = {
            JUMP: "through a host that many administer through",
            NEXT: "two new edges follow one another",
            CHANGE: f"the account changes from {before} to {now}",
            UNREACHED: f"{before} had not reached this host",
            OWN_LOGON: f"not by {before}: {now} had its own session to the host between",
            OTHER_PROTOCOL: f"from {sessions.protocol[previous]} to {sessions.protocol[at]}",
            DURING: "starts while the hop before is open",
            SOON: "starts soon after the hop before",
        }
        return said[flag]


def _own_logon(sessions: Sessions, account: np.ndarray, jumps: np.ndarray, gap: int) -> set[int]:
    """Sessions out of a jump host whose account itself had come to that host and could go on (Hopper: a session goes with the
    logon of its own account). Elsewhere this explains nothing: the passwords stolen on a host are those of who is logged on."""
    leaving, coming = np.flatnonzero(jumps[sessions.src]), np.flatnonzero(jumps[sessions.dest])
    if not len(leaving) or not len(coming):
        return set()
    many = int(account.max()) + 1
    keys = np.concatenate((sessions.src[leaving] * many + account[leaving], sessions.dest[coming] * many + account[coming]))
    _, visit = np.unique(keys, return_inverse=True)
    start, expires = sessions.start - sessions.start[0], sessions.end - sessions.start[0] + gap
    line = visit.reshape(-1) * (int(expires.max()) + 1)  # a stretch of one line for each host and account
    here, there = line[: len(leaving)] + start[leaving], line[len(leaving) :]
    open_then = _up_to(there + start[coming], here, "left") > _up_to(there + expires[coming], here, "left")
    return set(leaving[open_then].tolist())


def explain_links(best: BestPaths, paths: Sequence[Path]) -> dict[tuple[int, int], list[Part]]:
    """(session, next session) of every path -> the parts of that link."""
    return {link: best.parts(*link) for path in paths for link in zip(path.sessions, path.sessions[1:])}


def top_paths(sessions: Sessions, best: BestPaths, swept: np.ndarray, wanted: Wanted) -> tuple[list[Path], int]:
    """(The best paths that are wanted; how many more there are.) swept: bool (sessions,), part of a sweep.

    Folded into one already taken: a path between the same ends; one whose edges belong to it, or all but a tail that adds less
    than ``branch``; and of a sweep all but the best.
    """
    order = np.lexsort((np.arange(len(sessions)), -best.total))
    taken: dict[tuple[int, int], tuple[tuple[int, ...], set[Edges]]] = {}
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    left = 0
    source, dest, before = sessions.src.tolist(), sessions.dest.tolist(), best.before.tolist()
    order = order[(best.total[order] >= wanted.least) & (best.hops[order] >= wanted.hops)]
    for at in order.tolist():
        places = _places(at, before)
        edges = tuple((source[place], dest[place]) for place in places)
        ends = (edges[0][0], -1 - edges[-1][0] if swept[at] else edges[-1][1])
        holder = ends if ends in taken else _branch_of(places, edges, owner, best, wanted.branch)
        if holder is not None:
            taken[holder][1].add(edges)
        elif len(taken) >= wanted.limit:
            left += 1
        else:
            taken[ends] = (places, {edges})
            for edge in edges:
                owner.setdefault(edge, ends)
    return [Path(places, float(best.total[places[-1]]), len(ways) - 1) for places, ways in taken.values()], left


def _branch_of(
    places: tuple[int, ...], edges: Edges, owner: dict[tuple[int, int], tuple[int, int]], best: BestPaths, branch: float
) -> tuple[int, int] | None:
    """The taken path that holds the first edges of this one, when what follows adds little; else None."""
    holder = owner.get(edges[0])
    shared = 0
    while holder is not None and shared < len(edges) and owner.get(edges[shared]) == holder:
        shared += 1
    if not shared:
        return None
    gain = best.total[places[-1]] - best.total[places[shared - 1]]
    return holder if shared == len(edges) or gain < branch else None


def _places(last: int, before: Sequence[int]) -> tuple[int, ...]:
    places = [last]
    while before[places[-1]] != _NONE:
        places.append(before[places[-1]])
    return tuple(reversed(places))
