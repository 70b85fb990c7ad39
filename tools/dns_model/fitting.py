"""The DGA regression: tables of benign labels, rows of features, families of equal weight."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from zeekhunt.dns.dga import LONGEST, features
from zeekhunt.dns.symbols import CODES

from tools.dns_model.generated import generated
from tools.dns_model.logistic import Array, fit
from tools.dns_model.ngrams import counts, surprise

COLUMNS = (
    "surprise", "surprise_log_length", "surprise_squared", "length", "log_length", "over_16", "length_squared",
    "hyphens", "vowel_share", "digit_share",
)  # fmt: skip
GENERATED_SHARE = 0.5  # of the weight of all families
DGA_SHARE = 0.2  # of the weight of all rows
PER_SIDE = 25_000  # benign labels of a side
COARSE = 2  # the label table is kept in sixths of a bit: 270 kB less, no measurable loss


@dataclass(frozen=True)
class Benign:
    """Shown labels. counted: make the tables. popular, long_tail: calibrate, and are in no table."""

    counted: tuple[str, ...]
    popular: tuple[str, ...]
    long_tail: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """table: surprise of order 4, flat. weights: COLUMNS and "intercept"."""

    table: NDArray[np.uint8]
    weights: dict[str, float]


def split(popular: Iterable[str], long_tail: Iterable[str], seed: int = 7) -> Benign:
    """One in ten labels calibrates, by its own hash: a label that is in the tables looks better than one that is not."""
    popular_all, tail_all = list(dict.fromkeys(popular)), list(dict.fromkeys(long_tail))
    seen = set(popular_all)
    every = popular_all + [label for label in tail_all if label not in seen]
    source = random.Random(seed)

    def sample(labels: Iterable[str]) -> tuple[str, ...]:
        kept = [label for label in labels if _calibrates(label)]
        source.shuffle(kept)
        return tuple(kept[:PER_SIDE])

    counted = tuple(label for label in every if not _calibrates(label))
    return Benign(counted, sample(popular_all), sample(label for label in tail_all if label not in seen))


def _calibrates(label: str) -> bool:
    return zlib.crc32(b"calibrate " + label.encode("latin-1", "replace")) % 10 == 7


def tables(benign: Benign) -> tuple[NDArray[np.uint8], list[NDArray[np.uint8]]]:
    """The table of order 4, and those of order 2 and 3 for generated labels."""
    seen = counts(dict.fromkeys(benign.counted, 1.0), CODES, 4)
    fine = surprise(seen)
    coarse = np.minimum((fine.astype(np.int64) + COARSE // 2) // COARSE * COARSE, 254).astype(np.uint8)
    return coarse, [surprise(seen.sum(axis=(0, 1))), surprise(seen.sum(axis=0))]


def rows(labels: Sequence[str], table: bytes) -> Array:
    """One row of COLUMNS per label."""
    out = []
    for label in labels:
        bits, hyphens, vowels, digits = features(label, table)
        length = min(len(label), LONGEST)
        logs = log(length)
        shape = (length, logs, max(0, length - 16), length * length / 100)
        out.append((bits, bits * logs, bits * bits, *shape, hyphens, vowels, digits))
    return np.array(out, float)


def fit_model(benign: Benign, families: Mapping[str, Sequence[str]]) -> Model:
    """families: name -> labels; each family weighs the same, generated ones together GENERATED_SHARE."""
    table, short = tables(benign)
    cells = table.tobytes()
    ours = generated(benign.counted[:200_000], short)
    parts, weights = [], []
    for group, share in ((families, 1 - GENERATED_SHARE), (ours, GENERATED_SHARE)):
        for labels in group.values():
            parts.append(rows(labels, cells))
            weights.append(np.full(len(labels), DGA_SHARE * share / (len(group) * len(labels))))
    generated_rows = sum(map(len, parts))
    popular = rows(benign.popular, cells)
    for side in (popular, rows(benign.long_tail, cells)):
        parts.append(side)
        weights.append(np.full(len(side), (1 - DGA_SHARE) / 2 / len(side)))
    design, weight = np.vstack(parts), np.concatenate(weights)
    beta = fit(design, (np.arange(len(design)) < generated_rows).astype(float), weight)
    # .5 is where one in a hundred popular labels lies above
    beta[-1] = -float(np.quantile(popular @ beta[:-1], 0.99))
    return Model(table, {name: float(f"{value:.6g}") for name, value in zip((*COLUMNS, "intercept"), beta)})
