"""Scores that are sums of points: every part is a number of points, and the score their sum within 0 to 100.

Points are rounded to hundredths part by part, so what is shown is what was added and the sum is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HIGHEST = 100.0
DIGITS = 2
# the scale of RITA v5, in points
SEVERITIES = ((80, "critical"), (60, "high"), (40, "medium"), (20, "low"))


@dataclass(frozen=True)
class Points:
    """names: of the parts; earned: (rows, parts) points in hundredths. scores: (rows,) 0 to 100."""

    names: tuple[str, ...]
    earned: np.ndarray
    scores: np.ndarray

    @classmethod
    def of(cls, parts: dict[str, np.ndarray], most: np.ndarray | None = None) -> Points:
        """parts: name -> (rows,) points. most: (rows,) the score may not exceed it; None: HIGHEST."""
        earned = np.column_stack([np.round(part, DIGITS) for part in parts.values()])
        total = np.zeros(len(earned))
        for column in earned.T:  # one after the other: the same bits however many rows there are
            total = total + column
        ceiling = HIGHEST if most is None else np.minimum(most, HIGHEST)
        return cls(tuple(parts), earned, np.round(np.clip(total, 0.0, ceiling), DIGITS))

    def evidence(self, at: int, says: Sequence[str]) -> list[str]:
        """One line per part: what was seen and its points; the points sum to the score. says: per part."""
        earned = self.earned[at].tolist()
        lines = [f"{name}: {text}: {points:+.2f}" for name, text, points in zip(self.names, says, earned)]
        rest = round(float(self.scores[at]) - sum(earned), DIGITS)
        return [*lines, f"limit: {_limit(rest)}: {rest:+.2f}"] if rest else lines


def steps(values: np.ndarray, ladder: Sequence[float], points: Sequence[float]) -> np.ndarray:
    """The points of the highest step that a value reaches; points has one entry more than the ascending ladder, the first for
    values below it."""
    earned: np.ndarray = np.asarray(points, float)[np.searchsorted(np.asarray(ladder, float), values, side="right")]
    return earned


def severity(score: float) -> str:
    return next((word for least, word in SEVERITIES if score >= least), "none")


def _limit(rest: float) -> str:
    return "no score is below 0" if rest > 0 else "the most that a score of this kind may be"
