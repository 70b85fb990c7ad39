"""The best time-respecting paths, by trying all of them: the twin of zeekhunt.graph.paths for small inputs."""

from __future__ import annotations

from zeekhunt.graph.hop_points import HopPoints
from zeekhunt.graph.lateral_settings import LateralSettings
from zeekhunt.graph.paths import BestPaths
from zeekhunt.graph.sessions import Sessions


def may_follow(sessions: Sessions, previous: int, at: int, gap: int) -> bool:
    """Whether the session leaves the host the other reached, after it started and within the gap after its end."""
    return bool(
        sessions.dest[previous] == sessions.src[at]
        and sessions.start[previous] < sessions.start[at] <= sessions.end[previous] + gap
    )


def is_possible(sessions: Sessions, places: tuple[int, ...], gap: int) -> bool:
    hosts = [int(sessions.src[places[0]]), *(int(sessions.dest[at]) for at in places)]
    return len(set(hosts)) == len(hosts) and all(
        may_follow(sessions, previous, at, gap) for previous, at in zip(places, places[1:])
    )


def longest(sessions: Sessions, gap: int) -> int:
    """Hops of the longest possible path, by depth-first search."""

    def from_(places: tuple[int, ...]) -> int:
        further = [(*places, at) for at in range(len(sessions)) if at not in places and is_possible(sessions, (*places, at), gap)]
        return max([len(places), *(from_(path) for path in further)])

    return max([0, *(from_((at,)) for at in range(len(sessions)))])


def chain(best: BestPaths, last: int) -> tuple[int, ...]:
    places = [last]
    while best.before[places[-1]] >= 0:
        places.append(int(best.before[places[-1]]))
    return tuple(reversed(places))


def only_new_edges_count(points: HopPoints, settings: LateralSettings) -> bool:
    """Whether every hop adds points, so that a longer path is never worse."""
    return bool((points.total > 0).all()) and settings.next_hop > 0
