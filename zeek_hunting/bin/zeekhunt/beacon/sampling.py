"""Which events of a busy pair are kept: stretches of time without a gap, the same on every indexer, and never more than a cap.

Time is cut into windows of 10 minutes. Every moment of a pair has a place in one fixed order, and the ``cap`` events that come
first in it are kept. The order is made so that few events are first windows that are whole and spread over the time, then parts
of windows: LADDER lists nested levels, each of which keeps half of what the one before does, either of the windows (by their
hash with the pair) or of the length of each (its beginning). A moment's rank is the highest level that keeps it; high ranks
come first, then windows by hash, then time.

The lowest of a set under a fixed order merge without error: what an indexer drops has ``cap`` events before it in its part, and
so in the whole. Order, chunks, shards and repeats change nothing, as of the k minimum values of a set (Bar-Yossef et al. 2002).
What is kept of a window is always its beginning, so the interval between two kept neighbours of one window is one of the real
events; see ``unbroken`` for neighbours in two. Plain Python: indexers run it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from heapq import nsmallest
from typing import NamedTuple

WINDOW_TICKS = 6_000  # 10 min
EVENTS_KEPT = 20_000  # of a pair: what a busy one has in a day (beaconing reference 5.5)
HASH_BITS = 64
# (halvings of the windows, halvings of what is kept of a window): first down to an eighth of the windows, 18 of a day, then to
# their first 37.5 s, then fewer windows, then shorter ones again
LADDER = (
    *((windows, 0) for windows in range(4)),
    *((3, length) for length in range(1, 5)),
    *((windows, 4) for windows in range(4, 13)),
    *((12, length) for length in range(5, 13)),
)
LAST = len(LADDER) - 1


class Event(NamedTuple):
    """tick: 0.1 s; rest: whatever else tells the event from others of its tick."""

    tick: int
    rest: tuple[int, ...] = ()


class Place(NamedTuple):
    """Of a moment in the order: lower is kept before. rank_below: LAST - rank; window_hash: 64 bits; tick."""

    rank_below: int
    window_hash: int
    tick: int


class Sample(NamedTuple):
    """events: distinct, ascending by time. edge: the place of the last one that is kept; None when nothing is left out."""

    events: list[Event]
    edge: Place | None


def sample(pair: str, events: Iterable[Event], cap: int = EVENTS_KEPT, whole: bool = True) -> Sample:
    """The sample of a set of events. pair: the text that names it, the same everywhere. whole: whether these are all events, or
    some were left out already (then there are cap or more)."""
    distinct = set(events)
    if len(distinct) > cap:
        distinct = set(nsmallest(cap, distinct, key=lambda event: (place(pair, event.tick), event.rest)))
        whole = False
    edge = None if whole else max((place(pair, event.tick) for event in distinct), default=None)
    return Sample(sorted(distinct), edge)


def merge(pair: str, samples: Sequence[Sample], cap: int = EVENTS_KEPT) -> Sample:
    """The sample of all events that the samples were drawn from with the same cap, repeats counted once."""
    whole = all(each.edge is None for each in samples)
    return sample(pair, (event for each in samples for event in each.events), cap, whole)


def place(pair: str, tick: int) -> Place:
    window, offset = divmod(tick, WINDOW_TICKS)
    hashed = _window_hash(pair, window)
    zeros = HASH_BITS - hashed.bit_length()
    rank = 0
    while rank < LAST and LADDER[rank + 1][0] <= zeros and offset < WINDOW_TICKS >> LADDER[rank + 1][1]:
        rank += 1
    return Place(LAST - rank, hashed, tick)


def unbroken(pair: str, edge: Place | None, earlier: int, later: int) -> bool:
    """Whether nothing can be missing between two neighbouring kept ticks, so that their difference is a real interval: every
    window that ends between them is kept to its end."""
    if edge is None:
        return True
    ends = ((window + 1) * WINDOW_TICKS - 1 for window in range(earlier // WINDOW_TICKS, later // WINDOW_TICKS))
    return all(place(pair, end) < edge for end in ends)


def covered_ticks(pair: str, edge: Place | None, first: int, last: int) -> int:
    """Ticks from first to last, both included, whose events are kept."""
    if edge is None:
        return last - first + 1
    total = 0
    for window in range(first // WINDOW_TICKS, last // WINDOW_TICKS + 1):
        begin = window * WINDOW_TICKS
        total += max(min(begin + _kept_length(pair, window, edge), last + 1) - max(begin, first), 0)
    return total


def estimated_events(pair: str, taken: Sample, first: int, last: int) -> int:
    """How many distinct events there were from first to last: those kept, scaled by the time kept; exact when nothing is left
    out."""
    covered = covered_ticks(pair, taken.edge, first, last)
    return round(len(taken.events) * (last - first + 1) / covered) if covered else len(taken.events)


def sentence(pairs: int, cap: int = EVENTS_KEPT) -> str:
    """What a search says when pairs were sampled."""
    return (
        f"{pairs:,} busy pairs had more than {cap:,} events: their timing and sizes are those of hashed stretches of time, "
        "their number of events is estimated from them"
    )


def _kept_length(pair: str, window: int, edge: Place) -> int:
    """Ticks from the beginning of a window whose events are kept."""
    begin = window * WINDOW_TICKS
    if window == edge.tick // WINDOW_TICKS:
        return edge.tick - begin + 1
    length = 0
    for _, shortened in LADDER:  # a window is kept to the end of one of the lengths
        step = WINDOW_TICKS >> shortened
        if step > length and place(pair, begin + step - 1) < edge:
            length = step
    return length


@lru_cache(maxsize=65_536)
def _window_hash(pair: str, window: int) -> int:
    digest = blake2b(f"{pair}\t{window}".encode("latin-1", "replace"), digest_size=HASH_BITS // 8).digest()
    return int.from_bytes(digest, "big")
