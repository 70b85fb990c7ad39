"""Fields of the simulated logs: names, order and JSON types are those of current Zeek."""

from __future__ import annotations

import gzip
import ipaddress
import json
import re
from pathlib import Path
from typing import Any

import pytest

from lab.sim.rendering import render
from lab.sim.schema import LOGS

# Source: #fields and #types of the logs in Zeek's own test baselines (zeek/zeek, testing/btest/Baseline), default scripts.
_SESSION = "ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port "
ZEEK = {
    "conn": _SESSION + "proto:enum service:string duration:interval orig_bytes:count resp_bytes:count conn_state:string "
    "local_orig:bool local_resp:bool missed_bytes:count history:string orig_pkts:count "
    "orig_ip_bytes:count resp_pkts:count resp_ip_bytes:count tunnel_parents:set[string] ip_proto:count",
    "dns": _SESSION + "proto:enum trans_id:count rtt:interval query:string qclass:count qclass_name:string qtype:count "
    "qtype_name:string rcode:count rcode_name:string AA:bool TC:bool RD:bool RA:bool Z:count "
    "answers:vector[string] TTLs:vector[interval] rejected:bool opcode:count opcode_name:string",
    "http": _SESSION + "trans_depth:count method:string host:string uri:string referrer:string version:string "
    "user_agent:string origin:string request_body_len:count response_body_len:count status_code:count "
    "status_msg:string info_code:count info_msg:string tags:set[enum] username:string password:string "
    "proxied:set[string] orig_fuids:vector[string] orig_filenames:vector[string] "
    "orig_mime_types:vector[string] resp_fuids:vector[string] resp_filenames:vector[string] "
    "resp_mime_types:vector[string]",
    "ssl": _SESSION + "version:string cipher:string curve:string server_name:string resumed:bool last_alert:string "
    "next_protocol:string established:bool ssl_history:string cert_chain_fps:vector[string] "
    "client_cert_chain_fps:vector[string] sni_matches_cert:bool",
    "x509": "ts:time fingerprint:string certificate.version:count certificate.serial:string "
    "certificate.subject:string certificate.issuer:string certificate.not_valid_before:time "
    "certificate.not_valid_after:time certificate.key_alg:string certificate.sig_alg:string "
    "certificate.key_type:string certificate.key_length:count certificate.exponent:string "
    "certificate.curve:string san.dns:vector[string] san.uri:vector[string] san.email:vector[string] "
    "san.ip:vector[addr] basic_constraints.ca:bool basic_constraints.path_len:count host_cert:bool "
    "client_cert:bool",
    "files": "ts:time fuid:string uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port "
    "source:string depth:count analyzers:set[string] mime_type:string filename:string duration:interval "
    "local_orig:bool is_orig:bool seen_bytes:count total_bytes:count missing_bytes:count "
    "overflow_bytes:count timedout:bool parent_fuid:string",
    "smb_files": _SESSION + "fuid:string action:enum path:string name:string size:count prev_name:string times.modified:time "
    "times.accessed:time times.created:time times.changed:time",
    "smb_mapping": _SESSION + "path:string service:string native_file_system:string share_type:string",
    "rdp": _SESSION + "cookie:string result:string security_protocol:string client_channels:vector[string] "
    "keyboard_layout:string client_build:string client_name:string client_dig_product_id:string "
    "desktop_width:count desktop_height:count requested_color_depth:string cert_type:string "
    "cert_count:count cert_permanent:bool encryption_level:string encryption_method:string",
    "kerberos": _SESSION + "request_type:string client:string service:string success:bool error_msg:string from:time till:time "
    "cipher:string forwardable:bool renewable:bool client_cert_subject:string client_cert_fuid:string "
    "server_cert_subject:string server_cert_fuid:string",
    "ntlm": _SESSION + "username:string hostname:string domainname:string server_nb_computer_name:string "
    "server_dns_computer_name:string server_tree_name:string success:bool",
    "dce_rpc": _SESSION + "rtt:interval named_pipe:string endpoint:string operation:string",
}
# Fields that need a script or package of their own; they stand at the end of the row.
EXTRAS = {"ssl": {"validation_status": "string", "ja3": "string", "ja3s": "string"}}
JSON_TYPES = {
    "time": float,
    "interval": float,
    "count": int,
    "port": int,
    "string": str,
    "enum": str,
    "addr": str,
    "bool": bool,
}


def zeek_types(log: str) -> dict[str, str]:
    return {**dict(word.rsplit(":", 1) for word in ZEEK[log].split()), **EXTRAS.get(log, {})}


@pytest.mark.parametrize("log", sorted(ZEEK))
def test_every_field_of_a_log_exists_in_zeek_and_stands_in_zeeks_order(log: str) -> None:
    real = list(zeek_types(log))
    ours = [field.name for field in LOGS[log]]
    assert [name for name in real if name in ours] == ours


def test_no_log_is_simulated_that_the_table_does_not_cover() -> None:
    assert set(LOGS) == set(ZEEK)


@pytest.mark.parametrize("log", sorted(ZEEK))
def test_values_have_the_type_that_zeek_writes(log: str, sim_rows: dict[str, list[dict[str, Any]]]) -> None:
    types = zeek_types(log)
    assert sim_rows[log], f"the small world has no row of {log}"
    for row in sim_rows[log]:
        for name, value in row.items():
            _check(name, types[name], value)


def _check(name: str, kind: str, value: Any) -> None:
    if "[" in kind:
        assert isinstance(value, list), (name, value)
        inner = kind[kind.index("[") + 1 : -1]
        for element in value:
            _check(name, inner, element)
        return
    assert type(value) is JSON_TYPES[kind], (name, kind, value)
    if kind == "addr":
        ipaddress.ip_address(value)
    if kind in ("count", "port"):
        assert value >= 0, (name, value)
    if kind == "port":
        assert value <= 65535, (name, value)


def test_times_are_epoch_seconds_with_six_decimals(sim_world: Path) -> None:
    for path in sorted(sim_world.glob("*.log.gz")):
        with gzip.open(path, "rt") as handle:
            assert re.match(r'\{"ts":\d{10}\.\d{6},', handle.readline()), path.name


@pytest.mark.parametrize("log", sorted(ZEEK))
def test_the_table_of_this_test_agrees_with_zeeks_own_logs(log: str, shared_data: Path) -> None:
    headers = set()
    for path in sorted((shared_data / "zeek-baselines").rglob(f"{log}.log")):
        lines = path.read_text(errors="replace").splitlines()
        names = [line for line in lines if line.startswith("#fields")]
        kinds = [line for line in lines if line.startswith("#types")]
        if names and kinds:
            headers.add(" ".join(":".join(pair) for pair in zip(names[0].split("\t")[1:], kinds[0].split("\t")[1:])))
    assert ZEEK[log] in headers


def test_identifiers_look_like_zeeks(sim_rows: dict[str, list[dict[str, Any]]]) -> None:
    assert all(re.fullmatch(r"C[0-9A-Za-z]{17}", row["uid"]) for row in sim_rows["conn"])
    assert all(re.fullmatch(r"F[0-9A-Za-z]{17}", row["fuid"]) for row in sim_rows["files"])


def test_text_that_is_no_ascii_or_holds_quotes_stays_json() -> None:
    hostile = 'a"b\\c\n\u00e9'
    assert json.loads(render("smb_files", {"ts": 1, "name": hostile}, 1)[0])["name"] == hostile
