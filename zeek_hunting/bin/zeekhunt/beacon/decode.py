"""The texts of ``codec`` as numpy arrays, many texts at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..zeek.partial import SummaryError
from .codec import ALPHABET, DIGITS, RADIX, RUN

_INVALID, _RUN = 255, 254
_DIGIT = np.full(256, _INVALID, np.uint8)
_DIGIT[np.frombuffer(ALPHABET.encode(), np.uint8)] = np.arange(len(ALPHABET))
_DIGIT[ord(RUN)] = _RUN


def decode(texts: Sequence[bytes], most: np.ndarray, ascending: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """(numbers int64, one text after the other; how many each text holds, int64 (texts,)).

    ascending: whether ``encode`` wrote the texts, else ``encode_any``. most: int64 (texts,), the most numbers a text may hold: a
    forged run length must not fill the memory. Raises SummaryError with the damaged text.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    digits = _DIGIT[np.frombuffer(b"".join(texts), np.uint8)]
    text_ends = np.cumsum(lengths)
    final = (digits >= RADIX) & (digits < len(ALPHABET))
    ends = np.flatnonzero(final)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    run = digits[starts] == _RUN
    first = starts + run
    _check(texts, text_ends, digits, final, ends[ends - first >= DIGITS])
    owner = np.searchsorted(text_ends, ends, "right")
    held = np.bincount(owner, minlength=len(texts))
    value = (digits & np.uint8(RADIX - 1)).astype(np.int64)
    place = np.arange(len(digits)) - np.repeat(first, ends - starts + 1)
    value <<= np.where((place < 0) | (digits == _RUN), 0, 5 * place)
    value[digits == _RUN] = 0
    numbers = np.add.reduceat(value, starts) if len(starts) else np.zeros(0, np.int64)
    if run.any():
        repeats = np.where(run, numbers, 1)
        held = np.bincount(owner, weights=repeats.astype(float), minlength=len(texts)).astype(np.int64)
    damaged = np.flatnonzero(held > most)
    if len(damaged):
        raise SummaryError(f"a summary holds more numbers than its {int(most[damaged[0]])} events: {texts[damaged[0]][:40]!r}")
    if run.any():
        repeated = 0 if ascending else np.where(owner == np.roll(owner, 1), np.roll(numbers, 1), 0)
        numbers = np.repeat(np.where(run, repeated, numbers), repeats)
    if not ascending:
        return numbers - 1, held
    total = np.cumsum(numbers)
    last = np.cumsum(held)
    before = np.where(last - held > 0, total[np.maximum(last - held, 1) - 1] if len(total) else 0, 0)
    return total - np.repeat(before, held), held


def _check(texts: Sequence[bytes], text_ends: np.ndarray, digits: np.ndarray, final: np.ndarray, long: np.ndarray) -> None:
    """Every letter known, every run mark at the start of a number, no number too long, every text ended by a number."""
    unknown = np.flatnonzero(digits == _INVALID)
    runs = np.flatnonzero(digits == _RUN)
    stray = runs[(runs > 0) & ~final[runs - 1]]
    last = text_ends[np.diff(text_ends, prepend=0) > 0] - 1
    damaged = np.concatenate((unknown, stray, long, last[~final[last]]))
    if len(damaged):
        text = texts[int(np.searchsorted(text_ends, damaged.min(), "right"))]
        raise SummaryError(f"not the text of a summary (damaged or cut): {text[:40]!r}")
