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
_ZEROS = re.compile(re.escape(ZERO) + "{3,}")
# Two digits at a time: of a number that ends with them, and of one that goes on
_ENDING = [ALPHABET[RADIX + low] for low in range(RADIX)]
_ENDING += [low + ALPHABET[RADIX + high] for high in range(1, RADIX) for low in ALPHABET[:RADIX]]
_GOING_ON = [low + high for high in ALPHABET[:RADIX] for low in ALPHABET[:RADIX]]
_TWO = RADIX**2
_SMALL = 65_536
_FEW = 3


class _Texts(dict[int, str]):
    """number -> text; the small steps that sizes and busy pairs consist of are remembered."""

    def __missing__(self, number: int) -> str:
        text = _number(number)
        if number < _SMALL:
            self[number] = text
        return text


_TEXTS = _Texts()


class CodecError(ValueError):
    """Text that no summary has written: damaged, cut or forged."""


def encode(ascending: list[int]) -> str:
    """The text of an ascending list of numbers (equal ones allowed). Raises CodecError when it does not ascend."""
    if not ascending:
        return ""
    first = ascending[0]
    if first == ascending[-1] and len(ascending) > _FEW and ascending.count(first) == len(ascending):  # a beacon's requests
        return _number(first) + RUN + _number(len(ascending) - 1) if first else RUN + _number(len(ascending))
    steps = map(sub, islice(ascending, 1, None), ascending)
    text = _number(first) + "".join(map(_TEXTS.__getitem__, steps))
    return _ZEROS.sub(_run, text) if ZERO + ZERO + ZERO in text else text


def _number(number: int) -> str:
    if not 0 <= number < RADIX**DIGITS:
        raise CodecError(f"a summary holds ascending numbers below 2^{DIGITS * 5}, got a difference of {number}")
    if number < _TWO:
        return _ENDING[number]
    if number < _TWO * _TWO:
        return _GOING_ON[number % _TWO] + _ENDING[number // _TWO]
    text = ""
    while number >= _TWO:
        text += _GOING_ON[number % _TWO]
        number //= _TWO
    return text + _ENDING[number]


def _run(zeros: re.Match[str]) -> str:
    return RUN + _number(len(zeros[0]))
