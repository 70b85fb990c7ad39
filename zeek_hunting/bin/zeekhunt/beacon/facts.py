"""What is known of an entity besides its series: the flags that context turns into log-odds.

known_service  time or name service, by what Zeek recognised and by its port: nothing on a network is more periodic than NTP
odd_port       its service is spoken on a port that is not the service's own
unnamed        TLS or HTTP to an address, without a name, in a search that holds names

Each is about the service of most of its events. The other flags of settings.CONTEXT take logs or a memory that this search does
not have, and stay unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from .canonical import Pairs
from .entities import NAME, Entity
from .series import Flags
from .service_text import off_its_ports, split

KNOWN_SERVICES = {("ntp", "123"), ("dns", "53")}
NAMING = frozenset(("ssl", "http", "quic"))


def facts(about: Sequence[Entity], named: Pairs) -> dict[str, Flags]:
    """Flag -> (entities,), for PairColumns.facts."""
    usual = [_usual(entity) for entity in about]
    known, odd, naming = (
        (np.array(flags, np.bool_) for flags in zip(*map(_of_service, usual))) if about else [np.zeros(0, bool)] * 3
    )
    found: dict[str, Flags] = {"known_service": known, "odd_port": odd}
    if named.src:
        ends = set(zip(named.src, named.dest))
        nameless = [
            entity.kind != NAME and not entity.attempt and all((entity.src, address) not in ends for address in entity.addresses)
            for entity in about
        ]
        found["unnamed"] = naming & np.array(nameless, np.bool_)
    return found


def _usual(entity: Entity) -> str:
    """The service of most events, the first of several; '' where none is known."""
    if len(entity.services) < 2:
        return entity.services[0][0] if entity.services else ""
    return max(entity.services, key=lambda counted: counted[1])[0]


@lru_cache(maxsize=4096)
def _of_service(service: str) -> tuple[bool, bool, bool]:
    """(known service, odd port, could carry a name)."""
    port, _, spoken = split(service)
    known = bool(spoken) and all((word, port) in KNOWN_SERVICES for word in spoken)
    return known, off_its_ports(service), not NAMING.isdisjoint(spoken)
