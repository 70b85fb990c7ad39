"""Pairs on the search head: raw conn events and partial rows, in any mixture and order, become one canonical set of arrays.

What is gathered is a set of events, each told by its whole numbers (see summary), so the result is the same, bit for bit, for
any split of the events over chunks and indexers, with or without the map, and with events that came twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from ..zeek import byte_count, conn_state, event_time
from ..zeek import fields as zeek_fields
from ..zeek.block import TableRows
from ..zeek.partial import SummaryError, check_version, read_tally, whole
from . import names, summary
from .canonical import Events, Pairs, canonical, constant, distinct, joined
from .codec import repeated
from .decode import decode

_POWERS = np.array([float(10**place) for place in range(23)])
__all__ = ["Keys", "PairTable", "Pairs"]
MOST_EVENTS = 2**27  # of one partial row: more is a forged row


class Column(Protocol):
    """What is read of a column of events: see spl.arrays.ByteColumn."""

    lengths: np.ndarray

    def __len__(self) -> int: ...
    def take(self, rows: np.ndarray) -> Column: ...
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


class PairTable:
    """Gathers. ``add`` takes blocks of a chunk, ``finish`` gives the Pairs; ``tally`` counts events read, used and skipped."""

    def __init__(self, keys: Keys, rita: bool = False) -> None:
        self.tally: Counter[str] = Counter()
        self._keys = keys
        self._rita = rita
        self._pairs: dict[summary.Key, int] = {}
        self._hashes = np.zeros(0, np.uint64)  # of the key fields of rows met so far, ascending
        self._hash_places = np.zeros(0, np.int64)  # and for each the place in the two below
        self._combination_pair: list[int] = []  # -1 - place in _reasons where the events are skipped
        self._combination_service: list[str] = []
        self._partial_combinations: dict[tuple[int, str], int] = {}
        self._reasons: list[str] = []
        self._planted = 0  # events that no log holds
        self._events: dict[str, list[np.ndarray]] = {
            "combination": [],
            "tick": [],
            "port": [],
            "request": [],
            "reply": [],
            "ip": [],
        }

    def add(self, table: Table) -> None:
        kind = table.column(summary.KIND)
        partial = np.zeros(table.rows, bool) if kind is None else kind.lengths > 0
        if partial.any():
            rows = np.flatnonzero(partial)
            self._add_partial(TableRows(table, rows).all_cells(summary.COLUMNS))
        if not partial.all():
            self._add_raw(table, np.flatnonzero(~partial))

    # raw events

    def _add_raw(self, table: Table, rows: np.ndarray) -> None:
        if names.may_hold(table.names):
            block = TableRows(table, rows)
            log = np.array(names.logs(block))
            named = np.flatnonzero(log != names.CONN)
            if len(named):
                gathering = names.NameSummary(self._rita)
                gathering.add(TableRows(table, rows[named]), log[named].tolist())
                for part in gathering.drain():
                    self._add_partial({name: list(cells) for name, cells in part.items()})
                self.tally.update(gathering.tally)
            rows = rows[log == names.CONN]
        if len(rows):
            self._add_events(table, rows)

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
        orig, orig_ip, resp, resp_ip = (_byte_counts(self._coalesced(table, field, rows[used])) for field in summary.SIZE_FIELDS)
        port = constant(summary.PORT_MASK, len(used))
        if zeek_fields.present("src_port", table.names):
            port = _byte_counts(self._coalesced(table, "src_port", rows[used])) & summary.PORT_MASK
        self._keep(combination[used], ticks[used], port, _guarded(orig, orig_ip), _guarded(resp, resp_ip), self._ip(orig_ip))

    def _ip(self, ip_bytes: np.ndarray) -> np.ndarray:
        """IP bytes tell events apart only where RITA's scores ask for them, as in the map."""
        return ip_bytes if self._rita else constant(0, len(ip_bytes))

    def _keep(self, *columns: np.ndarray) -> None:
        """combination, tick, port, request, reply, ip: (events,) each."""
        for parts, column in zip(self._events.values(), columns):
            parts.append(column)

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
        return self._pairs.setdefault(key, len(self._pairs))

    @staticmethod
    def _coalesced(table: Table, field: str, rows: np.ndarray) -> Column:
        return table.first_set(zeek_fields.present(field, table.names), rows)

    # partial rows

    def _add_partial(self, cells: dict[str, list[str]]) -> None:
        kept: list[int] = []
        for at, (kind, version) in enumerate(zip(cells[summary.KIND], cells["zh_version"])):
            check_version(version, summary.VERSION)
            if kind == summary.TALLY:
                self.tally.update(read_tally(cells["zh_tally"][at]))
            elif kind in (summary.PAIR, summary.NAME):
                kept.append(at)
            else:
                raise SummaryError(f"a summary of kind {kind[:40]!r}, which this command does not know")
        events = np.array([_events(cells["zh_events"][at]) for at in kept], np.int64)
        decoded = {name: _numbers(cells[f"zh_{name}"], kept, events, name) for name in ("ticks", "port", "request", "reply")}
        ip = _numbers(cells["zh_ip"], kept, events, "ip") if self._rita else constant(0, int(events.sum()))
        combination = self._partial_combination(cells, kept, events)
        self._keep(combination, *decoded.values(), ip)

    def _partial_combination(self, cells: dict[str, list[str]], kept: list[int], events: np.ndarray) -> np.ndarray:
        """The combination of every event of partial rows; what a row counts as a service beyond the kept ones has the service
        ''."""
        first: list[int] = []
        of_row: list[int] = []
        for at in kept:
            pair = self._pair((cells["src"][at], cells["dest"][at], cells["zh_attempt"][at], cells["zh_name"][at]))
            services = cells["zh_services"][at].split()
            if not 0 < len(services) <= summary.SERVICES_KEPT:
                raise SummaryError(f"a summary of {len(services)} services; a row names from 1 to {summary.SERVICES_KEPT}")
            first.append(len(of_row))
            padding = [""] * (summary.SERVICES_KEPT + 1 - len(services))
            of_row += [self._partial_place(pair, service) for service in (*services, *padding)]
        places = [cells["zh_service"][at].encode("latin-1") for at in kept]
        rank, held = decode(places, events, ascending=False)
        if not ((held == events) | (held == 0)).all():
            raise SummaryError("a summary whose services do not fit its number of events: damaged or cut")
        if len(rank) and not 0 <= rank.min() <= rank.max() <= summary.SERVICES_KEPT:
            raise SummaryError("a summary with a service that it does not name: damaged")
        every = np.repeat(np.array(first, np.int64), events)
        every[np.repeat(held > 0, events)] += rank
        return np.array(of_row, np.int64)[every] if of_row else np.zeros(0, np.int64)

    def _partial_place(self, pair: int, service: str) -> int:
        place = self._partial_combinations.get((pair, service))
        if place is None:
            place = self._partial_combinations[pair, service] = len(self._combination_pair)
            self._combination_pair.append(pair)
            self._combination_service.append(service)
        return place

    # result

    def add_rows(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Partial rows in the order of summary.COLUMNS."""
        self._planted += sum(int(row[summary.COLUMNS.index("zh_events")]) for row in rows)
        self._add_partial({name: [row[at] for row in rows] for at, name in enumerate(summary.COLUMNS)})

    def finish(self) -> tuple[Pairs, Pairs]:
        """The canonical pairs of addresses, and those of a source and a name."""
        keys, lowest, events = self.settle()
        addresses = sum(not key[3] for key in keys)
        cut = int(np.searchsorted(events["pair"], addresses))
        named = {name: column[cut:] - (addresses if name == "pair" else 0) for name, column in events.items()}
        unnamed = {name: column[:cut] for name, column in events.items()}
        return (
            canonical(keys[:addresses], lowest[:addresses], unnamed, self._rita),
            canonical(keys[addresses:], lowest[addresses:], named, self._rita),
        )

    def settle(self) -> tuple[list[summary.Key], list[list[str]], Events]:
        """Keys, first those without a name; the services kept of each; every event once (see canonical.distinct)."""
        held = {name: joined(parts) for name, parts in self._events.items()}
        self._events = {name: [column] for name, column in held.items()}
        alive = np.flatnonzero(np.bincount(held["combination"], minlength=1))
        services = self._alive_services(alive.tolist())
        living = [key for key, pair in self._pairs.items() if pair in services]
        keys = sorted(key for key in living if not key[3]) + sorted(key for key in living if key[3])
        rank = {self._pairs[key]: at for at, key in enumerate(keys)}
        lowest = [summary.lowest_services(services[self._pairs[key]]) for key in keys]
        pair_of, service_of = np.zeros((2, len(self._combination_pair)), np.int64)
        for place in alive.tolist():
            at = rank[self._combination_pair[place]]
            pair_of[place] = at
            service = self._combination_service[place]
            service_of[place] = lowest[at].index(service) if service in lowest[at] else summary.SERVICES_KEPT
        combination = held.pop("combination")
        service = service_of[combination] if service_of.any() else constant(0, len(combination))
        events = distinct(pair_of[combination], service, held)
        self.tally["repeated"] = self.tally["used"] + self._planted - len(events["pair"])
        return keys, lowest, events

    def _alive_services(self, alive: list[int]) -> dict[int, set[str]]:
        """Services of each pair that has an event."""
        services: dict[int, set[str]] = {}
        for place in alive:
            named = services.setdefault(self._combination_pair[place], set())
            if self._combination_service[place]:
                named.add(self._combination_service[place])
        return services


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
    odd = np.flatnonzero(~whole)
    odd = odd[~column.take(odd).unset()]
    for row, text in zip(odd.tolist(), column.texts(odd)):
        counts[row] = byte_count.number(text)
    return counts


def _guarded(payload: np.ndarray, ip_bytes: np.ndarray) -> np.ndarray:
    smaller: np.ndarray = np.where((payload <= ip_bytes) | (ip_bytes < 0), payload, ip_bytes)
    return smaller


def _numbers(cells: list[str], kept: list[int], events: np.ndarray, name: str) -> np.ndarray:
    """One list of every partial row, row behind row; it must hold a number for each event."""
    texts = [cells[at].encode("latin-1") for at in kept]
    if name == "port":  # '': no event has one
        unset = summary.PORT_MASK
        texts = [text or repeated(unset, count).encode() for text, count in zip(texts, events.tolist())]
    numbers, held = decode(texts, events, ascending=name == "ticks")
    limit = event_time.LATEST_S * event_time.TICKS_PER_S if name == "ticks" else byte_count.LIMIT
    if not np.array_equal(held, events):
        raise SummaryError(f"a summary whose {name} does not fit its number of events: damaged, cut, or built without rita=true")
    if numbers.max(initial=0) > limit or numbers.min(initial=0) < byte_count.UNKNOWN:
        raise SummaryError(f"a summary whose {name} holds a number outside of this century or over a petabyte: damaged")
    return numbers


def _events(text: str) -> int:
    events = whole(text, "zh_events")
    if not 0 < events <= MOST_EVENTS:
        raise SummaryError(f"a summary of {events} events; one row holds at most {MOST_EVENTS}")
    return events
