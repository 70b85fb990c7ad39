"""Which events of a busy pair are kept: stretches of time without a gap, the same on every indexer, and never more than a cap.

Time is cut into windows of 10 minutes. Every moment of a pair has a place in one fixed order, and the ``cap`` events that come
first in it are kept. The order is made so that few events are first windows that are whole and spread over the time, then parts
of windows: LADDER lists nested levels, each of which keeps half of what the one before does, either of the windows (by their
hash with the pair) or of the length of each (its beginning). A moment's rank is the highest level that keeps it; high ranks
come first, then windows by hash, then time.

The lowest of a set under a fixed order merge without error: what an indexer drops has ``cap`` events before it in its part, and
so in the whole. Order, chunks, shards and repeats change nothing, as of the k minimum values of a set (Bar-Yossef et al. 2002).
What is kept of a window is always its beginning, so an interval between two kept neighbours is one of the real events unless a
stretch that was left out lies between them: see ``left_out``. Plain Python: indexers run it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from typing import NamedTuple

WINDOW_TICKS = 6_000  # 10 min
HOUR_TICKS = 6 * WINDOW_TICKS
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
Stretch = tuple[int, int]  # from, up to and not including


class Place(NamedTuple):
    """Of a moment in the order: lower is kept before. rank_below: LAST - rank; window_hash: 64 bits; tick."""

    rank_below: int
    window_hash: int
    tick: int


def place(pair: str, tick: int) -> Place:
    """pair: the text that names it, the same everywhere; tick: 0.1 s."""
    window, offset = divmod(tick, WINDOW_TICKS)
    hashed = _window_hash(pair, window)
    rank = next(rank for length, rank in _beginnings(_halvings(hashed)) if offset < length)
    return Place(LAST - rank, hashed, tick)


def kept(pair: str, ticks: Sequence[int], cap: int) -> list[Stretch]:
    """Which of a set of events are kept, as stretches of their places, ascending. ticks: ascending, one per event; of events in
    one tick, those that stand first come first."""
    if len(ticks) <= cap:
        return [(0, len(ticks))]
    room, stretches = cap, []
    for _, _, low, high in sorted(_pieces(pair, ticks)):
        stretches.append((low, min(high, low + room)))
        room -= high - low
        if room <= 0:
            break
    return _joined(sorted(stretches))


def edge(pair: str, ticks: Sequence[int]) -> Place:
    """The place of the last of the kept events in the order. ticks: theirs, ascending, not empty."""
    return max(place(pair, ticks[high - 1]) for _, _, high in _windows(ticks))


def active(told: Sequence[int]) -> list[Stretch]:
    """The clock hours with an event, as stretches of ticks from the first event to the last. told: see ``marks``."""
    hours = sorted({tick // HOUR_TICKS for tick in told})
    return _joined((max(hour * HOUR_TICKS, told[0]), min((hour + 1) * HOUR_TICKS, told[-1] + 1)) for hour in hours)


def left_out(pair: str, last_kept: Place, told: Sequence[int]) -> list[Stretch]:
    """Stretches of ticks whose events are not kept. last_kept: see ``edge``; told: the marks of all events. In an hour without a
    mark there was none to leave out, so a night is a real interval."""
    stretches = []
    for low, high in active(told):
        for window in range(low // WINDOW_TICKS, (high - 1) // WINDOW_TICKS + 1):
            begin = max(window * WINDOW_TICKS + _kept_length(pair, window, last_kept), low)
            end = min((window + 1) * WINDOW_TICKS, high)
            if begin < end:
                stretches.append((begin, end))
    return _joined(stretches)


def marks(ticks: Sequence[int]) -> list[int]:
    """What is told of all events of a pair, also those that are left out: the first of every clock hour and the last. ticks:
    ascending. Marks of parts, put together and sorted, have the marks of the whole."""
    found, low = [], 0
    while low < len(ticks):
        found.append(ticks[low])
        low = bisect_left(ticks, (ticks[low] // HOUR_TICKS + 1) * HOUR_TICKS, low)
    if found and ticks[len(ticks) - 1] > found[-1]:
        found.append(ticks[len(ticks) - 1])
    return found


def sentence(pairs: int, cap: int = EVENTS_KEPT) -> str:
    """What a search says when pairs were sampled."""
    return (
        f"{pairs:,} busy pairs had more than {cap:,} events: their timing and sizes are those of hashed stretches of time, "
        "their number of events is estimated from them"
    )


def _pieces(pair: str, ticks: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    """(rank_below, window_hash, low, high): events low to high have this place, but for their ticks."""
    for window, low, high in _windows(ticks):
        hashed = _window_hash(pair, window)
        for length, rank in _beginnings(_halvings(hashed)):
            border = high if length == WINDOW_TICKS else bisect_left(ticks, window * WINDOW_TICKS + length, low, high)
            if low < border:
                yield LAST - rank, hashed, low, border
            low = border


def _windows(ticks: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(window, low, high) of every window with an event."""
    low = 0
    while low < len(ticks):
        window = ticks[low] // WINDOW_TICKS
        high = bisect_left(ticks, (window + 1) * WINDOW_TICKS, low)
        yield window, low, high
        low = high


def _kept_length(pair: str, window: int, last_kept: Place) -> int:
    """Ticks from the beginning of a window whose events are kept."""
    begin, hashed = window * WINDOW_TICKS, _window_hash(pair, window)
    if window == last_kept.tick // WINDOW_TICKS:
        return last_kept.tick - begin + 1
    rank = LAST - last_kept.rank_below
    if (hashed, begin) > last_kept[1:]:
        rank += 1  # of the rank of the last one only windows before its own
    return max((length for length, kept_rank in _beginnings(_halvings(hashed)) if kept_rank >= rank), default=0)


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Ascending stretches, those that touch as one."""
    found: list[Stretch] = []
    for begin, end in stretches:
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def _halvings(hashed: int) -> int:
    """How often the windows can be halved until this one falls out."""
    return min(HASH_BITS - hashed.bit_length(), LADDER[-1][0])


@cache
def _beginnings(halvings: int) -> tuple[tuple[int, int], ...]:
    """(length, rank) of the beginnings of a window, ascending by length: a moment has the rank of the shortest it lies in."""
    found: list[tuple[int, int]] = []
    for rank in range(LAST, -1, -1):
        windows, shortened = LADDER[rank]
        length = WINDOW_TICKS >> shortened
        if windows <= halvings and (not found or length > found[-1][0]):
            found.append((length, rank))
    return tuple(found)


@lru_cache(maxsize=8_192)
def _window_hash(pair: str, window: int) -> int:
    digest = blake2b(f"{pair}\t{window}".encode("latin-1", "replace"), digest_size=HASH_BITS // 8).digest()
    return int.from_bytes(digest, "big")
