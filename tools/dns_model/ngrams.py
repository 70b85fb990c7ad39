"""Character n-gram tables: bytes of surprise, -log2 P(next | previous) in twelfths of a bit, Witten-Bell interpolated.

Witten and Bell 1991, method C: P(c | h) = (n(h c) + d(h) P(c | h')) / (n(h) + d(h)), d = distinct successors, h' = h without its
oldest character, and 1/40 at the end of the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

SYMBOLS = 40
PER_BIT = 12


def counts(texts: Mapping[str, float], codes: bytes, order: int) -> NDArray[np.float64]:
    """Weighted n-gram counts, shape (40,)*order; a text has order-1 boundaries before it and one behind. codes: of bytes."""
    total = np.zeros(SYMBOLS**order)
    names, weights = list(texts), np.array(list(texts.values()))
    for start in range(0, len(names), 100_000):
        part = names[start : start + 100_000]
        lengths = np.array([len(name) + 1 for name in part])
        stream = np.frombuffer("".join(f"{name}\0" for name in part).encode("latin-1", "replace").translate(codes), np.uint8)
        begin = np.repeat(np.cumsum(lengths) - lengths, lengths)
        place = np.arange(len(stream))
        index = np.zeros(len(stream), np.int64)
        for back in range(order - 1, -1, -1):
            symbol = stream[np.maximum(place - back, 0)]
            index = index * SYMBOLS + np.where(place - back >= begin, symbol, 0)
        total += np.bincount(index, np.repeat(weights[start : start + 100_000], lengths), SYMBOLS**order)
    return total.reshape((SYMBOLS,) * order)


def surprise(seen: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The table of counts as surprise, flat, the index running over the oldest character first."""
    order = seen.ndim
    probability = np.full((SYMBOLS,), 1.0 / SYMBOLS)
    for depth in range(1, order + 1):
        here = seen.sum(axis=tuple(range(order - depth))) if depth < order else seen
        total = here.sum(axis=-1, keepdims=True)
        distinct = (here > 0).sum(axis=-1, keepdims=True)
        shorter = np.broadcast_to(probability, here.shape)
        with np.errstate(invalid="ignore", divide="ignore"):
            probability = np.where(total + distinct > 0, (here + distinct * shorter) / (total + distinct), shorter)
    flat: NDArray[np.uint8] = np.clip(np.rint(-PER_BIT * np.log2(probability)), 0, 255).astype(np.uint8).ravel()
    return flat


def capped(texts: Iterable[str], most: int) -> dict[str, float]:
    """text -> how often it occurs, at most so many times: one ubiquitous label must not drown the rest."""
    tally: dict[str, float] = {}
    for text in texts:
        tally[text] = min(tally.get(text, 0) + 1, most)
    return tally
