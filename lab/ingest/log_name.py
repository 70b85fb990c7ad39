"""Which log a row belongs to: ``conn``, ``smb_files``, ``corelight_metrics_cpu`` …

Said by ``#path`` (TSV) or per row by ``_path``, ``@stream`` or ``__name`` (JSON); else by the file's name; else by fields that
only one log has. A log's own word wins when it can be a name at all, even one that no list knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

ROW_KEYS = ("_path", "@stream", "__name")
MAX_NAME_CHARS = 63

# Log streams of Zeek 2.x to 8.x, its common packages, Corelight's own and RITA's still-open ones.
_NAMES = """
    analyzer analyzer_debug anomaly app_stats arp barnyard2 bacnet broker capture_loss cluster communication config conn conn_agg
    conn_long conn_red conn_summary corelight_burst dce_rpc dga dhcp dnp3 dns dns_red dpd encrypted_dns enip etc_viz files
    files_red ftp generic_dns_tunnels generic_icmp_tunnels http http_red http2 icmp_specific_tunnels intel ipsec irc kerberos
    known_certs known_devices known_domains known_hosts known_modbus known_names known_remotes known_routers known_services
    known_users ldap ldap_search loaded_scripts local_subnets local_subnets_dj local_subnets_graphs log4shell modbus
    modbus_register_change mqtt_connect mqtt_publish mqtt_subscribe mysql netcontrol netcontrol_drop netcontrol_shunt
    netcontrol_catch_release notice notice_alarm ntlm ntp ocsp open_conn open_http open_ssl openflow ospf packet_filter pe
    postgresql profinet quic radius rdp redis reporter rfb s7comm signatures sip smartpcap smartpcap_stats smb_cmd
    smb_files smb_mapping smtp smtp_links snmp socks software specific_dns_tunnels ssh ssl ssl_red stats stepping stun stun_nat
    suricata_corelight suricata_stats syslog tds telemetry tftp traceroute tunnel unknown_protocols vpn weird weird_red
    weird_stats websocket wireguard x509 x509_red
"""
KNOWN = frozenset(_NAMES.split())
_BY_LENGTH = sorted(KNOWN, key=lambda name: (-len(name), name))
_PLAUSIBLE = re.compile(r"[a-z][a-z0-9_]*")
_EXTENSION = re.compile(r"\.(gz|log|json|jsonl|ndjson|labeled|txt|tsv)$")

# Fields (dots as underscores) that together occur in one log only; the first match counts.
_TELLTALES: tuple[tuple[str, frozenset[str]], ...] = (
    ("conn", frozenset(("conn_state", "id_orig_h"))),
    ("dns", frozenset(("query", "qtype_name"))),
    ("dns", frozenset(("query", "qtype"))),
    ("http", frozenset(("method", "uri", "status_code"))),
    ("x509", frozenset(("certificate_serial",))),
    ("ssl", frozenset(("cipher", "established"))),
    ("notice", frozenset(("note", "msg"))),
    ("smb_mapping", frozenset(("share_type", "path"))),
    ("dce_rpc", frozenset(("named_pipe", "endpoint"))),
    ("kerberos", frozenset(("request_type", "id_orig_h"))),
    ("rdp", frozenset(("security_protocol", "cookie"))),
    ("files", frozenset(("fuid", "analyzers"))),
)
_ZEEK_FIELDS = frozenset(("uid", "fuid", "uids", "id_orig_h", "id_resp_h", "proto", "host", "query", "fingerprint"))


@lru_cache(maxsize=1024)
def from_word(word: str) -> str | None:
    """The log that ``#path``, ``_path`` or ``@stream`` names; None when the word cannot be a log's name (``_0_0_2``)."""
    name = word.lower().replace("-", "_")
    if name.startswith(("zeek.", "bro.")):  # VAST's layouts: zeek.conn
        name = name.partition(".")[2]
    if name in KNOWN or (len(name) <= MAX_NAME_CHARS and _PLAUSIBLE.fullmatch(name)):
        return name
    return _known_inside(name)


@lru_cache(maxsize=1024)
def from_layout(word: str) -> str | None:
    """The log that ``__name`` names: VAST's ``zeek.conn`` or a known log; elsewhere the key holds a sensor's name."""
    name = from_word(word)
    return name if name in KNOWN else None


@lru_cache(maxsize=1024)
def from_file(file_name: str) -> str | None:
    """The longest known log in a file's name, as a whole word: ``NASHUA_smb_files.log`` is smb_files, not files."""
    return _known_inside(_stem(file_name))


def from_fields(fields: Iterable[str]) -> str | None:
    """The log that has these fields."""
    held = {field.replace(".", "_") for field in fields}
    return next((log for log, telltale in _TELLTALES if telltale <= held), None)


def from_stem(file_name: str) -> str:
    """A name of last resort from the letters of the file's name: ``events-2024-05-01.ndjson`` is ``events``."""
    words = "_".join(re.findall("[a-z]+", _stem(file_name)))
    return words[:MAX_NAME_CHARS] or "unnamed"


def of_header(path: str | None, fields: Iterable[str], file_name: str) -> str:
    """The log of a TSV header. RITA's open_conn.log says ``#path conn``; it repeats rows of conn.log, so it stays apart."""
    by_file = from_file(file_name)
    log = (from_word(path) if path else None) or by_file or from_fields(fields) or from_stem(file_name)
    return by_file if by_file is not None and by_file == f"open_{log}" else log


def of_row(words: Mapping[str, Any], fields: Iterable[str], file_name: str) -> str | None:
    """The log of JSON rows with these fields and ``words``, their values of ROW_KEYS; None when they are no Zeek events."""
    for key, resolve in zip(ROW_KEYS, (from_word, from_word, from_layout)):
        if words.get(key) and (log := resolve(words[key])):
            return log
    by_file = from_file(file_name)
    if "ts" not in fields and not words and not (by_file and has_zeek_field(fields)):
        return None
    return by_file or from_fields(fields) or from_stem(file_name)


def has_zeek_field(fields: Iterable[str]) -> bool:
    """Whether any field is one that Zeek's logs are full of."""
    return any(field.replace(".", "_") in _ZEEK_FIELDS for field in fields)


def _stem(file_name: str) -> str:
    stem = file_name.lower()
    while (shorter := _EXTENSION.sub("", stem)) != stem:
        stem = shorter
    return stem


def _known_inside(text: str) -> str | None:
    return next((log for log in _BY_LENGTH if re.search(rf"(?<![a-z0-9]){log}(?![a-z0-9])", text)), None)
