"""Ascending whole numbers as text that needs no quoting in CSV, in SPL or in a stored event.

The numbers are written as differences to the one before, each in base 32, least significant digit first; the last digit
comes from the upper half of a 64-letter alphabet and so ends the number. Below 32 a difference takes one letter, below
1,024 two. Three or more zeros in a row (equal numbers) become ``.`` and how many they are. So event times cost one or two
letters each, and sizes, written as a sorted list, next to nothing where they repeat. This module is plain Python;
``decode`` reads the same text with numpy.
"""

from __future__ import annotations

import re
from itertools import islice
from operator import sub

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
RADIX = 32
ZERO = ALPHABET[RADIX]
RUN = "."
DIGITS = 12  # 60 bits: an hour and a byte count in one number; a longer number is damage, not data
_REMEMBERED = 65_536
_ZEROS = re.compile(re.escape(ZERO) + "{3,}")


class CodecError(ValueError):
    """Text that no summary has written: damaged, cut or forged."""


# the letters of the two lowest digits of a number that goes on
_GOING_ON = [low + high for high in ALPHABET[:RADIX] for low in ALPHABET[:RADIX]]


class _Texts(dict[int, str]):
    """number -> its text, remembered for the small ones that make up nearly all."""

    def __missing__(self, number: int) -> str:
        if not 0 <= number < RADIX**DIGITS:
            raise CodecError(f"a summary holds ascending numbers below 2^{DIGITS * 5}, got a difference of {number}")
        if number < RADIX:
            text = ALPHABET[RADIX + number]
        elif number < RADIX**2:
            text = ALPHABET[number % RADIX] + ALPHABET[RADIX + number // RADIX]
        else:
            text = _GOING_ON[number % RADIX**2] + self[number // RADIX**2]
        if number < _REMEMBERED:
            self[number] = text
        return text


_TEXT = _Texts()
_text = _TEXT.__getitem__


def encode(ascending: list[int]) -> str:
    """The text of an ascending list of numbers (equal ones allowed). Raises CodecError when it does not ascend."""
    if not ascending:
        return ""
    text = _text(ascending[0]) + "".join(map(_text, map(sub, islice(ascending, 1, None), ascending)))
    return _ZEROS.sub(_run, text) if ZERO + ZERO + ZERO in text else text


def _run(zeros: re.Match[str]) -> str:
    return RUN + _text(len(zeros[0]))
