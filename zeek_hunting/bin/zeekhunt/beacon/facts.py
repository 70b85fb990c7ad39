"""What is known of an entity besides its series: the flags that context turns into log-odds.

known_service  time or name service, by what Zeek recognised and by its port: nothing on a network is more periodic than NTP
odd_port       its service is spoken on a port that is not the service's own
moves          one timer over several rare destinations in turn (see succession)
unnamed        TLS or HTTP to an address, without a name, in a search that holds names

Each is about the service of most of its events. What programs show of themselves: see signatures; what is new: novelty; clock:
context.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from .canonical import Pairs
from .company import ALONE
from .entities import GROUP, NAME, Entity
from .series import Flags, Ints
from .service_text import off_its_ports, split

KNOWN_SERVICES = {("ntp", "123"), ("dns", "53")}
NAMING = frozenset(("ssl", "http", "quic"))


def facts(about: Sequence[Entity], named: Pairs) -> dict[str, Flags]:
    """Flag -> (entities,), for PairColumns.facts."""
    usual = [_usual(entity) for entity in about]
    known, odd, naming = (
        (np.array(flags, np.bool_) for flags in zip(*map(_of_service, usual))) if about else [np.zeros(0, bool)] * 3
    )
    moves = np.array([entity.succession for entity in about], np.bool_)
    found: dict[str, Flags] = {"known_service": known, "odd_port": odd, "moves": moves}
    if named.src:
        ends = set(zip(named.src, named.dest))
        nameless = [
            entity.kind != NAME and not entity.attempt and all((entity.src, address) not in ends for address in entity.addresses)
            for entity in about
        ]
        found["unnamed"] = naming & np.array(nameless, np.bool_)
    return found


def talks(about: Sequence[Entity]) -> Ints:
    """(entities,) a number for each kind of talk, for PairColumns.talk: what an entity is about, and protocol,
    service and port of most of its events. Peers of a swarm have ports of their own: where Zeek recognised no service
    the port is left out. Groups have no company."""
    numbers: dict[tuple[str, str], int] = {}
    return np.array(
        [ALONE if one.kind == GROUP else numbers.setdefault((one.kind, _talk(_usual(one))), len(numbers)) for one in about],
        np.int64,
    )


@lru_cache(maxsize=4096)
def _talk(service: str) -> str:
    port, proto, spoken = split(service)
    return f"{port}/{proto}/{'+'.join(spoken)}" if spoken else proto


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
