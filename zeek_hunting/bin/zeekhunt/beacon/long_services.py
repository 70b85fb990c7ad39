"""Services that stay open by design, remote control among them, and what a service text says of ATT&CK.

A service is ``port/protocol/service`` as the summaries write it (``443/tcp/ssl``, ``-`` for unset). Ports are IANA's or the ones
that vendors document; the protocol that Zeek recognised counts as well as the port.
"""

from __future__ import annotations

from collections.abc import Iterable

from .service_text import off_its_ports, split

# port/protocol -> why a connection to it stays open for long
USUAL_PORTS = {
    **dict.fromkeys(("1194/udp", "1194/tcp", "51820/udp", "500/udp", "4500/udp", "1701/udp"), "a VPN"),
    **dict.fromkeys(("5223/tcp", "5228/tcp", "5229/tcp", "5230/tcp", "8883/tcp", "1883/tcp"), "push messages"),
    **dict.fromkeys(("143/tcp", "993/tcp"), "a mailbox that waits for mail (IMAP IDLE)"),
    **dict.fromkeys(
        ("1433/tcp", "1521/tcp", "3306/tcp", "5432/tcp", "6379/tcp", "9042/tcp", "27017/tcp"), "a database connection"
    ),
    **dict.fromkeys(("3478/udp", "3479/udp", "3480/udp", "3481/udp", "5349/tcp", "19302/udp", "8801/udp"), "a call"),
}
USUAL_SERVICES = {
    **dict.fromkeys(("ipsec", "openvpn", "wireguard", "ayiya", "teredo"), "a VPN"),
    **dict.fromkeys(("mqtt", "xmpp"), "push messages"),
    "imap": "a mailbox that waits for mail (IMAP IDLE)",
    **dict.fromkeys(("mysql", "postgresql", "redis", "tds", "mongodb"), "a database connection"),
    **dict.fromkeys(("rtp", "sip", "stun"), "a call"),
    "websocket": "a web page that keeps a websocket",
}
WEB_PORTS = ("80/tcp", "443/tcp", "443/udp", "8080/tcp", "8443/tcp")
REMOTE_PORTS = frozenset(
    ("3389/tcp", "3389/udp", "5900/tcp", "5938/tcp", "5938/udp", "6568/tcp", "7070/tcp", "8040/tcp", "8041/tcp")
)
REMOTE_SERVICES = frozenset(("rdp", "rdpeudp", "rfb"))


def usual(service: str) -> str:
    """Why this service stays open by design; '' where it does not. What Zeek recognised goes before the port, so that another
    protocol on a mailbox's port is no mailbox; TLS may carry any of them."""
    port, proto, spoken = split(service)
    named = next((USUAL_SERVICES[word] for word in spoken if word in USUAL_SERVICES), "")
    if named or (set(spoken) - {"ssl", "quic"}):
        return named
    return USUAL_PORTS.get(f"{port}/{proto}", "")


def recognised(service: str) -> bool:
    return bool(split(service)[2])


def techniques(services: Iterable[str]) -> list[str]:
    """ATT&CK ids of long connections: T1572 always, T1219 remote control, T1571 a protocol on a port that is not its own or none
    that Zeek knows, T1573 encryption."""
    found = {"T1572"}
    for service in services:
        port, proto, spoken = split(service)
        if f"{port}/{proto}" in REMOTE_PORTS or REMOTE_SERVICES & set(spoken):
            found.add("T1219")
        if not spoken or off_its_ports(service):
            found.add("T1571")
        if {"ssl", "ssh", "quic"} & set(spoken):
            found.add("T1573")
    return sorted(found)
