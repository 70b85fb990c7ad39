"""Hosts that run a domain generation algorithm: many names that do not exist, alike in how they are made.

Per source, over the registered domains that failed and never resolved, that are not popular and that few others ask for:
the DGA score at the mean of their labels' logits, and dictionary re-use (see dictionary), the mark of word-list algorithms
whose names look benign one by one. A domain of the same make that resolves after the first failure is where the implant found
its server.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import dga, dictionary, popular
from .tunnel_pair import NEVER, Pair
from .tunnel_summary import Key

PIECE_B = 5
RENDEZVOUS_KEPT = 5
PARTS = ("names", "randomness", "dictionary", "rendezvous", "resolver", "bounds")


@dataclass(frozen=True)
class HostSettings:
    """Points and the values between which they rise. few: names below which the parts count in proportion."""

    names_points: float = 25.0
    names_low: float = 3.0
    names_high: float = 40.0
    randomness_points: float = 60.0
    randomness_low: float = 0.02
    randomness_high: float = 0.3
    dictionary_points: float = 60.0
    dictionary_low: float = 0.0
    dictionary_high: float = 0.42
    few: float = 10.0
    rendezvous_points: float = 15.0
    rendezvous_least: float = 0.5
    rendezvous_shared: float = 0.1
    resolver_points: float = -20.0
    shared_sources: int = 3  # a failing name that so many sources ask for is a dead service, not an implant's
    suspicious: float = 60.0
    severity_high: float = 75.0
    severity_critical: float = 90.0


@dataclass(frozen=True)
class Host:
    """One source. names: its failing domains, sorted; mean: DGA score at the mean of their logits, None without one; reuse: see
    dictionary; rendezvous: domains that resolved after the first failure, the likeliest first; first, last: ticks; queries: of
    the failing names; points: per PARTS, they sum to score."""

    src: str
    names: tuple[str, ...]
    mean: float | None
    reuse: float
    rendezvous: tuple[str, ...]
    resolver: bool
    first: int
    last: int
    queries: int
    points: tuple[float, ...]
    score: float


def find(
    pairs: Mapping[Key, Pair], resolvers: frozenset[str], least_names: int, settings: HostSettings
) -> tuple[list[Host], Counter[str]]:
    """Hosts with at least least_names failing domains, by address; and how many failing (source, domain) were left out, by
    reason. pairs: of the sources that are hunted, in the order of keys."""
    failing_sources = Counter(domain for (src, domain), pair in pairs.items() if pair.nxdomain and src not in resolvers)
    left: Counter[str] = Counter()
    failing: dict[str, list[tuple[str, Pair]]] = {}
    resolved: dict[str, list[tuple[str, Pair]]] = {}
    for (src, domain), pair in pairs.items():
        if pair.answered:
            resolved.setdefault(src, []).append((domain, pair))
        if not pair.nxdomain:
            continue
        asked_by = failing_sources[domain]
        reason = _left_out(pair, domain, asked_by, settings)
        if not reason and asked_by and src in resolvers:
            reason = "that a resolver forwarded for a source that is in the search as well"
        if reason:
            left[reason] += 1
        else:
            failing.setdefault(src, []).append((domain, pair))
    hosts = []
    for src, names in failing.items():
        if len(names) < least_names:
            left["of hosts with fewer failing names"] += len(names)
            continue
        hosts.append(_host(src, names, resolved.get(src, []), src in resolvers, settings))
    return hosts, left


def _left_out(pair: Pair, domain: str, sources: int, settings: HostSettings) -> str:
    if pair.answered:
        return "that resolve as well"
    if pair.block_list:
        return "of block lists"
    if popular.known(domain):
        return "of popular domains"
    if sources >= settings.shared_sources:
        return f"that {settings.shared_sources} or more sources ask for"
    return ""


def _host(
    src: str, names: list[tuple[str, Pair]], resolved: list[tuple[str, Pair]], resolver: bool, settings: HostSettings
) -> Host:
    labels = sorted({_label(domain) for domain, _ in names})
    logits = [value for value in (dga.logit(_label(domain)) for domain, _ in names) if value is not None]
    mean = dga.share(math.fsum(logits) / len(logits)) if logits else None  # fsum: the order does not show
    shared = dictionary.reuse(labels)
    first = min(pair.first_nxdomain for _, pair in names if pair.first_nxdomain != NEVER)
    rendezvous = _rendezvous(resolved, first, labels, settings)
    points = points_of(Signs(len(names), mean or 0.0, shared, bool(rendezvous), resolver), settings)
    return Host(
        src=src,
        names=tuple(sorted(domain for domain, _ in names)),
        mean=mean,
        reuse=shared,
        rendezvous=rendezvous,
        resolver=resolver,
        first=first,
        last=max(pair.last for _, pair in names),
        queries=sum(pair.queries for _, pair in names),
        points=points,
        score=float(sum(points)),
    )


@dataclass(frozen=True)
class Signs:
    """What a host's failing names show. names: how many; found: something alike resolved."""

    names: int
    mean: float
    reuse: float
    found: bool
    resolver: bool


def points_of(signs: Signs, settings: HostSettings) -> tuple[float, ...]:
    """Points of PARTS in their order; they sum to the score, 0..100."""
    enough = min(1.0, signs.names / settings.few)
    many = _ramp(math.log2(signs.names), math.log2(settings.names_low), math.log2(settings.names_high))
    random = settings.randomness_points * enough * _ramp(signs.mean, settings.randomness_low, settings.randomness_high)
    words = settings.dictionary_points * enough * _ramp(signs.reuse, settings.dictionary_low, settings.dictionary_high)
    most = max(settings.randomness_points, settings.dictionary_points)
    made = min(random + words, most) / most
    parts = [
        # many names that are not alike in make are typing errors and dead services
        settings.names_points * many * made,
        random,
        min(words, most - random),
        settings.rendezvous_points * made * signs.found,
        settings.resolver_points * signs.resolver,
    ]
    total = sum(parts)
    return (*parts, min(max(total, 0.0), 100.0) - total)


def _rendezvous(resolved: list[tuple[str, Pair]], first: int, labels: Sequence[str], settings: HostSettings) -> tuple[str, ...]:
    """Domains that resolved after the first failure and look made like the failing ones, the likeliest first: by their own DGA
    score, or by the share of failing labels that they share PIECE_B letters in a row with."""
    holders: dict[str, set[str]] = {}
    for label in labels:
        for piece in _pieces(label):
            holders.setdefault(piece, set()).add(label)
    found: list[tuple[float, str]] = []
    for domain, pair in resolved:
        if pair.last < first or popular.known(domain):
            continue
        label = _label(domain)
        likeness = dga.score(label, domain) or 0.0
        alike = len(set().union(*(holders.get(piece, set()) for piece in _pieces(label)))) / len(labels)
        if likeness >= settings.rendezvous_least or alike >= settings.rendezvous_shared:
            found.append((-max(likeness, alike), domain))
    return tuple(domain for _, domain in sorted(found)[:RENDEZVOUS_KEPT])


def _pieces(label: str) -> set[str]:
    return {label[at : at + PIECE_B] for at in range(len(label) - PIECE_B + 1)}


def _label(domain: str) -> str:
    return domain.partition(".")[0]


def _ramp(value: float, low: float, high: float) -> float:
    """0 up to low, 1 from high on, a straight line between."""
    return min(max((value - low) / (high - low), 0.0), 1.0)
