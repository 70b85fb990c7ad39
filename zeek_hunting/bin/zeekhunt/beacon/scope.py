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
    wanted = {OUTBOUND: _outbound, INTERNAL: _internal, ALL: _any}[direction]
    return [wanted(site, src, dest) for src, dest in zip(pairs.src, pairs.dest)]


def _any(site: Site, src: str, dest: str) -> str:
    for address in (src, dest):
        if site.is_internal(address) is None:
            return "an address that is none"
    if not (site.is_routed(src) and site.is_routed(dest)):
        return "multicast, broadcast, loopback or link-local"
    return IN_SCOPE


def _outbound(site: Site, src: str, dest: str) -> str:
    reason = _any(site, src, dest)
    if reason:
        return reason
    if not site.is_internal(src):
        return "an external source"
    return "internal to internal" if site.is_internal(dest) else IN_SCOPE


def _internal(site: Site, src: str, dest: str) -> str:
    reason = _any(site, src, dest)
    return reason or (IN_SCOPE if site.is_internal(src) and site.is_internal(dest) else "not internal to internal")


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
