"""Which scored entities become rows: each piece of traffic is told once, by the entity that says it best.

A name stands for its addresses when it explains at least NAMED_SHARE of the events between source and address. A group stands
when it says more than any member (as an address or under a name): its timing T exceeds that of all, or, of a succession, one
timer runs through all of them, as L tells (see timing): L_MORE times that of its best member, with T at most T_LESS below. It
stands for the members whose threat score it reaches, a succession for all; of groups that share a member the one with the
greatest L. Nothing that is left out is lost: by= asks for one kind alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .canonical import Pairs
from .entities import GROUP, IP, NAME, Entity
from .timing import TimingEvidence

NAMED_SHARE = 0.5
L_MORE, T_LESS = 1.25, 0.10  # two timers in one group have less evidence together than the better one alone
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


def shown(
    about: Sequence[Entity], timing: TimingEvidence, threat: np.ndarray, share: Mapping[Ends, float], by: str
) -> np.ndarray:
    """bool (entities,): which become rows. timing: of each; by: a kind of entity, or any other word for all of them."""
    kept = np.array([one.kind in (IP, NAME) for one in about], bool)
    nats = np.nan_to_num(timing.law.nats)
    covered = [(at, end) for at, one in enumerate(about) if one.kind == NAME for end in _ends(one)]
    explained = {end for _, end in covered if share.get(end, 0) >= NAMED_SHARE}
    groups = sorted((at for at, one in enumerate(about) if one.kind == GROUP), key=lambda at: (-nats[at], at))
    member: dict[Ends, list[int]] = {}
    for at, one in enumerate(about) if groups else ():
        if one.kind != GROUP and not one.attempt:
            for end in _ends(one):
                member.setdefault(end, []).append(at)
    taken: set[Ends] = set()
    for at in groups:
        ends = _ends(about[at])
        members = sorted({place for end in ends for place in member.get(end, ())})
        if taken.isdisjoint(ends) and _says_more(about[at], at, members, (timing.timing, nats)):
            taken.update(ends)
            kept[at] = True
            for place in members:
                if set(_ends(about[place])) <= set(ends) and (about[at].succession or threat[place] <= threat[at]):
                    kept[place] = False
    if by in (IP, NAME, GROUP):
        every = np.array([one.kind == by for one in about], bool)
        return kept & every if by == GROUP else every
    for at, one in enumerate(about):
        if one.kind == IP and not one.attempt and (one.src, one.dest) in explained:
            kept[at] = False
    return kept


def _says_more(group: Entity, at: int, members: Sequence[int], told: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether a group says more than each of its members alone. told: T and L of every entity."""
    timing, nats = told
    best, most = (max((float(each[place]) for place in members), default=0.0) for each in told)
    as_sure = group.succession and nats[at] >= L_MORE * most and timing[at] >= best - T_LESS
    return bool(timing[at] > best or as_sure)


def _ends(one: Entity) -> list[Ends]:
    return [(one.src, address) for address in one.addresses]
