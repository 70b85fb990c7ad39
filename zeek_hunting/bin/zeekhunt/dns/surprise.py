"""How many bits a text carries under a model of benign names: -sum log2 P(next character | the characters before).

Two tables (Witten-Bell interpolated n-grams, one byte per cell, twelfths of a bit): order 4 over registered labels, order 3 over
subdomains. Text the model has often seen costs next to nothing, random text costs about the entropy of its alphabet, so that the
sum over the distinct subdomains of a tunnel is close to what it carried (Paxson et al. 2013 measure the same by compression).
"""

from __future__ import annotations

from collections.abc import Sequence

from .ngrams import of_subdomains, sums
from .symbols import LABELS_3, LABELS_4, coded
from .tables import label_table, subdomain_table

PER_BIT = 12


def subdomain_bits(subdomain: str) -> float:
    """Surprise of a whole subdomain in bits, its dots and its end included; 0.0 for ''. subdomain: as in names.Name."""
    if not subdomain:
        return 0.0
    table = subdomain_table()
    at = total = 0
    for symbol in coded(subdomain):
        at = (at * 40 + symbol) % LABELS_3
        total += table[at]
    return (total + table[at * 40 % LABELS_3]) / PER_BIT


def subdomain_bits_of(texts: Sequence[str]) -> list[float]:
    """subdomain_bits() of each."""
    framed = f".{'.'.join(texts)}."
    if ".." in framed or "\0" in framed:  # two boundaries side by side, which sums() does not take
        return list(map(subdomain_bits, texts))
    return [cells / PER_BIT for cells in sums(texts, of_subdomains())]


def label_bits(label: str) -> float:
    """Surprise of a registered label in bits per character, its end counted as one; 0.0 for ''."""
    if not label:
        return 0.0
    table = label_table()
    at = total = 0
    for symbol in coded(label):
        at = (at * 40 + symbol) % LABELS_4
        total += table[at]
    return (total + table[at * 40 % LABELS_4]) / (PER_BIT * (len(label) + 1))
