"""The hunt for lateral movement, from gathered sessions to ranked paths: score, evidence, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import numpy as np

from .. import finding
from ..zeek.site import Site
from ..zeek.tally import sentence, why_nothing
from . import admin_protocol, hop_points
from . import sessions as admin_sessions
from .hop_points import HopPoints
from .lateral_settings import LateralSettings
from .paths import Part, Path, Wanted, best_paths, explain_links, top_paths
from .session_summary import FACTS_KEPT
from .session_table import Keys, SessionTable
from .sessions import Sessions

HUNT, HUNT_VERSION = "lateral_path", "1"
HIGHEST = 100.0
SEVERITIES = ((75.0, "critical"), (50.0, "high"), (30.0, "medium"), (0.0, "low"))
SKIPPED = {
    "no_time": "without a time",
    "no_src": "without a source address",
    "no_dest": "without a destination address",
    "no_uid": "without a uid",
    "not_admin": "of no admin protocol",
}
NEEDED = {"no_uid": "uid", "no_src": "src", "no_dest": "dest", "no_time": "time"}
UIDS_SHOWN = 40
UIDS_SEARCHED = 500
STEPS_SHOWN = 8


@dataclass(frozen=True)
class Request:
    """min_score: fewest points of a path that is shown; min_hops: fewest hosts it moves to; limit: most paths."""

    min_score: float = 10.0
    min_hops: int = 1
    limit: int = 100


class Lateral:
    """Takes blocks of events and partial rows, gives the findings. ``messages`` says what was read, used, skipped and left
    out."""

    def __init__(self, request: Request, site: Site, keys: Keys, settings: LateralSettings | None = None) -> None:
        self.messages: list[tuple[str, str]] = []
        self._request, self._site = request, site
        self._settings = settings or LateralSettings()
        self._table = SessionTable(keys)

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        gathered, tickets = self._table.finish()
        tally = self._table.tally
        self._say("INFO", sentence(tally, SKIPPED))
        if not len(gathered) and (not tally["read"] or any(tally[reason] for reason in NEEDED)):
            # events of other protocols alone are no mistake of the search; events without a uid are
            self._say("WARN", why_nothing({**tally, "read": tally["read"] - tally["not_admin"]}, "conn", NEEDED))
            return {}
        left_out: Counter[str] = Counter()
        sessions = admin_sessions.read(gathered, tickets, self._site, left_out)
        words = ", ".join(f"{count:,} {reason}" for reason, count in sorted(left_out.items()))
        self._say("INFO", f"{len(sessions):,} admin sessions between {len(sessions.hosts):,} hosts; left out: {words or 'none'}")
        if not len(sessions):
            self._say("WARN", "no admin session to follow: see the messages above for why")
            return {}
        if sessions.crowded:
            self._say(
                "WARN", f"{sessions.crowded:,} sessions have more accounts or operations than the {FACTS_KEPT} that are kept"
            )
        return self._paths(sessions)

    def _paths(self, sessions: Sessions) -> dict[str, Sequence[finding.Cell]]:
        points = hop_points.hop_points(sessions, self._settings)
        best = best_paths(sessions, points, self._settings)
        if best.states_dropped:
            self._say(
                "WARN",
                f"{best.states_dropped:,} times a host was reached in more ways than are followed at once, and the weakest was "
                "dropped: some paths through busy hosts may be missing",
            )
        request = self._request
        swept = points.fan_out >= self._settings.fan_out_hosts
        wanted = Wanted(request.min_score, request.min_hops, request.limit, self._settings.branch)
        paths, more = top_paths(sessions, best, swept, wanted)
        if more:
            self._say("WARN", f"{more:,} further paths are left out: raise limit= or min_score= to choose among them")
        if not paths:
            self._say(
                "WARN",
                f"no path of {request.min_hops} hops or more reaches {request.min_score:g} points: lower min_score= or min_hops= "
                "to see what there is",
            )
            return {}
        return self._rows(sessions, points, paths, explain_links(best, paths))

    def _say(self, level: str, sentence: str) -> None:
        self.messages.append((level, sentence))

    def _rows(
        self, sessions: Sessions, points: HopPoints, paths: Sequence[Path], links: Mapping[tuple[int, int], list[Part]]
    ) -> dict[str, Sequence[finding.Cell]]:
        ordered = sorted(paths, key=lambda path: (-path.total, path.sessions))
        rows = [_row(sessions, path, _evidence(sessions, points, path, links), self._settings) for path in ordered]
        columns: dict[str, Sequence[finding.Cell]] = {name: [row[name] for row in rows] for name in rows[0]}
        return finding.table({name: columns.pop(name) for name in finding.FIELDS}, columns)


def _evidence(sessions: Sessions, points: HopPoints, path: Path, links: Mapping[tuple[int, int], list[Part]]) -> list[Part]:
    """All parts of a path's score in order of its hops; what is over the highest score is taken off at the end."""
    parts: list[Part] = []
    for number, at in enumerate(path.sessions, 1):
        where = f"hop {number}: "
        if number > 1:
            parts += [(value, where + words) for value, words in links[(path.sessions[number - 2], at)]]
        for name in hop_points.PARTS:
            value = float(points.parts[name][at])
            if value:
                parts.append((value, where + hop_points.words(name, sessions, points, at)))
    total = sum(value for value, _ in parts)
    if total > HIGHEST:
        parts.append((HIGHEST - total, "a score ends at 100"))
    return parts


def _row(sessions: Sessions, path: Path, parts: Sequence[Part], settings: LateralSettings) -> dict[str, finding.Cell]:
    rounded = finding.points([value for value, _ in parts])
    score = round(sum(rounded), 2)
    steps = [_steps(sessions, path, place, settings) for place in range(len(path.sessions))]
    every = sorted({at for hop in steps for at in hop})
    hosts = [sessions.hosts[int(sessions.src[path.sessions[0]])]]
    hosts += [sessions.hosts[int(sessions.dest[at])] for at in path.sessions]
    first, last = int(sessions.start[every].min()), int(sessions.end[every].max())
    uids = [sessions.uid[at] for at in every]
    return {
        "hunt": HUNT,
        "hunt_version": HUNT_VERSION,
        "entity": hosts[0],
        "src": hosts[0],
        "dest": hosts[-1],
        "score": score,
        "severity": next(word for least, word in SEVERITIES if score >= least),
        "confidence": "low" if all(sessions.blind[list(path.sessions)]) else "high" if len(path.sessions) > 1 else "medium",
        "evidence": [f"{value:+.2f} {words}" for value, (_, words) in zip(rounded, parts)],
        "why_not": _why_not(sessions, path, len(uids)),
        "technique": _techniques(sessions, every),
        "first": first / 10,
        "last": last / 10,
        "events": len(every),
        "drilldown": _drilldown(uids, first, last),
        "path": " > ".join(hosts),
        "hops": len(path.sessions),
        "story": [_sentence(sessions, hop) for hop in steps],
        "protocols": list(dict.fromkeys(sessions.protocol[at] for at in every)),
        "accounts": list(dict.fromkeys(sessions.account[at] for at in every if sessions.account[at])),
        "uids": uids[:UIDS_SHOWN],
        "folded": path.folded,
    }


def _steps(sessions: Sessions, path: Path, place: int, settings: LateralSettings) -> list[int]:
    """The sessions of a hop: its own and those between the same hosts within the gap of one another, but none that started before
    the hop before it did."""
    own = path.sessions[place]
    earliest = int(sessions.start[path.sessions[place - 1]]) + 1 if place else 0
    pair = np.flatnonzero((sessions.src == sessions.src[own]) & (sessions.dest == sessions.dest[own]))
    pair = pair[sessions.start[pair] >= earliest]
    closed = np.maximum.accumulate(sessions.end[pair]) + settings.gap
    episode = np.concatenate(([0], np.cumsum(sessions.start[pair[1:]] > closed[:-1])))
    steps: list[int] = pair[episode == episode[np.searchsorted(pair, own)]].tolist()
    return steps


def _sentence(sessions: Sessions, hop: Sequence[int]) -> str:
    """One hop in words: when, from where to where, by what, as whom, what was done, under which uid."""
    said: list[str] = []
    for protocol in dict.fromkeys(sessions.protocol[at] for at in hop):
        of_it = [at for at in hop if sessions.protocol[at] == protocol]
        own = of_it[0]
        words = f"{_clock(int(sessions.start[own]))} {protocol}"
        accounts = [sessions.account[at] for at in of_it if sessions.account[at]]
        shares = [sessions.share[at] for at in of_it if sessions.share[at]]
        operations = [operation for at in of_it for operation in sessions.operations[at]]
        words += f" as {accounts[0]}" if accounts else ""
        words += f" on {shares[0]}" if shares else ""
        words += f" running {', '.join(list(dict.fromkeys(operations))[:3])}" if operations else ""
        words += " writing a file" if any(sessions.wrote[at] for at in of_it) else ""
        words += f" ({sessions.uid[own]}" + (f" and {len(of_it) - 1:,} more)" if len(of_it) > 1 else ")")
        said.append(words)
    source, dest = sessions.hosts[int(sessions.src[hop[0]])], sessions.hosts[int(sessions.dest[hop[0]])]
    rest = f"; and {len(said) - STEPS_SHOWN} more protocols" if len(said) > STEPS_SHOWN else ""
    return f"{source} reaches {dest}: " + "; ".join(said[:STEPS_SHOWN]) + rest


def _clock(tick: int) -> str:
    return datetime.fromtimestamp(tick / 10, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def _why_not(sessions: Sessions, path: Path, count: int) -> list[str]:
    """What speaks against the path, and what of it is not shown."""
    reasons = []
    if count > UIDS_SHOWN:
        searched = f", the drilldown for the first {UIDS_SEARCHED}" if count > UIDS_SEARCHED else ""
        reasons.append(f"of {count:,} sessions the first {UIDS_SHOWN} uids are listed{searched}")
    if any(sessions.blind[list(path.sessions)]):
        reasons.append("of some sessions only the port is known: shares and operations were not logged, or are encrypted")
    if not any(sessions.account[at] for at in path.sessions):
        reasons.append("no account is known on any hop")
    if path.folded:
        reasons.append(f"{path.folded:,} other ways from the same start are folded in: a routine, a sweep, or several attempts")
    return reasons


def _techniques(sessions: Sessions, every: Sequence[int]) -> list[str]:
    found = {admin_protocol.TECHNIQUES[sessions.protocol[at]] for at in every}
    found |= {admin_protocol.OPERATIONS[operation] for at in every for operation in sessions.operations[at]}
    if any(sessions.wrote[at] for at in every):
        found.add("T1570")
    return sorted(found)


def _drilldown(uids: Sequence[str], first: int, last: int) -> str:
    """SPL that shows all events of the sessions, at most UIDS_SEARCHED of them (_why_not says when)."""
    quoted = ", ".join('"' + uid.replace("\\", "\\\\").replace('"', '\\"') + '"' for uid in uids[:UIDS_SEARCHED])
    return f"`zeek_index` uid IN ({quoted}) earliest={first // 10} latest={last // 10 + 1}"
