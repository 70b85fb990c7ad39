"""Lists of whole numbers as text that needs no quoting in CSV, in SPL or in a stored event.

The numbers are written as differences to the one before, each in base 32, least significant digit first; the last digit
comes from the upper half of a 64-letter alphabet and so ends the number. Below 32 a difference takes one letter, below
1,024 two. Three or more zeros in a row (equal numbers) become ``.`` and how many they are. So event times cost one or two
letters each. ``encode`` takes an ascending list; ``encode_any`` any list of numbers from -1, raised by one and each written
by itself. There the mark of a run repeats the number before. This module is plain Python; ``decode`` reads the texts with
numpy.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from operator import sub

from ..zeek.partial import SummaryError

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
_LOW_BITS, _PLACES = _TWO - 1, 10  # a number below _TWO^2 is _TWO * (number >> _PLACES) + (number & _LOW_BITS)
_LARGE = _TWO * _TWO - 1
_RAISED = [*_ENDING[1:_TWO], _ENDING[0]]  # of a number raised by one; the last, which is also that of -1, of none
_SMALL = 65_536
_TEXTS_KEPT = 4_096  # 7 minutes: longer steps seldom come again
_FEW = 3


class _Texts(dict[int, str]):
    """number -> text; the small steps that sizes and busy pairs consist of are remembered."""

    def __missing__(self, number: int) -> str:
        text = _number(number)
        if number < _TEXTS_KEPT:
            self[number] = text
        return text


_TEXTS = _Texts()


def encode(ascending: list[int]) -> str:
    """The text of an ascending list of numbers (equal ones allowed). Raises SummaryError when it does not ascend."""
    if not ascending:
        return ""
    first = ascending[0]
    if first == ascending[-1] and len(ascending) > _FEW and ascending.count(first) == len(ascending):  # a beacon's requests
        return _number(first) + RUN + _number(len(ascending) - 1) if first else RUN + _number(len(ascending))
    steps = map(sub, islice(ascending, 1, None), ascending)
    text = _number(first) + "".join(map(_TEXTS.__getitem__, steps))
    return _ZEROS.sub(_run, text) if ZERO + ZERO + ZERO in text else text


def encode_any(numbers: list[int]) -> str:
    """The text of numbers from -1 in any order, each by itself; one that fills the whole list is written once."""
    if not numbers:
        return ""
    first = numbers[0]
    if len(numbers) > _FEW and numbers.count(first) == len(numbers):  # a beacon's requests
        return repeated(first, len(numbers))
    largest = max(numbers)
    if largest < _SMALL and len(numbers) > _FEW:
        return "".join(map(_raised_texts().__getitem__, numbers))
    if largest < _LARGE:
        return "".join(
            [
                _RAISED[number] if number < _LOW_BITS else _GOING_ON[number + 1 & _LOW_BITS] + _ENDING[number + 1 >> _PLACES]
                for number in numbers
            ]
        )
    return "".join([_number(number + 1) for number in numbers])


@lru_cache(maxsize=1)
def _raised_texts() -> list[str]:
    """Text of every number below _SMALL, raised by one; the last, which is also that of -1, of none. Built when first needed."""
    return [*map(_number, range(1, _SMALL + 1)), ZERO]


def repeated(number: int, count: int) -> str:
    """encode_any of one number, count times."""
    return _number(number + 1) + (RUN + _number(count - 1) if count > 1 else "")


def _number(number: int) -> str:
    if not 0 <= number < RADIX**DIGITS:
        raise SummaryError(f"a summary holds ascending numbers below 2^{DIGITS * 5}, got a difference of {number}")
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
