"""One session: a connection that stayed open, told by its uid, and which sessions of a pair are kept.

A session may be reported several times: ``open_conn`` (zeek-open-connections) and ``conn_long`` (zeek-long-connections) write it
again and again while it is open, conn.log once it is over, two searches or a re-index repeat a row. The report that counts is the
longest; among equals the one that began last, then a final one, then the larger numbers. That is the largest of a totally ordered
set, so it is the same in any order and for any repeats.

Of a pair the KEPT longest sessions are kept and one more, which shows that there were more. That cut is exact under any split: a
session that is among the longest of the whole is, with its longest report, among the longest of the part that holds the report.
Plain Python: indexers run it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from heapq import nlargest
from typing import NamedTuple

from ..zeek.event_time import TICKS_PER_S

LEAST_S = 10  # a shorter connection does not stay open: many of them are a beacon or a strobe, which other modes see
LEAST_TICKS = LEAST_S * TICKS_PER_S
LONGEST_S = 366 * 86_400  # more is no duration
UNSET, ODD = -1, -2
KEPT = 1_000  # 28 letters each: below the 64 KB that a pair may take
UID_B = 6
UID_LIMIT = 2 ** (8 * UID_B)
OPEN_CONN, CONN_LONG = "open_conn", "conn_long"
_OPEN_LOG = re.compile(rf"(?<![a-z]){OPEN_CONN}(?![a-z])|(?<![a-z]){CONN_LONG}(?![a-z])")
_LONGEST_TEXT = 32  # letters of a duration; float() takes time with the length


class Report(NamedTuple):
    """What one event says of a session; the largest wins. duration, start: ticks of 0.1 s; closed: 1 of conn.log, 0 of a log of
    open connections; out_b, in_b: payload bytes of source and destination, -1 unknown; src_port: -1 unknown; service:
    ``443/tcp/ssl``."""

    duration: int
    start: int
    closed: int
    out_b: int
    in_b: int
    src_port: int
    service: str


Sessions = dict[int, Report]  # uid_number -> the report that counts


def longest(sessions: Mapping[int, Report]) -> Sessions:
    """The KEPT longest and one more."""
    if len(sessions) <= KEPT + 1:
        return dict(sessions)
    return {uid: report for report, uid in nlargest(KEPT + 1, ((report, uid) for uid, report in sessions.items()))}


def uid_number(uid: str, fallback: str) -> int:
    """48 bits that stand for a uid, or for the fallback where the event has none."""
    text = f"u{uid}" if uid else f"f{fallback}"
    return int.from_bytes(blake2b(text.encode("latin-1", "replace"), digest_size=UID_B).digest(), "big")


def duration_ticks(text: str) -> int:
    """A duration in seconds as text -> ticks of 0.1 s, rounded down; UNSET or ODD (negative, absurd, no number)."""
    if not text:
        return UNSET
    if len(text) > _LONGEST_TEXT:
        return ODD
    try:
        seconds = float(text)
    except ValueError:
        return ODD
    return int(seconds * TICKS_PER_S) if 0 <= seconds <= LONGEST_S else ODD


@lru_cache(maxsize=4096)
def open_log(path: str, source_type: str, source: str) -> str:
    """OPEN_CONN or CONN_LONG where an event is a report of a connection that is still open; '' where it is final. Told by
    ``_path``, else by the source type, else by the file's name."""
    for text in (path, source_type, source.replace("\\", "/").rpartition("/")[2]):
        found = _OPEN_LOG.search(text.lower())
        if found:
            return found[0]
    return ""
