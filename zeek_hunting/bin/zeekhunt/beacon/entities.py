"""What is scored: pairs of addresses, pairs of a source and a name, and groups of one source's rare destinations.

ip     a pair of addresses, attempts apart from sessions
name   a source and what it called its destination, over all addresses of that name (see names)
group  one source's rare destinations with one signature: a program that moves from server to server. Rare: at most RARE_SOURCES
       internal sources, or RARE_SHARE of them, went there. Signature: the lowest port/protocol/service, named or not, and the
       usual request size on a logarithmic scale; each split (no size, factors of two, factors of two shifted by half) is one
       candidate, and the scores decide which stands (see ranking).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from . import segments
from .canonical import Pairs, joined, multiset, sorted_within
from .sampled import Sampled, breaks
from .scope import Context
from .series import PairColumns, Series, Sizes
from .summary import PORT_BITS

IP, NAME, GROUP = "ip", "name", "group"
RARE_SOURCES, RARE_SHARE = 3, 0.02
SHIFTS = (None, 0.0, 0.5)
HANDSHAKE_TICKS = 600  # a TLS handshake comes at most 60 s after its connection began


@dataclass(frozen=True)
class Entity:
    """What one row is about. dest: an address or a name, '' for a group; addresses: of all destinations, in order; pairs: the
    places of its pairs (of a name: in the named pairs); sources: internal sources that know the destination; via: how it was
    named; succession: a group whose members keep one timer in turn (see succession)."""

    kind: str
    src: str
    dest: str
    attempt: bool
    pairs: tuple[int, ...]
    addresses: tuple[str, ...]
    services: tuple[tuple[str, int], ...]
    sources: int
    via: tuple[str, ...] = ()
    succession: bool = False


@dataclass(frozen=True)
class Grouped:
    """Events of some entities. owner: (events,) entity; ticks, request, reply: (events,), -1 for an unknown size."""

    owner: np.ndarray
    ticks: np.ndarray
    request: np.ndarray
    reply: np.ndarray


def of_addresses(pairs: Pairs, chosen: np.ndarray, around: Context) -> list[Entity]:
    """An entity per chosen pair of addresses."""
    return [
        Entity(
            kind=IP,
            src=pairs.src[at],
            dest=pairs.dest[at],
            attempt=bool(pairs.attempt[at]),
            pairs=(at,),
            addresses=(pairs.dest[at],),
            services=tuple(pairs.services[at]),
            sources=int(around.sources_of_dest[at]),
        )
        for at in chosen.tolist()
    ]


def of_names(named: Pairs, hunted: Sequence[bool], around: Context, min_events: int) -> list[Entity]:
    """An entity per source and name with enough events, from the named pairs that are hunted."""
    members: dict[tuple[str, str], list[int]] = {}
    for at, wanted in enumerate(hunted):
        if wanted:
            members.setdefault((named.src[at], named.name[at]), []).append(at)
    events = np.diff(named.series.starts)
    return [
        Entity(
            kind=NAME,
            src=src,
            dest=name,
            attempt=False,
            pairs=tuple(places),
            addresses=tuple(sorted({named.dest[at] for at in places})),
            services=_services(named, places),
            sources=around.sources_of_name[name],
            via=tuple(sorted({named.via[at] for at in places})),
        )
        for (src, name), places in sorted(members.items())
        if events[places].sum() >= min_events
    ]


def of_groups(pairs: Pairs, hunted: np.ndarray, named: Pairs, around: Context, min_events: int) -> list[Entity]:
    """Candidates: the rare sessions of one source that share a signature, two destinations or more."""
    rare = around.sources_of_dest <= max(RARE_SOURCES, math.floor(RARE_SHARE * around.sources_seen))
    places = np.flatnonzero(hunted & rare & ~pairs.attempt)
    per_source = Counter(pairs.src[at] for at in places.tolist())
    places = np.array([at for at in places.tolist() if per_source[pairs.src[at]] > 1], np.int64)
    usual = _usual_sizes(pairs, places)
    names = set(zip(named.src, named.dest))
    events = np.diff(pairs.series.starts)
    candidates: dict[tuple[int, ...], Entity] = {}
    for shift in SHIFTS:
        members: dict[tuple[str, str, bool, int], list[int]] = {}
        for at in places.tolist():
            service = pairs.services[at][0][0] if pairs.services[at] else ""
            bucket = -1 if shift is None else math.floor(math.log2(usual[at] + 2) + shift)
            members.setdefault((pairs.src[at], service, (pairs.src[at], pairs.dest[at]) in names, bucket), []).append(at)
        for (src, *_), held in sorted(members.items()):
            if len(held) > 1 and events[held].sum() >= min_events:
                candidates.setdefault(tuple(held), group(pairs, src, held, around))
    return list(candidates.values())


def columns(entities: Sequence[Entity], pairs: Pairs, named: Pairs, around: Context) -> PairColumns:
    """What the scores need of every entity, in their order."""
    tls_request, tls_reply = tls_sizes(named, pairs)
    parts = [
        _events(entities, (IP, GROUP), pairs.series, pairs.request_b, pairs.reply_b),
        _events(entities, (NAME,), named.series, tls_request, tls_reply),
    ]
    owner, ticks, request, reply = (
        joined([getattr(part, name) for part in parts]) for name in ("owner", "ticks", "request", "reply")
    )
    count = len(entities)
    series = _series(owner, ticks, count)
    sampled = _sampled(entities, pairs, named)
    return PairColumns(
        series=_with_breaks(series, sampled),
        request_sizes=_known(owner, request, count),
        reply_sizes=_known(owner, reply, count),
        source_of_pair=np.array([around.source[entity.src] for entity in entities], np.int64),
        online_hours=around.online,
        sources_of_dest=np.array([entity.sources for entity in entities], np.int64),
        sources_seen=np.array([around.seen(entity.src) for entity in entities], np.int64),
        extent=_extent(owner, ticks, count, sampled) if sampled else None,
        events=_counts(entities, pairs, named) if sampled else None,
    )


def _series(owner: np.ndarray, ticks: np.ndarray, count: int) -> Series:
    by_owner, ordered = sorted_within(owner, ticks)
    return Series(ordered, np.searchsorted(by_owner, np.arange(count + 1)).astype(np.int64))


def _sampled(entities: Sequence[Entity], pairs: Pairs, named: Pairs) -> dict[int, list[Sampled]]:
    """Place of an entity -> its sampled pairs, where it has any."""
    if not (pairs.sampled or named.sampled):
        return {}
    found = {}
    for at, entity in enumerate(entities):
        known = (named if entity.kind == NAME else pairs).sampled
        held = [known[place] for place in entity.pairs if place in known]
        if held:
            found[at] = held
    return found


def _with_breaks(series: Series, sampled: Mapping[int, list[Sampled]]) -> Series:
    """The same, with where events may be missing."""
    if not sampled:
        return series
    broken = np.zeros(len(series.ticks), bool)
    for at, known in sampled.items():
        part = slice(int(series.starts[at]), int(series.starts[at + 1]))
        broken[part] = breaks(series.ticks[part], known)
    return replace(series, breaks=broken)


def _extent(owner: np.ndarray, ticks: np.ndarray, count: int, sampled: Mapping[int, list[Sampled]]) -> Series:
    """Ticks that tell the first event, the last and the hours."""
    marks = [each.marks for known in sampled.values() for each in known]
    owners = np.repeat(list(sampled), [sum(len(each.marks) for each in known) for known in sampled.values()])
    return _series(np.concatenate((owner, owners)), np.concatenate((ticks, *marks)), count)


def _counts(entities: Sequence[Entity], pairs: Pairs, named: Pairs) -> np.ndarray:
    """(entities,): events, estimated where sampled."""
    of_pairs, of_named = pairs.events, named.events
    return np.array([(of_named if one.kind == NAME else of_pairs)[list(one.pairs)].sum() for one in entities], np.int64)


def tls_sizes(named: Pairs, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """Request and reply bytes of every named event: its own, or those of its connection; -1 where there is none.

    Its connection has the same addresses and began at most HANDSHAKE_TICKS before it: the last of them from the same source port
    (uid stands for the same five values; see docs/decisions/0009), else, where none has that port, the last of all."""
    request, reply = named.request_b.copy(), named.reply_b.copy()
    if not len(pairs.series.ticks):
        return request, reply
    sessions = {(src, dest): at for at, (src, dest) in enumerate(zip(pairs.src, pairs.dest)) if not pairs.attempt[at]}
    behind = np.array([sessions.get(ends, -1) for ends in zip(named.src, named.dest)], np.int64)
    pair = np.repeat(behind, np.diff(named.series.starts))
    unknown = np.flatnonzero((pair >= 0) & (request < 0) & (reply < 0))
    concerned = np.flatnonzero(np.isin(segments.owners(pairs.series.starts), pair[unknown]))
    owner, ticks = segments.owners(pairs.series.starts)[concerned], pairs.series.ticks[concerned]
    for port, wanted_port in ((pairs.port[concerned], named.port), (np.zeros_like(owner), np.zeros_like(pair))):
        order = np.lexsort((ticks, port, owner))
        wanted = pair[unknown] << PORT_BITS | wanted_port[unknown]
        found = _last_before(((owner << PORT_BITS | port)[order], ticks[order]), (wanted, named.series.ticks[unknown]))
        fits = found >= 0
        connection = concerned[order[found[fits]]]
        request[unknown[fits]], reply[unknown[fits]] = pairs.request_b[connection], pairs.reply_b[connection]
        unknown = unknown[~fits]
    return request, reply


def _last_before(line: tuple[np.ndarray, np.ndarray], wanted: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Per wanted (key, tick) the place of the last of the line, ascending by (key, tick), with that key and at most
    HANDSHAKE_TICKS earlier; -1 without one."""
    (keys, ticks), (wanted_keys, wanted_ticks) = line, wanted
    first = min(int(ticks.min(initial=0)), int(wanted_ticks.min(initial=0)))
    known, which = np.unique(keys, return_inverse=True)
    rank = np.searchsorted(known, wanted_keys)
    same = known[np.minimum(rank, len(known) - 1)] == wanted_keys
    span = 1 + max(int(ticks.max(initial=0)), int(wanted_ticks.max(initial=0))) - first
    held, asked = which * span + ticks - first, rank * span + wanted_ticks - first
    found = np.searchsorted(held, asked, "right") - 1
    near = held[np.maximum(found, 0)]
    fits = same & (found >= 0) & (near // span == rank) & (asked - near <= HANDSHAKE_TICKS)
    return np.where(fits, found, -1)


def group(pairs: Pairs, src: str, places: list[int], around: Context) -> Entity:
    """Of the pairs at these places, in order, all of one source."""
    return Entity(
        kind=GROUP,
        src=src,
        dest="",
        attempt=False,
        pairs=tuple(places),
        addresses=tuple(pairs.dest[at] for at in places),
        services=_services(pairs, places),
        sources=int(np.sort(around.sources_of_dest[places])[len(places) // 2]),  # one common server among rare ones says little
    )


def _services(pairs: Pairs, places: Iterable[int]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for at in places:
        counts.update(dict(pairs.services[at]))
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _events(
    entities: Sequence[Entity], kinds: tuple[str, ...], series: Series, request: np.ndarray, reply: np.ndarray
) -> Grouped:
    """The events of all pairs of the entities of these kinds."""
    owner = np.array([at for at, entity in enumerate(entities) if entity.kind in kinds for _ in entity.pairs], np.int64)
    pair = np.array([place for entity in entities if entity.kind in kinds for place in entity.pairs], np.int64)
    lengths = np.diff(series.starts)[pair]
    starts = segments.offsets(lengths)
    at = np.arange(starts[-1]) + np.repeat(series.starts[pair] - starts[:-1], lengths)
    return Grouped(np.repeat(owner, lengths), series.ticks[at], request[at], reply[at])


def _known(owner: np.ndarray, sizes: np.ndarray, count: int) -> Sizes:
    known = np.flatnonzero(sizes >= 0)
    return multiset(*sorted_within(owner[known], sizes[known]), count)


def _usual_sizes(pairs: Pairs, places: np.ndarray) -> dict[int, int]:
    """Place of a pair -> its most frequent request size, the largest of several; -1 where none is known."""
    lengths = np.diff(pairs.series.starts)[places]
    starts = segments.offsets(lengths)
    at = np.arange(starts[-1]) + np.repeat(pairs.series.starts[places] - starts[:-1], lengths)
    sizes = _known(np.repeat(np.arange(len(places)), lengths), pairs.request_b[at], len(places))
    usual = np.full(len(places), -1, np.int64)
    owner = segments.owners(sizes.starts)
    order = np.lexsort((sizes.values, sizes.counts, owner))  # the last of each pair wins
    usual[owner[order]] = sizes.values[order]
    return dict(zip(places.tolist(), usual.tolist()))
