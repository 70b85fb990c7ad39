"""One random stream per component, independent of which other components run.

A component's stream is the child of SeedSequence(seed) whose spawn key is the hash of the component's name: what
SeedSequence.spawn does with a counter, but stable when components are added, removed or reordered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# Object arrays of str (or None for unset): fancy-indexing them copies pointers, not text.
Texts = npt.NDArray[np.object_]

_BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
_ID_CHARACTERS = 17  # 62^17 > 2^96: Zeek's UIDs carry 96 bits


def component_rng(seed: int, *component: str) -> np.random.Generator:
    """Generator of one component, e.g. component_rng(7, "traffic", "browsing")."""
    digest = hashlib.sha256("\x1f".join(component).encode()).digest()
    key = tuple(int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def zeek_ids(rng: np.random.Generator, n: int, prefix: str) -> Texts:
    """n identifiers as Zeek writes them: "C" (connection) or "F" (file) and 17 base-62 characters."""
    letters = _BASE62[rng.integers(0, 62, size=(n, _ID_CHARACTERS))]
    words = np.ascontiguousarray(letters).view(f"S{_ID_CHARACTERS}").ravel().astype(f"U{_ID_CHARACTERS}")
    return texts([prefix + word for word in words.tolist()])


def texts(values: Sequence[Any]) -> Texts:
    """Values as an object array, one element per value: tuples stay tuples."""
    return np.fromiter(values, dtype=object, count=len(values))


def words(listing: str) -> tuple[str, ...]:
    """A list of words to draw from, written as running text."""
    return tuple(listing.split())


def log_uniform(rng: np.random.Generator, low: float, high: float, n: int) -> Floats:
    """n draws whose logarithm is uniform on [low, high)."""
    return np.exp(rng.uniform(np.log(low), np.log(high), n))
