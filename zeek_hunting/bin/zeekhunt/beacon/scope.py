"""Which pairs are hunted: by where source and destination lie, and how many sources know a destination."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..zeek.site import Site
from .pairs import Pairs
from .series import TICKS_PER_HOUR, OnlineHours

OUTBOUND, INTERNAL, ALL = "outbound", "internal", "all"
IN_SCOPE = ""


@dataclass(frozen=True)
class Context:
    """What the whole network says about a pair; all (pairs,) unless said.

    source: index into online; online: hours in which each source had any event, of any kind; sources_of_dest: internal
    sources with a session to the pair's destination, at least 1; sources_seen: internal sources with any event.
    """

    source: np.ndarray
    online: OnlineHours
    sources_of_dest: np.ndarray
    sources_seen: int


def reasons(pairs: Pairs, site: Site, direction: str) -> list[str]:
    """Per pair '' when it is hunted, else why not, in words."""
    src, dest = _Ends.of(pairs.src, site), _Ends.of(pairs.dest, site)
    why = [
        (~(src.is_address & dest.is_address), "an address that is none"),
        (~(src.routed & dest.routed), "multicast, broadcast, loopback or link-local"),
    ]
    if direction == OUTBOUND:
        why += [(~src.internal, "an external source"), (dest.internal, "internal to internal")]
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
        answers = {address: (site.is_internal(address), site.is_routed(address)) for address in set(addresses)}
        found = [answers[address] for address in addresses]
        return cls(
            np.array([internal is not None for internal, _ in found], bool),
            np.array([bool(internal) for internal, _ in found], bool),
            np.array([routed for _, routed in found], bool),
        )


def events_by_reason(found: list[str], events: np.ndarray) -> Counter[str]:
    """Events of the pairs that are not hunted, by reason."""
    counts: Counter[str] = Counter()
    for reason, count in zip(found, events.tolist()):
        if reason:
            counts[reason] += count
    return counts


def context(pairs: Pairs, site: Site) -> Context:
    """Online hours and prevalence, from all pairs: also those that are not hunted show that a source was on."""
    sources, source = np.unique(np.array(pairs.src, dtype=object), return_inverse=True)
    inside = np.array([bool(site.is_internal(address)) for address in sources], bool)
    dests, dest = np.unique(np.array(pairs.dest, dtype=object), return_inverse=True)
    counted = inside[source] & ~pairs.attempt
    known = np.unique(np.stack((dest[counted], source[counted])), axis=1) if counted.any() else np.zeros((2, 0), np.int64)
    per_dest = np.bincount(known[0], minlength=len(dests))
    # an external source (direction=all) and a pair of attempts count as the one source they are
    of_dest = np.maximum(per_dest[dest], 1)
    return Context(
        source.astype(np.int64),
        _online(pairs, source, len(sources)),
        of_dest,
        max(int(inside.sum()), int(of_dest.max(initial=1))),
    )


def _online(pairs: Pairs, source: np.ndarray, sources: int) -> OnlineHours:
    hours = pairs.series.ticks // TICKS_PER_HOUR
    owner = np.repeat(source, np.diff(pairs.series.starts))
    changed = np.ones(len(hours), bool)
    changed[1:] = (hours[1:] != hours[:-1]) | (owner[1:] != owner[:-1])
    span = int(hours.max(initial=0)) + 1
    both = np.unique(owner[changed] * span + hours[changed])
    return OnlineHours((both % span).astype(np.int64), np.searchsorted(both // span, np.arange(sources + 1)).astype(np.int64))
