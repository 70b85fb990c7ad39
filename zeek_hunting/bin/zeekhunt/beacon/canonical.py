"""The canonical form of gathered events: every event once, in one order, by pair.

Pairs ascend by source, destination, attempt and name; so the arrays are the same, bit for bit, for the same set of events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from . import summary
from .sampled import Sampled
from .series import Ints, Series, Sizes

IP_BITS = 40  # an IP byte count and the hour it belongs to share one number, since RITA scores the last 24 hours by the hour
IP_LARGEST: int = 2**IP_BITS - 1
HOUR_TICKS = 36_000
Events = dict[str, np.ndarray]  # pair, tick, port, request, reply, ip, service: (events,) each


@dataclass(frozen=True)
class HourlyIp:
    """IP bytes of the originator as RITA reads them (unset is 0) under the hour of the event, hour << IP_BITS + bytes.
    values: (events,) ascending within a pair; starts: (pairs + 1,)."""

    values: np.ndarray
    starts: np.ndarray


@dataclass(frozen=True)
class Pairs:
    """Canonical: pairs ascend by (src, dest, attempt, name), events by time.

    src, dest: wire text (pairs,); attempt: bool (pairs,); name: '' of a pair of addresses, else what the source called the
    destination, and via how (names.VIAS; '' without a name); request_b, reply_b: (events,) payload bytes in the order of
    series.ticks, -1 unknown; port: (events,) the last summary.PORT_BITS bits of the source port; services: per pair the kept
    (service, events); series: ticks; ip: None unless RITA's scores are wanted; sampled: place -> what is known of all events
    of a busy pair, whose ticks and sizes are those of some.
    """

    src: list[str]
    dest: list[str]
    attempt: np.ndarray
    name: list[str]
    via: list[str]
    services: list[list[tuple[str, int]]]
    series: Series
    request_b: np.ndarray
    reply_b: np.ndarray
    port: np.ndarray
    ip: HourlyIp | None
    sampled: Mapping[int, Sampled] = field(default_factory=dict)

    @property
    def events(self) -> Ints:
        """(pairs,): how many there were; estimated of sampled pairs."""
        counts = np.diff(self.series.starts)
        for at, known in self.sampled.items():
            counts[at] = known.events
        return counts

    def counted(self, at: int) -> int:
        """``events`` of one pair."""
        return self.sampled[at].events if at in self.sampled else len(self.ticks_of(at))

    def marks(self) -> list[Ints]:
        """Ticks that tell the hours of each sampled pair, in the order of ``sampled``."""
        return [known.marks for known in self.sampled.values()]

    def ticks_of(self, at: int) -> Ints:
        """Those of a pair; of a sampled one those of the kept events."""
        return self.series.ticks[int(self.series.starts[at]) : int(self.series.starts[at + 1])]

    def extent_of(self, at: int) -> Ints:
        """Ticks of a pair, ascending, that tell its first event, its last and its hours."""
        ticks = self.ticks_of(at)
        return np.sort(np.concatenate((ticks, self.sampled[at].marks))) if at in self.sampled else ticks

    def bounds(self) -> tuple[int, int]:
        """Ticks of the first and the last event of all pairs; there is one."""
        ticks = [each for each in (self.series.ticks, *self.marks()) if len(each)]
        return min(int(each.min()) for each in ticks), max(int(each.max()) for each in ticks)


def canonical(
    keys: Sequence[summary.Key], lowest: list[list[str]], events: Events, rita: bool, sampled: Mapping[int, Sampled]
) -> Pairs:
    """keys: ascending; lowest: the services of each key; events: what ``distinct`` gives, of busy pairs those that are kept."""
    pair, tick = events["pair"], events["tick"]
    width = summary.SERVICES_KEPT + 1
    counts = np.bincount(pair * width + events["service"], minlength=len(keys) * width)
    lengths = np.fromiter(map(len, lowest), np.int64, len(lowest))
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    kept = iter(counts[np.repeat(np.arange(len(keys)) * width, lengths) + within].tolist())
    services = [list(zip(named, islice(kept, len(named)))) for named in lowest]
    for at, known in sampled.items():
        services[at] = [(service, known.scaled(count)) for service, count in services[at]]
    ip = None
    if rita:
        hourly = (tick // HOUR_TICKS << IP_BITS) + np.clip(events["ip"], 0, IP_LARGEST)
        ip = HourlyIp(sorted_within(pair, hourly)[1], np.searchsorted(pair, np.arange(len(keys) + 1)))
    return Pairs(
        src=[key[0] for key in keys],
        dest=[key[1] for key in keys],
        attempt=np.array([key[2] == "1" for key in keys], bool),
        name=[key[3] for key in keys],
        via=["" if not key[3] else key[2] for key in keys],
        services=services,
        series=Series(tick, np.searchsorted(pair, np.arange(len(keys) + 1))),
        request_b=events["request"],
        reply_b=events["reply"],
        port=events["port"],
        ip=ip,
        sampled=sampled,
    )


def distinct(pair: np.ndarray, service: np.ndarray, held: Events) -> Events:
    """Every event once, ascending by pair and tick. One sort by both; only events that share them are compared in full."""
    columns = {"pair": pair, **held, "service": service}
    order, both = _order(pair, held["tick"])
    tied = np.zeros(len(both), bool)
    tied[1:] = both[1:] == both[:-1]
    tied[:-1] |= tied[1:]
    at = np.flatnonzero(tied)
    if len(at):
        # the order of sampling comes first: of the map's moment, request, reply
        rest = [columns[name][order[at]] for name in ("ip", "service", "reply", "request", "port")]
        by_all = np.lexsort((*rest, both[at]))
        order[at] = order[at][by_all]
        again = np.ones(len(at), bool)
        again[:1] = False
        for column in (both[at], *rest):
            again[1:] &= column[by_all][1:] == column[by_all][:-1]
        order = np.delete(order, at[again])
    return {name: column[: len(order)] if is_constant(column) else column[order] for name, column in columns.items()}


def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """The parts behind one another; constant ones of one value stay constant (see ``constant``)."""
    if parts and all(map(is_constant, parts)) and len({int(part[0]) for part in parts}) == 1:
        return constant(int(parts[0][0]), sum(map(len, parts)))
    filled = [part for part in parts if len(part)]
    return filled[0] if len(filled) == 1 else np.concatenate(filled or [np.zeros(0, np.int64)])


def constant(value: int, count: int) -> np.ndarray:
    """int64 (count,) that takes no room: of source ports where no log has any, of IP bytes unless RITA's scores are wanted."""
    return np.broadcast_to(np.int64(value), count)


def of_rows(column: np.ndarray, flags: np.ndarray) -> np.ndarray:
    """The flagged events of a column; a constant one stays constant."""
    return column[: int(flags.sum())] if is_constant(column) else column[flags]


def is_constant(column: np.ndarray) -> bool:
    """Whether it comes from ``constant``, and is not empty."""
    return column.strides == (0,) and len(column) > 0


def _order(pair: np.ndarray, tick: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What sorts by pair and tick, and one number per event for both, in that order.

    Ticks are below 2^36, so there is room for 2^27 pairs. Where the place of an event fits beside the two, sorting the numbers
    themselves is three times faster than sorting places by them.
    """
    since = tick - tick.min() if len(tick) else tick
    bits = int(since.max(initial=0)).bit_length()
    both = pair << bits
    both |= since
    place_bits = len(both).bit_length()
    if int(both.max(initial=0)).bit_length() + place_bits > 62:
        order = np.argsort(both)
        return order, both[order]
    both <<= place_bits
    both |= np.arange(len(both))
    both.sort()
    return both & ((1 << place_bits) - 1), both >> place_bits


def sorted_within(pair: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(pair, value), ascending by both; values are not negative."""
    bits = int(value.max(initial=0)).bit_length()
    if bits + int(pair.max(initial=0)).bit_length() < 63:  # one sort of one number is several times faster than a sort by two
        both = pair << bits
        both |= value
        if (both[1:] >= both[:-1]).all():
            return pair, value
        both.sort()
        return both >> bits, both & ((1 << bits) - 1)
    order = np.lexsort((value, pair))
    return pair[order], value[order]


def multiset(pair: np.ndarray, value: np.ndarray, pairs: int) -> Sizes:
    """pair, value: ascending by both, as sorted_within gives them."""
    first = _first_of_each(pair, value)
    counts = np.diff(np.append(first, len(pair)))
    return Sizes(value[first], counts, np.searchsorted(pair[first], np.arange(pairs + 1)))


def distinct_pairs(pair: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(pair, value) ascending by both, none twice; values are not negative."""
    pair, value = sorted_within(pair, value)
    first = _first_of_each(pair, value)
    return pair[first], value[first]


def _first_of_each(pair: np.ndarray, value: np.ndarray) -> np.ndarray:
    changed = np.ones(len(pair), bool)
    changed[1:] = (pair[1:] != pair[:-1]) | (value[1:] != value[:-1])
    return np.flatnonzero(changed)
