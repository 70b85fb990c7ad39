"""Busy pairs in the merge: which of their events are kept (see sampling), and what is known of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import sampling
from .series import Flags, Floats, Ints


@dataclass(frozen=True, eq=False)
class Sampled:
    """kept: events that are there; events: how many there were, estimated. marks: ticks of all events that tell the first, the
    last and the hours (see sampling.marks). begins, ends: ascending stretches of ticks that are left out, without the ends."""

    kept: int
    events: int
    marks: Ints
    begins: Ints
    ends: Ints

    @classmethod
    def of(cls, pair: str, ticks: Ints, marks: Sequence[int]) -> Sampled:
        """pair: see summary.pair_text; ticks: of the kept events, ascending; marks: of all. The estimate is the kept events,
        scaled by the share that is kept of the hours with an event."""
        left_out = _columns(sampling.left_out(pair, sampling.edge(pair, ticks.data), marks))
        active = _length(*_columns(sampling.active(marks)))
        events = round(len(ticks) * active / (active - _length(*left_out)))
        return cls(len(ticks), events, np.array(marks, np.int64), *left_out)

    def scaled(self, count: int) -> int:
        """What of all events so many of the kept ones stand for."""
        return round(count * self.events / self.kept)


def keep(pair: str, moments: Sequence[Ints]) -> Flags:
    """(events,): which events of a pair are kept. moments: tick, port, request and reply in the order of canonical.distinct,
    (events,) each; those that agree in all four count once against the cap and stay or go together."""
    tick = moments[0]
    new = np.ones(len(tick), bool)
    new[1:] = np.any([column[1:] != column[:-1] for column in moments], axis=0)
    firsts = np.flatnonzero(new)
    bounds = np.append(firsts, len(tick))
    flags = np.zeros(len(tick), bool)
    for low, high in sampling.kept(pair, tick[firsts].data, sampling.EVENTS_KEPT):
        flags[bounds[low] : bounds[high]] = True
    return flags


def breaks(ticks: Ints, known: Sequence[Sampled]) -> Flags:
    """(events,): whether events may be missing between an event and the one before. ticks: ascending, of one entity; known: of
    its sampled pairs."""
    begins = np.concatenate([each.begins for each in known])
    order = np.argsort(begins, kind="stable")
    begins, ends = begins[order], np.concatenate([each.ends for each in known])[order]
    ends = np.maximum.accumulate(ends)  # both ascend: the first stretch that ends later than a tick is the one to ask
    broken = np.zeros(len(ticks), bool)
    if len(begins):
        at = np.searchsorted(ends, ticks[:-1] + 1, side="right")
        broken[1:] = (at < len(ends)) & (begins[np.minimum(at, len(ends) - 1)] < ticks[1:]) & (np.diff(ticks) > 1)
    return broken


def most_within(ticks: Ints, known: Sampled, window: int) -> int:
    """Most events of a sampled pair in any half-open window of so many ticks, estimated like their number: those kept in a
    window by the share that is kept of its hours with an event. ticks: of the kept events."""
    first, last = int(known.marks[0]), int(known.marks[-1])
    if window > last - first:
        return known.events
    starts = np.append(ticks[ticks <= last + 1 - window], [first, last + 1 - window])
    held = np.searchsorted(ticks, starts + window) - np.searchsorted(ticks, starts)
    active = _within(*_columns(sampling.active(known.marks.tolist())), starts, window)
    covered = active - _within(known.begins, known.ends, starts, window)
    estimates = np.divide(held * active, covered, out=np.zeros(len(starts)), where=covered > 0)
    return round(float(estimates.max()))


def per_bin(ticks: Ints, known: Sampled, edges: Ints) -> Floats:
    """Events of a sampled pair in each bin, estimated like their number: those kept by the share that is kept of its hours with
    an event; where nothing is kept of a bin, by the rate of the pair. ticks: of the kept events; edges: (bins + 1,) ticks."""
    width = np.diff(edges)
    held = np.diff(np.searchsorted(ticks, edges))
    active = _within(*_columns(sampling.active(known.marks.tolist())), edges[:-1], width)
    covered = active - _within(known.begins, known.ends, edges[:-1], width)
    rate = known.events / max(int(active.sum()), 1)
    estimated: Floats = np.where(covered > 0, held * active / np.maximum(covered, 1), rate * active)
    return estimated


def _columns(stretches: Sequence[sampling.Stretch]) -> tuple[Ints, Ints]:
    """begins, ends."""
    begins, ends = np.array(stretches, np.int64).reshape(-1, 2).T
    return begins, ends


def _length(begins: Ints, ends: Ints) -> int:
    return int((ends - begins).sum())


def _within(begins: Ints, ends: Ints, starts: Ints, window: int | Ints) -> Ints:
    """(starts,): ticks of the stretches in each window."""
    lengths = np.concatenate(([0], np.cumsum(ends - begins)))

    def before(until: Ints) -> Ints:
        at = np.searchsorted(begins, until)
        over = np.maximum(np.append(0, ends)[at] - until, 0)
        found: Ints = lengths[at] - over
        return found

    return before(starts + window) - before(starts)
