"""What each admin session adds to the score of a path through it, part by part.

hunts.md §4.2 (copy and execute with the same source), §4.6 (new edges, admin sources, patch waves). New edges and admin sources
are judged by the past alone; copy and execute, other protocols and sweeps by the minutes around the session; usual servers, and
jump hosts in ``paths``, by the whole search, since with a day of data there is no past to learn roles from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import admin_protocol
from .lateral_settings import DAY, LateralSettings
from .sessions import Sessions

PARTS = ("protocol", "edge", "execution", "several", "outside", "blind", "fan_out", "usual_server", "admin_source")


@dataclass(frozen=True)
class HopPoints:
    """parts: name of PARTS -> points (sessions,); total: their sum; new: the edge was new, bool (sessions,); fan_out: hosts the
    source reached within the window, this one included; copied_and_executed: bool (sessions,)."""

    parts: dict[str, np.ndarray]
    total: np.ndarray
    new: np.ndarray
    fan_out: np.ndarray
    copied_and_executed: np.ndarray


def hop_points(sessions: Sessions, settings: LateralSettings) -> HopPoints:
    pair_key = sessions.src * max(len(sessions.hosts), 1) + sessions.dest
    _, pair = np.unique(pair_key, return_inverse=True)
    pair = pair.reshape(-1)
    new, edge = _edge(sessions, pair, settings)
    fan_out = _fan_out(sessions, settings)
    executed = _execution(sessions, pair, settings)
    base = dict(settings.base)
    sources = _sources_by_protocol(sessions)
    usual = sources >= settings.usual_server_sources
    swept = fan_out >= settings.fan_out_hosts
    parts = {
        "protocol": np.array([base[protocol] for protocol in sessions.protocol], float),
        "edge": edge,
        "execution": executed,
        "several": np.where(_several(sessions, pair, settings), settings.several_protocols, 0.0),
        "outside": np.where(sessions.from_outside, settings.from_outside, 0.0),
        "blind": np.where(sessions.blind, settings.blind, 0.0),
        "fan_out": np.where(swept, settings.fan_out, 0.0),
        # a server that everyone uses in this way tells nothing, unless something was executed there
        "usual_server": np.where(usual & (executed < settings.execution), settings.usual_server, 0.0),
        "admin_source": np.where(_admin_source(sessions, settings), settings.admin_source, 0.0),
    }
    total = np.sum([parts[name] for name in PARTS], axis=0) if len(sessions) else np.zeros(0)
    return HopPoints(parts, total, new, fan_out, executed == settings.copied_and_executed)


def _edge(sessions: Sessions, pair: np.ndarray, settings: LateralSettings) -> tuple[np.ndarray, np.ndarray]:
    """(the edge was first seen within new_for before the session; its points, less of them with little history before it)."""
    if not len(sessions):
        return np.zeros(0, bool), np.zeros(0)
    first = np.full(int(pair.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, pair, sessions.start)
    new = sessions.start - first[pair] < settings.new_for
    before = first[pair] - sessions.start[0]
    share = settings.least_of_new + (1 - settings.least_of_new) * np.clip(before / settings.history, 0, 1)
    return new, np.where(new, settings.new_edge * share, settings.known_edge)


def _fan_out(sessions: Sessions, settings: LateralSettings) -> np.ndarray:
    """Distinct destinations of the source within fan_out_within before and after each session."""
    found = np.zeros(len(sessions), np.int64)
    order = np.lexsort((sessions.start, sessions.src))
    source, dest, start = sessions.src[order].tolist(), sessions.dest[order].tolist(), sessions.start[order].tolist()
    within: Counter[int] = Counter()
    low = high = 0
    for at in range(len(order)):
        if at and source[at] != source[at - 1]:
            within.clear()
            low = high = at
        while high < len(order) and source[high] == source[at] and start[high] <= start[at] + settings.fan_out_within:
            within[dest[high]] += 1
            high += 1
        while start[low] < start[at] - settings.fan_out_within:
            within[dest[low]] -= 1
            if not within[dest[low]]:
                del within[dest[low]]
            low += 1
        found[order[at]] = len(within)
    return found


def _execution(sessions: Sessions, pair: np.ndarray, settings: LateralSettings) -> np.ndarray:
    """Points for what was executed or written; for both, by the same source on the same host in ten minutes, more than the sum.
    A remote shell executes by itself, but only beside a written file does that tell anything."""
    points = np.where(sessions.wrote, settings.wrote, 0.0)
    written: defaultdict[int, list[int]] = defaultdict(list)
    executing: defaultdict[int, list[int]] = defaultdict(list)
    for at in np.flatnonzero(sessions.wrote).tolist():
        written[int(pair[at])].append(at)
    for at, (operations, protocol) in enumerate(zip(sessions.operations, sessions.protocol)):
        points[at] = max([points[at], *(_points_of(operation, settings) for operation in operations)])
        if protocol in admin_protocol.SHELLS or any(operation in admin_protocol.EXECUTION for operation in operations):
            executing[int(pair[at])].append(at)
    for number in executing.keys() & written.keys():
        runs, writes = executing[number], written[number]
        points[_near(sessions, runs, writes, settings.copy_within)] = settings.copied_and_executed
        points[_near(sessions, writes, runs, settings.copy_within)] = settings.copied_and_executed
    return points


def _near(sessions: Sessions, these: Sequence[int], others: Sequence[int], within: int) -> np.ndarray:
    """Those of these sessions that one of the others is open with, or at most so many ticks before or after. Both ascend."""
    mine, theirs = np.array(these, np.int64), np.array(others, np.int64)
    begun = np.searchsorted(sessions.start[theirs], sessions.end[mine] + within, "right")
    last_end = np.maximum.accumulate(sessions.end[theirs])
    near: np.ndarray = mine[(begun > 0) & (last_end[np.maximum(begun - 1, 0)] >= sessions.start[mine] - within)]
    return near


def _points_of(operation: str, settings: LateralSettings) -> float:
    if operation in admin_protocol.EXECUTION:
        return settings.execution
    return settings.single_shot if operation in admin_protocol.SINGLE_SHOTS else settings.weak_execution


def _several(sessions: Sessions, pair: np.ndarray, settings: LateralSettings) -> np.ndarray:
    """Whether the same pair used another admin protocol within the gap before or after the session."""
    found = np.zeros(len(sessions), bool)
    lasting: defaultdict[int, dict[str, int]] = defaultdict(dict)  # pair -> protocol -> its session that ends last so far
    for at, (number, protocol) in enumerate(zip(pair.tolist(), sessions.protocol)):
        held = lasting[number]
        for other, place in held.items():
            if other != protocol and sessions.end[place] >= sessions.start[at] - settings.gap:
                found[at] = found[place] = True
        if protocol not in held or sessions.end[at] >= sessions.end[held[protocol]]:
            held[protocol] = at
    return found


def _sources_by_protocol(sessions: Sessions) -> np.ndarray:
    """Distinct sources that reach a session's destination by its protocol, over the whole search."""
    reach: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for src, dest, protocol in zip(sessions.src.tolist(), sessions.dest.tolist(), sessions.protocol):
        reach[(dest, protocol)].add(src)
    counts = {key: len(sources) for key, sources in reach.items()}
    return np.array([counts[key] for key in zip(sessions.dest.tolist(), sessions.protocol)], np.int64)


def _admin_source(sessions: Sessions, settings: LateralSettings) -> np.ndarray:
    """Whether the source had reached many hosts a day, on several days, all before the day of the session."""
    days = (sessions.start // DAY).tolist()
    reached: dict[int, set[int]] = {}
    current: dict[int, int] = {}
    busy_days: Counter[int] = Counter()
    found = np.zeros(len(sessions), bool)
    for at, (src, dest, day) in enumerate(zip(sessions.src.tolist(), sessions.dest.tolist(), days)):
        if current.get(src) != day:
            if len(reached.get(src, ())) >= settings.admin_source_hosts:
                busy_days[src] += 1
            current[src], reached[src] = day, set()
        reached[src].add(dest)
        found[at] = busy_days[src] >= settings.admin_source_days
    return found


def words(name: str, sessions: Sessions, points: HopPoints, at: int) -> str:
    """What a part of PARTS says about a session."""
    said: dict[str, str] = {
        "protocol": f"{sessions.protocol[at]} session",
        "edge": "the source never reached this host before" if points.new[at] else "the source reached this host before",
        "execution": _executed_words(sessions, at, points.copied_and_executed[at]),
        "several": "another admin protocol between the same hosts",
        "outside": "the source is outside the site",
        "blind": "only the port says what the session is",
        "fan_out": f"the source reached {int(points.fan_out[at])} hosts within half an hour, as a sweep or a patch run does",
        "usual_server": "many hosts reach this one in the same way",
        "admin_source": "the source administers many hosts every day",
    }
    return said[name]


def _executed_words(sessions: Sessions, at: int, copied: bool) -> str:
    operations: Sequence[str] = sessions.operations[at]
    wrote = "a file written to a share" if sessions.wrote[at] else ""
    shell = f"a {sessions.protocol[at]} shell" if sessions.protocol[at] in admin_protocol.SHELLS else ""
    what = " and ".join(part for part in (", ".join(operations[:3]), wrote or shell) if part)
    return f"{what}, copy and execute within ten minutes" if copied else what
