"""The DNS summary: what the map on an indexer gathers from dns events and sends as partial rows.

Plain Python, one Pair per (source, registered domain). Partial rows are also what a summary index stores (``| dnstunnel
phase=map | collect``); the merge on the search head gathers raw events by the same code and partial rows beside them, in any
mixture and order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from ..zeek import event_time
from ..zeek import fields as zeek_fields
from ..zeek.block import Block, column
from ..zeek.partial import SummaryError, check_version, read_tally, tally_row
from . import tunnel_name, tunnel_pair
from .tunnel_columns import COLUMNS, FIELDS, KIND, PAIR, TALLY, VERSION
from .tunnel_name import Looked, TunnelName
from .tunnel_pair import NEVER, TICKS_PER_HOUR, Pair

PAIRS_HELD = 20_000  # then the partial rows go out: the map stays near 100 MB
NAMES_HELD = 60_000
PART_ROWS = 1_000
SHORT_TTL_S = 1.0

Key = tuple[str, str]
Query = tuple[str, str, str, str, str]  # src, query, qtype, dest_port, dest
Seen = tuple[Pair, TunnelName]


class TunnelSummary:
    """Gathers events; ``drain()`` gives the partial rows so far and starts afresh."""

    def __init__(self) -> None:
        self.pairs: dict[Key, Pair] = {}
        self.tally: Counter[str] = Counter()
        self._seen: dict[Query, Seen | str] = {}

    def add(self, block: Block) -> None:
        if not block.rows:
            return
        self.tally["read"] += block.rows
        present = {field: column(block, field) for field in FIELDS}
        ticks = event_time.column_ticks(present["time"])
        queries = list(zip(*(present[field] for field in ("src", "query", "qtype", "dest_port", "dest"))))
        replies = zip(present["rcode"], present["answers"], present["ttls"])
        tally = self.tally
        for tick, key, found, reply in zip(ticks, queries, self._looked_at(queries), replies):
            if isinstance(found, str):
                tally[found] += 1
            elif tick == event_time.UNDATED:
                tally["no_time"] += 1
            else:
                tally["used"] += 1
                _count(found, tick, key, reply)

    def full(self) -> bool:
        return len(self.pairs) >= PAIRS_HELD or len(self._seen) >= NAMES_HELD

    def drain(self) -> Iterator[dict[str, tuple[str, ...]]]:
        """Partial rows, one per pair in the order of keys, then the tally: column -> cells, in parts of at most PART_ROWS."""
        keys = sorted(key for key, pair in self.pairs.items() if pair.queries)
        for start in range(0, len(keys), PART_ROWS):
            part = [self._row(key, self.pairs.pop(key)) for key in keys[start : start + PART_ROWS]]
            yield dict(zip(COLUMNS, zip(*part)))
        self.pairs, self._seen = {}, {}
        if self.tally:
            tally, self.tally = self.tally, Counter()
            yield tally_row(COLUMNS, TALLY, VERSION, tally)

    def _looked_at(self, queries: Sequence[Query]) -> Iterator[Seen | str]:
        """Per query the pair that it belongs to and its name, or the reason to skip it."""
        seen = self._seen
        new = [query for query in dict.fromkeys(queries) if query not in seen]
        for query, name in zip(new, tunnel_name.look_at_all([query[1:] for query in new])):
            seen[query] = self._placed(query[0], name)
        return map(seen.__getitem__, queries)

    def _placed(self, src: str, name: Looked) -> Seen | str:
        if src in zeek_fields.UNSET:
            return "no_src"
        if isinstance(name, str):
            return f"kind_{name}"
        pair = self.pairs.get((src, name.domain))
        if pair is None:
            pair = self.pairs[src, name.domain] = Pair()
        return pair, name

    @staticmethod
    def _row(key: Key, pair: Pair) -> tuple[str, ...]:
        """_time is the last query's, so that a stored row is found by time."""
        return (PAIR, str(VERSION), f"{pair.last // 10}.{pair.last % 10}", *key, *pair.cells(), "")


def _count(found: Seen, tick: int, key: Query, reply: tuple[str, str, str]) -> None:
    """Add one event to its pair."""
    pair, name = found
    rcode, answers, ttls = reply
    pair.queries += 1
    pair.query_b += len(key[1])
    pair.first, pair.last = min(pair.first, tick), max(pair.last, tick)
    pair.hours.add(tick // TICKS_PER_HOUR)
    qtype, server = _word(key[2]), _word(key[4])
    pair.types[qtype] = pair.types.get(qtype, 0) + 1
    pair.servers[server] = pair.servers.get(server, 0) + 1
    if len(pair.servers) > 4 * tunnel_pair.SERVERS_KEPT or len(pair.types) > 4 * tunnel_pair.TYPES_KEPT:
        pair.settle()
    if rcode == "NXDOMAIN":
        pair.nxdomain += 1
        pair.first_nxdomain = tick if pair.first_nxdomain == NEVER else min(pair.first_nxdomain, tick)
    elif not rcode:
        pair.unanswered += 1
    if answers:
        pair.answered += 1
        pair.answer_b += len(answers)
        pair.largest_answer_b = max(pair.largest_answer_b, len(answers))
        pair.first_answer = tick if pair.first_answer == NEVER else min(pair.first_answer, tick)
        pair.short_ttl += _short(ttls)
    if name.block_list:
        pair.block_list += 1
    if name.item >= 0:
        pair.longest_label = max(pair.longest_label, name.longest)
        pair.sample.add(name.item)
        _keep_example(pair.examples, name)


def _keep_example(examples: dict[int, str], name: TunnelName) -> None:
    if name.item in examples:
        return
    if len(examples) < tunnel_pair.EXAMPLES_KEPT or name.item < max(examples):
        examples[name.item] = tunnel_pair.shown(name.subdomain)
        if len(examples) > tunnel_pair.EXAMPLES_KEPT:
            del examples[max(examples)]


_word = lru_cache(maxsize=4096)(tunnel_pair.word)


@lru_cache(maxsize=4096)
def _short(ttls: str) -> int:
    """1 when an answer lives SHORT_TTL_S or less; ttls: numbers between commas or, of a multivalue field, newlines."""
    for text in ttls.replace("\n", ",").split(","):
        try:
            if float(text) <= SHORT_TTL_S:
                return 1
        except ValueError:
            continue
    return 0


def partial(cells: Mapping[str, str]) -> tuple[Key, Pair] | dict[str, int]:
    """One partial row: a pair under its key, or counts of a tally. Raises SummaryError on what no map of this version wrote."""
    kind = cells[KIND]
    check_version(cells["zh_version"], VERSION)
    if kind == PAIR:
        return (cells["src"], cells["zh_domain"]), tunnel_pair.read(cells)
    if kind == TALLY:
        return read_tally(cells["zh_tally"])
    raise SummaryError(f"a summary of kind {kind[:40]!r}, which dnstunnel does not know")
