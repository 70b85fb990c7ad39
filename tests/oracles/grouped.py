"""Lists per pair as the flat arrays that scores take; written as loops so that it can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from zeekhunt.beacon.series import OnlineHours, Series, Sizes


def starts(lists: Sequence[Sequence[int]]) -> np.ndarray:
    """0 and the running lengths."""
    offsets = [0]
    for each in lists:
        offsets.append(offsets[-1] + len(each))
    return np.array(offsets, np.int64)


def flat(lists: Sequence[Sequence[int]]) -> np.ndarray:
    return np.array([value for each in lists for value in each], np.int64)


def series(lists: Sequence[Sequence[int]]) -> Series:
    """Event ticks per pair, in any order."""
    ordered = [sorted(each) for each in lists]
    return Series(flat(ordered), starts(ordered))


def sizes(lists: Sequence[Sequence[int]]) -> Sizes:
    """Sizes per pair, one entry per event, in any order."""
    counted = [Counter(each) for each in lists]
    values = [sorted(each) for each in counted]
    counts = [[count[value] for value in value_list] for count, value_list in zip(counted, values)]
    return Sizes(flat(values), flat(counts), starts(values))


def online(lists: Sequence[Sequence[int]]) -> OnlineHours:
    """Hours per source, in any order."""
    ordered = [sorted(set(each)) for each in lists]
    return OnlineHours(flat(ordered), starts(ordered))
