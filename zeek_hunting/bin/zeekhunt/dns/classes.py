"""Which names are no host names to score: local, reverse, NetBIOS, block-list look-ups, addresses (docs/methods/dns.md)."""

from __future__ import annotations

import re
from collections.abc import Sequence

EMPTY, SINGLE, REVERSE, LOCAL, NETBIOS = "empty", "single", "reverse", "local", "netbios"
SERVICE, IDN, DNSBL, SUFFIX, IP, NORMAL = "service", "idn", "dnsbl", "suffix", "ip", "normal"
UNSCORED = frozenset((EMPTY, REVERSE, LOCAL, NETBIOS, SUFFIX, IP))  # neither DGA score nor bits
NO_DGA = UNSCORED | {SINGLE, IDN, DNSBL}

# RFC 6762 (mDNS and its appendix G), RFC 6761, RFC 8375, ICANN's .internal: never delegated in the public DNS
LOCAL_TOPS = frozenset((
    "local", "lan", "internal", "localhost", "localdomain", "home", "corp", "private", "intranet", "workgroup", "mshome",
    "test", "invalid",
))  # fmt: skip
_MULTICAST_PORTS = frozenset(("5353", "5355"))
_MULTICAST = re.compile(r"(?:22[4-9]|23\d)\.|ff[0-9a-f]{2}:", re.IGNORECASE)
_NETBIOS_TYPES = frozenset(("nb", "nbstat", "32"))
_QUAD = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}\Z")
_IPV6 = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*\Z")
_NETBIOS_STAR = "*" + "\0" * 2


def by_transport(qtype: str, port: str, server: str) -> str:
    """netbios or local where type, port or server of the query say so, else ''."""
    if qtype.lower() in _NETBIOS_TYPES or port == "137":
        return NETBIOS
    if port in _MULTICAST_PORTS or _MULTICAST.match(server):
        return LOCAL
    return ""


def by_text(name: str) -> str:
    """ip or netbios where the whole text says so, else ''. name: lower case, escapes decoded."""
    if name[-1:].isdigit() and _QUAD.match(name) and all(int(part) < 256 for part in name.split(".")):
        return IP
    if ":" in name and _IPV6.match(name):
        return IP
    return NETBIOS if name.startswith(_NETBIOS_STAR) else ""


def by_zone(labels: Sequence[str]) -> str:
    """reverse or local where the last labels say so, else ''."""
    top = labels[-1]
    if top == "arpa" and len(labels) > 1:
        if labels[-2] in ("in-addr", "ip6"):
            return REVERSE
        if labels[-2] == "home":
            return LOCAL
    return LOCAL if top in LOCAL_TOPS and len(labels) > 1 else ""


def address_labels(labels: Sequence[str]) -> int:
    """How many labels the address takes that a block list is asked for (RFC 5782): 32 hexadecimal digits, one a label, or four
    numbers below 256, before a zone; 0 for none."""
    if len(labels) > 33 and all(len(label) == 1 and label in "0123456789abcdef" for label in labels[:32]):
        return 32
    if len(labels) > 5 and labels[3].isdecimal() and all(label.isdecimal() and len(label) < 4 for label in labels[:4]):
        return 4 if all(int(label) < 256 for label in labels[:4]) else 0
    return 0
