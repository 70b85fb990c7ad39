"""The hunt for beacons, from gathered pairs to ranked findings: scope, scores, context, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import finding
from ..zeek import fields as zeek_fields
from ..zeek.site import Site
from . import report, scope, segments
from .pairs import Keys, Pairs, PairTable
from .rita import rita_scores
from .rita_window import rita_window
from .score import score
from .series import PairColumns, Series, Sizes
from .settings import BeaconSettings

SKIPPED = {
    "no_time": "without a time",
    "no_src": "without a source address",
    "no_dest": "without a destination address",
    "odd_key": "with a tab inside an address",
}


@dataclass(frozen=True)
class Request:
    """What the hunter asked for. min_events: fewest events of a scored pair; direction: see scope; limit: most findings;
    rita: add RITA's scores, and the pairs that only RITA scores."""

    min_events: int = 4
    direction: str = scope.OUTBOUND
    limit: int = 2_000
    rita: bool = False


class Ranking:
    """Takes blocks of events and partial rows, gives the findings. ``messages`` says what was read, used, skipped and left
    out."""

    def __init__(self, request: Request, site: Site, keys: Keys, settings: BeaconSettings | None = None) -> None:
        self.messages: list[tuple[str, str]] = []
        self._request, self._site = request, site
        self._settings = settings or BeaconSettings()
        self._table = PairTable(keys, request.rita)

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        pairs = self._table.finish()
        tally = self._table.tally
        self._say("INFO", _rows_sentence(tally))
        if not tally["used"]:
            self._explain_nothing_used(tally)
            return {}
        chosen, rita = self._choose(pairs)
        found = self._findings(pairs, chosen, rita)
        if not found:
            self._say("WARN", "nothing to rank: every pair was left out, see the message above for why")
        return found

    def _say(self, level: str, sentence: str) -> None:
        self.messages.append((level, sentence))

    def _explain_nothing_used(self, tally: Counter[str]) -> None:
        if not tally["read"]:
            self._say(
                "WARN",
                "no events reached the command: none in the time range, or the search does not match this site's conn logs",
            )
            return
        for reason, field in (("no_src", "src"), ("no_dest", "dest"), ("no_time", "time")):
            if tally[reason] == tally["read"]:
                raise zeek_fields.missing(field, "conn", tally["read"])
        self._say("WARN", "no event could be used, see the reasons above")

    def _choose(self, pairs: Pairs) -> tuple[np.ndarray, dict[str, np.ndarray] | None]:
        """Which pairs are scored, and RITA's scores of all pairs when asked for."""
        events = np.diff(pairs.series.starts)
        reasons = scope.reasons(pairs, self._site, self._request.direction)
        hunted = np.array([not reason for reason in reasons], bool)
        wanted = hunted & (events >= self._request.min_events)
        rita = None
        if self._request.rita:
            window = rita_window(pairs)
            scores = rita_scores(window.series, window.ip, window.first_s, window.last_s)
            rita = {name: getattr(scores, name)[window.owner] for name in report.RITA_COLUMNS}
            wanted |= hunted & ~np.isnan(rita["score"])
        chosen = np.flatnonzero(wanted)
        left = ", ".join(
            f"{count:,} events {reason}" for reason, count in sorted(scope.events_by_reason(reasons, events).items())
        )
        few = int(hunted.sum()) - len(chosen)
        self._say(
            "INFO",
            f"scored {len(chosen):,} of {len(pairs.src):,} pairs (direction={self._request.direction}); left out: "
            f"{few:,} pairs of fewer than {self._request.min_events} events{'; ' + left if left else ''}",
        )
        return chosen, rita

    def _findings(
        self, pairs: Pairs, chosen: np.ndarray, rita: dict[str, np.ndarray] | None
    ) -> dict[str, Sequence[finding.Cell]]:
        if not len(chosen):
            return {}
        around = scope.context(pairs, self._site)
        columns = _columns(pairs, chosen, around)
        if not columns.request_sizes.values.size:
            self._say("WARN", f"no event has {zeek_fields.SPELLINGS['orig_bytes'][0]}: sizes add nothing to the scores")
        scores = score(columns, self._settings)
        threat = _capped_by_answered(pairs, chosen, scores.threat_score)
        # ties are broken by the canonical order of pairs, so the order of events never shows
        order = np.lexsort((chosen, -scores.beacon_score, -threat))
        if len(order) > self._request.limit:
            self._say(
                "WARN",
                f"{len(order) - self._request.limit:,} of {len(order):,} ranked pairs are left out: raise limit= to see them",
            )
            order = order[: self._request.limit]
        return report.table(report.Ranked(pairs, chosen, scores, threat, around, rita or {}, self._settings), order)


def _rows_sentence(tally: Counter[str]) -> str:
    skipped = [f"{tally[reason]:,} {words}" for reason, words in SKIPPED.items() if tally[reason]]
    left = tally["read"] - tally["used"]
    return f"read {tally['read']:,} events, used {tally['used']:,}, skipped {left:,}" + (
        f" ({', '.join(skipped)})" if skipped else ""
    )


def _columns(pairs: Pairs, chosen: np.ndarray, around: scope.Context) -> PairColumns:
    flags = np.zeros(len(pairs.src), bool)
    flags[chosen] = True

    def sizes(whole: Sizes) -> Sizes:
        values, starts = segments.select(whole.values, whole.starts, flags)
        return Sizes(values, segments.select(whole.counts, whole.starts, flags)[0], starts)

    return PairColumns(
        series=Series(*segments.select(pairs.series.ticks, pairs.series.starts, flags)),
        request_sizes=sizes(pairs.request),
        reply_sizes=sizes(pairs.reply),
        source_of_pair=around.source[chosen],
        online_hours=around.online,
        sources_of_dest=around.sources_of_dest[chosen],
        sources_seen=around.sources_seen,
    )


def _capped_by_answered(pairs: Pairs, chosen: np.ndarray, threat: np.ndarray) -> np.ndarray:
    """An unanswered pair never ranks above its answered twin; in canonical order the twin stands just before it."""
    capped: np.ndarray = threat.copy()
    place = {int(pair): at for at, pair in enumerate(chosen)}
    for at in np.flatnonzero(pairs.attempt[chosen]).tolist():
        pair = int(chosen[at])
        twin = place.get(pair - 1)
        if twin is not None and (pairs.src[pair - 1], pairs.dest[pair - 1]) == (pairs.src[pair], pairs.dest[pair]):
            capped[at] = min(capped[at], threat[twin])
    return capped
