"""Hosts that fail on k distinct names, scored as ``| dnstunnel by=host`` does: DGA mean, dictionary re-use, number of names.

A host is k names drawn without return from one source, a family or the benign labels; of a source that has fewer it gets all. No
host here has a popular name, a name that resolves or a resolver's role, which in a network lower the score of the benign ones.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from zeekhunt.dns.dictionary import reuse
from zeekhunt.dns.hosts import HostSettings, Signs, points_of

from bench.dns.measures import Array


@dataclass(frozen=True)
class Hosts:
    """places: of each host's names in the source, (hosts, k). reuse: dictionary re-use per host."""

    places: NDArray[np.int64]
    reuse: Array


def drawn(labels: Sequence[str], names: int, hosts: int, seed: int = 1) -> Hosts:
    source = random.Random(seed)
    places = [source.sample(range(len(labels)), min(names, len(labels))) for _ in range(hosts)]
    return Hosts(np.array(places), np.array([reuse([labels[at] for at in each]) for each in places]))


def scores(hosts: Hosts, logits: Array) -> Array:
    """0..100 per host. logits: of the source's labels."""
    means = 1 / (1 + np.exp(-logits[hosts.places].mean(axis=1)))
    names, settings = hosts.places.shape[1], HostSettings()
    pairs = zip(means.tolist(), hosts.reuse.tolist())
    return np.array([sum(points_of(Signs(names, mean, again, False, False), settings)) for mean, again in pairs])
