"""Which destinations are new to the site: reached by nobody until the last NEW_DAYS of a search that remembers MEMORY_DAYS or
more.

The memory is that of the search: events, or stored summaries of weeks. A shorter search knows nothing of before, and says
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .canonical import Pairs
from .entities import NAME, Entity
from .scope import Context
from .series import TICKS_PER_HOUR, Flags

NEW_DAYS, MEMORY_DAYS = 7, 14
DAY_TICKS = 24 * TICKS_PER_HOUR


def novelty_flags(about: Sequence[Entity], pairs: Pairs, named: Pairs, around: Context) -> dict[str, Flags]:
    """new -> (entities,); of a name or a group all of it must be new. Nothing where the search does not reach back far enough."""
    if around.last_tick - around.first_tick < MEMORY_DAYS * DAY_TICKS:
        return {}
    since = around.last_tick - NEW_DAYS * DAY_TICKS
    addresses, names = _first(pairs, pairs.dest), _first(named, named.name)
    new = [
        names[one.dest] >= since if one.kind == NAME else all(addresses.get(each, since) >= since for each in one.addresses)
        for one in about
    ]
    return {"new": np.array(new, np.bool_)}


def _first(pairs: Pairs, called: Sequence[str]) -> dict[str, int]:
    """The first event of each destination, whoever the source is, answered or not. called: (pairs,) its address or name."""
    found: dict[str, int] = {}
    for at, end in enumerate(called):
        tick = int(pairs.extent_of(at)[0])
        found[end] = min(found.get(end, tick), tick)
    return found
