"""Which fields each simulated log has, in Zeek's order and with Zeek's names (current Zeek, default scripts, plus the
common validate-certs script and JA3 package for ssl).

Kinds: time (epoch seconds, 6 decimals), interval (seconds, 6 decimals), count (whole number >= 0), id, text, bool,
texts (set or vector of strings), intervals (vector of seconds). Unset fields are absent from a row, as Zeek's JSON writer
leaves them out.
"""

from __future__ import annotations

from typing import NamedTuple


class Field(NamedTuple):
    name: str
    kind: str


def _fields(listing: str) -> tuple[Field, ...]:
    return tuple(Field(*word.split(":")) for word in listing.split())


_SESSION = "ts:time uid:id id.orig_h:text id.orig_p:count id.resp_h:text id.resp_p:count "

LOGS: dict[str, tuple[Field, ...]] = {
    "conn": _fields(
        _SESSION + "proto:text service:text duration:interval orig_bytes:count resp_bytes:count conn_state:text "
        "local_orig:bool local_resp:bool missed_bytes:count history:text orig_pkts:count orig_ip_bytes:count "
        "resp_pkts:count resp_ip_bytes:count ip_proto:count"
    ),
    "dns": _fields(
        _SESSION + "proto:text trans_id:count rtt:interval query:text qclass:count qclass_name:text qtype:count "
        "qtype_name:text rcode:count rcode_name:text AA:bool TC:bool RD:bool RA:bool Z:count answers:texts "
        "TTLs:intervals rejected:bool opcode:count opcode_name:text"
    ),
    "http": _fields(
        _SESSION + "trans_depth:count method:text host:text uri:text version:text user_agent:text "
        "request_body_len:count response_body_len:count status_code:count status_msg:text tags:texts "
        "orig_fuids:texts orig_mime_types:texts resp_fuids:texts resp_mime_types:texts"
    ),
    "ssl": _fields(
        _SESSION + "version:text cipher:text curve:text server_name:text resumed:bool next_protocol:text "
        "established:bool ssl_history:text cert_chain_fps:texts client_cert_chain_fps:texts sni_matches_cert:bool "
        "validation_status:text ja3:text ja3s:text"
    ),
    "x509": _fields(
        "ts:time fingerprint:text certificate.version:count certificate.serial:text certificate.subject:text "
        "certificate.issuer:text certificate.not_valid_before:time certificate.not_valid_after:time "
        "certificate.key_alg:text certificate.sig_alg:text certificate.key_type:text certificate.key_length:count "
        "certificate.exponent:text san.dns:texts basic_constraints.ca:bool host_cert:bool client_cert:bool"
    ),
    "files": _fields(
        "ts:time fuid:id uid:id id.orig_h:text id.orig_p:count id.resp_h:text id.resp_p:count source:text depth:count "
        "analyzers:texts mime_type:text filename:text duration:interval local_orig:bool is_orig:bool seen_bytes:count "
        "total_bytes:count missing_bytes:count overflow_bytes:count timedout:bool"
    ),
    "smb_files": _fields(
        _SESSION + "action:text path:text name:text size:count times.modified:time times.accessed:time "
        "times.created:time times.changed:time"
    ),
    "smb_mapping": _fields(_SESSION + "path:text share_type:text"),
    "rdp": _fields(_SESSION + "cookie:text result:text security_protocol:text cert_count:count"),
    "kerberos": _fields(
        _SESSION + "request_type:text client:text service:text success:bool error_msg:text till:time cipher:text "
        "forwardable:bool renewable:bool"
    ),
    "ntlm": _fields(
        _SESSION + "username:text hostname:text domainname:text server_nb_computer_name:text "
        "server_dns_computer_name:text server_tree_name:text success:bool"
    ),
    "dce_rpc": _fields(_SESSION + "rtt:interval named_pipe:text endpoint:text operation:text"),
}
