"""How much a pair of source and domain looks like a tunnel: points per kind of evidence that sum to 0-100.

All arrays are (pairs,). The information part rises with strength = log2(distinct names) + 2.5 log2(mean oddness): the number of
messages and how little they look like words, weighted on captures and tool formats against benign pairs and the popular names
grouped by domain (bench/dns_tunnels). Popularity of a domain never lowers the score: tunnels run on popular clouds too; how
many hosts of the site ask for the domain does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .tunnel_name import ENCODINGS, SHAPES
from .tunnel_pair import Pair
from .tunnel_sample import Content, content

PARTS = ("information", "record types", "replies", "encoding", "download", "prevalence", "forwarded", "bounds")
# Carry data well and are rare in ordinary traffic; Zeek names types it does not know query-65399 or by number.
DATA_TYPES = frozenset(("TXT", "NULL", "KEY", "CNAME", "MX", "PRIVATE", "query-65399", "65399", "10", "25", "DNSKEY", "SRV"))
BULK_TYPES = frozenset(("TXT", "NULL", "KEY", "PRIVATE", "query-65399", "65399", "10", "25"))


@dataclass(frozen=True)
class TunnelSettings:
    """Points and the values between which they rise. strength: see the module; types: share of queries; replies: share of
    answers that live 1 s or less, or of names that nobody answers; download_b: bytes of answers of bulk types, and answer_b: of
    one answer in the mean; prevalence: share of the site's sources that ask for the domain, counted from common_sources on;
    forwarded: a resolver's pair whose clients have pairs of their own."""

    information_points: float = 70.0
    strength_low: float = 17.0
    strength_high: float = 25.0
    types_points: float = 10.0
    replies_points: float = 5.0
    encoding_points: float = 10.0
    download_points: float = 65.0
    download_low_b: float = 1_500.0
    download_high_b: float = 12_000.0
    answer_low_b: float = 60.0
    answer_high_b: float = 150.0
    prevalence_points: float = -40.0
    prevalence_low: float = 0.02
    prevalence_high: float = 0.5
    common_sources: int = 3
    forwarded_points: float = -80.0
    suspicious: float = 60.0  # the shipped threshold
    severity_high: float = 75.0
    severity_critical: float = 90.0


@dataclass(frozen=True)
class Scores:
    """score: 0-100; points: (pairs, PARTS), each row sums to score; contents: what the names of each pair add up to."""

    score: np.ndarray
    points: np.ndarray
    contents: list[Content]
    strength: np.ndarray
    data_share: np.ndarray
    bulk_b: np.ndarray


@dataclass(frozen=True)
class Around:
    """What the network says of each pair, (pairs,). sources: internal sources that ask for its domain, of sources_seen;
    forwarded: the source is a resolver, and clients that ask for the domain are in the data."""

    sources: np.ndarray
    sources_seen: int
    forwarded: np.ndarray


def score(pairs: Sequence[Pair], around: Around, settings: TunnelSettings) -> Scores:
    """The scores of pairs, in their order."""
    contents = [content(pair.sample.lowest()) for pair in pairs]
    queries = _array(pair.queries for pair in pairs)
    answered = _array(pair.answered for pair in pairs)
    distinct, oddness = _array(each.distinct for each in contents), _array(each.oddness for each in contents)
    strength = np.log2(np.maximum(distinct, 1.0)) + 2.5 * np.log2(np.maximum(oddness, 1.0))
    informed = ramp(strength, settings.strength_low, settings.strength_high) * (distinct >= 1)
    data_share = _array(_share(pair, DATA_TYPES) for pair in pairs)
    bulk_b = _array(_share(pair, BULK_TYPES) * pair.answer_b for pair in pairs)
    short = _array(pair.short_ttl for pair in pairs) / np.maximum(answered, 1.0)
    encoded = np.maximum(
        _array(1.0 - _part(each.encodings, ENCODINGS.index("")) for each in contents),
        _array(1.0 - _part(each.shapes, SHAPES.index("")) for each in contents),
    )
    download = _download(pairs, distinct, bulk_b, settings)
    common = ramp(around.sources / max(around.sources_seen, 1), settings.prevalence_low, settings.prevalence_high)
    points = np.stack(
        [
            settings.information_points * informed,
            # types, replies and encoding say nothing where nothing is carried
            settings.types_points * data_share * informed,
            settings.replies_points * np.maximum(short, 1.0 - answered / np.maximum(queries, 1.0)) * informed,
            settings.encoding_points * encoded * informed,
            settings.download_points * download,
            settings.prevalence_points * common * (around.sources >= settings.common_sources),
            settings.forwarded_points * around.forwarded,
        ],
        axis=1,
    ).reshape(len(pairs), len(PARTS) - 1)
    total = points.sum(axis=1)
    bounded = np.clip(total, 0.0, 100.0)
    points = np.concatenate([points, (bounded - total)[:, None]], axis=1)
    return Scores(bounded, points, contents, strength, data_share, bulk_b)


def _download(pairs: Sequence[Pair], distinct: np.ndarray, bulk_b: np.ndarray, settings: TunnelSettings) -> np.ndarray:
    """0 to 1: how much the answers of bulk types bring."""
    queries, answered = _array(pair.queries for pair in pairs), _array(pair.answered for pair in pairs)
    mean_b = _array(pair.answer_b for pair in pairs) / np.maximum(answered, 1.0)
    many = ramp(np.log2(np.maximum(bulk_b, 1.0)), math.log2(settings.download_low_b), math.log2(settings.download_high_b))
    # a few names asked again and again get the same answers
    fresh = np.minimum(1.0, 2.0 * distinct / np.maximum(queries, 1.0))
    brought: np.ndarray = many * ramp(mean_b, settings.answer_low_b, settings.answer_high_b) * fresh
    return brought


def ramp(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 up to low, 1 from high on, a straight line between."""
    risen: np.ndarray = np.clip((values - low) / (high - low), 0.0, 1.0)
    return risen


def _array(values: object) -> np.ndarray:
    return np.array(list(values), np.float64)  # type: ignore[call-overload]


def _share(pair: Pair, types: frozenset[str]) -> float:
    return sum(count for name, count in pair.types.items() if name in types) / max(pair.queries, 1)


def _part(counts: Sequence[int], place: int) -> float:
    return counts[place] / max(sum(counts), 1)
