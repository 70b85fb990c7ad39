"""Measures of a score: larger means more likely generated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def auc(positive: Array, negative: Array) -> float:
    """Chance that a positive lies above a negative, ties half."""
    ordered = np.sort(negative)
    below, upto = np.searchsorted(ordered, positive, "left"), np.searchsorted(ordered, positive, "right")
    return float((below + upto).mean() / 2 / len(negative))


def recall(positive: Array, negative: Array, false_share: float) -> float:
    """Share of positives above what this share of negatives lies above."""
    return float((positive > np.quantile(negative, 1 - false_share)).mean())
