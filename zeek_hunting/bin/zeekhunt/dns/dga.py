"""How much a registered label looks generated: a logistic regression on its surprise under benign labels and its make-up.

logit = A(n) + B(n) s + C s^2 + hyphens + vowel share + digit share, with s = surprise in bits per character (order 4) and n the
length: A(n) = intercept + n + ln n + max(0, n - 16) + n^2/100 and B(n) = s + s ln n, each with its weight. .5 is where one in a
hundred popular labels that are in no table lies above. Fitted on labelled and on generated families (tools/dns_model).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import exp, log
from typing import NamedTuple

from .ngrams import of_labels, sums
from .popular import known
from .surprise import PER_BIT
from .symbols import LABELS_4, coded
from .tables import coefficients, label_table

LONGEST = 63  # longer labels are malformed and weighed as 63
KNOWN_LOGIT = 4.0  # ln(.97/.013): 97 % of benign domains are in the filter and about 1.3 % of generated ones
_LETTERS = bytes(range(1, 27))
_VOWELS = bytes(ord(letter) - 96 for letter in "aeiouy")
_DIGITS = bytes(range(27, 37))
_HYPHEN = 37
# for the columns of written(): what is deleted to leave vowels, digits, hyphens, and the newline between labels
_ALL_BUT = [bytes(set(range(256)) - set(kept + b"\n")) for kept in (b"aeiouy", b"0123456789", b"-")]
_TEXTS = [f"{number / 10_000:.4f}" for number in range(10_001)]


class Weights(NamedTuple):
    """by_length, surprise_by_length: A(n) and B(n), n = 0..63. The rest: one weight each."""

    by_length: tuple[float, ...]
    surprise_by_length: tuple[float, ...]
    surprise_squared: float
    hyphens: float
    vowel_share: float
    digit_share: float


def score(label: str, domain: str = "") -> float | None:
    """0..1 for the registered label as in names.Name, None for ''. A popular domain scores lower, never higher."""
    return weighed(label, bool(domain) and known(domain))


def weighed(label: str, popular: bool) -> float | None:
    """score() where popularity is known already."""
    value = logit(label)
    return None if value is None else share(value - KNOWN_LOGIT if popular else value)


def share(value: float) -> float:
    """0..1 of a logit."""
    return 1.0 / (1.0 + exp(-value)) if value > -700 else 0.0


def written(labels: Sequence[str], popular: Sequence[bool]) -> list[str]:
    """weighed() of each, with four decimals. labels: of letters in lower case, digits and hyphens, 1 to 63 of them."""
    if not labels:
        return []
    joined = "\n".join(labels).encode("ascii")
    vowels, digits, hyphens = (map(len, joined.translate(None, others).split(b"\n")) for others in _ALL_BUT)
    lengths = list(map(len, labels))
    from_cells = map(_part_of_cells, lengths, sums(labels, of_labels()))
    from_counts = map(_part_of_counts, lengths, vowels, digits, hyphens)
    texts = _TEXTS
    return [
        texts[int(10_000 / (1.0 + exp((KNOWN_LOGIT if known_one else 0.0) - cells - counts)) + 0.5)]
        for cells, counts, known_one in zip(from_cells, from_counts, popular)
    ]


def logit(label: str) -> float | None:
    """The score before it is squeezed to 0..1 and before popularity."""
    if not label:
        return None
    surprise, hyphens, vowels, digits = features(label)
    return _by_surprise(min(len(label), LONGEST), surprise) + _by_make_up(hyphens, vowels, digits)


def _by_surprise(length: int, surprise: float) -> float:
    weights = _weights()
    return weights.by_length[length] + surprise * (weights.surprise_by_length[length] + weights.surprise_squared * surprise)


def _by_make_up(hyphens: int, vowels: float, digits: float) -> float:
    weights = _weights()
    return weights.hyphens * hyphens + weights.vowel_share * vowels + weights.digit_share * digits


@lru_cache(maxsize=1 << 14)
def _part_of_cells(length: int, cells: int) -> float:
    """_by_surprise() from the sum of a label's cells."""
    return _by_surprise(length, cells / (PER_BIT * (length + 1)))


@lru_cache(maxsize=1 << 12)
def _part_of_counts(length: int, vowels: int, digits: int, hyphens: int) -> float:
    """_by_make_up() of a label of letters, digits and hyphens."""
    letters = length - digits - hyphens
    return _by_make_up(hyphens, vowels / letters if letters else 0.0, digits / length)


def features(label: str, table: bytes | None = None) -> tuple[float, int, float, float]:
    """What the regression weighs besides the length: surprise in bits per character (end included), number of hyphens, vowels of
    the letters and digits of the characters as shares. table: another, for the builder.
    """
    cells = table or label_table()
    symbols = coded(label)
    at = total = 0
    size = LABELS_4
    for symbol in symbols:
        at = (at * 40 + symbol) % size
        total += cells[at]
    total += cells[at * 40 % LABELS_4]
    length = len(symbols)
    letters = length - len(symbols.translate(None, _LETTERS))
    return (
        total / (PER_BIT * (length + 1)),
        symbols.count(_HYPHEN),
        (length - len(symbols.translate(None, _VOWELS))) / letters if letters else 0.0,
        (length - len(symbols.translate(None, _DIGITS))) / length,
    )


@lru_cache(maxsize=1)
def _weights() -> Weights:
    fitted = coefficients()
    logs = [log(max(1, length)) for length in range(LONGEST + 1)]
    return Weights(
        tuple(
            fitted["intercept"]
            + fitted["length"] * length
            + fitted["log_length"] * logs[length]
            + fitted["over_16"] * max(0, length - 16)
            + fitted["length_squared"] * length * length / 100
            for length in range(LONGEST + 1)
        ),
        tuple(fitted["surprise"] + fitted["surprise_log_length"] * logs[length] for length in range(LONGEST + 1)),
        fitted["surprise_squared"],
        fitted["hyphens"],
        fitted["vowel_share"],
        fitted["digit_share"],
    )
