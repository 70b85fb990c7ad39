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
    """number -> text, remembered for the small steps that sizes and busy pairs consist of."""

    def __missing__(self, number: int) -> str:
        text = self[number] = _number(number)
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
    steps = list(map(sub, islice(ascending, 1, None), ascending))
    largest = max(steps, default=0)
    if largest < _SMALL:
        rest = "".join(map(_TEXTS.__getitem__, steps))
    elif largest >= _TWO * _TWO or min(steps) < 0:
        rest = "".join(map(_number, steps))
    else:
        rest = "".join([_ENDING[step] if step < _TWO else _GOING_ON[step % _TWO] + _ENDING[step // _TWO] for step in steps])
    text = _number(first) + rest
    return _ZEROS.sub(_run, text) if ZERO + ZERO + ZERO in text else text


def _number(number: int) -> str:
    if not 0 <= number < RADIX**DIGITS:
        raise CodecError(f"a summary holds ascending numbers below 2^{DIGITS * 5}, got a difference of {number}")
    text = ""
    while number >= _TWO:
        text += _GOING_ON[number % _TWO]
        number //= _TWO
    return text + _ENDING[number]


def _run(zeros: re.Match[str]) -> str:
    return RUN + _number(len(zeros[0]))
