"""What is known of one pair of source and registered domain, and its text as a partial row.

Every part merges exactly and whatever the order: sums, smallest and largest values, the lowest of a set, counts of the lowest
keys. Ticks are 0.1 s since the epoch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..zeek.partial import SummaryError
from .tunnel_sample import Sample, decode, encode

TICKS_PER_HOUR = 36_000
HOURS_KEPT = 2_400  # 100 days; the earliest are kept
TYPES_KEPT, SERVERS_KEPT = 24, 16
EXAMPLES_KEPT = 4
NEVER = -1
LARGEST = 10**15
_NOT_WORD = re.compile(r"[^A-Za-z0-9_.:*-]")
_NOT_SHOWN = re.compile(r"[^!#-+\-./0-9:-~]")  # printable ASCII without blank, quote and comma

COUNTS = ("queries", "answered", "nxdomain", "unanswered", "block_list", "query_b", "answer_b", "short_ttl")
LARGEST_OF = ("longest_label", "largest_answer_b")
FIRST_OF = ("first_nxdomain", "first_answer")


class Pair:
    """Counts over all queries: queries, answered (with an answer), nxdomain, unanswered (no reply code), block_list, query_b
    and answer_b (bytes of names asked and of answers as logged), short_ttl (answers to live 1 s or less). The earliest tick of
    an NXDOMAIN and of an answer, NEVER for none. types: query type -> queries; servers: answering address -> queries."""

    __slots__ = (*COUNTS, *LARGEST_OF, *FIRST_OF, "examples", "first", "hours", "last", "sample", "servers", "types")

    def __init__(self) -> None:
        self.queries = self.answered = self.nxdomain = self.unanswered = self.block_list = 0
        self.query_b = self.answer_b = self.short_ttl = self.longest_label = self.largest_answer_b = 0
        self.first_nxdomain = self.first_answer = NEVER
        self.first, self.last = 2**62, 0
        self.hours: set[int] = set()
        self.types: dict[str, int] = {}
        self.servers: dict[str, int] = {}
        self.sample = Sample()
        self.examples: dict[int, str] = {}

    def absorb(self, other: Pair) -> None:
        """Add what another summary of the same pair knows."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in LARGEST_OF:
            setattr(self, name, max(getattr(self, name), getattr(other, name)))
        for name in FIRST_OF:
            setattr(self, name, earliest(getattr(self, name), getattr(other, name)))
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.hours |= other.hours
        for counts, more in ((self.types, other.types), (self.servers, other.servers)):
            for key, count in more.items():
                counts[key] = counts.get(key, 0) + count
        self.sample.update(other.sample.lowest())
        self.examples.update(other.examples)
        self.settle()

    def settle(self) -> None:
        """Cut what is bounded to what is kept."""
        self.hours = set(sorted(self.hours)[:HOURS_KEPT])
        self.types, self.servers = lowest(self.types, TYPES_KEPT), lowest(self.servers, SERVERS_KEPT)
        self.examples = dict(sorted(self.examples.items())[:EXAMPLES_KEPT])

    def cells(self) -> tuple[str, ...]:
        """The pair as text, in the order of tunnel_columns.PAIR_COLUMNS."""
        self.settle()
        counts = [getattr(self, name) for name in (*COUNTS, *LARGEST_OF)]
        ticks = [self.first, self.last, *[getattr(self, name) for name in FIRST_OF]]
        return (
            " ".join(map(str, counts)),
            " ".join(map(str, ticks)),
            hours_text(self.hours),
            _counts_text(self.types),
            _counts_text(self.servers),
            encode(self.sample.lowest()),
            " ".join(text for _, text in sorted(self.examples.items())),
        )


def read(cells: Mapping[str, str]) -> Pair:
    """The pair of a partial row's cells. Raises SummaryError when they are not what ``cells()`` writes."""
    pair = Pair()
    for name, value in zip((*COUNTS, *LARGEST_OF), _whole(cells["zh_counts"], len(COUNTS) + len(LARGEST_OF), "counts")):
        setattr(pair, name, value)
    first, last, *earliest_of = _whole(cells["zh_ticks"], 2 + len(FIRST_OF), "times")
    if not 0 < first <= last:
        raise SummaryError(f"a summary that ends before it begins: {cells['zh_ticks'][:60]!r}")
    pair.first, pair.last = first, last
    for name, value in zip(FIRST_OF, earliest_of):
        setattr(pair, name, value)
    pair.hours = set(read_hours(cells["zh_hours"]))
    pair.types = _read_counts(cells["zh_types"], TYPES_KEPT, "query types")
    pair.servers = _read_counts(cells["zh_servers"], SERVERS_KEPT, "servers")
    items = decode(cells["zh_names"])
    if items != sorted(set(items)):
        raise SummaryError("a summary whose names do not ascend: damaged")
    pair.sample.update(items)
    # the examples are the texts of the lowest items, in their order
    pair.examples = dict(zip(items, cells["zh_examples"].split()[:EXAMPLES_KEPT]))
    return pair


def earliest(one: int, other: int) -> int:
    return other if one == NEVER else one if other == NEVER else min(one, other)


def lowest(counts: dict[str, int], kept: int) -> dict[str, int]:
    """The counts of the lowest keys: a key that falls out of one part cannot be in the whole, so what is kept is exact."""
    return counts if len(counts) <= kept else {key: counts[key] for key in sorted(counts)[:kept]}


def word(text: str) -> str:
    """A query type, reply code or address with odd letters replaced, so that it can be listed between blanks."""
    return _NOT_WORD.sub("?", text)[:48] or "-"


def shown(subdomain: str) -> str:
    """A subdomain with letters replaced that would break a list or a cell."""
    return _NOT_SHOWN.sub("?", subdomain)[:253]


def hours_text(hours: Iterable[int]) -> str:
    """Hours since the epoch as runs: ``472222+3 472240``: three hours more after the first."""
    runs: list[list[int]] = []
    for hour in sorted(hours):
        if runs and hour == runs[-1][0] + runs[-1][1] + 1:
            runs[-1][1] += 1
        else:
            runs.append([hour, 0])
    return " ".join(f"{start}+{more}" if more else str(start) for start, more in runs)


def read_hours(text: str) -> list[int]:
    hours: list[int] = []
    for run in text.split():
        start, _, more = run.partition("+")
        low, count = _number(start, "hours"), _number(more or "0", "hours") + 1
        if len(hours) + count > HOURS_KEPT:
            raise SummaryError(f"a summary of more than {HOURS_KEPT} hours: damaged")
        hours += range(low, low + count)
    return hours


def _counts_text(counts: Mapping[str, int]) -> str:
    return " ".join(f"{key}={count}" for key, count in sorted(counts.items()))


def _read_counts(text: str, kept: int, what: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in text.split():
        key, _, count = part.rpartition("=")
        counts[word(key)] = _number(count, what)
    if len(counts) > kept:
        raise SummaryError(f"a summary with {len(counts)} {what}; it holds at most {kept}")
    return counts


def _whole(text: str, count: int, what: str) -> list[int]:
    numbers = [_number(part, what) for part in text.split()]
    if len(numbers) != count:
        raise SummaryError(f"a summary with {len(numbers)} {what} instead of {count}: {text[:60]!r}")
    return numbers


def _number(text: str, what: str) -> int:
    value: int | None = NEVER if text == str(NEVER) else int(text) if text.isdecimal() and len(text) <= 15 else None
    if value is None:
        raise SummaryError(f"a summary whose {what} hold no number: {text[:40]!r}")
    return value
