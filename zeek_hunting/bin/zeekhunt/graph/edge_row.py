"""What an edge is, and its partial row: the cells that a map sends to the merge, or that a summary index keeps. Runs on indexers.

An edge is (class, source node, destination node, service). Everything else in a row merges exactly, in any order: sums that end
at a bound, least and greatest, the lowest of a set.
"""

from __future__ import annotations

from typing import NamedTuple

from ..zeek import byte_count
from ..zeek import fields as zeek_fields
from ..zeek.partial import LONGEST_NUMBER

VERSION = 1
KIND = "zh_kind"
CONN, LOG, ATTEMPT, ENTITY, FINDING = "graph_conn", "graph_log", "graph_attempt", "graph_entity", "graph_finding"
CLASSES = (CONN, LOG, ATTEMPT, ENTITY, FINDING)
TALLY = "graph_tally"
COLUMNS = (
    KIND,
    "zh_version",
    "_time",
    "zh_src",
    "zh_dst",
    "zh_service",
    "zh_count",
    "zh_first",
    "zh_last",
    "zh_bytes_out",
    "zh_bytes_in",
    "zh_score",
    "zh_more",
    "zh_tally",
)
UIDS_KEPT = 3  # the earliest
PORTS_KEPT = 32  # of attempts, the lowest
LONGEST_UID = 40
UNSCORED = -1
MOST = 10**LONGEST_NUMBER - 1  # of a count or a sum; forged sizes end here in whatever order they are added


class Key(NamedTuple):
    group: str
    src: str
    dst: str
    service: str


class Edge:
    """first, last: ticks of 0.1 s; bytes_out, bytes_in: sum of the guarded payload, byte_count.UNKNOWN while none is known;
    score: highest of a finding in hundredths, UNSCORED for none; more: (tick, uid) of the earliest events, or (port,) of
    attempts."""

    __slots__ = ("bytes_in", "bytes_out", "count", "first", "keeps_uids", "last", "more", "score")

    def __init__(self, keeps_uids: bool = True) -> None:
        self.keeps_uids = keeps_uids
        self.count = 0
        self.first, self.last = 1 << 60, 0
        self.bytes_out = self.bytes_in = byte_count.UNKNOWN
        self.score = UNSCORED
        self.more: list[tuple[int, str]] = []

    def take(self, tick: int, request: int, reply: int) -> None:
        """Counts one event."""
        self.count += 1
        if tick < self.first:
            self.first = tick
        if tick > self.last:
            self.last = tick
        if request >= 0:
            self.bytes_out = self.bytes_out + request if self.bytes_out >= 0 else request
            if self.bytes_out > MOST:
                self.bytes_out = MOST
        if reply >= 0:
            self.bytes_in = self.bytes_in + reply if self.bytes_in >= 0 else reply
            if self.bytes_in > MOST:
                self.bytes_in = MOST

    def remember(self, tick: int, uid: str) -> None:
        """Keeps the uid when it is among the earliest."""
        more = self.more
        if uid in zeek_fields.UNSET or (len(more) == UIDS_KEPT and tick > more[-1][0]):
            return
        seen = (tick, clean_uid(uid))
        if seen not in more:
            self.more = sorted([*more, seen])[:UIDS_KEPT]


def clean_uid(uid: str) -> str:
    """A uid of letters and digits; what a hostile forwarder wrote there loses its structure and its length."""
    return uid if uid.isalnum() and len(uid) <= LONGEST_UID else "".join(c if c.isalnum() else "_" for c in uid[:LONGEST_UID])


def more_text(more: list[tuple[int, str]]) -> str:
    """``tick:uid tick:uid`` or ``port port``."""
    return " ".join(f"{number}:{uid}" if uid else str(number) for number, uid in more)


def known_text(value: int) -> str:
    """'' for -1, which stands for what is not known."""
    return str(value) if value >= 0 else ""


def edge_row(key: Key, edge: Edge) -> tuple[str, ...]:
    """The cells of a partial row, in the order of COLUMNS. _time is its end, so that a stored row is found by time."""
    return (
        key.group,
        str(VERSION),
        f"{edge.last // 10}.{edge.last % 10}",
        key.src,
        key.dst,
        key.service,
        str(edge.count),
        str(edge.first),
        str(edge.last),
        known_text(edge.bytes_out),
        known_text(edge.bytes_in),
        known_text(edge.score),
        more_text(edge.more),
        "",
    )
