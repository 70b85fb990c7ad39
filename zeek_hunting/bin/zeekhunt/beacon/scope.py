"""Which pairs are hunted: by where source and destination lie, and how many sources know a destination."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..zeek.site import Site
from .canonical import Pairs, distinct_pairs
from .names import CONNECT
from .series import TICKS_PER_HOUR, OnlineHours

OUTBOUND, INTERNAL, ALL = "outbound", "internal", "all"
IN_SCOPE = ""
PROXY_REASON = "internal to internal"


class Ends(Protocol):
    """Sources and destinations, one behind the other."""

    @property
    def src(self) -> list[str]: ...
    @property
    def dest(self) -> list[str]: ...


@dataclass(frozen=True)
class Context:
    """What the whole network says.

    source: address -> index into online; inside: (sources,) whether it is internal; online: hours in which each source had any
    event, of any kind; sources_of_dest: (pairs,) sources with a session to the pair's destination, of
    attempts those with any try at it, at least 1; sources_of_name:
    internal sources that called a destination so, at least 1; sources_seen: internal sources with any event; outside_seen:
    the others. first_tick, last_tick: of all events. A source is compared with its own kind: what half of the internet calls at
    an internal server is no rarity, though no internal source goes there.
    """

    source: Mapping[str, int]
    inside: np.ndarray
    online: OnlineHours
    sources_of_dest: np.ndarray
    sources_of_name: Mapping[str, int]
    sources_seen: int
    outside_seen: int
    first_tick: int
    last_tick: int

    def is_inside(self, src: str) -> bool:
        return bool(self.inside[self.source[src]])

    def seen(self, src: str) -> int:
        """How many sources of its kind, internal or not, have any event."""
        return self.sources_seen if self.is_inside(src) else self.outside_seen


def reasons(pairs: Ends, site: Site, direction: str) -> list[str]:
    """Per pair '' when it is hunted, else why not, in words."""
    src, dest = _Ends.of(pairs.src, site), _Ends.of(pairs.dest, site)
    why = [
        (~(src.is_address & dest.is_address), "an address that is none"),
        (~(src.routed & dest.routed), "multicast, broadcast, loopback or link-local"),
    ]
    if direction == OUTBOUND:
        why += [(~src.internal, "an external source"), (dest.internal, PROXY_REASON)]
    elif direction == INTERNAL:
        why += [(~(src.internal & dest.internal), "not internal to internal")]
    found: list[str] = np.select([where for where, _ in why], [words for _, words in why], IN_SCOPE).tolist()
    return found


@dataclass(frozen=True)
class _Ends:
    """What the site says about one end of every pair; all bool (pairs,)."""

    is_address: np.ndarray
    internal: np.ndarray
    routed: np.ndarray

    @classmethod
    def of(cls, addresses: list[str], site: Site) -> _Ends:
        answers: dict[str, int] = {}
        for address in set(addresses):
            internal = site.is_internal(address)
            answers[address] = (internal is not None) | bool(internal) << 1 | site.is_routed(address) << 2
        found = np.fromiter(map(answers.__getitem__, addresses), np.int8, len(addresses))
        return cls((found & 1) > 0, (found & 2) > 0, (found & 4) > 0)


def events_by_reason(found: list[str], events: np.ndarray) -> Counter[str]:
    """Events of the pairs that are not hunted, by reason."""
    counts: Counter[str] = Counter()
    for reason, count in zip(found, events.tolist()):
        if reason:
            counts[reason] += count
    return counts


def hunted_names(named: Pairs, found: list[str]) -> list[bool]:
    """Which named pairs are hunted; found: their reasons. A proxy may be internal: what counts is where it is asked to go."""
    return [not why or (via == CONNECT and why == PROXY_REASON) for why, via in zip(found, named.via)]


def context(pairs: Pairs, named: Pairs, site: Site) -> Context:
    """Online hours and prevalence, from all pairs: also those that are not hunted show that a source was on."""
    sources = sorted({*pairs.src, *named.src})
    place = {address: at for at, address in enumerate(sources)}
    inside = np.array([bool(site.is_internal(address)) for address in sources], bool)
    source = np.array([place[address] for address in pairs.src], np.int64)
    named_source = np.array([place[address] for address in named.src], np.int64)
    dests: dict[str, int] = {}
    dest = np.array([dests.setdefault(address, len(dests)) for address in pairs.dest], np.int64)
    of_dest = np.ones(len(source), np.int64)
    for kind in (inside[source], ~inside[source]):
        # a dead server that many try is as common as a live one, but tries make no live one common
        for told, counted in ((kind & pairs.attempt, kind), (kind & ~pairs.attempt, kind & ~pairs.attempt)):
            if told.any():
                of_known, _ = distinct_pairs(dest[counted], source[counted])
                of_dest[told] = np.bincount(of_known, minlength=len(dests))[dest[told]]
    of_name: Counter[str] = Counter()
    for name, at in set(zip(named.name, named_source.tolist())):
        of_name[name] += int(inside[at])
    ticks = np.concatenate((pairs.series.ticks, named.series.ticks, *pairs.marks(), *named.marks()))
    owner = np.concatenate(
        (
            np.repeat(source, np.diff(pairs.series.starts)),
            np.repeat(named_source, np.diff(named.series.starts)),
            *(np.repeat(source[at], len(known.marks)) for at, known in pairs.sampled.items()),
            *(np.repeat(named_source[at], len(known.marks)) for at, known in named.sampled.items()),
        )
    )
    return Context(
        source=place,
        inside=inside,
        online=_online(ticks // TICKS_PER_HOUR, owner, len(sources)),
        sources_of_dest=of_dest,
        sources_of_name={name: max(count, 1) for name, count in of_name.items()},
        sources_seen=max(int(inside.sum()), 1),
        outside_seen=max(int((~inside).sum()), 1),
        first_tick=int(ticks.min(initial=int(ticks.max(initial=0)))),
        last_tick=int(ticks.max(initial=0)),
    )


def _online(hours: np.ndarray, owner: np.ndarray, sources: int) -> OnlineHours:
    changed = np.ones(len(hours), bool)
    changed[1:] = (hours[1:] != hours[:-1]) | (owner[1:] != owner[:-1])
    of_source, hour = distinct_pairs(owner[changed], hours[changed])
    return OnlineHours(hour, np.searchsorted(of_source, np.arange(sources + 1)).astype(np.int64))
