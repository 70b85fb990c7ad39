"""Successions: one source's destinations that keep one timer, one after the other, as an implant's do that moves from server to
server.

Each of them is scored alone first. Alike are machine-timed destinations of one source (T of company_timing or more, no
attempts) with one kind of talk, whatever the port, and periods within a factor company_period of the next. Candidates for a
group are all that are alike, which are several servers in turn, and the longest succession of them: destinations of which each
begins when the one before has ended, but for SHARED_PERIODS. A benign timer that runs all week beside them is not in the
second. Where most of those that are alike overlap they are the peers of a crowd, from which some succession can always be
picked: then there is none. The lives of its destinations fill at least FILLED of the hours in which the source was on, from the
first to the last: a crawler's visits do not.

The destinations may be known to more sources than those of other groups, since one list of servers serves many infected hosts: at
most KNOWN_SOURCES, or KNOWN_SHARE of the internal sources.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from .entities import IP, Entity
from .series import TICKS_PER_HOUR, TICKS_PER_S, PairColumns
from .service_text import split
from .settings import BeaconSettings
from .timing import TimingEvidence

KNOWN_SOURCES, KNOWN_SHARE = 10, 0.10
SHARED_PERIODS = 3
FILLED = 0.4  # an implant half of whose servers are dead, with loss


def successions(
    about: Sequence[Entity], columns: PairColumns, timing: TimingEvidence, seen: int, settings: BeaconSettings
) -> list[list[int]]:
    """Places in about of the members of every candidate, two or more. seen: internal sources."""
    most = max(KNOWN_SOURCES, math.floor(KNOWN_SHARE * seen))
    timed = timing.timing >= settings.company_timing
    programs: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
    for at in np.flatnonzero(timed).tolist():
        one = about[at]
        if one.kind == IP and not one.attempt and one.sources <= most:
            usual = one.services[0][0] if one.services else ""
            _, proto, spoken = split(usual)
            programs.setdefault((one.src, proto, spoken), []).append(at)
    found: dict[tuple[int, ...], list[int]] = {}
    for held in programs.values():
        for alike in _alike(held, timing, settings):
            chain = _one_after_the_other(alike, columns, timing)
            for members in (alike, chain if 2 * len(chain) > len(alike) else []):
                if len(members) > 1 and _filled(members, columns) >= FILLED:
                    found.setdefault(tuple(sorted(members)), sorted(members))
    return list(found.values())


def _alike(places: Sequence[int], timing: TimingEvidence, settings: BeaconSettings) -> Iterator[list[int]]:
    """The places cut where the next longer period is out of reach."""
    ordered = sorted(places, key=lambda at: (timing.period_s[at], at))
    held: list[int] = []
    for at in ordered:
        if held and timing.period_s[at] > settings.company_period * timing.period_s[held[-1]]:
            yield held
            held = []
        held.append(at)
    yield held


def _one_after_the_other(places: Sequence[int], columns: PairColumns, timing: TimingEvidence) -> list[int]:
    """The most of them that do not overlap: always the one that ends first of those that begin late enough."""
    bounds = {at: columns.bounds(at) for at in places}
    chosen: list[int] = []
    for at in sorted(places, key=lambda place: (bounds[place][1], place)):
        room = SHARED_PERIODS * float(timing.period_s[at]) * TICKS_PER_S
        if not chosen or bounds[at][0] > bounds[chosen[-1]][1] - room:
            chosen.append(at)
    return chosen


def _filled(places: Sequence[int], columns: PairColumns) -> float:
    """The lives of destinations of one source, in hours in which it was on from the first to the last; more than 1 where they
    overlap."""
    bounds = [columns.bounds(at) for at in places]
    first, last = min(first for first, _ in bounds), max(last for _, last in bounds)
    online, source = columns.online_hours, int(columns.source_of_pair[places[0]])
    hours = online.hours[int(online.starts[source]) : int(online.starts[source + 1])]
    on = int(((hours >= first // TICKS_PER_HOUR) & (hours <= last // TICKS_PER_HOUR)).sum())
    return sum(end - begin for begin, end in bounds) / TICKS_PER_HOUR / max(on, 1)
