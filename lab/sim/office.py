"""The office: its hosts, what each is for, who uses it and when it is switched on.

Three fifths desktops that are on from 08:12 +- 42 min for 9.2 +- 1 h on working days, one fifth always on (reception,
warehouse, laboratories), one fifth servers. Addresses are fixed DHCP leases in 10.20.0.0/16. All times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lab.sim.randomness import component_rng, words
from lab.sim.settings import HOUR_US, MINUTE_US, SECOND_US, SimSettings, Window

LOCAL_PREFIX = "10.20."
DOMAIN = "corp.example"
REALM = "CORP.EXAMPLE"
DESKTOP, ALWAYS_ON, SERVER = "desktop", "always_on", "server"

# The first servers of every office, in this order; further ones are application servers. The smallest office has two.
_SERVICES = ("dc", "files", "mail", "print", "database", "jump", "backup", "dc")
_HOST_NAMES = {"dc": "dc", "files": "fs", "mail": "mail", "print": "print", "database": "db", "jump": "jump", "backup": "backup"}
_NETS = {SERVER: 1, DESKTOP: 10, ALWAYS_ON: 30}
_GIVEN = words("adam beth carl dana emil fern gina hugo iris jona kira liam mona nils olga pete quin rosa sven tara")
_FAMILY = words("abel berg cole dorn east frey gray hall ibsen juhl kern lund moss nord oaks penn reed shaw tore wood")

# The office works from the sensor's first seconds on; nothing starts before, so that look-ups precede their sessions.
WARM_UP_US = 10 * SECOND_US

Span = tuple[int, int]


@dataclass(frozen=True)
class Host:
    """`service`: what a server serves, "" otherwise. `user`: account of the person at the keyboard, "" for servers.
    `online`: when it is switched on; `attended`: when its user works. Both are spans in microseconds."""

    name: str
    address: str
    role: str
    service: str
    user: str
    online: tuple[Span, ...]
    attended: tuple[Span, ...]

    @property
    def full_name(self) -> str:
        return f"{self.name}.{DOMAIN}"

    @property
    def machine_account(self) -> str:
        return f"{self.name.upper()}$"


@dataclass(frozen=True)
class Office:
    hosts: tuple[Host, ...]

    def with_role(self, *roles: str) -> list[Host]:
        return [host for host in self.hosts if host.role in roles]

    def serving(self, service: str) -> list[Host]:
        """Servers of a service; in an office too small for one, the domain controller does that work too."""
        return [host for host in self.hosts if host.service == service] or self.controllers

    @cached_property
    def controllers(self) -> list[Host]:
        return [host for host in self.hosts if host.service == "dc"]

    @cached_property
    def people(self) -> list[Host]:
        """Hosts with a user."""
        return [host for host in self.hosts if host.user]

    @cached_property
    def admins(self) -> list[Host]:
        """Desktops of the administrators: one per 20 people."""
        return self.with_role(DESKTOP)[: 1 + len(self.people) // 20]

    @cached_property
    def by_address(self) -> dict[str, Host]:
        return {host.address: host for host in self.hosts}

    def controller_of(self, address: str) -> Host:
        """The domain controller (directory and resolver) that a host uses; a controller uses itself."""
        own = self.by_address.get(address)
        if own is not None and own.service == "dc":
            return own
        return self.controllers[int(address.rsplit(".", 1)[1]) % len(self.controllers)]


def build_office(settings: SimSettings) -> Office:
    """Hosts in a fixed order: servers, desktops, always on."""
    servers = max(2, settings.hosts // 5)
    always_on = settings.hosts // 5
    roles = [SERVER] * servers + [DESKTOP] * (settings.hosts - servers - always_on) + [ALWAYS_ON] * always_on
    counters = dict.fromkeys(roles, 0)
    hosts = []
    for number, role in enumerate(roles):
        hosts.append(_host(settings, role, counters[role], number - servers))
        counters[role] += 1
    return Office(tuple(hosts))


def _host(settings: SimSettings, role: str, index: int, person: int) -> Host:
    window = settings.window()
    net, place = divmod(index, 240)
    address = f"{LOCAL_PREFIX}{_NETS[role] + net}.{10 + place}"
    always = ((window.start_us + WARM_UP_US, window.end_us),)
    if role == SERVER:
        service = _SERVICES[index] if index < len(_SERVICES) else "application"
        stem = _HOST_NAMES.get(service, "app")
        rank = 1 + sum(1 for earlier in range(index) if _service_at(earlier) == service)
        return Host(f"{stem}{rank}", address, role, service, "", always, ())
    attended = _working_spans(component_rng(settings.seed, "presence", address), window)
    name = f"{'desk' if role == DESKTOP else 'lab'}-{index + 1:03d}"
    online = attended if role == DESKTOP else always
    return Host(name, address, role, "", _account(person), online, attended)


def _service_at(index: int) -> str:
    return _SERVICES[index] if index < len(_SERVICES) else "application"


def _account(person: int) -> str:
    """ "aabel" for the first twenty people, then "adame1": no two alike."""
    given = _GIVEN[person % 20]
    return given[0] + _FAMILY[person] if person < 20 else f"{given}{_FAMILY[person // 20 % 20][0]}{person // 20}"


def _working_spans(rng: np.random.Generator, window: Window) -> tuple[Span, ...]:
    spans = []
    for day in range(window.days):
        begin = rng.normal(8 * 60 + 12, 42) * MINUTE_US
        length = np.clip(rng.normal(9.2, 1), 4, 13) * HOUR_US
        comes_in = not window.is_weekend(day) or rng.random() < 0.04
        start = window.start_us + day * 24 * HOUR_US + int(max(begin, 5 * HOUR_US))
        if comes_in:
            spans.append((start, min(start + int(length), window.end_us)))
    return tuple(spans)
