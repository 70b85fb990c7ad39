"""Scored pairs and hosts as rows of findings: numbers for filters and charts, words for the hunter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .. import finding
from . import tunnel_words as words
from .hosts import Host, HostSettings
from .tunnel_pair import Pair
from .tunnel_score import Scores, TunnelSettings
from .tunnel_summary import Key

TICKS_PER_S = 10
NAMES_SHOWN = 10


@dataclass(frozen=True)
class Context:
    """clients_of: domain -> internal sources that ask for it and answer nobody, of sources_seen; resolvers: sources that answer
    others."""

    clients_of: Mapping[str, int]
    sources_seen: int
    resolvers: frozenset[str]

    def sources(self, domain: str) -> int:
        """At least one: an external source and a resolver without clients count as the one source they are."""
        return max(self.clients_of.get(domain, 0), 1)

    def forwarded(self, key: Key) -> bool:
        return key[0] in self.resolvers and self.clients_of.get(key[1], 0) > 0


def tunnel_row(key: Key, pair: Pair, scores: Scores, at: int, context: Context) -> dict[str, finding.Cell]:
    """The at-th scored pair: the fields of a finding, then what only this hunt knows."""
    return {**_tunnel_finding(key, pair, scores, at, context), **_tunnel_details(key, pair, scores, at, context)}


def _tunnel_finding(key: Key, pair: Pair, scores: Scores, at: int, context: Context) -> dict[str, finding.Cell]:
    src, domain = key
    each, settings, score = scores.contents[at], TunnelSettings(), float(scores.score[at])
    sources, resolver = context.sources(domain), src in context.resolvers
    return {
        "hunt": words.TUNNEL,
        "hunt_version": words.VERSION,
        "entity": src,
        "src": src,
        "dest": domain,
        "score": round(score, 2),
        "severity": words.severity(score, settings.suspicious, settings.severity_high, settings.severity_critical),
        "confidence": words.confidence(each.distinct),
        "evidence": words.tunnel_evidence(pair, each, scores.points[at].tolist(), sources, context.sources_seen),
        "why_not": words.tunnel_why_not(pair, each, sources, context.sources_seen, resolver),
        "technique": list(words.TUNNEL_TECHNIQUES),
        "first": pair.first / TICKS_PER_S,
        "last": pair.last / TICKS_PER_S,
        "events": pair.queries,
        "drilldown": words.drilldown(src, domain, pair.first, pair.last),
    }


def _tunnel_details(key: Key, pair: Pair, scores: Scores, at: int, context: Context) -> dict[str, finding.Cell]:
    src, domain = key
    each = scores.contents[at]
    return {
        "dns_domain": domain,
        "tunnel_score": round(float(scores.score[at]), 2),
        "tunnel_bits": round(each.bits, 1),
        "strength": round(float(scores.strength[at]), 2),
        "oddness": round(each.oddness, 1),
        "distinct_names": round(each.distinct),
        "estimated": int(not each.exact),
        "bytes_up": round(each.capacity_b),
        "bytes_down": pair.answer_b,
        "largest_answer": pair.largest_answer_b,
        "qtypes": [f"{name} ({count})" for name, count in sorted(pair.types.items())],
        "encoding": words.encoding(each),
        "tool": words.tool(each),
        "longest_label": pair.longest_label,
        "answered": pair.answered,
        "nxdomain": pair.nxdomain,
        "short_ttl": pair.short_ttl,
        "block_list": pair.block_list,
        "active_hours": len(pair.hours),
        "servers": sorted(pair.servers),
        "examples": [text for _, text in sorted(pair.examples.items())],
        "sources": context.sources(domain),
        "sources_seen": context.sources_seen,
        "resolver": int(src in context.resolvers),
    }


def host_row(host: Host) -> dict[str, finding.Cell]:
    settings = HostSettings()
    return {
        "hunt": words.HOST,
        "hunt_version": words.VERSION,
        "entity": host.src,
        "src": host.src,
        "dest": host.rendezvous[0] if host.rendezvous else "",
        "score": round(host.score, 2),
        "severity": words.severity(host.score, settings.suspicious, settings.severity_high, settings.severity_critical),
        "confidence": words.confidence(len(host.names)),
        "evidence": words.host_evidence(host),
        "why_not": words.host_why_not(host),
        "technique": list(words.HOST_TECHNIQUES),
        "first": host.first / TICKS_PER_S,
        "last": host.last / TICKS_PER_S,
        "events": host.queries,
        "drilldown": words.drilldown(host.src, "", host.first, host.last),
        "host_score": round(host.score, 2),
        "failing_names": len(host.names),
        "dga_mean": None if host.mean is None else round(host.mean, 3),
        "dictionary_reuse": round(host.reuse, 3),
        "rendezvous": list(host.rendezvous),
        "examples": list(host.names[:NAMES_SHOWN]),
        "resolver": int(host.resolver),
    }
