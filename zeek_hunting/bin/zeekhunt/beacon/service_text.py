"""A service as summaries write it, ``443/tcp/ssl``: port, protocol, and what Zeek recognised; ``-`` for unset."""

from __future__ import annotations

from functools import lru_cache

# Service -> the ports it is expected on; hunts.md §5.2 with the ports of TLS-wrapped mail, directory and push services
OWN_PORTS = {
    "dns": ("53", "853", "5353", "5355"),
    "http": ("80", "3128", "8000", "8080"),
    "ssl": ("443", "465", "587", "636", "853", "993", "995", "3269", "5223", "5228", "8443", "8883"),
    "quic": ("443",),
    "smtp": ("25", "465", "587"),
    "ssh": ("22",),
    "rdp": ("3389",),
    "ntp": ("123",),
}


@lru_cache(maxsize=4096)
def split(service: str) -> tuple[str, str, tuple[str, ...]]:
    """(port, protocol, the services that Zeek named). A ``-name`` is an analyzer that gave up."""
    port, proto, named = [*service.split("/"), "", "", ""][:3]
    return port, proto, tuple(word for word in named.split("+") if word and not word.startswith("-"))


def off_its_ports(service: str) -> bool:
    """Whether a service with known ports is spoken, and on none of them."""
    port, _, spoken = split(service)
    known = [port in OWN_PORTS[word] for word in spoken if word in OWN_PORTS]
    return bool(known) and not any(known)
