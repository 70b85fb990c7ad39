"""Flags that traits tell of an entity (see traits).

own_signature    all its events show one TLS client or one user agent, which its source shows to nobody else, though it speaks to
                 OTHERS more in that protocol: a program of its own. Clients that change their JA3 with every connection show
                 many.
bad_certificate  a certificate of its destination failed its check
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from .entities import NAME, Entity
from .series import Flags
from .traits import AGENT, BAD_CERTIFICATE, TLS_CLIENT, Trait

OTHERS = 2
Ends = tuple[str, str]  # source, and an address or a name


class _Shown:
    """traits by (source, address) or, of named ones, by (source, name); users: (source, word) -> whom it is shown to."""

    def __init__(self, traits: Iterable[Trait], named: bool) -> None:
        self.words: defaultdict[Ends, set[str]] = defaultdict(set)
        self.users: defaultdict[Ends, set[str]] = defaultdict(set)
        self.spoken: defaultdict[Ends, set[str]] = defaultdict(set)  # by source and kind
        for src, dest, name, word in traits:
            end = name if named and name else dest
            self.words[src, end].add(word)
            self.users[src, word].add(end)
            self.spoken[src, word.partition("=")[0]].add(end)


def signature_flags(about: Sequence[Entity], traits: Sequence[Trait]) -> dict[str, Flags]:
    """Flag -> (entities,); nothing where no event shows a trait."""
    if not traits:
        return {}
    by_address, by_name = _Shown(traits, named=False), _Shown(traits, named=True)
    own, bad = np.zeros((2, len(about)), np.bool_)
    for at, one in enumerate(about):
        shown, ends = (by_name, (one.dest,)) if one.kind == NAME else (by_address, one.addresses)
        words = set().union(*(shown.words.get((one.src, end), ()) for end in ends))
        bad[at] = not one.attempt and any(word.startswith(BAD_CERTIFICATE) for word in words)
        own[at] = not one.attempt and any(_own(one.src, kind, words, set(ends), shown) for kind in (TLS_CLIENT, AGENT))
    return {"own_signature": own, "bad_certificate": bad}


def _own(src: str, kind: str, words: set[str], ends: set[str], shown: _Shown) -> bool:
    of_kind = [word for word in words if word.partition("=")[0] == kind]
    if len(of_kind) != 1 or len(shown.spoken[src, kind] - ends) < OTHERS:
        return False
    return shown.users[src, of_kind[0]] <= ends
