"""The pair summary: what the map on an indexer gathers from conn events and sends as partial rows.

Plain Python, one dict entry per (source, destination, attempt or session); nothing is rounded away that a score needs, so
that any split of the events over chunks and indexers merges to the same numbers. Partial rows are also what a summary index
stores. Event times are ticks of 0.1 s; request and reply are guarded payload bytes; ip is the originator's IP bytes, which
RITA scores, carried only on request. The k lowest (port, protocol, service) of a pair are kept: that cut merges exactly,
whatever the order.

The lists of a row stand in the order of its events, so that an event which was indexed twice, or seen by two sensors, or
summed up in two overlapping searches is told from another: events count once that agree in pair, attempt or session, tick,
source port (its last PORT_BITS bits), request, reply, service and, where RITA asks, IP bytes. Sensors name a connection by
uids of their own, but agree on its source port. Where no event has a source port, real connections of one pair within the
same 0.1 s with the same sizes count once.

Of a busy pair the events that ``sampling`` keeps are sent, unless RITA's scores are wanted, which read all. zh_sampled is set in
such a row: its marks (see sampling.marks) of all events of the row's part.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from operator import lt

from ..zeek import byte_count, conn_state, event_time
from ..zeek import fields as zeek_fields
from ..zeek.block import Block
from ..zeek.partial import tally_row
from . import codec, sampling

VERSION = 3
OLDER = "2"  # has no sampled rows, else the same: stored ones are read
KIND = "zh_kind"
PAIR, NAME, TALLY = "conn_pair", "name_pair", "conn_tally"
COLUMNS = (
    KIND,
    "zh_version",
    "_time",
    "src",
    "dest",
    "zh_name",
    "zh_attempt",
    "zh_events",
    "zh_ticks",
    "zh_port",
    "zh_request",
    "zh_reply",
    "zh_ip",
    "zh_services",
    "zh_service",
    "zh_sampled",
    "zh_tally",
)
KEY_FIELDS = ("src", "dest", "conn_state", "dest_port", "proto", "service")
SIZE_FIELDS = ("orig_bytes", "orig_ip_bytes", "resp_bytes", "resp_ip_bytes")
EVENTS_HELD = 1_000_000  # then the partial rows go out; packed, they take 24 MB
PART_ROWS = 1_000
SERVICES_KEPT = 16
STRIDE = 3  # numbers of an event: moment, request, reply; IP bytes are a fourth
PORT_BITS = 10  # of the source port, beside the tick in one number
PORT_MASK: int = 2**PORT_BITS - 1
BEYOND = "~"  # stands for all services beyond the kept ones; sorts behind every service
BUSY_EVENTS: int = 2 * sampling.EVENTS_KEPT  # of a pair, from which the map samples; the merge does from one more than are kept
SEPARATOR = "\t"
_JOIN = SEPARATOR.join
_NOT_SERVICE = re.compile(r"[^A-Za-z0-9_.+-]")

Key = tuple[str, str, str, str]  # source, destination, attempt or session (of a name: via how), name or ''


ANY_ATTEMPT = "S0"  # stands for every conn_state without an established connection


class _States(dict[str, str]):
    """conn_state -> one attempt for all attempts, '' for all sessions."""

    def __missing__(self, conn_state_text: str) -> str:
        return ""


_STATE = _States({**dict.fromkeys(conn_state.SESSION, ""), **dict.fromkeys(conn_state.ATTEMPT, ANY_ATTEMPT)})


class _Packed(dict[str, "array[int]"]):
    """Combination of KEY_FIELDS -> the numbers of its events, row behind row; as int objects they would take five times as
    much."""

    def __missing__(self, combination: str) -> array[int]:
        values = self[combination] = array("q")
        return values


def required_fields() -> list[str]:
    """What to ask splunkd for: the event fields in every spelling, and the columns of partial rows, which may be stored ones."""
    return [*zeek_fields.spellings(("time", *KEY_FIELDS, "src_port", *SIZE_FIELDS)), *COLUMNS]


class PairSummary:
    """Gathers events; ``drain()`` gives the partial rows so far and starts afresh."""

    def __init__(self, rita: bool = False) -> None:
        self._rita = rita
        self._stride = STRIDE + rita
        self._seen = _Packed()
        self._events = 0
        self._ported = False
        self._tally: Counter[str] = Counter()

    def add(self, block: Block) -> None:
        rows = block.rows
        if not rows:
            return
        names = block.names
        self._tally["read"] += rows

        def column(field: str) -> list[str]:
            held = [block.cells(name) or [] for name in zeek_fields.present(field, names)]
            if len(held) == 1:
                return held[0]  # unset values are dealt with once per combination, not once per row
            return zeek_fields.coalesce(held, rows) if held else [""] * rows

        ticks = event_time.column_ticks(column("time"))
        if zeek_fields.present("src_port", names):
            self._make_room_for_ports()
            ports = byte_count.numbers(column("src_port"))
            moments = [tick << PORT_BITS | port & PORT_MASK for tick, port in zip(ticks, ports)]
        else:
            moments = _portless(ticks) if self._ported else ticks
        keys: dict[str, Iterable[str]] = {field: column(field) for field in KEY_FIELDS}
        # fewer combinations: attempt or session is all that counts
        keys["conn_state"] = map(_STATE.__getitem__, keys["conn_state"])
        combinations = map(_JOIN, zip(*keys.values()))
        orig, orig_ip, resp, resp_ip = (byte_count.numbers(column(field)) for field in SIZE_FIELDS)
        measured = [moments, byte_count.guarded(orig, orig_ip), byte_count.guarded(resp, resp_ip)]
        rows_of_numbers = map(list, zip(*measured, *([orig_ip] if self._rita else ())))
        # array.fromlist(packed array of the combination, numbers of the row) without a line of Python in between
        deque(map(array.fromlist, map(self._seen.__getitem__, combinations), rows_of_numbers), maxlen=0)
        self._events += rows

    def _make_room_for_ports(self) -> None:
        """From now on the first number of an event is a moment; until a block has source ports it is the tick alone."""
        if not self._ported:
            self._ported = True
            for values in self._seen.values():
                values[:: self._stride] = array("q", _portless(values[:: self._stride]))

    def count(self, tally: Mapping[str, int]) -> None:
        """Rows that someone else has read, used or skipped."""
        self._tally.update(tally)

    def full(self) -> bool:
        return self._events >= EVENTS_HELD

    def drain(self) -> Iterator[dict[str, tuple[str, ...]]]:
        """Partial rows, one per key in the order of keys, then the tally of events read and skipped: column -> cells, in parts
        of at most PART_ROWS. What has gone out is held no more."""
        members: defaultdict[Key, list[tuple[str, array[int]]]] = defaultdict(list)
        while self._seen:  # what is read is let go, so that memory serves for what is written
            combination, values = self._seen.popitem()
            classified = classify(combination)
            if isinstance(classified, str):
                self._tally[classified] += len(values) // self._stride
            else:
                members[classified[0]].append((classified[1], values))
        self._seen, self._events = _Packed(), 0
        keys = sorted(members)
        for start in range(0, len(keys), PART_ROWS):
            rows = [row for key in keys[start : start + PART_ROWS] for row in self._rows(key, members.pop(key))]
            if rows:
                yield dict(zip(COLUMNS, zip(*rows)))
        if self._tally:
            tally, self._tally = self._tally, Counter()
            yield tally_row(COLUMNS, TALLY, VERSION, tally)

    def _rows(self, key: Key, members: list[tuple[str, array[int]]]) -> list[tuple[str, ...]]:
        """The partial row of a key; none when no event of it has a time."""
        if is_busy([values for _, values in members], self._stride):
            return self._busy_rows(key, members)
        by_service: dict[str, list[list[int]]] = {}
        for service, values in members:
            columns = self._columns(values)
            if columns[0]:
                held = by_service.get(service)
                by_service[service] = [before + more for before, more in zip(held, columns)] if held else columns
        return [partial_row(key, by_service, self._ported)] if by_service else []

    def _busy_rows(self, key: Key, members: list[tuple[str, array[int]]]) -> list[tuple[str, ...]]:
        """The same of a pair with more events than are kept, a slice of them at a time."""
        from .busy import BusyPair, slices  # ordinary searches have none

        gathering = BusyPair(key, self._ported)
        for service, values in members:
            for part in slices(values, self._stride):
                gathering.add(service, self._columns(part))
        return gathering.rows()

    def _columns(self, values: array[int]) -> list[list[int]]:
        """Each kind of number by itself, of the events that have a time; both are counted. Those of the last event come first
        where it is the oldest: newest first is how splunkd sends."""
        stride = self._stride
        if values[0] > values[-stride]:
            columns = [values[at - stride :: -stride].tolist() for at in range(stride)]
        else:
            columns = [values[at::stride].tolist() for at in range(stride)]
        if min(columns[0]) < 0:
            columns = self._dated(columns)
        self._tally["used"] += len(columns[0])
        return columns

    def _dated(self, columns: list[list[int]]) -> list[list[int]]:
        """The same columns without the events that have no time; those are counted."""
        kept = [values for values in zip(*columns) if values[0] >= 0]
        self._tally["no_time"] += len(columns[0]) - len(kept)
        return [list(column) for column in zip(*kept)] if kept else [[] for _ in columns]


def is_busy(values: Sequence[array[int]], stride: int) -> bool:
    """Whether packed events of one key, stride numbers each, are so many that the map samples them. With IP bytes, the fourth
    number, it never does: RITA's scores read every event."""
    return stride == STRIDE and sum(map(len, values)) > BUSY_EVENTS * STRIDE


def pair_text(key: Key) -> str:
    """What a pair is called in ``sampling``: its addresses, so that connections and what they are named are kept of the same
    stretches of time."""
    return SEPARATOR.join(key[:2])


def partial_row(
    key: Key, by_service: Mapping[str, list[list[int]]], ported: bool = True, marks: Sequence[int] = ()
) -> tuple[str, ...]:
    """The cells of a partial row, in the order of COLUMNS. _time is the last event's, so that a stored row is found by time.

    by_service: not empty; moments (tick << PORT_BITS | source port), request, reply and perhaps ip of the events of each service.
    ported: False where no event has a source port and the moments are ticks alone. marks: of all events where some of them are
    left out; the services are those of all.
    """
    places: list[int] = []
    if len(by_service) == 1:
        services = list(by_service)
        columns = distinct(by_service[services[0]])
    else:
        services = lowest_services(by_service)
        ranks = {service: rank for rank, service in enumerate(services)}
        parts = [[*held, [ranks.get(service, SERVICES_KEPT)] * len(held[0])] for service, held in by_service.items()]
        *columns, places = distinct([list(chain.from_iterable(column)) for column in zip(*parts)])
    moments, request, reply = columns[:3]
    ticks = [moment >> PORT_BITS for moment in moments] if ported else moments
    last = ticks[-1]
    return (
        NAME if key[3] else PAIR,
        str(VERSION),
        f"{last // 10}.{last % 10}",
        *key[:2],
        key[3],
        key[2],
        str(len(ticks)),
        codec.encode(ticks),
        _ports(moments) if ported else "",
        codec.encode_any(request),
        codec.encode_any(reply),
        codec.encode_any(columns[3]) if len(columns) > 3 else "",
        " ".join(services),
        codec.encode_any(places),
        codec.encode(list(marks)),
        "",
    )


def _portless(ticks: Iterable[int]) -> list[int]:
    """Moments of events without a source port, which is written as the highest one."""
    return [tick << PORT_BITS | PORT_MASK for tick in ticks]


def _ports(moments: list[int]) -> str:
    """The source ports beside the ticks; '' where no event has one."""
    ports = [moment & PORT_MASK for moment in moments]
    return "" if ports.count(PORT_MASK) == len(ports) else codec.encode_any(ports)


def distinct(columns: list[list[int]]) -> list[list[int]]:
    """Events in the order of time, none twice. columns: moments first, all of one length, not empty."""
    moments = columns[0]
    if moments[0] > moments[-1]:  # newest first is how splunkd sends
        columns = [column[::-1] for column in columns]
        moments = columns[0]
    if all(map(lt, moments, islice(moments, 1, None))):
        return columns
    if len(set(moments)) < len(moments):
        return [list(column) for column in zip(*dict.fromkeys(sorted(zip(*columns))))]
    places = sorted(range(len(moments)), key=moments.__getitem__)
    return [list(map(column.__getitem__, places)) for column in columns]


def classify(combination: str) -> tuple[Key, str] | str:
    """(source, destination, attempt or session) and the service text of joined KEY_FIELDS; or the reason to skip the events."""
    cells = combination.split(SEPARATOR)
    if len(cells) != len(KEY_FIELDS):
        return "odd_key"  # a cell holds the separator: no address does
    src, dest, state, port, proto, service = cells
    if src in zeek_fields.UNSET:
        return "no_src"
    if dest in zeek_fields.UNSET:
        return "no_dest"
    return (src, dest, "1" if conn_state.is_attempt(state) else "0", ""), service_text(port, proto, service)


@lru_cache(maxsize=4096)
def service_text(port: str, proto: str, service: str) -> str:
    """``443/tcp/ssl``: port, protocol, services in one order. What is unset is ``-``; odd letters become ``?``."""
    parts = (port, proto, zeek_fields.ordered(service).replace(",", "+"))
    return "/".join(_NOT_SERVICE.sub("?", part)[:48] if part not in zeek_fields.UNSET else "-" for part in parts)


def lowest_services(services: Iterable[str]) -> list[str]:
    """The SERVICES_KEPT lowest by port, then text. A cut by a fixed order: what falls out of one part cannot be in the whole."""
    listed = list(services)
    return sorted(listed, key=_service_order)[:SERVICES_KEPT] if len(listed) > 1 else listed


def _service_order(service: str) -> tuple[int, str]:
    port = service.partition("/")[0]
    return (int(port) if port.isdecimal() else 1 << 20, service)
