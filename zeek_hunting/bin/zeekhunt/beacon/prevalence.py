"""How rare a destination is: the share of other internal sources that know it, and the points of a score made of points.

p = (k - 1 + .3) / (H - 1 + 3) for k of H internal sources: in a network of one source p is .1, which earns nothing (beaconing
reference 5.3, as in the score of beacons).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..zeek.site import Site

PRIOR_SOURCES, PRIOR_KNOWING = 3.0, 0.3
NEUTRAL = 0.1


@dataclass(frozen=True)
class Known:
    """sources: (pairs,) internal sources that had a session with the pair's destination, at least 1; seen: internal sources."""

    sources: np.ndarray
    seen: int

    def points(self, most: float) -> np.ndarray:
        """(pairs,): +most where 1 % of the others know the destination or fewer, 0 at 10 %, -most at 100 %."""
        share = (self.sources - 1 + PRIOR_KNOWING) / (self.seen - 1 + PRIOR_SOURCES)
        earned: np.ndarray = most * np.clip(-np.log10(share / NEUTRAL), -1.0, 1.0)
        return earned


def known(asked: Sequence[str], pairs: Iterable[tuple[str, str]], site: Site) -> Known:
    """asked: destinations. pairs: (source, destination) of every pair that had a session."""
    of_dest: dict[str, set[str]] = {}
    inside: set[str] = set()
    for src, dest in pairs:
        if site.is_internal(src):
            of_dest.setdefault(dest, set()).add(src)
            inside.add(src)
    counts = np.array([max(len(of_dest.get(dest, ())), 1) for dest in asked], np.int64)
    return Known(counts, max(len(inside), int(counts.max(initial=1)), 1))
