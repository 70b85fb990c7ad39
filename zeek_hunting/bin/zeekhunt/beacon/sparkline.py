"""The events of a row in equal parts of the time searched: a line for the eye, the same parts for every row of a result.

Of busy pairs, whose events are partly left out, each part is estimated, and the parts sum to the estimated number of events.
"""

from __future__ import annotations

import numpy as np

from .canonical import Pairs
from .entities import NAME, Entity
from .sampled import per_bin
from .series import Floats, Ints

MARK = "##__SPARKLINE__##"  # a multivalue field that begins so is drawn as a line by Splunk's tables
BINS = 24


def edges(first_tick: int, last_tick: int) -> Ints:
    """(BINS + 1,) ticks, equally apart within one, the last beyond last_tick."""
    ticks = last_tick - first_tick + 1
    found: Ints = first_tick - (-np.arange(BINS + 1, dtype=np.int64) * ticks // BINS)  # rounded up
    return found


def counts(ticks: Ints, bounds: Ints) -> list[int]:
    """Events in each part; ticks ascending."""
    held: list[int] = np.diff(np.searchsorted(ticks, bounds)).tolist()
    return held


def estimated(entity: Entity, events: int, pairs: Pairs, named: Pairs, bounds: Ints) -> list[int]:
    """The same of an entity with sampled pairs; events: its estimated number."""
    source = named if entity.kind == NAME else pairs
    total = np.zeros(BINS)
    for at in entity.pairs:
        ticks = source.ticks_of(at)
        known = source.sampled.get(at)
        total += np.diff(np.searchsorted(ticks, bounds)) if known is None else per_bin(ticks, known, bounds)
    return _whole(total * (events / max(float(total.sum()), 1.0)), events)


def _whole(shares: Floats, total: int) -> list[int]:
    """Whole numbers with that total: rounded down, then the largest remainders go up, the first of equal ones first."""
    found = np.floor(shares).astype(np.int64)
    order = np.argsort(found - shares, kind="stable")
    found[order[: max(total - int(found.sum()), 0)]] += 1
    result: list[int] = found.tolist()
    return result
