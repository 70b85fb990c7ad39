"""Families of our own making, so that the fit does not lean on the few at hand: what generators are known to draw from.

Random letters of several alphabets and lengths, syllables, Markov chains of benign labels of the first and second order, words
and pieces of benign labels glued together, benign labels with two letters changed. Seeded; every family has as many labels.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

AZ, DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
CONSONANTS, VOWELS = "bcdfghjklmnpqrstvwxz", "aeiou"
PER_FAMILY = 400

Draw = Callable[[random.Random], str]


def generated(benign: Sequence[str], tables: Sequence[NDArray[np.uint8]], seed: int = 3) -> dict[str, list[str]]:
    """family -> labels. benign: labels to take words from. tables: surprise tables of order 2 and 3 (see ngrams)."""
    source = random.Random(seed)
    draws: dict[str, Draw] = {**_random_text(), **_syllables(), **_glued(benign, source)}
    for order, table in enumerate(tables, start=1):
        draws[f"markov_{order}"] = _markov(table, order)
    return {name: [draw(source) for _ in range(PER_FAMILY)] for name, draw in draws.items()}


def _random_text() -> dict[str, Draw]:
    alphabets = (
        (AZ, 8, 12), (AZ, 12, 20), (AZ, 6, 8), (AZ, 16, 28), (AZ[:25], 7, 15), (AZ[:16], 10, 18),
        (AZ + DIGITS, 8, 12), (AZ + DIGITS, 14, 24), (DIGITS + "abcdef", 8, 16), (DIGITS + "abcdef", 32, 32),
    )  # fmt: skip
    return {f"random_{len(letters)}_{least}_{most}": _random(letters, least, most) for letters, least, most in alphabets}


def _random(letters: str, least: int, most: int) -> Draw:
    return lambda source: "".join(source.choice(letters) for _ in range(source.randint(least, most)))


def _syllables() -> dict[str, Draw]:
    def repeated(source: random.Random, shape: str, least: int, most: int) -> str:
        kinds = {"c": CONSONANTS, "v": VOWELS}
        return "".join(source.choice(kinds[kind]) for _ in range(source.randint(least, most)) for kind in shape)

    def mixed(source: random.Random) -> str:
        letters = (source.choice((CONSONANTS, VOWELS, CONSONANTS)) for _ in range(source.randint(7, 13)))
        return "".join(source.choice(kind[:5]) for kind in letters)

    return {
        "cv": lambda source: repeated(source, "cv", 3, 6) + (source.choice(CONSONANTS) if source.random() < 0.4 else ""),
        "vc": lambda source: repeated(source, "vc", 3, 6),
        "cvc": lambda source: repeated(source, "cvc", 2, 4),
        "mixed": mixed,
    }


def _glued(benign: Sequence[str], source: random.Random) -> dict[str, Draw]:
    pool = [label for label in benign if label.isalpha()]

    def piece() -> str:
        word, length = source.choice(pool), source.randint(3, 7)
        start = source.randint(0, max(0, len(word) - length))
        return word[start : start + length]

    pieces = [piece() for _ in range(300)]
    words = [label for label in pool if 4 <= len(label) <= 7][:600]

    def changed(source: random.Random) -> str:
        letters = list(source.choice(pool))
        for _ in range(2):
            letters[source.randrange(len(letters))] = source.choice(AZ)
        return "".join(letters)

    return {
        "two_words": lambda source: source.choice(words) + source.choice(words),
        "three_pieces": lambda source: "".join(source.choice(pieces) for _ in range(3)),
        "words_number": lambda source: source.choice(words) + source.choice(words) + str(source.randint(1, 999)),
        "four_pieces": lambda source: "".join(source.choice(pieces) for _ in range(4)),
        "changed": changed,
    }


def _markov(table: NDArray[np.uint8], order: int) -> Draw:
    """Labels of 6 to 17 letters by the chain whose surprise the table holds."""
    chance = 2.0 ** (-table.reshape(-1, 40).astype(float) / 12)
    chance[:, 27:] = 0.0

    def draw(source: random.Random) -> str:
        symbols: list[int] = []
        while len(symbols) < 17:
            at = 0
            for symbol in ([0] * order + symbols)[-order:]:
                at = at * 40 + symbol
            odds = chance[at].copy()
            if len(symbols) < 6:
                odds[0] = 0.0
            if not odds.any():
                break
            drawn = source.choices(range(40), odds.tolist())[0]
            if drawn == 0:
                break
            symbols.append(drawn)
        return "".join(AZ[symbol - 1] for symbol in symbols)

    return draw
