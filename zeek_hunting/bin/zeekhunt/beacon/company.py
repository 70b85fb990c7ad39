"""Company: to how many other destinations does a source do the same?

An implant has one server, or a few; a program that keeps one timer with dozens of peers is a service of the host: a swarm's
keep-alives, polls of time servers, a queue of mail, the retries of a scan. So the prior odds that one of n alike destinations
is a server of an implant are 1/n: company costs ln(n / company_free) log-odds of rank, nothing of behaviour. An implant that
rotates over many servers is one group, and groups have no company.

Alike are destinations of one source with one kind of talk (PairColumns.talk) that are machine-timed, T of company_timing or more,
with periods within a factor company_period of each other.
"""

from __future__ import annotations

import numpy as np

from . import laws
from .series import Floats, Ints, PairColumns
from .settings import BeaconSettings
from .timing import TimingEvidence

ALONE = -1  # the talk of what has no company
STEPS_PER_NAT = 1_000  # periods are compared as whole numbers of this part of ln: the same bits in any order


def alike(pairs: PairColumns, timing: TimingEvidence, settings: BeaconSettings) -> Ints:
    """(pairs,): destinations that the source does the same with, this one included; 1 where none is known."""
    count = np.ones(pairs.series.pairs, np.int64)
    if pairs.talk is None:
        return count
    steps = np.zeros(len(count), np.int64)
    timed = (pairs.talk != ALONE) & (timing.timing >= settings.company_timing)
    steps[timed] = np.rint(np.log(timing.period_s[timed]) * STEPS_PER_NAT).astype(np.int64)
    width = round(float(np.log(settings.company_period)) * STEPS_PER_NAT)
    place = np.flatnonzero(timed)
    steady = timing.law.rho[place] >= laws.NARROW[-1]
    program = np.column_stack((pairs.source_of_pair[place], pairs.talk[place], steady))
    _, own = np.unique(program, axis=0, return_inverse=True)
    lowest = int(steps[place].min(initial=0))
    stride = int(steps[place].max(initial=0)) - lowest + 2 * width + 1
    line = own.ravel() * stride + steps[place] - lowest
    ordered = np.sort(line)
    count[place] = np.searchsorted(ordered, line + width, "right") - np.searchsorted(ordered, line - width, "left")
    return count


def company_log_odds(count: Ints, settings: BeaconSettings) -> Floats:
    """(pairs,) log-odds, 0 up to company_free alike destinations; count: see alike."""
    odds: Floats = np.maximum(
        settings.company_points * np.log(np.maximum(count / settings.company_free, 1.0)), -settings.company_most
    )
    return odds
