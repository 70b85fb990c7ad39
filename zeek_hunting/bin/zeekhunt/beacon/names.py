"""Names that a source calls its destinations by: TLS server names, HTTP hosts and the targets of proxied CONNECT requests.

Events of ssl.log and http.log in the same search as conn.log. A row is told by its fields: with conn_state it is of conn.log,
with server_name or established of ssl.log, with a method of http.log; anything else counts as conn. A named row is an event
of its own, at its own time (an HTTP request inside a long connection is a check-in); HTTP brings the sizes of its bodies,
sizes of TLS come from conn.log (see named_series). Plain Python: indexers run it.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import compress

from ..zeek import byte_count, event_time
from ..zeek import fields as zeek_fields
from ..zeek.block import Block, column
from . import summary, traits

CONN, TLS, HTTP = "conn", "ssl", "http"
CONNECT = "connect"
VIAS = (TLS, HTTP, CONNECT)
SIGNAL_FIELDS = ("server_name", "tls_established", "http_method")
FIELDS = (*SIGNAL_FIELDS, "http_host", "uri", "request_body", "response_body", *traits.FIELDS)
LONGEST_NAME = 253
STORED_HELD_B = 32_000_000
LONGEST_TEXT = 1_000  # of a cell that is looked at
_SIGNALS = frozenset(zeek_fields.spellings(SIGNAL_FIELDS))
_ODD = re.compile(r"[^a-z0-9._-]")
_ADDRESS = re.compile(r"[0-9.]+|.*:.*:.*|\[.*")


def may_hold(header: Sequence[str]) -> bool:
    """Whether a block with these fields may hold rows that are not of conn.log."""
    return not _SIGNALS.isdisjoint(header)


def logs(block: Block) -> list[str]:
    """Per row CONN, TLS or HTTP."""
    state, server, established, method = (column(block, field) for field in ("conn_state", *SIGNAL_FIELDS))
    return [
        CONN if is_conn else TLS if named or tls else HTTP if requested else CONN
        for is_conn, named, tls, requested in zip(state, server, established, method)
    ]


class NameSummary:
    """Gathers named rows; ``drain()`` gives their partial rows. tally: rows read, used and skipped; events: those held."""

    def __init__(self, rita: bool = False) -> None:
        self.tally: Counter[str] = Counter()
        self._seen: dict[summary.Key, dict[str, array[int]]] = {}
        self.events = 0
        self._traits = traits.TraitSet()
        self._stride = summary.STRIDE + rita

    def add(self, block: Block, log_of_row: Sequence[str]) -> None:
        """Rows of ssl.log and http.log; others are passed over."""
        src, dest, server, method, host, uri, port = (
            column(block, field) for field in ("src", "dest", "server_name", "http_method", "http_host", "uri", "dest_port")
        )
        ticks = event_time.column_ticks(column(block, "time"))
        ports, request, reply = (
            byte_count.numbers(column(block, field)) for field in ("src_port", "request_body", "response_body")
        )
        shown = list(zip(*(column(block, field) for field in traits.FIELDS)))
        for at, log in enumerate(log_of_row):
            if log == CONN:
                continue
            self.tally["read"] += 1
            via, name = (TLS, name_of(server[at])) if log == TLS else requested(method[at], host[at], uri[at])
            if src[at] and dest[at] and ticks[at] >= 0:
                for word in traits.words(*shown[at]):
                    self._traits.add(traits.Trait(src[at], dest[at], name, word), ticks[at])
            if not (src[at] and dest[at] and name and ticks[at] >= 0):
                reason = "no_src" if not src[at] else "no_dest" if not dest[at] else "no_time" if name else "no_name"
                self.tally[reason] += 1
                continue
            self.tally["used"] += 1
            self.events += 1
            services = self._seen.setdefault((src[at], dest[at], via, name), {})
            values = services.setdefault(summary.service_text(port[at], "tcp", log), array("q"))
            values.append(ticks[at] << summary.PORT_BITS | ports[at] & summary.PORT_MASK)
            values.extend((request[at], reply[at]) if log == HTTP else (byte_count.UNKNOWN, byte_count.UNKNOWN))
            if self._stride > summary.STRIDE:
                values.append(byte_count.UNKNOWN)

    def held(self) -> int:
        """Events and traits in memory."""
        return self.events + len(self._traits)

    def drain(self) -> Iterator[dict[str, tuple[str, ...]]]:
        """Partial rows in the order of keys, in parts: column -> cells. The tally stays."""
        keys = sorted(self._seen)
        for start in range(0, len(keys), summary.PART_ROWS):
            part = keys[start : start + summary.PART_ROWS]
            yield dict(zip(summary.COLUMNS, zip(*(row for key in part for row in self._rows(key)))))
        rows = list(self._traits.rows(summary.COLUMNS, summary.VERSION))
        for start in range(0, len(rows), summary.PART_ROWS):
            yield dict(zip(summary.COLUMNS, zip(*rows[start : start + summary.PART_ROWS])))
        self._seen, self.events, self._traits = {}, 0, traits.TraitSet()

    def _rows(self, key: summary.Key) -> list[tuple[str, ...]]:
        services = self._seen[key]
        if summary.is_busy(list(services.values()), self._stride):
            from .busy import BusyPair, slices  # ordinary searches have none

            gathering = BusyPair(key, ported=True)
            for service, values in services.items():
                for part in slices(values, self._stride):
                    gathering.add(service, self._columns(part))
            return gathering.rows()
        return [summary.partial_row(key, {service: self._columns(values) for service, values in services.items()})]

    def _columns(self, values: array[int]) -> list[list[int]]:
        return [values[at :: self._stride].tolist() for at in range(self._stride)]


class EventSummary:
    """The map of a hunt for addresses and names: rows of conn.log to a PairSummary, named rows to a NameSummary; stored
    summaries (zh_kind is set) pass as they are, the merge reads them."""

    def __init__(self, rita: bool = False) -> None:
        self._pairs, self._names = summary.PairSummary(rita), NameSummary(rita)
        self._stored: list[tuple[str, ...]] = []
        self._stored_b = 0

    def add(self, block: Block) -> None:
        kinds = block.cells(summary.KIND)
        if kinds is not None and any(kinds):
            self._keep_stored(ChosenRows(block, [bool(kind) for kind in kinds]))
            block = ChosenRows(block, [not kind for kind in kinds])
        if not may_hold(block.names):
            self._pairs.add(block)
            return
        log_of_row = logs(block)
        self._names.add(block, log_of_row)
        self._pairs.add(ChosenRows(block, [log == CONN for log in log_of_row]))

    def full(self) -> bool:
        return self._pairs.full() or self._names.held() >= summary.EVENTS_HELD // 4 or self._stored_b >= STORED_HELD_B

    def drain(self) -> Iterator[dict[str, tuple[str, ...]]]:
        for start in range(0, len(self._stored), summary.PART_ROWS):
            yield dict(zip(summary.COLUMNS, zip(*self._stored[start : start + summary.PART_ROWS])))
        self._stored, self._stored_b = [], 0
        yield from self._names.drain()
        self._pairs.count(self._names.tally)
        self._names.tally = Counter()
        yield from self._pairs.drain()

    def _keep_stored(self, block: Block) -> None:
        columns = [block.cells(name) or [""] * block.rows for name in summary.COLUMNS]
        self._stored += zip(*columns)
        self._stored_b += sum(len(cell) for cells in columns for cell in cells)


class ChosenRows:
    """Some rows of a block, read like a block."""

    def __init__(self, block: Block, chosen: Sequence[bool]) -> None:
        self._block, self._chosen = block, chosen
        self.rows, self.names = sum(chosen), block.names

    def cells(self, name: str) -> list[str] | None:
        cells = self._block.cells(name)
        return None if cells is None else list(compress(cells, self._chosen))


def required_fields(options: Mapping[str, str]) -> list[str]:
    """What to ask splunkd for; a hunt for addresses alone does without the fields of names."""
    fields = summary.required_fields()
    return fields if options.get("by") == "ip" else [*fields, *zeek_fields.spellings(FIELDS)]


def requested(method: str, host: str, uri: str) -> tuple[str, str]:
    """(via, name) of an HTTP request. CONNECT names its target in the URI, ``name:443``."""
    if method.upper() == CONNECT.upper():
        return CONNECT, name_of(uri) or name_of(host)
    return HTTP, name_of(host)


@lru_cache(maxsize=65_536)
def name_of(text: str) -> str:
    """A host name in lower case without port and final dot, odd letters as ``?``; '' for an address or what is none.

    Of a multivalue cell the last value counts: on a Splunk the first host is the forwarder.
    """
    name = text[-LONGEST_TEXT:].rpartition("\n")[2].strip().lower()
    before, colon, port = name.rpartition(":")
    if colon and port.isdecimal():
        name = before
    name = name.rstrip(".")
    if not name or _ADDRESS.fullmatch(name):
        return ""
    return _ODD.sub("?", name[:LONGEST_NAME])
