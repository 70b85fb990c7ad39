"""The hunt in DNS, from gathered pairs to ranked findings: scope, context, scores, rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import finding
from ..zeek.site import Site
from ..zeek.tally import sentence, why_nothing
from . import hosts, tunnel_score
from .hosts import HostSettings
from .tunnel_name import NOT_HUNTED
from .tunnel_pair import Pair
from .tunnel_report import Context, host_row, tunnel_row
from .tunnel_score import TunnelSettings
from .tunnel_summary import Key
from .tunnel_table import TunnelTable

DOMAIN, HOST = "domain", "host"
OUTBOUND, ALL = "outbound", "all"
SKIPPED = {
    "no_time": "without a time",
    "no_src": "without a source address",
    **{f"kind_{kind}": words for kind, words in NOT_HUNTED.items()},
}

NEEDED = {"no_src": "src", "kind_empty": "query", "no_time": "time"}


@dataclass(frozen=True)
class Request:
    """What the hunter asked for. by: domain or host; min_queries: fewest queries of a scored pair, or failing names of a scored
    host; direction: outbound = internal sources alone; limit: most findings."""

    by: str = DOMAIN
    min_queries: int = 5
    direction: str = OUTBOUND
    limit: int = 2_000


class Ranking:
    """Takes blocks of events and partial rows, gives the findings. ``messages`` says what was read, used, skipped and left
    out."""

    def __init__(self, request: Request, site: Site, table: TunnelTable | None = None) -> None:
        self.messages: list[tuple[str, str]] = []
        self._request, self._site = request, site
        self._table = table or TunnelTable()

    def add(self, table: Any) -> None:
        self._table.add(table)

    def finish(self) -> dict[str, Sequence[finding.Cell]]:
        pairs = self._table.finish()
        tally = self._table.tally
        self._say("INFO", sentence(tally, SKIPPED))
        if self._table.let_go:
            self._say(
                "WARN",
                f"{self._table.let_go:,} pairs of source and domain with the least information were let go to bound the memory: "
                "ask for a shorter time or fewer sources to see all",
            )
        if not pairs:
            self._say("WARN", why_nothing(tally, "dns", NEEDED))
            return {}
        hunted = self._in_scope(pairs)
        rows = self._hosts(pairs, hunted) if self._request.by == HOST else self._tunnels(pairs, hunted)
        return self._limited(rows)

    def _say(self, level: str, sentence: str) -> None:
        self.messages.append((level, sentence))

    def _in_scope(self, pairs: Mapping[Key, Pair]) -> dict[Key, Pair]:
        """The pairs of the sources that are hunted."""
        if self._request.direction == ALL:
            return dict(pairs)
        hunted, outside = {}, 0
        for key, pair in pairs.items():
            if self._site.is_internal(key[0]):
                hunted[key] = pair
            else:
                outside += 1
        if outside:
            self._say("INFO", f"left out {outside:,} pairs of sources that are not internal (direction=outbound)")
        return hunted

    def _tunnels(self, pairs: Mapping[Key, Pair], hunted: Mapping[Key, Pair]) -> list[dict[str, finding.Cell]]:
        chosen = {key: pair for key, pair in hunted.items() if pair.queries >= self._request.min_queries}
        few = len(hunted) - len(chosen)
        self._say(
            "INFO",
            f"scored {len(chosen):,} of {len(pairs):,} pairs of source and domain; left out: {few:,} pairs of fewer than "
            f"{self._request.min_queries} queries",
        )
        if not chosen:
            return []
        context = _context(pairs, self._site)
        keys, settings = list(chosen), TunnelSettings()
        around = tunnel_score.Around(
            np.array([context.sources(domain) for _, domain in keys], np.float64),
            context.sources_seen,
            np.array([context.forwarded(key) for key in keys], np.float64),
        )
        scores = tunnel_score.score(list(chosen.values()), around, settings)
        # ties are broken by strength, then by the canonical order of pairs, so the order of events never shows
        order = np.lexsort((np.arange(len(keys)), -scores.strength, -scores.score))
        return [tunnel_row(keys[at], chosen[keys[at]], scores, at, context) for at in order[: self._request.limit + 1].tolist()]

    def _hosts(self, pairs: Mapping[Key, Pair], hunted: Mapping[Key, Pair]) -> list[dict[str, finding.Cell]]:
        context = _context(pairs, self._site)
        found, left = hosts.find(hunted, context.resolvers, self._request.min_queries, HostSettings())
        reasons = "; ".join(f"{count:,} {reason}" for reason, count in sorted(left.items()))
        self._say("INFO", f"scored {len(found):,} hosts; failing names left out: {reasons or 'none'}")
        found.sort(key=lambda host: (-host.score, host.src))
        return [host_row(host) for host in found]

    def _limited(self, rows: list[dict[str, finding.Cell]]) -> dict[str, Sequence[finding.Cell]]:
        if not rows:
            what = "host" if self._request.by == HOST else "pair of source and domain"
            self._say("WARN", f"nothing to rank: every {what} was left out, see the messages above for why")
            return {}
        limit = self._request.limit
        if len(rows) > limit:
            self._say("WARN", f"more than {limit:,} findings; those with lower scores are left out: raise limit= to see them")
            rows = rows[:limit]
        columns: dict[str, Sequence[finding.Cell]] = {name: [row[name] for row in rows] for name in rows[0]}
        return finding.table({name: columns.pop(name) for name in finding.FIELDS}, columns)


def _context(pairs: Mapping[Key, Pair], site: Site) -> Context:
    """What the whole network says: who resolves for others, how many sources know each domain."""
    servers = {server for (src, _), pair in pairs.items() for server in pair.servers if server != src}
    resolvers = frozenset(src for src, _ in pairs if src in servers)
    clients = {src for src, _ in pairs if src not in resolvers and site.is_internal(src)}
    counts = Counter(domain for src, domain in pairs if src in clients)
    return Context(counts, max(len(clients), 1), resolvers)
