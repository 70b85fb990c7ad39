"""Pairs on the search head: raw conn events and partial rows, in any mixture and order, become one canonical set of arrays.

What is gathered is a set of events, each told by its whole numbers (see summary), so the result is the same, bit for bit, for
any split of the events over chunks and indexers, with or without the map, and with events that came twice. Of busy pairs the
events that ``sampling`` keeps remain, unless RITA's scores are wanted, which read all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..zeek import byte_count, conn_state, event_time
from ..zeek import fields as zeek_fields
from ..zeek.block import TableRows
from ..zeek.partial import SummaryError, check_version, read_tally, whole
from . import names, raw_columns, sampled, sampling, summary, traits
from .canonical import Events, Pairs, canonical, constant, distinct, joined, of_rows
from .codec import repeated
from .decode import decode
from .raw_columns import Column, Table

__all__ = ["Keys", "PairTable", "Pairs"]
LATEST_TICK = int(event_time.LATEST_S) * event_time.TICKS_PER_S
MOST_MARKS = 2**20  # of one partial row: a century of hours
MOST_EVENTS = 2**27  # of one partial row: more is a forged row
ROOM_SHARE = 0.25  # of what is held, that must go: less is not worth the work
ROOM_EVENTS = 400_000  # held, at which busy pairs are looked for; then whenever there are twice as many as are left


Keys = Callable[[Sequence[Any], np.ndarray], np.ndarray]  # columns and flags -> one number per row: see spl.arrays.keys


class Settled(NamedTuple):
    """keys: first those without a name; lowest: the services of each; events: every one once (see canonical.distinct), of busy
    pairs those that are kept; marks: place of a busy pair -> the marks of all its events (see sampling.marks)."""

    keys: list[summary.Key]
    lowest: list[list[str]]
    events: Events
    marks: dict[int, list[int]]


class PairTable:
    """Gathers. ``add`` takes blocks of a chunk, ``finish`` gives the Pairs; ``tally`` counts events read, used and skipped;
    ``traits`` are those that came with named events."""

    def __init__(self, keys: Keys, rita: bool = False) -> None:
        self.tally: Counter[str] = Counter()
        self.traits = traits.TraitSet()
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
        self._named: set[int] = set()  # combinations of busy pairs, of which no event may be left
        self._marks: dict[int, list[int]] = {}  # of all events of busy pairs so far
        self._held, self._room = 0, ROOM_EVENTS
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
        ticks = raw_columns.ticks(self._coalesced(table, "time", rows))
        for reason, count in enumerate(np.bincount(-1 - pair[pair < 0], minlength=len(self._reasons)).tolist()):
            self.tally[self._reasons[reason]] += count
        self.tally["no_time"] += int(((pair >= 0) & (ticks < 0)).sum())
        used = np.flatnonzero((pair >= 0) & (ticks >= 0))
        self.tally["used"] += len(used)
        orig, orig_ip, resp, resp_ip = (
            raw_columns.byte_counts(self._coalesced(table, field, rows[used])) for field in summary.SIZE_FIELDS
        )
        port = constant(summary.PORT_MASK, len(used))
        if zeek_fields.present("src_port", table.names):
            port = raw_columns.byte_counts(self._coalesced(table, "src_port", rows[used])) & summary.PORT_MASK
        self._keep(
            combination[used],
            ticks[used],
            port,
            raw_columns.guarded(orig, orig_ip),
            raw_columns.guarded(resp, resp_ip),
            self._ip(orig_ip),
        )

    def _ip(self, ip_bytes: np.ndarray) -> np.ndarray:
        """IP bytes tell events apart only where RITA's scores ask for them, as in the map."""
        return ip_bytes if self._rita else constant(0, len(ip_bytes))

    def _keep(self, *columns: np.ndarray) -> None:
        """combination, tick, port, request, reply, ip: (events,) each."""
        for parts, column in zip(self._events.values(), columns):
            parts.append(column)
        self._held += len(columns[0])
        if self._held >= self._room:
            self._make_room()

    def _make_room(self) -> None:
        """What sampling leaves out of busy pairs goes now: the rest of them will decide the same."""
        if not self._rita:
            counts = np.bincount(joined(self._events["combination"]))
            busy = np.flatnonzero(counts > summary.BUSY_EVENTS)
            if int((counts[busy] - sampling.EVENTS_KEPT).sum()) > self._held * ROOM_SHARE:
                self._thin({self._combination_pair[at] for at in busy.tolist()})
        self._room = max(ROOM_EVENTS, 2 * self._held)

    def _thin(self, busy: set[int]) -> None:
        """busy: pairs. Their events become one part of their own; a combination counts as a service here, a few more may stay."""
        of_busy = np.isin(np.array(self._combination_pair), sorted(busy))
        taken: dict[str, list[np.ndarray]] = {name: [] for name in self._events}
        for at, combination in enumerate(self._events["combination"]):
            flags = of_busy[combination]
            if flags.any():
                for name, parts in self._events.items():
                    taken[name].append(of_rows(parts[at], flags))
                    parts[at] = of_rows(parts[at], ~flags)
        held = {name: joined(parts) for name, parts in taken.items()}
        combination = held.pop("combination")
        self._named.update(np.unique(combination).tolist())
        events = distinct(np.array(self._combination_pair)[combination], combination, held)
        self._held -= len(combination)
        pairs = sorted(busy)
        texts = [summary.pair_text(key) for key, pair in self._pairs.items() if pair in busy]  # numbered as they came
        events = self._sampled(events, np.array(pairs), texts, self._marks)
        events["combination"] = events.pop("service")
        for name, parts in self._events.items():
            parts.append(events[name])
        self._held += len(events["pair"])

    @staticmethod
    def _sampled(events: Events, pairs: np.ndarray, texts: Sequence[str], marks: dict[int, list[int]]) -> Events:
        """Without what sampling leaves out of these pairs, ascending, called texts; marks gets theirs."""
        chosen = np.ones(len(events["pair"]), bool)
        starts, ends = (np.searchsorted(events["pair"], pairs, side).tolist() for side in ("left", "right"))
        for pair, text, low, high in zip(pairs.tolist(), texts, starts, ends):
            moments = [events[name][low:high] for name in ("tick", "port", "request", "reply")]
            chosen[low:high] = sampled.keep(text, moments)
            if pair in marks or not chosen[low:high].all():
                ticks = sampling.marks(moments[0].data)
                marks[pair] = sampling.marks(sorted({*marks.get(pair, ()), *ticks}))
        return {name: of_rows(column, chosen) for name, column in events.items()}

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
            if version != summary.OLDER:
                check_version(version, summary.VERSION)
            if kind == summary.TALLY:
                self.tally.update(read_tally(cells["zh_tally"][at]))
            elif kind == traits.KIND:
                self.traits.add_cells(cells, at)
            elif kind in (summary.PAIR, summary.NAME):
                kept.append(at)
            else:
                raise SummaryError(f"a summary of kind {kind[:40]!r}, which this command does not know")
        events = np.array([_events(cells["zh_events"][at]) for at in kept], np.int64)
        decoded = {name: _numbers(cells[f"zh_{name}"], kept, events, name) for name in ("ticks", "port", "request", "reply")}
        self._keep_marks(cells, kept)
        ip = _numbers(cells["zh_ip"], kept, events, "ip") if self._rita else constant(0, int(events.sum()))
        combination = self._partial_combination(cells, kept, events)
        self._keep(combination, *decoded.values(), ip)

    def _keep_marks(self, cells: dict[str, list[str]], kept: list[int]) -> None:
        """Of sampled rows, which also name services that no event of theirs has."""
        for at in kept:
            text = cells["zh_sampled"][at].encode("latin-1")
            if text:
                pair = self._pair(_key(cells, at))
                found, _ = decode([text], np.array([MOST_MARKS]))
                self._marks[pair] = sampling.marks(
                    sorted({*self._marks.get(pair, ()), *_within(found, LATEST_TICK, "sampled").tolist()})
                )
                self._named.update(self._partial_place(pair, service) for service in cells["zh_services"][at].split())

    def _partial_combination(self, cells: dict[str, list[str]], kept: list[int], events: np.ndarray) -> np.ndarray:
        """The combination of every event of partial rows; what a row counts as a service beyond the kept ones has the service
        ''."""
        first: list[int] = []
        of_row: list[int] = []
        for at in kept:
            pair = self._pair(_key(cells, at))
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
        keys, lowest, events, marks = self.settle()
        addresses = sum(not key[3] for key in keys)
        cut = int(np.searchsorted(events["pair"], addresses))
        named = {name: column[cut:] - (addresses if name == "pair" else 0) for name, column in events.items()}
        unnamed = {name: column[:cut] for name, column in events.items()}
        known = {at: sampled.Sampled.of(summary.pair_text(keys[at]), _ticks_of(events, at), found) for at, found in marks.items()}
        of_names = {at - addresses: each for at, each in known.items() if at >= addresses}
        of_addresses = {at: each for at, each in known.items() if at < addresses}
        return (
            canonical(keys[:addresses], lowest[:addresses], unnamed, self._rita, of_addresses),
            canonical(keys[addresses:], lowest[addresses:], named, self._rita, of_names),
        )

    def settle(self) -> Settled:
        """What was gathered, in canonical form."""
        held = {name: joined(parts) for name, parts in self._events.items()}
        self._events = {name: [column] for name, column in held.items()}
        alive = np.flatnonzero(np.bincount(held["combination"], minlength=1))
        services = self._alive_services([*alive.tolist(), *self._named])
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
        marks = {rank[pair]: found for pair, found in self._marks.items()}
        if not self._rita:
            events = self._without_left_out(keys, events, marks)
        self._count_dropped(len(events["pair"]), bool(marks))
        return Settled(keys, lowest, events, marks)

    def _without_left_out(self, keys: list[summary.Key], events: Events, marks: dict[int, list[int]]) -> Events:
        """events: of every pair that has more than sampling keeps, those that it keeps."""
        counts = np.diff(np.searchsorted(events["pair"], np.arange(len(keys) + 1)))
        busy = np.union1d(np.flatnonzero(counts > sampling.EVENTS_KEPT), np.array(sorted(marks), np.int64))
        if not len(busy):
            return events
        return self._sampled(events, busy, [summary.pair_text(keys[at]) for at in busy.tolist()], marks)

    def _count_dropped(self, events: int, left_out: bool) -> None:
        """What came twice, or, where events were left out, both together: of those nobody knows which came twice."""
        dropped = self.tally["used"] + self._planted - events
        self.tally["repeated"], self.tally["left_out"] = (0, dropped) if left_out else (dropped, 0)

    def _alive_services(self, alive: list[int]) -> dict[int, set[str]]:
        """Services of each pair that has an event."""
        services: dict[int, set[str]] = {}
        for place in alive:
            named = services.setdefault(self._combination_pair[place], set())
            if self._combination_service[place]:
                named.add(self._combination_service[place])
        return services


def _key(cells: dict[str, list[str]], at: int) -> summary.Key:
    return cells["src"][at], cells["dest"][at], cells["zh_attempt"][at], cells["zh_name"][at]


def _ticks_of(events: Events, pair: int) -> np.ndarray:
    low, high = np.searchsorted(events["pair"], [pair, pair + 1])
    ticks: np.ndarray = np.ascontiguousarray(events["tick"][low:high])
    return ticks


def _numbers(cells: list[str], kept: list[int], events: np.ndarray, name: str) -> np.ndarray:
    """One list of every partial row, row behind row; it must hold a number for each event."""
    texts = [cells[at].encode("latin-1") for at in kept]
    if name == "port":  # '': no event has one
        unset = summary.PORT_MASK
        texts = [text or repeated(unset, count).encode() for text, count in zip(texts, events.tolist())]
    numbers, held = decode(texts, events, ascending=name == "ticks")
    if not np.array_equal(held, events):
        raise SummaryError(f"a summary whose {name} does not fit its number of events: damaged, cut, or built without rita=true")
    return _within(numbers, LATEST_TICK if name == "ticks" else byte_count.LIMIT, name)


def _within(numbers: np.ndarray, limit: int, name: str) -> np.ndarray:
    if numbers.max(initial=0) > limit or numbers.min(initial=0) < byte_count.UNKNOWN:
        raise SummaryError(f"a summary whose {name} holds a number outside of this century or over a petabyte: damaged")
    return numbers


def _events(text: str) -> int:
    events = whole(text, "zh_events")
    if not 0 < events <= MOST_EVENTS:
        raise SummaryError(f"a summary of {events} events; one row holds at most {MOST_EVENTS}")
    return events
