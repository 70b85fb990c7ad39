"""What two hosts spoke, in one word: by Zeek's analyzers, else by the responder's port. Runs on indexers.

Zeek's conn.log lists analyzers in no fixed order (``gssapi,smb,krb``), and a sensor that joins late or cannot decrypt lists none.
One pair of hosts must not become five edges for it, so authentication and carriers give way to what they carry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from ..zeek import fields as zeek_fields

ATTEMPT, OTHER = "attempt", "other"
DYNAMIC_PORTS = 49_152  # IANA; a responder's port from here on was handed out at run time and says nothing
_WORD = re.compile(r"[a-z0-9_.+-]{1,40}")
_SAME = {"krb_tcp": "krb", "ldap_tcp": "ldap", "ldap_udp": "ldap", "rdpeudp": "rdp", "rfb": "vnc", "spicy_ldap": "ldap"}
# what carries or authenticates, the least telling first: it is left out where another analyzer is named
_GIVES_WAY = ("gssapi", "ntlm", "krb", "dce_rpc", "ssl")
# analyzer and port together say more than either
_BY_PORT = {
    "tcp/631": "print",
    "tcp/9100": "print",
    "tcp/515": "print",
    "tcp/5985": "winrm",
    "tcp/5986": "winrm",
    "udp/5353": "mdns",
    "udp/5355": "llmnr",
    "udp/137": "nbns",
}
# by port alone, where no analyzer is named: what else on such a port would surprise
_BLIND = {
    "tcp/22": "ssh",
    "tcp/25": "smtp",
    "tcp/53": "dns",
    "udp/53": "dns",
    "udp/67": "dhcp",
    "tcp/88": "krb",
    "udp/88": "krb",
    "udp/123": "ntp",
    "tcp/139": "smb",
    "tcp/389": "ldap",
    "udp/389": "ldap",
    "tcp/445": "smb",
    "tcp/636": "ldap",
    "tcp/3268": "ldap",
    "tcp/3269": "ldap",
    "tcp/3389": "rdp",
    "udp/3389": "rdp",
    "tcp/23": "telnet",
    "tcp/5900": "vnc",
}
# a field that only one log has -> what its rows speak
MARKERS: Mapping[str, str] = {
    "qtype": "dns",
    "query": "dns",
    "http_method": "http",
    "tls_established": "ssl",
    "server_name": "ssl",
    "security_protocol": "rdp",
    "auth_success": "ssh",
    "share_type": "smb",
    "endpoint": "dce_rpc",
    "request_type": "krb",
    "server_nb_computer_name": "ntlm",
    "mailfrom": "smtp",
}


@lru_cache(maxsize=20_000)
def of_session(analyzers: str, proto: str, port: str) -> str:
    """``smb`` of ``gssapi,smb,krb``; ``tcp/8443`` of none; ``port/8443`` without a transport either; OTHER when nothing is
    known."""
    proto = proto.lower()
    where = f"{proto or 'tcp'}/{port}"
    if where in _BY_PORT:
        return _BY_PORT[where]
    named = {_SAME.get(each, each) for each in zeek_fields.members(analyzers.lower()) if _WORD.fullmatch(each)}
    for weak in _GIVES_WAY:
        if len(named) > 1:
            named.discard(weak)
    if named:
        return ",".join(sorted(named))[:80]
    if where in _BLIND:
        return _BLIND[where]
    carrier = proto[:20] if _WORD.fullmatch(proto) else ""
    number = port_number(proto, port)
    if number < 0:
        return carrier or OTHER
    return f"{carrier or 'port'}/{'dynamic' if number >= DYNAMIC_PORTS else number}"


def port_number(proto: str, port: str) -> int:
    """The responder's port; -1 for none. ICMP has type and code in that place."""
    if proto == "icmp" or not (port.isascii() and port.isdecimal()) or len(port) > 5:
        return -1
    return int(port) if int(port) < 65_536 else -1
