"""Services that stay open by design, remote control among them, and what a service text says of ATT&CK.

A service is ``port/protocol/service`` as the summaries write it (``443/tcp/ssl``, ``-`` for unset). Ports are IANA's or the ones
that vendors document; the protocol that Zeek recognised counts as well as the port.
"""

from __future__ import annotations

from collections.abc import Iterable

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
OWN_PORTS = {"ssh": ("22",), "ssl": ("443", "8443", "993", "995", "465", "853"), "http": ("80", "8080", "3128"), "dns": ("53",)}


def usual(service: str) -> str:
    """Why this service stays open by design; '' where it does not. What Zeek recognised goes before the port, so that another
    protocol on a mailbox's port is no mailbox; TLS may carry any of them."""
    end, spoken = split(service)
    named = next((USUAL_SERVICES[word] for word in spoken if word in USUAL_SERVICES), "")
    if named or (set(spoken) - {"ssl", "quic"}):
        return named
    return USUAL_PORTS.get(end, "")


def recognised(service: str) -> bool:
    return bool(split(service)[1])


def techniques(services: Iterable[str]) -> list[str]:
    """ATT&CK ids of long connections: T1572 always, T1219 remote control, T1571 a protocol on a port that is not its own or none
    that Zeek knows, T1573 encryption."""
    found = {"T1572"}
    for service in services:
        end, spoken = split(service)
        port = end.partition("/")[0]
        if end in REMOTE_PORTS or REMOTE_SERVICES & set(spoken):
            found.add("T1219")
        known = [port in OWN_PORTS[word] for word in spoken if word in OWN_PORTS]
        if not spoken or (known and not any(known)):
            found.add("T1571")
        if {"ssl", "ssh", "quic"} & set(spoken):
            found.add("T1573")
    return sorted(found)


def split(service: str) -> tuple[str, list[str]]:
    """(``port/protocol``, the services that Zeek named)."""
    port, proto, named = [*service.split("/"), "", "", ""][:3]
    return f"{port}/{proto}", [word for word in named.split("+") if word not in ("", "-") and not word.startswith("-")]
