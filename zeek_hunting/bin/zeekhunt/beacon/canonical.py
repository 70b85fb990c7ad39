"""The canonical form of gathered events: every event once, in one order, by pair.

Pairs ascend by source, destination, attempt and name; so the arrays are the same, bit for bit, for the same set of events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from . import summary
from .series import Series, Sizes

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
    series.ticks, -1 unknown; services: per pair the kept (service, events); series: ticks; ip: None unless RITA's scores are
    wanted.
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
    ip: HourlyIp | None


def canonical(keys: Sequence[summary.Key], lowest: list[list[str]], events: Events, rita: bool) -> Pairs:
    """keys: ascending; lowest: the services of each key; events: what ``distinct`` gives."""
    pair, tick = events["pair"], events["tick"]
    width = summary.SERVICES_KEPT + 1
    counts = np.bincount(pair * width + events["service"], minlength=len(keys) * width)
    lengths = np.fromiter(map(len, lowest), np.int64, len(lowest))
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    kept = iter(counts[np.repeat(np.arange(len(keys)) * width, lengths) + within].tolist())
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
        services=[list(zip(named, islice(kept, len(named)))) for named in lowest],
        series=Series(tick, np.searchsorted(pair, np.arange(len(keys) + 1))),
        request_b=events["request"],
        reply_b=events["reply"],
        ip=ip,
    )


def distinct(pair: np.ndarray, service: np.ndarray, held: Events) -> Events:
    """Every event once, ascending by pair and tick. One sort by both; only events that share them are compared in full."""
    columns = {"pair": pair, **held, "service": service}
    span = int(held["tick"].max(initial=0)) + 1
    both = pair * span + held["tick"]  # below 2^63: ticks are below 2^36, so there is room for 2^27 pairs
    order = np.argsort(both)
    both = both[order]
    tied = np.zeros(len(both), bool)
    tied[1:] = both[1:] == both[:-1]
    tied[:-1] |= tied[1:]
    at = np.flatnonzero(tied)
    if not len(at):
        return {name: column[order] for name, column in columns.items()}
    rest = [columns[name][order[at]] for name in ("port", "request", "reply", "service", "ip")]
    by_all = np.lexsort((*rest, both[at]))
    order[at] = order[at][by_all]
    again = np.ones(len(at), bool)
    again[:1] = False
    for column in (both[at], *rest):
        again[1:] &= column[by_all][1:] == column[by_all][:-1]
    order = np.delete(order, at[again])
    return {name: column[order] for name, column in columns.items()}


def sorted_within(pair: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(pair, value), ascending by both; values are not negative."""
    span = int(value.max(initial=0)) + 1
    if span * (int(pair.max(initial=0)) + 1) < 2**63:  # one sort of one number is several times faster than a sort by two
        both = pair * span + value
        if (both[1:] >= both[:-1]).all():
            return pair, value
        both.sort()
        return both // span, both % span
    order = np.lexsort((value, pair))
    return pair[order], value[order]


def multiset(pair: np.ndarray, value: np.ndarray, pairs: int) -> Sizes:
    first = np.flatnonzero(np.concatenate(([True], (pair[1:] != pair[:-1]) | (value[1:] != value[:-1]))) if len(pair) else pair)
    counts = np.diff(np.append(first, len(pair)))
    return Sizes(value[first], counts, np.searchsorted(pair[first], np.arange(pairs + 1)))
