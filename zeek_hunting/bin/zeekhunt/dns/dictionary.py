"""How much labels re-use each other's words beyond chance: the mark of generators that glue words of a list, whose names look
benign one by one.

Of each label the letters in a row that another label holds too, at least 4, and what they carry under benign labels in bits: a
rare word says more than a common ending. What any letters in a row share by chance with that many others, log2 of the letters of
all labels, is taken off (as the expectation of a match in sequence alignment, Karlin and Altschul 1990). The mean over labels, at
most 12 bits each, so that neither long words nor many labels alone make it high; the two labels that share most count a tenth:
that two of some names have a word in common is no list.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from math import fsum, log2

from .surprise import PER_BIT
from .symbols import LABELS_4, coded
from .tables import label_table

RUN_B, LONGEST_RUN_B = 4, 12  # letters of a run; a longer one is cut: it carries more than counts
MOST_BITS = 12.0
PAIR_SHARE = 0.1  # what the two labels that share most count
LABELS_COMPARED = 1024  # of more labels as many are compared, chosen by a hash of theirs


def reuse(labels: Sequence[str]) -> float:
    """0..1: mean bits that a label shares with another beyond chance, of MOST_BITS. labels: distinct, in any order."""
    compared = sorted(labels, key=lambda label: (zlib.crc32(label.encode("latin-1", "replace")), label))[:LABELS_COMPARED]
    if len(compared) < 2:
        return 0.0
    chance = log2(max(1, sum(map(len, compared))))
    beyond = sorted(min(max(0.0, bits - chance), MOST_BITS) for bits in _shared_bits(compared))
    return (fsum(beyond[:-2]) + PAIR_SHARE * fsum(beyond[-2:])) / (MOST_BITS * len(beyond))


def _shared_bits(labels: Sequence[str]) -> list[float]:
    """Per label what the run that carries most of those it shares with another carries; 0.0 for none."""
    carried = list(map(_running_cells, labels))
    starts: list[Sequence[int]] = [range(len(label)) for label in labels]
    most = [0] * len(labels)
    for length in range(RUN_B, LONGEST_RUN_B + 1):
        # a run is shared only where its beginning is
        starts = [[at for at in where if at + length <= len(label)] for label, where in zip(labels, starts)]
        pieces = [[label[at : at + length] for at in where] for label, where in zip(labels, starts)]
        holders = Counter(chain.from_iterable(map(set, pieces)))
        starts = [[at for at, piece in zip(*each) if holders[piece] > 1] for each in zip(starts, pieces)]
        most = [
            max([best, *(cells[at + length] - cells[at] for at in where)]) for best, cells, where in zip(most, carried, starts)
        ]
    return [cells / PER_BIT for cells in most]


def _running_cells(label: str) -> list[int]:
    """Surprise of the first 0, 1, 2, ... letters of a label, in cells of the table."""
    table, at, total = label_table(), 0, 0
    found = [0]
    for symbol in coded(label):
        at = (at * 40 + symbol) % LABELS_4
        total += table[at]
        found.append(total)
    return found
