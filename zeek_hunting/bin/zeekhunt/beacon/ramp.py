"""A statistic's way to points: 0 at ``none``, 1 at ``full``, a straight line between, flat outside."""

from __future__ import annotations

import math

import numpy as np

from .series import Floats


def ramp(values: Floats, none: float, full: float) -> Floats:
    """Points in [0, 1] per value; ``full`` may lie on either side of ``none``. NaN stays NaN."""
    return np.clip((values - none) / (full - none), 0.0, 1.0)


def log_ramp(values: Floats, none: float, full: float, floor: float = 0.0) -> Floats:
    """The ramp on logarithms, for ratios: ln(values + floor) between ln none and ln full. values + floor must be above 0."""
    return ramp(np.log(values + floor), math.log(none), math.log(full))
