"""The world outside: names, addresses, certificates and how each site is reached.

Addresses come from the ranges reserved for documentation and benchmarks (RFC 5737, RFC 2544), names end in the reserved
.example and .test (RFC 2606): nothing here can point at a real party. These ranges count as external, though some tools
(Python's ipaddress.is_private among them) call them private. Sites of benign software and of intruders are drawn by the
same functions from the same pools, so that neither names nor addresses give a label away.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

import numpy as np

from lab.sim.randomness import component_rng, words
from lab.sim.settings import DAY_US, SECOND_US, SimSettings

_NETWORKS = tuple(ipaddress.IPv4Network(n) for n in ("198.18.0.0/15", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))
_FIRST = words(
    "amber atlas birch blue brisk cedar clear cloud coral crisp delta drift early ember field frost glade grand harbor "
    "hazel inner iron juniper keen lake lively lunar maple meadow mint north nova ocean olive open orchid pearl pine "
    "polar prime quick quiet rapid river robin sage silver solar stone summit swift tidal upper vivid willow winter"
)
_SECOND = words(
    "analytics apps assets base board bridge cast cdn collect connect data desk edge feed file gate grid hub img lab "
    "line link list mail map market media metrics news note office pages path pay photo plan play point press push "
    "radio relay report road search share shop site sky sport store stream sync team tech track travel video view web works"
)
_PREFIXES = ("www", "api", "cdn", "static", "app", "edge", "login", "img", "data", "")
_ENDINGS = ("example", "example", "example", "test")
_PATHS = (
    "/",
    "/index.html",
    "/api/v1/status",
    "/check",
    "/v2/sync",
    "/assets/app.js",
    "/img/logo.png",
    "/ping",
    "/report",
    "/jquery.min.js",
)
_AUTHORITIES = 4
_TTLS_S = (60, 300, 300, 900, 3600)


@dataclass(frozen=True)
class Certificate:
    """`status`: what Zeek's validate-certs script says of the chain. `authority` None = self-signed."""

    fingerprint: str
    serial: str
    subject: str
    names: tuple[str, ...]
    not_before_us: int
    not_after_us: int
    status: str
    key_b: int
    authority: Certificate | None = None

    @property
    def issuer(self) -> str:
        return self.subject if self.authority is None else self.authority.subject

    @property
    def chain(self) -> tuple[Certificate, ...]:
        return (self,) if self.authority is None else (self, self.authority)


@dataclass(frozen=True)
class Site:
    """A service that sessions go to. `name` None = contacted by address, without look-up or server name.
    `channel`: https, http or tcp. Sizes are bytes of the TLS handshake; `resumed_share` of sessions skip most of it."""

    name: str | None
    addresses: tuple[str, ...]
    channel: str
    port: int
    ttl_s: int = 300
    round_trip_us: int = 20_000
    certificate: Certificate | None = None
    tls_version: str = "TLSv12"
    hello_b: int = 517
    handshake_b: int = 4000
    resumed_share: float = 0.0
    path: str = "/"
    method: str = "GET"
    mime_type: str = "text/html"
    server_ja3: str = ""


@dataclass(frozen=True)
class SiteWish:
    """What a site must be; everything else is drawn. `port` 0 = the channel's usual one."""

    channel: str = "https"
    named: bool = True
    port: int = 0
    addresses: int = 1
    self_signed_share: float = 0.03


@dataclass
class Internet:
    """Hands out names and addresses, none twice. Benign traffic asks first, so what scenarios take never moves it."""

    start_us: int
    authorities: tuple[Certificate, ...]
    _addresses: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)

    def claim_address(self, rng: np.random.Generator) -> str:
        while True:
            net = _NETWORKS[int(rng.choice(len(_NETWORKS), p=(0.94, 0.02, 0.02, 0.02)))]
            address = str(net[int(rng.integers(1, net.num_addresses - 1))])
            if address not in self._addresses:
                self._addresses.add(address)
                return address

    def claim_name(self, rng: np.random.Generator) -> str:
        while True:
            first, second = str(rng.choice(_FIRST)), str(rng.choice(_SECOND))
            number = str(rng.integers(2, 99)) if rng.random() < 0.15 else ""
            prefix, ending = str(rng.choice(_PREFIXES)), str(rng.choice(_ENDINGS))
            domain = f"{first}{'-' if rng.random() < 0.4 else ''}{second}{number}.{ending}"
            if domain not in self._names:
                self._names.add(domain)
                return f"{prefix}.{domain}" if prefix else domain

    def draw_site(self, rng: np.random.Generator, wish: SiteWish) -> Site:
        name = self.claim_name(rng)
        addresses = tuple(self.claim_address(rng) for _ in range(wish.addresses))
        certificate = self.draw_certificate(rng, name, wish.self_signed_share)
        method, mime = (("POST", "application/json"), ("GET", "text/html"), ("GET", "text/plain"))[int(rng.integers(3))]
        secure = wish.channel == "https"
        return Site(
            name=name if wish.named else None,
            addresses=addresses,
            channel=wish.channel,
            port=wish.port or {"https": 443, "http": 80, "tcp": int(rng.integers(1024, 32768))}[wish.channel],
            ttl_s=int(rng.choice(_TTLS_S)),
            round_trip_us=int(rng.integers(8_000, 90_000)),
            certificate=certificate if secure else None,
            tls_version="TLSv13" if rng.random() < 0.6 else "TLSv12",
            hello_b=int(rng.integers(280, 760)),
            handshake_b=int(rng.integers(1900, 5200)),
            resumed_share=0.0 if rng.random() < 0.6 else float(rng.uniform(0.2, 0.8)),
            path=str(rng.choice(_PATHS)),
            method=method,
            mime_type=mime,
            server_ja3=rng.bytes(16).hex(),
        )

    def draw_certificate(self, rng: np.random.Generator, name: str, self_signed_share: float) -> Certificate:
        is_self_signed = bool(rng.random() < self_signed_share)
        begun = self.start_us - int(rng.uniform(1, 300 if is_self_signed else 80) * DAY_US)
        begun -= begun % SECOND_US
        return Certificate(
            fingerprint=rng.bytes(32).hex(),
            serial=rng.bytes(16).hex().upper(),
            subject=f"CN={name}",
            names=(name,),
            not_before_us=begun,
            not_after_us=begun + (3650 if is_self_signed else 90) * DAY_US,
            status="self signed certificate" if is_self_signed else "ok",
            key_b=2048,
            authority=None if is_self_signed else self.authorities[int(rng.integers(_AUTHORITIES))],
        )


def build_internet(settings: SimSettings) -> Internet:
    rng = component_rng(settings.seed, "internet")
    start_us = settings.window().start_us
    authorities = tuple(
        Certificate(
            fingerprint=rng.bytes(32).hex(),
            serial=rng.bytes(16).hex().upper(),
            subject=f"CN=Example Issuing CA R{i + 1},O=Example Trust Services,C=XX",
            names=(),
            not_before_us=start_us - 900 * DAY_US,
            not_after_us=start_us + 2700 * DAY_US,
            status="ok",
            key_b=4096,
        )
        for i in range(_AUTHORITIES)
    )
    return Internet(start_us, authorities)
