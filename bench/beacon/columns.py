"""A world's series as the arrays that scores take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from zeekhunt.beacon.segments import offsets
from zeekhunt.beacon.series import OnlineHours, PairColumns, Series, Sizes

from bench.beacon.worlds import HOSTS, Seen, World
from lab.sim.randomness import Ints


def pair_columns(world: World) -> PairColumns:
    seen = world.seen
    return PairColumns(
        series=Series(np.concatenate([each.ticks for each in seen]), _starts([each.ticks for each in seen])),
        request_sizes=_sizes([each.request for each in seen]),
        reply_sizes=_sizes([each.reply for each in seen]),
        source_of_pair=np.array([each.host for each in seen], np.int64),
        online_hours=OnlineHours(np.concatenate(world.online), _starts(world.online)),
        sources_of_dest=np.array([each.known_by for each in seen], np.int64),
        sources_seen=HOSTS,
    )


def flags(seen: Sequence[Seen], test: object) -> np.ndarray:
    return np.array([bool(test(each)) for each in seen])  # type: ignore[operator]


def _starts(lists: Sequence[Ints]) -> Ints:
    return offsets(np.array([len(each) for each in lists], np.int64))


def _sizes(lists: Sequence[Ints]) -> Sizes:
    distinct = [np.unique(each, return_counts=True) for each in lists]
    values = np.concatenate([values for values, _ in distinct])
    return Sizes(values, np.concatenate([counts for _, counts in distinct]), _starts([values for values, _ in distinct]))
