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
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .hop_points import HopPoints
from .lateral_settings import LateralSettings
from .sessions import Sessions

_NONE = -1
Part = tuple[float, str]  # points and what they are for
Edges = tuple[tuple[int, int], ...]
State = tuple[int, str, str]  # source, account and protocol of a session that reached a host


@dataclass(frozen=True)
class BestPaths:
    """Per session: total points of the best path that ends with it, the session before it (-1: none), its hops."""

    total: np.ndarray
    before: np.ndarray
    hops: np.ndarray
    states_dropped: int


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
        self._heaps: dict[State, list[tuple[float, int, int]]] = {}
        self._most = most_states
        self.dropped = 0

    def add(self, state: State, total: float, expires: int, session: int) -> None:
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
    count = len(sessions)
    total, before, hops = points.total.tolist(), [_NONE] * count, [1] * count
    source, dest = sessions.src.tolist(), sessions.dest.tolist()
    start, end = sessions.start.tolist(), sessions.end.tolist()
    swept = (points.fan_out >= settings.fan_out_hosts).tolist()
    goes_on = np.isin(sessions.dest, sessions.src).tolist()  # from most servers nobody goes anywhere
    reached: dict[int, _Reached] = defaultdict(lambda: _Reached(settings.states_of_host))
    link = _Link(sessions, points, settings)
    waiting: list[int] = []  # sessions of the current tick: they may not follow one another
    for at in range(count):
        if waiting and start[waiting[0]] < start[at]:
            for earlier in waiting:
                state = (source[earlier], sessions.account[earlier], sessions.protocol[earlier])
                reached[dest[earlier]].add(state, total[earlier], end[earlier] + settings.gap, earlier)
            waiting = []
        alone = total[at]
        if source[at] in reached:
            for known, previous in reached[source[at]].best(start[at]):
                if swept[previous] and not swept[at]:
                    continue
                joined = known + alone + link.points(previous, at)
                if joined > total[at] and hops[previous] < settings.most_hops and not _visits(dest[at], previous, source, before):
                    total[at], before[at], hops[at] = joined, previous, hops[previous] + 1
        link.reached(at)
        if goes_on[at]:
            waiting.append(at)
    dropped = sum(each.dropped for each in reached.values())
    return BestPaths(np.array(total), np.array(before, np.int64), np.array(hops, np.int64), dropped)


def _visits(host: int, session: int, source: Sequence[int], before: Sequence[int]) -> bool:
    """Whether the best path that ends with a session comes from or through a host."""
    while session != _NONE:
        if source[session] == host:
            return True
        session = before[session]
    return False


class _Link:
    """What a pair of consecutive hops adds, and which account has reached which host so far."""

    def __init__(self, sessions: Sessions, points: HopPoints, settings: LateralSettings) -> None:
        self._sessions, self._points, self._settings = sessions, points, settings
        self._dest = sessions.dest.tolist()
        self._jump_host = _jump_hosts(sessions, settings)
        self._swept = points.fan_out >= settings.fan_out_hosts
        self._reached_by: set[tuple[str, int]] = set()

    def reached(self, at: int) -> None:
        self._reached_by.add((self._sessions.account[at], self._dest[at]))

    def points(self, previous: int, at: int) -> float:
        return sum(points for points, _ in self.parts(previous, at))

    def parts(self, previous: int, at: int) -> list[Part]:
        """(points, words) of each part."""
        sessions, settings = self._sessions, self._settings
        if self._swept[at] and not self._swept[previous]:
            return []  # a patch run starts on its hour, whoever logged on to its server before
        found = []
        if self._jump_host[self._dest[previous]]:
            found.append((settings.jump, "through a host that many administer through"))
        if self._points.new[previous] and self._points.new[at]:
            found.append((settings.next_hop, "two new edges follow one another"))
        before, now = sessions.account[previous], sessions.account[at]
        if before and now and before != now:
            found.append((settings.account_change, f"the account changes from {before} to {now}"))
            if (before, self._dest[at]) not in self._reached_by:
                found.append((settings.unreached_before, f"{before} had not reached this host"))
        if sessions.protocol[previous] != sessions.protocol[at]:
            found.append((settings.protocol_change, f"from {sessions.protocol[previous]} to {sessions.protocol[at]}"))
        delay = int(sessions.start[at]) - int(sessions.end[previous])
        if delay <= 0:
            found.append((settings.during, "starts while the hop before is open"))
        elif delay <= settings.soon_after:
            found.append((settings.soon, "starts soon after the hop before"))
        return found


def _jump_hosts(sessions: Sessions, settings: LateralSettings) -> list[bool]:
    """Per host whether it is reached by many and reaches many, over the whole search."""
    pairs = np.unique(np.stack((sessions.src, sessions.dest), axis=1), axis=0)
    reached_by = np.bincount(pairs[:, 1], minlength=len(sessions.hosts))
    reaches = np.bincount(pairs[:, 0], minlength=len(sessions.hosts))
    found: list[bool] = ((reached_by >= settings.jump_sources) & (reaches >= settings.jump_hosts)).tolist()
    return found


def explain_links(
    sessions: Sessions, points: HopPoints, paths: Sequence[Path], settings: LateralSettings
) -> dict[tuple[int, int], list[Part]]:
    """(session, next session) of every path -> the parts of that link, as best_paths counted them: with what was known when
    the later one started."""
    links = {link for path in paths for link in zip(path.sessions, path.sessions[1:])}
    told = _Link(sessions, points, settings)
    said: dict[tuple[int, int], list[Part]] = {}
    done = 0
    for previous, at in sorted(links, key=lambda link: link[1]):
        for earlier in range(done, at):
            told.reached(earlier)
        done = at
        said[(previous, at)] = told.parts(previous, at)
    return said


def top_paths(sessions: Sessions, best: BestPaths, swept: np.ndarray, wanted: Wanted) -> tuple[list[Path], int]:
    """(The best paths that are wanted; how many more there are.) swept: bool (sessions,), part of a sweep.

    Folded into one already taken: a path between the same ends; one whose edges belong to it, or all but a tail that adds less
    than ``branch``; and of a sweep all but the best.
    """
    order = np.lexsort((np.arange(len(sessions)), -best.total))
    taken: dict[tuple[int, int], tuple[tuple[int, ...], set[Edges]]] = {}
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    left = 0
    for at in order.tolist():
        if best.total[at] < wanted.least:
            break
        if best.hops[at] < wanted.hops:
            continue
        places = _places(at, best.before)
        edges = _edges(sessions, places)
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


def _edges(sessions: Sessions, places: tuple[int, ...]) -> Edges:
    return tuple((int(sessions.src[place]), int(sessions.dest[place])) for place in places)


def _places(last: int, before: np.ndarray) -> tuple[int, ...]:
    places = [last]
    while before[places[-1]] != _NONE:
        places.append(int(before[places[-1]]))
    return tuple(reversed(places))
