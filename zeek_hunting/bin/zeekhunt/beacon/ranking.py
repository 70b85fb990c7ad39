"""The hunt for beacons, from gathered pairs to ranked findings: scope, scores, context, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from .. import finding
from ..zeek import fields as zeek_fields
from ..zeek.site import Site
from ..zeek.tally import sentence, why_nothing
from . import entities, report, sampling, scope, selftest, standing, summary
from .entities import Entity
from .facts import facts, talks
from .novelty import novelty_flags
from .pairs import Keys, Pairs, PairTable
from .rita import rita_scores
from .rita_window import rita_window
from .score import BeaconScores, score
from .series import PairColumns
from .settings import BeaconSettings
from .signatures import signature_flags
from .stacking import behind, columns_behind
from .succession import successions

SKIPPED = {
    "no_time": "without a time",
    "no_src": "without a source address",
    "no_dest": "without a destination address",
    "odd_key": "with a tab inside an address",
    "no_name": "of TLS or HTTP without a host name",
}
NEEDED = {"no_src": "src", "no_dest": "dest", "no_time": "time"}
ALL = "all"


@dataclass(frozen=True)
class Request:
    """What the hunter asked for. min_events: fewest events of a scored pair; direction: see scope; limit: most findings;
    rita: add RITA's scores, and the pairs that only RITA scores; by: one kind of entity or ALL, which leaves out what another
    row says better (see standing); selftest: plant beacons and say where they rank (see selftest)."""

    min_events: int = 4
    direction: str = scope.OUTBOUND
    limit: int = 2_000
    rita: bool = False
    by: str = ALL
    selftest: bool = False


class _Network(NamedTuple):
    """Everything that was gathered: pairs of addresses, pairs of a source and a name, and what the whole network says."""

    pairs: Pairs
    named: Pairs
    around: scope.Context


class _Scored(NamedTuple):
    """Entities in the order of the rows of columns and scores."""

    about: list[Entity]
    columns: PairColumns
    scores: BeaconScores

    def behind(self, more: _Scored) -> _Scored:
        """These, then more."""
        columns, scores = columns_behind(self.columns, more.columns), behind(self.scores, more.scores)
        return _Scored([*self.about, *more.about], columns, scores)


class Ranking:
    """Takes blocks of events and partial rows, gives the findings. ``messages`` says what was read, used, skipped and left
    out."""

    def __init__(self, request: Request, site: Site, keys: Keys, settings: BeaconSettings | None = None) -> None:
        self.messages: list[tuple[str, str]] = []
        self._request, self._site = request, site
        self._settings = settings or BeaconSettings()
        self._table = PairTable(keys, request.rita)
        self._labels: dict[tuple[str, str], str] = {}

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        pairs, named = self._table.finish()
        tally = self._table.tally
        self._say("INFO", rows_sentence(tally))
        if not (pairs.src or named.src):
            self._say("WARN", why_nothing(tally, "conn", NEEDED))
            return {}
        busy = len(pairs.sampled) + len(named.sampled)
        if busy:
            self._say("INFO", sampling.sentence(busy))
        around = scope.context(pairs, named, self._site)
        if self._request.selftest:
            src = self._planting_source(around)
            rows = list(selftest.planted(src, around.first_tick, around.last_tick, self._request.rita))
            self._labels = {(src, row[summary.COLUMNS.index("dest")]): label for label, row in rows}
            self._table.add_rows([row for _, row in rows])
            pairs, named = self._table.finish()
            around = scope.context(pairs, named, self._site)
        chosen, hunted, rita = self._choose(pairs)
        about = self._members(pairs, named, chosen, around)
        found = self._findings(_Network(pairs, named, around), about, hunted, rita)
        if self._request.selftest and found:
            found["planted"] = self._planted(found)
            self._say("WARN", selftest.ranks([str(label) for label in found["planted"]]))
        if not found:
            self._say("WARN", "nothing to rank: every pair was left out, see the message above for why")
        return found

    def _members(self, pairs: Pairs, named: Pairs, chosen: np.ndarray, around: scope.Context) -> list[Entity]:
        """Addresses and names, which a search for groups scores as well: a group must be better than its members."""
        about = entities.of_addresses(pairs, chosen, around)
        if self._request.by != entities.IP:
            reasons = scope.reasons(named, self._site, self._request.direction)
            about += entities.of_names(named, scope.hunted_names(named, reasons), around, self._request.min_events)
        return about

    def _groups(self, network: _Network, hunted: np.ndarray, members: _Scored) -> list[Entity]:
        """Candidates: by what their destinations share, and by the timer that members keep one after the other."""
        pairs, around = network.pairs, network.around
        found = entities.of_groups(pairs, hunted, network.named, around, self._request.min_events)
        groups = {one.pairs: one for one in found}
        chains = successions(members.about, members.columns, members.scores.timing, around.sources_seen, self._settings)
        for chain in chains:
            places = sorted(members.about[at].pairs[0] for at in chain)
            group = entities.group(pairs, members.about[chain[0]].src, places, around)
            groups[group.pairs] = replace(group, succession=True)
        return list(groups.values())

    def _scored(self, network: _Network, about: list[Entity]) -> _Scored:
        columns = replace(
            entities.columns(about, network.pairs, network.named, network.around),
            facts={
                **facts(about, network.named),
                **signature_flags(about, self._table.traits.told()),
                **novelty_flags(about, *network),
            },
            talk=talks(about),
        )
        return _Scored(about, columns, score(columns, self._settings))

    def _planting_source(self, around: scope.Context) -> str:
        """The internal source that is on for the most hours, the first of several; any source where none is internal."""
        hours = np.diff(around.online.starts)
        inside = [src for src in around.source if self._site.is_internal(src)] or list(around.source)
        return max(inside, key=lambda src: (int(hours[around.source[src]]), src))

    def _planted(self, found: Mapping[str, Sequence[finding.Cell]]) -> list[finding.Cell]:
        """Per row the label of the planted beacon it is about; '' for real traffic."""
        labels: list[finding.Cell] = []
        for src, addresses in zip(found["src"], found["addresses"]):
            ends = [(str(src), address) for address in addresses] if isinstance(addresses, (list, tuple)) else []
            labels.append(next((self._labels[end] for end in ends if end in self._labels), ""))
        return labels

    def _say(self, level: str, sentence: str) -> None:
        self.messages.append((level, sentence))

    def _choose(self, pairs: Pairs) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        """Which pairs are scored, which are hunted, and RITA's scores of all pairs when asked for."""
        events = pairs.events
        reasons = scope.reasons(pairs, self._site, self._request.direction)
        hunted = np.array([not reason for reason in reasons], bool)
        wanted = hunted & (events >= self._request.min_events)
        rita: dict[str, np.ndarray] = {}
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
        return chosen, hunted, rita

    def _findings(
        self, network: _Network, about: list[Entity], hunted: np.ndarray, rita: dict[str, np.ndarray]
    ) -> dict[str, Sequence[finding.Cell]]:
        if not about and self._request.by not in (entities.GROUP, ALL):
            return {}
        found = self._scored(network, about)
        if self._request.by in (entities.GROUP, ALL):
            groups = self._groups(network, hunted, found)
            found = found.behind(self._scored(network, groups)) if groups else found
        about, columns, scores = found
        if not about:
            return {}
        if not columns.request_sizes.values.size:
            self._say("WARN", f"no event has {zeek_fields.SPELLINGS['orig_bytes'][0]}: sizes add nothing to the scores")
        threat = standing.capped_by_answered(about, scores.threat_score)
        share = standing.named_share(network.pairs, network.named)
        shown = standing.shown(about, scores.timing, threat, share, self._request.by)
        if rita:
            shown |= np.array([entity.kind == entities.IP for entity in about], bool)
        self._say_hidden(about, shown)
        place = np.flatnonzero(shown)
        # ties are broken by the canonical order of entities, so the order of events never shows
        order = place[np.lexsort((place, -scores.beacon_score[place], -threat[place]))]
        if len(order) > self._request.limit:
            self._say(
                "WARN",
                f"{len(order) - self._request.limit:,} of {len(order):,} ranked pairs are left out: raise limit= to see them",
            )
            order = order[: self._request.limit]
        ranked = report.Ranked(about, network.pairs, network.named, columns, scores, threat, network.around, rita, self._settings)
        return report.table(ranked, order) if len(order) else {}

    def _say_hidden(self, about: list[Entity], shown: np.ndarray) -> None:
        hidden = Counter(entity.kind for entity, kept in zip(about, shown.tolist()) if not kept and entity.kind != entities.GROUP)
        if hidden and self._request.by == ALL:
            counts = ", ".join(f"{count:,} by {kind}" for kind, count in sorted(hidden.items()))
            self._say("INFO", f"not shown, since a name or a group says the same better: {counts}; by= shows one kind alone")


def rows_sentence(tally: Mapping[str, int]) -> str:
    """Events read, used and skipped, and those used that are not in the scores one by one."""
    repeated, left_out = tally.get("repeated", 0), tally.get("left_out", 0)
    again = f"; {repeated:,} of them had come before and count once" if repeated else ""
    busy = f"; {left_out:,} of them had come before or are those of busy pairs that sampling leaves out" if left_out else ""
    return sentence(tally, SKIPPED) + again + busy
