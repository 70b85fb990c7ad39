"""Decimal numbers out of a byte buffer with numpy, eight digits in a step.

Eight ASCII digits in one 64-bit word become a number by three multiplications, each joining neighbours (Lemire, "Quickly
parsing eight digits", 2018). Cells that are longer or written otherwise take a slower way, letter by letter.
"""

from __future__ import annotations

import numpy as np

LONGEST = 24  # letters of a number that is read
WORD_B = 8
KEEP = np.array([(1 << (8 * kept)) - 1 for kept in range(WORD_B)] + [2**64 - 1], dtype=np.uint64)
_ZERO, _DOT = b"0."
_SECONDS = 10  # digits of an epoch time before its dot
_POWERS = 10 ** np.arange(WORD_B + 1, dtype=np.int64)
_ZEROS = np.uint64(0x3030303030303030)
# by number of digits: how far they move up, and the word of as many letters "0" there
_UPWARD = np.array([0] + [8 * (WORD_B - kept) for kept in range(1, WORD_B + 1)], dtype=np.uint64)
_ZEROS_UP = np.array([0] + [int(_ZEROS) << 8 * (WORD_B - kept) & 2**64 - 1 for kept in range(1, WORD_B + 1)], dtype=np.uint64)
_ABOVE_NINE = np.uint64(0x7676767676767676)  # added to a byte over 9 it sets the byte's highest bit
_HIGHEST_BITS = np.uint64(0x8080808080808080)
# (bytes to keep, factor that adds ten, a hundred, … times the lower neighbour, bits to shift the sum down)
_JOIN = tuple(
    (np.uint64(keep), np.uint64(factor), np.uint64(shift))
    for keep, factor, shift in (
        (0x0F0F0F0F0F0F0F0F, 10 * 2**8 + 1, 8),
        (0x00FF00FF00FF00FF, 100 * 2**16 + 1, 16),
        (0x0000FFFF0000FFFF, 10_000 * 2**32 + 1, 32),
    )
)


def sliding_words(data: np.ndarray) -> np.ndarray:
    """uint64 at every byte of a buffer (uint8) but its last seven, first byte lowest."""
    words: np.ndarray = np.ndarray(len(data) - WORD_B + 1, np.dtype("<u8"), data, strides=(1,))
    return words


def decimals(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells that are digits with at most one dot: (all digits as int64, how many stand behind the dot, bool read).

    data: the buffer (uint8), padded by 8 bytes behind the last cell; starts, lengths: int64 (cells,). read is False where a
    cell is anything else, empty, or has more than 16 digits or a value over 2^53 and so is not exact in a double.
    """
    words = sliding_words(data)
    mantissa, read = _up_to_eight(words, starts, lengths)
    behind = np.zeros(len(starts), np.int64)
    left = np.flatnonzero(~read & (lengths > 0) & (lengths <= LONGEST))
    if len(left):
        mantissa[left], behind[left], read[left] = _epochs(words, data, starts[left], lengths[left])
        left = left[~read[left]]
        mantissa[left], behind[left], read[left] = _letter_by_letter(data, starts[left], lengths[left])
    return mantissa, behind, read


def _up_to_eight(words: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(value as int64, bool read) of cells of one to eight digits; not read: value 0."""
    fits = (lengths > 0) & (lengths <= WORD_B)
    if not fits.all():
        starts, lengths = np.where(fits, starts, 0), np.where(fits, lengths, 0)
    # the digits move to the word's upper end: what lay behind them falls out, and what is missing counts as leading zeros
    digits = words[starts] << _UPWARD[lengths]
    digits -= _ZEROS_UP[lengths]  # a byte below "0" wraps to one far over 9
    odd = digits + _ABOVE_NINE
    odd |= digits
    odd &= _HIGHEST_BITS
    read = fits & (odd == 0)
    for keep, factor, down in _JOIN:
        digits &= keep
        digits *= factor
        digits >>= down
    values = digits.astype(np.int64)
    return (values if read.all() else np.where(read, values, 0)), read


def _epochs(
    words: np.ndarray, data: np.ndarray, starts: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``decimals`` of cells with ten digits before the dot and up to six behind it, as splunkd writes ``_time``."""
    behind = lengths - _SECONDS - 1
    fits = (behind > 0) & (behind <= 6)
    starts = np.where(fits, starts, 0)
    behind = np.where(fits, behind, 0)
    all_of_them = np.full(len(starts), WORD_B)
    high, read_high = _up_to_eight(words, starts, all_of_them)
    low, read_low = _up_to_eight(words, np.where(fits, starts + WORD_B, 0), np.full(len(starts), _SECONDS - WORD_B))
    tail, read_tail = _up_to_eight(words, np.where(fits, starts + _SECONDS + 1, 0), behind)
    dot = data[np.where(fits, starts + _SECONDS, 0)] == _DOT
    read = fits & read_high & read_low & read_tail & dot
    mantissa = (high * _POWERS[_SECONDS - WORD_B] + low) * _POWERS[behind] + tail
    read &= mantissa < 2**53
    return np.where(read, mantissa, 0), np.where(read, behind, 0), read


def _letter_by_letter(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = len(starts)
    mantissa, behind = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    digits, dots = np.zeros(rows, np.int64), np.zeros(rows, bool)
    read = np.ones(rows, bool)
    for place in range(int(lengths.max(initial=0))):
        inside = read & (place < lengths)
        letters = data[np.where(inside, starts + place, 0)]
        values = letters - np.uint8(_ZERO)  # wraps below zero: anything but a digit is above 9
        digit = inside & (values < 10)
        dot = inside & (letters == _DOT)
        read &= ~inside | digit | (dot & ~dots)
        dots |= dot
        mantissa = np.where(digit, mantissa * 10 + values, mantissa)
        behind += digit & dots
        digits += digit
    read &= (digits > 0) & (digits <= 16) & (mantissa < 2**53)
    return np.where(read, mantissa, 0), np.where(read, behind, 0), read
