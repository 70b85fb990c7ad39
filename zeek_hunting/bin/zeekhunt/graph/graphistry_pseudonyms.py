"""Names replaced by keyed pseudonyms before anything leaves: the same name gets the same pseudonym under one key, for ever.

HMAC-SHA256 of the name under the profile's key, 80 bits of it in base32. Only columns that are known to hold words of a small
vocabulary, counts or times are kept; every other column is left out, since free text carries names. What still leaves: who is
linked with whom, volumes and times.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping

from .arrow_file import Value
from .graphistry_pictures import ROLE_COLOURS
from .graphistry_table import DESTINATION, NODE, SOURCE, Graph

KINDS = frozenset("host ip domain name user file cert certificate query answer ja3 ja3s ja4 url event leaves".split())  # noqa: SIM905  a table
_ZEEK = """
    dns http ssl tls quic smb dce_rpc gssapi ntlm kerberos krb krb_tcp rdp rdpeudp ssh winrm rpc vnc rfb telnet agent ftp ftp-data
    smtp imap pop3 irc dhcp ntp snmp syslog sip mqtt ldap ldap_tcp ldap_udp mysql postgresql radius socks modbus dnp3 stun
"""
# column -> its words; any other word in it becomes OTHER, since a site may keep names under these titles
WORDS = {
    "kind": KINDS,
    "role": frozenset(ROLE_COLOURS),
    "zone": frozenset(("internal", "external")),
    "intel": frozenset(("none", "suspicious", "malicious")),
    "severity": frozenset(("info", "informational", "low", "medium", "high", "critical")),
    "confidence": frozenset(("low", "medium", "high")),
    "proto": frozenset(("tcp", "udp", "icmp", "unknown_transport")),
    "service": frozenset(_ZEEK.split()),
    "protocol": frozenset(_ZEEK.split()),
    "conn_state": frozenset("S0 S1 S2 S3 SF REJ RSTO RSTR RSTOS0 RSTRH SH SHR OTH".split()),  # noqa: SIM905  a table
}
OTHER = "other"
_NUMBERS = """
    count events sessions attempts attempted_hosts members bytes bytes_out bytes_in orig_bytes resp_bytes duration degree
    degree_in degree_out peers peers_in peers_out score threat_score beacon_score tunnel_score host_score rita_score hub_score
    spoke_score betweenness first last start end ts _time first_seen last_seen path_id hop hops severity port dest_port new
    is_new folded x y
"""
NUMBERS = frozenset(_NUMBERS.split())
KEY_B = 32
DIGITS_B = 10


def pseudonym(key: bytes, name: str) -> str:
    """host::10.0.0.1 -> host::h-…; a name without a kind -> n-…. The kind is kept when it is one of the vocabulary."""
    kind, mark, value = name.partition("::")
    known = bool(mark) and kind in KINDS
    digest = hmac.new(key, (value if known else name).encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    letters = base64.b32encode(digest[:DIGITS_B]).decode().lower()
    return f"{kind}::{kind[0]}-{letters}" if known else f"n-{letters}"


def hide(graph: Graph, key: bytes) -> tuple[Graph, dict[str, str]]:
    """(the graph under pseudonyms, pseudonym -> name). Columns that might hold a name are gone, which the notes say."""
    names = {str(name): pseudonym(key, str(name)) for name in graph.nodes[NODE]}
    hidden: dict[str, str] = {}
    for name, own in names.items():
        hidden.setdefault(own, name)
    dropped: dict[str, None] = {}
    edges = _kept(graph.edges, (SOURCE, DESTINATION), names, dropped)
    nodes = _kept(graph.nodes, (NODE,), names, dropped)
    nodes["label"] = [str(node).rpartition("::")[2] for node in nodes[NODE]]
    said = f"; left out, because names may stand in them: {', '.join(dropped)}" if dropped else ""
    return Graph(edges, nodes, [*graph.notes, f"{len(names):,} names were replaced by pseudonyms{said}"]), hidden


def _kept(
    columns: Mapping[str, list[Value]], ends: tuple[str, ...], names: Mapping[str, str], dropped: dict[str, None]
) -> dict[str, list[Value]]:
    kept: dict[str, list[Value]] = {}
    for name, values in columns.items():
        if name in ends:
            kept[name] = [names[str(value)] for value in values]
        elif name in NUMBERS and not any(isinstance(value, str) for value in values):
            kept[name] = values
        elif name in WORDS:
            kept[name] = [value if value is None else _worded(str(value), WORDS[name]) for value in values]
        elif name != "label":
            dropped[name] = None
    return kept


def _worded(text: str, words: Collection[str]) -> str:
    """The text when it is one of the words, or several between commas; OTHER when it is anything else."""
    return text if all(part in words for part in text.split(",")) else OTHER
