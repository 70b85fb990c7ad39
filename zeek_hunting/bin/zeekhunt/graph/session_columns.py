"""Admin sessions as columns: one place per uid, and what many sessions say in the same words held once.

A million sessions are a few arrays and a list of uids. A part is an object only where a uid came in several of them, as when
indexers hold different logs of one session: those are merged as ``Session.merge`` has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .session_summary import Session

ATTEMPTS = ("", "0", "1")
Telling = tuple[str, frozenset[str], frozenset[str]]  # port, services, facts


@dataclass(frozen=True)
class Columns:
    """src, dest: place in hosts; start, end: ticks of 0.1 s; telling: place in tellings; attempt: place in ATTEMPTS; request,
    reply: payload bytes, byte_count.UNKNOWN where unset. All int64 (sessions,)."""

    src: np.ndarray
    dest: np.ndarray
    start: np.ndarray
    end: np.ndarray
    telling: np.ndarray
    attempt: np.ndarray
    request: np.ndarray
    reply: np.ndarray

    def arrays(self) -> tuple[np.ndarray, ...]:
        return self.src, self.dest, self.start, self.end, self.telling, self.attempt, self.request, self.reply

    def take(self, places: np.ndarray) -> Columns:
        return Columns(*(array[places] for array in self.arrays()))


@dataclass
class SessionColumns:
    """Gathers parts, in any order. hosts, tellings: what the columns name by place; uid: of each part."""

    hosts: dict[str, int] = field(default_factory=dict)
    tellings: dict[Telling, int] = field(default_factory=dict)
    uid: list[str] = field(default_factory=list)
    _parts: list[Columns] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.uid)

    def host(self, text: str) -> int:
        return self.hosts.setdefault(text, len(self.hosts))

    def telling(self, told: Telling) -> int:
        return self.tellings.setdefault(told, len(self.tellings))

    def add(self, uids: Sequence[str], part: Columns) -> None:
        self.uid += uids
        self._parts.append(part)

    def add_sessions(self, sessions: Mapping[str, Session]) -> None:
        if sessions:
            self.add(list(sessions), self._columns_of(sessions.values()))

    def joined(self) -> Columns:
        """The columns with one place per uid; ``uid`` is of the same places afterwards."""
        whole = Columns(*map(np.concatenate, zip(*(part.arrays() for part in self._parts)))) if self._parts else _NOTHING
        if len(set(self.uid)) < len(self.uid):
            whole = self._merged(whole)
        self._parts = [whole]
        return whole

    def _merged(self, whole: Columns) -> Columns:
        first: dict[str, int] = {}
        others: defaultdict[int, list[int]] = defaultdict(list)
        for place, uid in enumerate(self.uid):
            known = first.setdefault(uid, place)
            if known != place:
                others[known].append(place)
        hosts, tellings = list(self.hosts), list(self.tellings)
        merged = [self._session(whole, place, hosts, tellings) for place in others]
        for session, places in zip(merged, others.values()):
            for place in places:
                session.merge(self._session(whole, place, hosts, tellings))
        written = list(others)
        for array, values in zip(whole.arrays(), self._columns_of(merged).arrays()):
            array[written] = values
        self.uid = list(first)
        return whole.take(np.fromiter(first.values(), np.int64, len(first)))

    @staticmethod
    def _session(whole: Columns, place: int, hosts: Sequence[str], tellings: Sequence[Telling]) -> Session:
        src, dest, start, end, telling, attempt, request, reply = (int(array[place]) for array in whole.arrays())
        port, services, told = tellings[telling]
        return Session(hosts[src], hosts[dest], start, end, port, services, ATTEMPTS[attempt], request, reply, told)

    def _columns_of(self, sessions: Iterable[Session]) -> Columns:
        rows = [
            (
                self.host(session.src),
                self.host(session.dest),
                session.start,
                session.end,
                self.telling((session.port, session.services, session.facts)),
                ATTEMPTS.index(session.attempt),
                session.request,
                session.reply,
            )
            for session in sessions
        ]
        return Columns(*np.array(rows, np.int64).reshape(-1, len(_NOTHING.arrays())).T.copy())


_NOTHING = Columns(*(np.zeros(0, np.int64) for _ in range(8)))
