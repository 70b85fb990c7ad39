"""What each admin session adds to the score of a path through it, part by part.

hunts.md §4.2 (copy and execute with the same source), §4.6 (new edges, admin sources, patch waves). New edges and admin sources
are judged by the past alone; copy and execute, other protocols and sweeps by the minutes around the session; usual servers, and
jump hosts by the whole search, since with a day of data there is no past to learn roles from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import admin_protocol
from .lateral_settings import DAY, LateralSettings
from .node_sums import different
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
    names = sorted(set(sessions.protocol))
    protocol = np.array([*map({name: at for at, name in enumerate(names)}.__getitem__, sessions.protocol)], np.int64)
    fan_out = _fan_out(sessions, pair, settings)
    executed = _execution(sessions, pair, settings)
    base = dict(settings.base)
    sources = _sources_by_protocol(sessions, pair, protocol)
    usual = sources >= settings.usual_server_sources
    swept = fan_out >= settings.fan_out_hosts
    parts = {
        "protocol": np.array([base[name] for name in names], float)[protocol],
        "edge": edge,
        "execution": executed,
        "several": np.where(_several(sessions, pair, protocol, settings), settings.several_protocols, 0.0),
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


def _fan_out(sessions: Sessions, pair: np.ndarray, settings: LateralSettings) -> np.ndarray:
    """Distinct destinations of the source within fan_out_within before and after each session.

    A destination counts while one of the pair's sessions is near: stretches of time, whose begins and ends are counted.
    """
    if not len(sessions):
        return np.zeros(0, np.int64)
    near = settings.fan_out_within
    who, pair = _somebody(sessions, pair, settings)
    order = np.lexsort((sessions.start, pair))
    start, of_pair, src = sessions.start[order], pair[order], who[order]
    apart = np.ones(len(order) + 1, bool)
    apart[1:-1] = (of_pair[1:] != of_pair[:-1]) | (start[1:] - start[:-1] > 2 * near)
    first, last = np.flatnonzero(apart[:-1]), np.flatnonzero(apart[1:])
    span = int(sessions.start.max()) + 2 * near + 1  # one line for all sources, a stretch of it for each
    begins, ends = np.sort(src[first] * span + start[first]), np.sort(src[last] * span + start[last] + 2 * near)
    here = who * span + sessions.start + near
    found: np.ndarray = np.searchsorted(begins, here, "right") - np.searchsorted(ends, here, "left")
    return found


def _somebody(sessions: Sessions, pair: np.ndarray, settings: LateralSettings) -> tuple[np.ndarray, np.ndarray]:
    """(Who reaches out, that and the destination), int64 (sessions,): the source, on a jump host each account by itself, since
    several people at work through it make no sweep."""
    jumps = jump_hosts(sessions, settings)[sessions.src]
    if not jumps.any():
        return sessions.src, pair
    accounts, account = numbered(sessions.account)
    who = np.where(jumps, sessions.src * len(accounts) + account, sessions.src * len(accounts) + account[0])
    _, who = np.unique(who, return_inverse=True)
    _, met = np.unique(who.reshape(-1) * len(sessions.hosts) + sessions.dest, return_inverse=True)
    return who.reshape(-1), met.reshape(-1)


def _execution(sessions: Sessions, pair: np.ndarray, settings: LateralSettings) -> np.ndarray:
    """Points for what was executed or written; for both, by the same source on the same host in ten minutes, more than the sum.
    A remote shell executes by itself, but only beside a written file does that tell anything."""
    points = np.where(sessions.wrote, settings.wrote, 0.0)
    written: defaultdict[int, list[int]] = defaultdict(list)
    executing: defaultdict[int, list[int]] = defaultdict(list)
    for at in np.flatnonzero(sessions.wrote).tolist():
        written[int(pair[at])].append(at)
    for at, operations in enumerate(sessions.operations):
        if operations:
            points[at] = max([points[at], *(_points_of(operation, settings) for operation in operations)])
    beside = np.zeros(int(pair.max(initial=0)) + 1, bool)
    beside[list(written)] = True
    for at in np.flatnonzero(beside[pair]).tolist():
        if sessions.protocol[at] in admin_protocol.SHELLS or not admin_protocol.EXECUTION.keys().isdisjoint(
            sessions.operations[at]
        ):
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


def _several(sessions: Sessions, pair: np.ndarray, protocol: np.ndarray, settings: LateralSettings) -> np.ndarray:
    """Whether the same pair used another admin protocol within the gap before or after the session."""
    found = np.zeros(len(sessions), bool)
    lasting: defaultdict[int, dict[int, int]] = defaultdict(dict)  # pair -> protocol -> its session that ends last so far
    kinds = int(protocol.max(initial=0)) + 1
    pairs = different(pair * kinds + protocol) // kinds
    in_company = np.bincount(pairs, minlength=1)[pair] > 1 if len(sessions) else found
    many = np.flatnonzero(in_company & _in_episode(sessions, pair, settings.gap))
    ends = sessions.end.tolist()
    earliest = (sessions.start[many] - settings.gap).tolist()
    for at, number, spoken, least in zip(many.tolist(), pair[many].tolist(), protocol[many].tolist(), earliest):
        held = lasting[number]
        for other, place in held.items():
            if other != spoken and ends[place] >= least:
                found[at] = found[place] = True
        if spoken not in held or ends[at] >= ends[held[spoken]]:
            held[spoken] = at
    return found


def _in_episode(sessions: Sessions, pair: np.ndarray, gap: int) -> np.ndarray:
    """bool (sessions,): another session of the same pair is open, ended or starts within the gap."""
    found = np.zeros(len(sessions), bool)
    if not len(sessions):
        return found
    order = np.argsort(pair, kind="stable")  # by pair, then start
    start, end = sessions.start[order] - sessions.start[0], sessions.end[order] - sessions.start[0]
    line = pair[order] * (int(end.max()) + gap + 1)  # a stretch of one line for each pair
    joined = np.maximum.accumulate(line + end)[:-1] + gap >= (line + start)[1:]
    joined &= pair[order][1:] == pair[order][:-1]
    found[order[1:]] = joined
    found[order[:-1]] |= joined
    return found


def _sources_by_protocol(sessions: Sessions, pair: np.ndarray, protocol: np.ndarray) -> np.ndarray:
    """Distinct sources that reach a session's destination by its protocol, over the whole search."""
    if not len(sessions):
        return np.zeros(0, np.int64)
    reached, reach = np.unique(sessions.dest * (int(protocol.max()) + 1) + protocol, return_inverse=True)
    reach = reach.reshape(-1)
    counts = np.bincount(different(pair * len(reached) + reach) % len(reached), minlength=len(reached))
    found: np.ndarray = counts[reach]
    return found


def _admin_source(sessions: Sessions, settings: LateralSettings) -> np.ndarray:
    """Whether the source had reached many hosts a day, on several days, all before the day of the session."""
    if not len(sessions):
        return np.zeros(0, bool)
    day = sessions.start // DAY
    span, many = int(day.max()) + 1, len(sessions.hosts)
    met = different((sessions.src * span + day) * many + sessions.dest)
    line, hosts = np.unique(met // many, return_counts=True)  # by source, then day
    line = line[hosts >= settings.admin_source_hosts]
    # busy days of the source before that of the session
    before = np.searchsorted(line, sessions.src * span + day) - np.searchsorted(line, sessions.src * span)
    found: np.ndarray = before >= settings.admin_source_days
    return found


def numbered(texts: Sequence[str]) -> tuple[dict[str, int], np.ndarray]:
    """(Text -> its number, from 0; int64 (texts,): the number of each.)"""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return numbers, np.fromiter(map(numbers.__getitem__, texts), np.int64, len(texts))


def jump_hosts(sessions: Sessions, settings: LateralSettings) -> np.ndarray:
    """bool (hosts,): reached by many and reaching many, over the whole search."""
    many = max(len(sessions.hosts), 1)
    pairs = different(sessions.src * many + sessions.dest)
    reached_by = np.bincount(pairs % many, minlength=len(sessions.hosts))
    reaches = np.bincount(pairs // many, minlength=len(sessions.hosts))
    found: np.ndarray = (reached_by >= settings.jump_sources) & (reaches >= settings.jump_hosts)
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
