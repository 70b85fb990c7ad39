"""Which scored entities become rows: each piece of traffic is told once, by the entity that says it best.

A name stands for its addresses when it explains at least NAMED_SHARE of the events between source and address. A group stands
when its timing T exceeds that of its best member (as an address or under a name); then it stands for the members whose
threat score it reaches. Nothing that is left out is lost: by= asks for one kind alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .canonical import Pairs
from .entities import GROUP, IP, NAME, Entity

NAMED_SHARE = 0.5
Ends = tuple[str, str]  # source, destination address


def capped_by_answered(about: Sequence[Entity], threat: np.ndarray) -> np.ndarray:
    """An unanswered pair never ranks above its answered twin."""
    capped: np.ndarray = threat.copy()
    answered = {(one.src, one.dest): at for at, one in enumerate(about) if one.kind == IP and not one.attempt}
    for at, one in enumerate(about):
        twin = answered.get((one.src, one.dest)) if one.attempt else None
        if twin is not None:
            capped[at] = min(capped[at], threat[twin])
    return capped


def named_share(pairs: Pairs, named: Pairs) -> dict[Ends, float]:
    """Named events per session between two addresses; more than 1 where one connection carries many requests."""
    if not named.src:
        return {}
    sessions = {
        (src, dest): int(events)
        for src, dest, attempt, events in zip(pairs.src, pairs.dest, pairs.attempt.tolist(), pairs.events)
        if not attempt
    }
    share: dict[Ends, float] = {}
    for src, dest, events in zip(named.src, named.dest, named.events.tolist()):
        share[src, dest] = share.get((src, dest), 0.0) + events / sessions.get((src, dest), events)
    return share


def shown(about: Sequence[Entity], timing: np.ndarray, threat: np.ndarray, share: Mapping[Ends, float], by: str) -> np.ndarray:
    """bool (entities,): which become rows. timing: T of each; by: a kind of entity, or any other word for all of them."""
    kept = np.array([one.kind in (IP, NAME) for one in about], bool)
    covered = [(at, end) for at, one in enumerate(about) if one.kind == NAME for end in _ends(one)]
    explained = {end for _, end in covered if share.get(end, 0) >= NAMED_SHARE}
    groups = sorted((at for at, one in enumerate(about) if one.kind == GROUP), key=lambda at: (-timing[at], at))
    member: dict[Ends, list[int]] = {}
    for at, one in enumerate(about) if groups else ():
        if one.kind != GROUP and not one.attempt:
            for end in _ends(one):
                member.setdefault(end, []).append(at)
    taken: set[Ends] = set()
    for at in groups:
        ends = _ends(about[at])
        members = sorted({place for end in ends for place in member.get(end, ())})
        if taken.isdisjoint(ends) and timing[at] > max((timing[place] for place in members), default=0.0):
            taken.update(ends)
            kept[at] = True
            for place in members:
                if set(_ends(about[place])) <= set(ends) and threat[place] <= threat[at]:
                    kept[place] = False
    if by in (IP, NAME, GROUP):
        every = np.array([one.kind == by for one in about], bool)
        return kept & every if by == GROUP else every
    for at, one in enumerate(about):
        if one.kind == IP and not one.attempt and (one.src, one.dest) in explained:
            kept[at] = False
    return kept


def _ends(one: Entity) -> list[Ends]:
    return [(one.src, address) for address in one.addresses]
