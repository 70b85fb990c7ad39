"""Logistic regression by Newton's method, every row weighted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def fit(rows: Array, positive: Array, weight: Array, ridge: float = 1.0) -> Array:
    """Weights of the columns of rows, then the intercept. positive: 1 or 0 per row. weight: of the rows, any scale.

    ridge: penalty on the squared weights of the standardised columns, per thousand rows.
    """
    centre, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = np.column_stack([(rows - centre) / scale, np.ones(len(rows))])
    weight = weight / weight.mean()
    penalty = np.eye(design.shape[1]) * ridge * len(rows) / 1000
    penalty[-1, -1] = 0.0
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (weight * (chance - positive)) + penalty @ beta
        curve = (design * (weight * chance * (1 - chance) + 1e-9)[:, None]).T @ design + penalty
        step = np.linalg.solve(curve, slope)
        beta -= step
        if np.abs(step).max() < 1e-7:
            break
    raw = beta[:-1] / scale
    return np.append(raw, beta[-1] - raw @ centre)
