"""Pairs on the search head: raw conn events and partial rows, in any mixture and order, become one canonical set of arrays.

Everything gathered is a count or a sorted list of whole numbers, so the result is the same, bit for bit, for any split of
the events over chunks and indexers, with or without the map.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..zeek import byte_count, conn_state, event_time
from ..zeek import fields as zeek_fields
from . import summary
from .codec import CodecError
from .decode import decode
from .series import Series, Sizes

_POWERS = np.array([float(10**place) for place in range(23)])
MOST_EVENTS = 2**27  # of one partial row: more is a forged row


class Column(Protocol):
    """What is read of a column of events: see spl.arrays.ByteColumn."""

    lengths: np.ndarray

    def __len__(self) -> int: ...
    def texts(self, rows: np.ndarray) -> list[str]: ...
    def unset(self) -> np.ndarray: ...
    def among(self, words: Iterable[bytes]) -> np.ndarray: ...
    def decimals(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]: ...


class Table(Protocol):
    """What is read of a block of events: see spl.arrays.ByteTable."""

    rows: int
    names: list[str]

    def column(self, name: str) -> Column | None: ...
    def first_set(self, names: Sequence[str], rows: np.ndarray) -> Column: ...


Keys = Callable[[Sequence[Any], np.ndarray], np.ndarray]  # columns and flags -> one number per row: see spl.arrays.keys


@dataclass(frozen=True)
class HourlyIp:
    """summary.hourly_ip of every event. values: (events,) ascending within a pair; starts: (pairs + 1,)."""

    values: np.ndarray
    starts: np.ndarray


@dataclass(frozen=True)
class Pairs:
    """Canonical: pairs ascend by (src, dest, attempt), events by time, sizes by value.

    src, dest: wire text (pairs,); attempt: bool (pairs,); services: per pair the kept (service, events); series: ticks;
    request, reply: guarded payload bytes; ip: summary.hourly_ip of each event, None unless RITA's scores are wanted.
    """

    src: list[str]
    dest: list[str]
    attempt: np.ndarray
    services: list[list[tuple[str, int]]]
    series: Series
    request: Sizes
    reply: Sizes
    ip: HourlyIp | None


class PairTable:
    """Gathers. ``add`` takes blocks of a chunk, ``finish`` gives the Pairs; ``tally`` counts events read, used and skipped."""

    def __init__(self, keys: Keys, rita: bool = False) -> None:
        self.tally: Counter[str] = Counter()
        self._keys = keys
        self._rita = rita
        self._pairs: dict[summary.Key, int] = {}
        self._services: list[dict[str, int]] = []
        self._hashes = np.zeros(0, np.uint64)  # of the key fields of rows met so far, ascending
        self._hash_places = np.zeros(0, np.int64)  # and for each the place in the three below
        self._combination_pair: list[int] = []  # -1 - place in _reasons where the events are skipped
        self._combination_service: list[str] = []
        self._combination_events = np.zeros(0, np.int64)
        self._reasons: list[str] = []
        self._ticks: list[tuple[np.ndarray, np.ndarray]] = []
        self._sizes: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"request": [], "reply": [], "ip": []}

    def add(self, table: Table) -> None:
        kind = table.column(summary.KIND)
        if kind is None:
            self._add_events(table, np.arange(table.rows))
            return
        partial = kind.lengths > 0
        if partial.any():
            self._add_partial(table, np.flatnonzero(partial))
        if not partial.all():
            self._add_events(table, np.flatnonzero(~partial))

    # raw events

    def _add_events(self, table: Table, rows: np.ndarray) -> None:
        self.tally["read"] += len(rows)
        columns = {field: self._coalesced(table, field, rows) for field in summary.KEY_FIELDS}
        # fewer combinations: of conn_state only attempt or session counts
        attempt = columns.pop("conn_state").among(map(str.encode, conn_state.ATTEMPT))
        keys = self._keys(list(columns.values()), attempt)
        hashes, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        combination = self._places(hashes, first, columns, attempt)[inverse.ravel()]
        pair = np.array(self._combination_pair, np.int32)[combination]
        ticks = _ticks(self._coalesced(table, "time", rows))
        for reason, count in enumerate(np.bincount(-1 - pair[pair < 0], minlength=len(self._reasons)).tolist()):
            self.tally[self._reasons[reason]] += count
        self.tally["no_time"] += int(((pair >= 0) & (ticks < 0)).sum())
        used = np.flatnonzero((pair >= 0) & (ticks >= 0))
        self.tally["used"] += len(used)
        events = np.bincount(combination[used], minlength=len(self._combination_pair))
        events[: len(self._combination_events)] += self._combination_events
        self._combination_events = events
        pair = pair[used]
        self._ticks.append((pair, ticks[used]))
        orig, orig_ip, resp, resp_ip = (_byte_counts(self._coalesced(table, field, rows[used])) for field in summary.SIZE_FIELDS)
        self._keep_sizes("request", pair, _guarded(orig, orig_ip))
        self._keep_sizes("reply", pair, _guarded(resp, resp_ip))
        if self._rita:
            hour = ticks[used] // summary.HOUR_TICKS << summary.IP_BITS
            self._sizes["ip"].append((pair, hour + np.clip(orig_ip, 0, summary.IP_LARGEST)))

    def _places(self, hashes: np.ndarray, first: np.ndarray, columns: dict[str, Column], attempt: np.ndarray) -> np.ndarray:
        """The place of each key-field combination; a new one is read at its first row. hashes ascend."""
        at = np.searchsorted(self._hashes, hashes)
        new = np.ones(len(hashes), bool)
        inside = at < len(self._hashes)
        new[inside] = self._hashes[at[inside]] != hashes[inside]
        if new.any():
            places = self._new_places(first[new], columns, attempt)
            self._hashes = np.insert(self._hashes, at[new], hashes[new])
            self._hash_places = np.insert(self._hash_places, at[new], places)
            at = np.searchsorted(self._hashes, hashes)
        return self._hash_places[at]

    def _new_places(self, rows: np.ndarray, columns: dict[str, Column], attempt: np.ndarray) -> range:
        cells = {field: column.texts(rows) for field, column in columns.items()}
        cells["conn_state"] = [summary.ANY_ATTEMPT if unanswered else "" for unanswered in attempt[rows].tolist()]
        combinations = zip(*(cells[field] for field in summary.KEY_FIELDS))
        before = len(self._combination_pair)
        for classified in map(summary.classify, map(summary.SEPARATOR.join, combinations)):
            if isinstance(classified, str):
                if classified not in self._reasons:
                    self._reasons.append(classified)
                self._combination_pair.append(-1 - self._reasons.index(classified))
                self._combination_service.append("")
            else:
                self._combination_pair.append(self._pair(classified[0]))
                self._combination_service.append(classified[1])
        return range(before, len(self._combination_pair))

    def _pair(self, key: summary.Key) -> int:
        pair = self._pairs.setdefault(key, len(self._pairs))
        if pair == len(self._services):
            self._services.append({})
        return pair

    @staticmethod
    def _coalesced(table: Table, field: str, rows: np.ndarray) -> Column:
        return table.first_set(zeek_fields.present(field, table.names), rows)

    def _keep_sizes(self, name: str, pair: np.ndarray, sizes: np.ndarray) -> None:
        known = np.flatnonzero(sizes >= 0)
        self._sizes[name].append((pair[known], sizes[known]))

    # partial rows

    def _add_partial(self, table: Table, rows: np.ndarray) -> None:
        cells = {name: _cells(table.column(name), rows) for name in summary.COLUMNS}
        pairs: list[int] = []
        kept: list[int] = []
        for at, (kind, version) in enumerate(zip(cells[summary.KIND], cells["zh_version"])):
            if version != str(summary.VERSION):
                raise CodecError(
                    f"a summary of version {version[:20]!r}; this release reads version {summary.VERSION}: build it again"
                )
            if kind == summary.TALLY:
                self.tally.update(_tally(cells["zh_tally"][at]))
            elif kind == summary.PAIR:
                kept.append(at)
                pairs.append(self._pair((cells["src"][at], cells["dest"][at], cells["zh_attempt"][at])))
                _add_services(self._services[pairs[-1]], cells["zh_services"][at])
            else:
                raise CodecError(f"a summary of kind {kind[:40]!r}, which this command does not know")
        pair = np.array(pairs, np.int32)
        events = np.array([_events(cells["zh_events"][at]) for at in kept], np.int64)
        ticks, held = decode([cells["zh_ticks"][at].encode("latin-1") for at in kept], events)
        if not np.array_equal(held, events) or ticks.max(initial=0) > event_time.LATEST_S * event_time.TICKS_PER_S:
            raise CodecError("a summary whose times do not fit its number of events or this century: damaged or cut")
        self._ticks.append((np.repeat(pair, held), ticks))
        for name in self._sizes:
            sizes, held = decode([cells[f"zh_{name}"][at].encode("latin-1") for at in kept], events)
            if name != "ip" and sizes.max(initial=0) >= byte_count.LIMIT:
                raise CodecError(f"a summary with a byte count over {byte_count.LIMIT}: damaged")
            self._sizes[name].append((np.repeat(pair, held), sizes))

    # result

    def finish(self) -> Pairs:
        """The canonical pairs; the table is empty afterwards."""
        for pair, service, count in zip(self._combination_pair, self._combination_service, self._combination_events.tolist()):
            if count:
                self._services[pair][service] = self._services[pair].get(service, 0) + count
        alive = np.zeros(len(self._pairs), bool)
        for seen, _ in self._ticks:
            alive[seen] = True
        keys = sorted(key for key, pair in self._pairs.items() if alive[pair])
        rank = np.zeros(len(alive), np.int64)
        rank[[self._pairs[key] for key in keys]] = np.arange(len(keys))
        pair_of_event, ticks = _sorted(self._ticks, rank)
        starts = np.searchsorted(pair_of_event, np.arange(len(keys) + 1))
        services = [summary.lowest_services(self._services[self._pairs[key]]) for key in keys]
        sizes = {name: _sorted(self._sizes.pop(name), rank) for name in ("request", "reply", "ip")}
        self._ticks = []
        return Pairs(
            src=[key[0] for key in keys],
            dest=[key[1] for key in keys],
            attempt=np.array([key[2] == "1" for key in keys], bool),
            services=services,
            series=Series(ticks, starts),
            request=_multiset(*sizes["request"], len(keys)),
            reply=_multiset(*sizes["reply"], len(keys)),
            ip=HourlyIp(sizes["ip"][1], np.searchsorted(sizes["ip"][0], np.arange(len(keys) + 1))) if self._rita else None,
        )


def _ticks(column: Column) -> np.ndarray:
    """int64 (rows,), -1 where a cell is no time. The same arithmetic as zeek.event_time, cell by cell where that must decide."""
    mantissa, behind, read = column.decimals()
    seconds = mantissa / _POWERS[behind]  # one correctly rounded division: the double that float() would read
    ticks: np.ndarray = (seconds * event_time.TICKS_PER_S).astype(np.int64)
    plain = read & (seconds > 0) & (seconds <= event_time.LATEST_S)
    odd = np.flatnonzero(~plain)
    for row, text in zip(odd.tolist(), column.texts(odd)):
        tick = event_time.ticks(text)
        ticks[row] = -1 if tick is None else tick
    return ticks


def _byte_counts(column: Column) -> np.ndarray:
    """int64 (rows,), byte_count.UNKNOWN where unset or no count."""
    mantissa, behind, read = column.decimals()
    whole = read & (behind == 0) & (mantissa < byte_count.LIMIT)
    counts = np.where(whole, mantissa, byte_count.UNKNOWN)
    odd = np.flatnonzero(~whole & ~column.unset())
    for row, text in zip(odd.tolist(), column.texts(odd)):
        counts[row] = byte_count.number(text)
    return counts


def _guarded(payload: np.ndarray, ip_bytes: np.ndarray) -> np.ndarray:
    smaller: np.ndarray = np.where((payload <= ip_bytes) | (ip_bytes < 0), payload, ip_bytes)
    return smaller


def _sorted(parts: list[tuple[np.ndarray, np.ndarray]], rank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All parts as (pair in canonical numbering, value), ascending by both."""
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    pair = rank[np.concatenate([pair for pair, _ in parts])]
    value = np.concatenate([value for _, value in parts])
    low = int(value.min(initial=0))
    span = int(value.max(initial=0)) - low + 1
    if span * max(len(rank), 1) < 2**63:  # one sort of one number is several times faster than a sort by two
        both = np.sort(pair * span + (value - low))
        return both // span, both % span + low
    order = np.lexsort((value, pair))
    return pair[order], value[order]


def _multiset(pair: np.ndarray, value: np.ndarray, pairs: int) -> Sizes:
    first = np.flatnonzero(np.concatenate(([True], (pair[1:] != pair[:-1]) | (value[1:] != value[:-1]))) if len(pair) else pair)
    counts = np.diff(np.append(first, len(pair)))
    return Sizes(value[first], counts, np.searchsorted(pair[first], np.arange(pairs + 1)))


def _cells(column: Column | None, rows: np.ndarray) -> list[str]:
    return [""] * len(rows) if column is None else column.texts(rows)


def _tally(text: str) -> dict[str, int]:
    counts = (part.rpartition(":") for part in text.split())
    return {name: _whole(count, "tally") for name, _, count in counts}


def _add_services(services: dict[str, int], text: str) -> None:
    for part in text.split():
        name, _, count = part.rpartition(":")
        services[name] = services.get(name, 0) + _whole(count, "services")


def _events(text: str) -> int:
    events = _whole(text, "zh_events")
    if not 0 < events <= MOST_EVENTS:
        raise CodecError(f"a summary of {events} events; one row holds at most {MOST_EVENTS}")
    return events


def _whole(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise CodecError(f"a summary whose {name} is no number: {text[:40]!r}")
    return int(text)
