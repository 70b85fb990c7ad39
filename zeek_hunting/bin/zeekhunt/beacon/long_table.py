"""Long sessions on the search head: raw conn events and partial rows, in any mixture and order, become one set of arrays.

Raw events go through the code of the map. Of each session the largest report stays, of each pair the longest sessions (see
long_session); both are cuts of a totally ordered set, so the result is the same, bit for bit, for any split of the events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..zeek import byte_count, event_time
from ..zeek.block import Table, TableRows
from ..zeek.partial import SummaryError, check_version, read_tally, whole
from .decode import decode
from .long_columns import COLUMNS, KIND, LISTS, SESSIONS, TALLY, VERSION
from .long_session import KEPT, LEAST_TICKS, LONGEST_S, UID_LIMIT
from .long_summary import Key, LongSummary

SESSIONS_HELD = 2_000_000  # then those that cannot matter go; 72 bytes each
MOST_SESSIONS = 1_000_000  # of one partial row: more is a forged row
LONGEST_SERVICE = 160
_LAST_TICK = int(event_time.LATEST_S) * event_time.TICKS_PER_S
_REPORT = ("duration", "start", "closed", "out_b", "in_b", "src_port", "service")  # in the order of long_session.Report
# list of a partial row -> (name here, lowest, highest)
_BOUNDS = {
    "zh_starts": ("start", 0, _LAST_TICK),
    "zh_durations": ("duration", LEAST_TICKS, LONGEST_S * event_time.TICKS_PER_S),
    "zh_uids": ("uid", 0, UID_LIMIT - 1),
    "zh_closed": ("closed", 0, 1),
    "zh_ports": ("src_port", -1, 65_535),
    "zh_out": ("out_b", -1, byte_count.LIMIT),
    "zh_in": ("in_b", -1, byte_count.LIMIT),
}
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class LongPairs:
    """Canonical: pairs ascend by (src, dest), also those without a session.

    keys: (pairs,); starts: (pairs + 1,) of the sessions of each. Sessions of a pair ascend by
    start: uid, start, duration (ticks), closed, out_b, in_b (-1 unknown), src_port: int64 (sessions,); service: index into
    services. capped: bool (pairs,), whether it had more than KEPT sessions; the shorter ones are not in here.
    """

    keys: list[Key]
    starts: np.ndarray
    sessions: Arrays
    services: list[str]
    capped: np.ndarray

    def of(self, name: str) -> np.ndarray:
        return self.sessions[name]


class LongTable:
    """Gathers. ``add`` takes blocks, ``finish`` gives the pairs; ``tally`` counts events read, used and skipped."""

    def __init__(self) -> None:
        self.tally: Counter[str] = Counter()
        self._events = LongSummary()
        self._last: dict[Key, int] = {}
        self._place: dict[Key, int] = {}
        self._services: dict[str, int] = {}
        self._parts: list[Arrays] = []
        self._held, self._compact_at = 0, SESSIONS_HELD

    def add(self, table: Table) -> None:
        kind = TableRows(table, np.arange(table.rows)).cells(KIND)
        partial = np.array([bool(cell) for cell in kind], bool) if kind else np.zeros(table.rows, bool)
        self._events.add(TableRows(table, np.flatnonzero(~partial)))
        if partial.any():
            self._add_partial(TableRows(table, np.flatnonzero(partial)).all_cells(COLUMNS))
        if self._events.full():
            self._collect()

    def finish(self) -> LongPairs:
        """The pairs so far; a session that two sensors report under two uids counts once."""
        held = self.settle()
        order = sorted(range(len(self._last)), key=(keys := list(self._last)).__getitem__)
        rank = np.empty(len(order), np.int64)
        rank[np.array(order, np.int64)] = np.arange(len(order))
        held["pair"] = rank[held["pair"]]
        capped = np.bincount(held["pair"], minlength=len(order)) > KEPT
        held["rank"] = self._ranks()[held["service"]]
        held = _longest(_one_sensor(held, self._transports()), KEPT)
        held.pop("rank")
        by_start = np.lexsort((held["uid"], held["start"], held["pair"]))
        held = {name: column[by_start] for name, column in held.items()}
        starts = np.searchsorted(held.pop("pair"), np.arange(len(order) + 1))
        held["service"], services = self._sorted_services(held["service"])
        return LongPairs(
            keys=[keys[at] for at in order],
            starts=starts,
            sessions=held,
            services=services,
            capped=capped,
        )

    def settle(self) -> Arrays:
        """Everything gathered: per pair the KEPT longest sessions and one more, each by its largest report."""
        self._collect()
        self._compact()
        return dict(self._parts[0])

    def keys(self) -> dict[Key, int]:
        """Every pair met, in the order in which ``settle`` numbers them -> tick of its last event where it has no session; where
        it has one the tick depends on which rows were summed up before, so use the sessions."""
        return dict(self._last)

    def services(self) -> list[str]:
        return list(self._services)

    def _collect(self) -> None:
        """Take over what the raw events have gathered."""
        for part in self._events.drain():
            self._add_partial({name: list(cells) for name, cells in part.items()})

    def _add_partial(self, cells: dict[str, list[str]]) -> None:
        kept: list[int] = []
        for at, (kind, version) in enumerate(zip(cells[KIND], cells["zh_version"])):
            if kind not in (SESSIONS, TALLY):
                raise SummaryError(
                    f"a summary of kind {kind[:40]!r}; mode=long reads those that mode=long output=summary wrote: "
                    "search for zh_kind=long_*"
                )
            check_version(version, VERSION)
            if kind == TALLY:
                self.tally.update(read_tally(cells["zh_tally"][at]))
            else:
                kept.append(at)
        self._add_sessions({name: [column[at] for at in kept] for name, column in cells.items()})

    def _add_sessions(self, cells: dict[str, list[str]]) -> None:
        counts = np.array([_sessions(text) for text in cells["zh_sessions"]], np.int64)
        numbers = {_BOUNDS[name][0]: _numbers(cells[name], counts, name) for name in LISTS}
        pairs, services = [], []
        for src, dest, service, last in zip(cells["src"], cells["dest"], cells["zh_service"], cells["_time"]):
            if len(service) > LONGEST_SERVICE:
                raise SummaryError(f"a summary whose service is no service: {service[:40]!r}")
            key = (src, dest)
            tick = event_time.ticks(last)
            if tick is None or not (src and dest):
                raise SummaryError(f"a summary without a time, source or destination: {(last, src, dest)!r:.80}")
            pairs.append(self._place.setdefault(key, len(self._place)))
            self._last[key] = max(self._last.get(key, 0), tick)
            services.append(self._services.setdefault(service, len(self._services)))
        numbers["pair"] = np.repeat(np.array(pairs, np.int64), counts)
        numbers["service"] = np.repeat(np.array(services, np.int64), counts)
        self._parts.append(numbers)
        self._held += int(counts.sum())
        if self._held > self._compact_at:
            self._compact()

    def _compact(self) -> None:
        names = ("pair", "uid", *_REPORT)
        joined = {name: np.concatenate([part[name] for part in self._parts] or [np.zeros(0, np.int64)]) for name in names}
        joined["rank"] = self._ranks()[joined["service"]]
        kept = _longest(_largest(joined, ("pair", "uid")), KEPT + 1)
        kept.pop("rank")
        self._parts, self._held = [kept], len(kept["pair"])
        self._compact_at = max(SESSIONS_HELD, 2 * self._held)  # what has to stay is not sorted again for every further row

    def _ranks(self) -> np.ndarray:
        """Per service its place in the order of texts: numbers given in the order of arrival must decide nothing."""
        texts = self.services()
        rank = np.zeros(max(len(texts), 1), np.int64)
        rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
        return rank

    def _transports(self) -> np.ndarray:
        """Per service the number of its port and protocol: a service may be named differently while a session is open."""
        known: dict[str, int] = {}
        return np.array([known.setdefault("/".join(text.split("/")[:2]), len(known)) for text in self._services] or [0], np.int64)

    def _sorted_services(self, service: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """The services that sessions have, in the order of their texts, and the index of each session's."""
        texts = self.services()
        used = sorted(set(service.tolist()), key=texts.__getitem__)
        place = np.zeros(max(len(texts), 1), np.int64)
        place[used] = np.arange(len(used))
        return place[service], [texts[at] for at in used]


def _by_report(held: Arrays) -> list[np.ndarray]:
    """What orders sessions: the parts of a report, the most important first, then the uid."""
    return [*(held["rank" if name == "service" else name] for name in _REPORT), held["uid"]]


def _longest(held: Arrays, most: int) -> Arrays:
    """Per pair the ``most`` largest by (report, uid)."""
    order = np.lexsort((*reversed(_by_report(held)), held["pair"]))[::-1]
    begins = np.flatnonzero(_changes([held["pair"][order]]))
    within = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
    kept = order[within < most]
    return {name: column[kept] for name, column in held.items()}


def _largest(held: Arrays, key: Sequence[str]) -> Arrays:
    """Of the sessions that agree in all of key the one with the largest report."""
    columns = [held[name] for name in key]
    order = np.lexsort((*reversed(_by_report(held)), *columns))[::-1]
    kept = order[_changes([column[order] for column in columns])]
    return {name: column[kept] for name, column in held.items()}


def _changes(columns: Sequence[np.ndarray]) -> np.ndarray:
    """bool: where a row differs from the one before; the first does."""
    changed = np.ones(len(columns[0]), bool)
    if len(changed):
        changed[1:] = False
        for column in columns:
            changed[1:] |= column[1:] != column[:-1]
    return changed


def _one_sensor(held: Arrays, transports: np.ndarray) -> Arrays:
    """Two sensors give one connection two uids but agree on its start (to 0.1 s), source port, port and protocol: the largest of
    such reports stays. Where the source port is unknown all stay."""
    # each session without a port is a key of its own
    port = np.where(held["src_port"] >= 0, held["src_port"], -1 - np.arange(len(held["src_port"])))
    keyed = {**held, "port": port, "transport": transports[held["service"]]}
    one = _largest(keyed, ("pair", "start", "port", "transport"))
    return {name: one[name] for name in held}


def _numbers(texts: Sequence[str], counts: np.ndarray, name: str) -> np.ndarray:
    """One list of every partial row, row behind row; it must hold a number for each session."""
    numbers, held = decode(list(_bytes(texts)), counts, ascending=name == "zh_starts")
    _, lowest, highest = _BOUNDS[name]
    if not np.array_equal(held, counts):
        raise SummaryError(f"a summary whose {name} does not fit its number of sessions: damaged or cut")
    if len(numbers) and not lowest <= numbers.min() <= numbers.max() <= highest:
        raise SummaryError(f"a summary whose {name} holds a number outside of {lowest} to {highest}: damaged")
    return numbers


def _bytes(texts: Iterable[str]) -> Iterable[bytes]:
    return (text.encode("latin-1", "replace") for text in texts)


def _sessions(text: str) -> int:
    sessions = whole(text, "zh_sessions")
    if sessions > MOST_SESSIONS:
        raise SummaryError(f"a summary of {sessions} sessions; one row holds at most {MOST_SESSIONS}")
    return sessions
