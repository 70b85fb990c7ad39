"""Size evidence of one pair from the list of its sizes, in plain loops; numbers as in the formula."""

from __future__ import annotations

import math

from .timing import quantile, ramp


def direction(sizes: list[int]) -> tuple[float, int, float] | None:
    """(z, mode, share near the mode); None without sizes."""
    if not sizes:
        return None
    ordered = sorted(sizes)
    often = max(ordered.count(size) for size in ordered)
    modes = sorted({size for size in ordered if ordered.count(size) == often})
    mode = modes[(len(modes) - 1) // 2]
    width = max(16, 0.03 * mode)
    share = sum(mode - width <= size <= mode + width for size in ordered) / len(ordered)
    q10, q90 = quantile(ordered, 10), quantile(ordered, 90)
    if q90 == 0:
        bounded = 1.0
    elif q10 == 0:
        bounded = 0.0
    else:
        bounded = ramp(math.log(q90 / q10), math.log(6), math.log(1.3))
    return 0.6 * ramp(share, 0.2, 0.8) + 0.4 * bounded, mode, share


def evidence(request: list[int], reply: list[int]) -> float:
    """Z; a direction without sizes adds nothing."""
    found = [direction(request), direction(reply)]
    return sum(weight * one[0] for weight, one in zip((0.65, 0.35), found) if one is not None)
