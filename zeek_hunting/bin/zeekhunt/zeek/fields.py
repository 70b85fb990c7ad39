"""Canonical Zeek field names and every spelling they reach a search under.

The same field is ``id.orig_h`` in Zeek's own logs, ``id_orig_h`` behind Splunk's TSV reader and ROCK, ``src``/``src_ip``
behind CIM aliases and Corelight's add-on. One search may mix them, so a column is coalesced row by row, the earlier
spelling first. The byte fields have no CIM spelling on purpose: Splunk_TA_bro sets ``bytes_in`` from ``orig_bytes``,
Corelight's add-on ``bytes_out``; only Zeek's own names say the direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

UNSET = frozenset(("", "-", "(empty)"))

SPELLINGS: dict[str, tuple[str, ...]] = {
    "time": ("_time", "ts"),
    "src": ("id.orig_h", "id_orig_h", "src_ip", "src"),
    "src_port": ("id.orig_p", "id_orig_p", "src_port"),
    "dest": ("id.resp_h", "id_resp_h", "dest_ip", "dst_ip", "dest", "dst"),
    "dest_port": ("id.resp_p", "id_resp_p", "dest_port", "dst_port"),
    "proto": ("proto", "transport"),
    "service": ("service", "app"),
    "conn_state": ("conn_state",),
    "duration": ("duration",),
    "orig_bytes": ("orig_bytes",),
    "resp_bytes": ("resp_bytes",),
    "orig_ip_bytes": ("orig_ip_bytes",),
    "resp_ip_bytes": ("resp_ip_bytes",),
    "uid": ("uid", "flow_id"),
    "server_name": ("server_name",),
    # in every row of ssl.log, with or without a name
    "tls_established": ("established", "resumed"),
    "http_method": ("method", "http_method"),
    # on a Splunk the field host is the forwarder: alias http.log's own as http_host
    "http_host": ("http_host", "host"),
    "uri": ("uri", "uri_path"),
    "request_body": ("request_body_len",),
    "user_agent": ("user_agent", "http_user_agent"),
    "ja3": ("ja3",),
    "ja4": ("ja4",),
    "validation_status": ("validation_status",),
    "response_body": ("response_body_len",),
    "query": ("query",),
    "qtype": ("qtype_name", "record_type"),
    "rcode": ("rcode_name", "reply_code"),
    # Splunk reads a JSON array as a multivalue field with braces
    "answers": ("answers", "answers{}", "answer"),
    "ttls": ("TTLs", "TTLs{}", "ttl"),
}


class FieldMissing(ValueError):
    """A field the command cannot do without is in no event; the text names it, the log and the spellings looked for."""


def spellings(fields: Iterable[str]) -> list[str]:
    """All names to ask splunkd for, in the order of the fields."""
    return [name for field in fields for name in SPELLINGS[field]]


def present(field: str, header: Sequence[str]) -> list[str]:
    """The spellings of a field that a header holds, preferred first."""
    held = set(header)
    return [name for name in SPELLINGS[field] if name in held]


def coalesce(columns: Sequence[Sequence[str]], rows: int) -> list[str]:
    """One column from several spellings: per row the first value that is set, '' where none is. No column: all ''."""
    if not columns:
        return [""] * rows
    merged = list(columns[0])
    for column in columns[1:]:
        merged = [kept if kept not in UNSET else other for kept, other in zip(merged, column)]
    return ["" if value in UNSET else value for value in merged]


def missing(field: str, log: str, rows: int) -> FieldMissing:
    """The error for a field that none of the rows has."""
    return FieldMissing(
        f"no {field} field in {rows:,} rows of the {log} log; looked for {', '.join(SPELLINGS[field])}. "
        f'If yours has another name, rename it first: | rename <yours> AS "{SPELLINGS[field][0]}"'
    )


def members(value: str) -> frozenset[str]:
    """A comma list (``ssl,http``; no fixed order) as a set; unset gives the empty set."""
    return frozenset(part for part in value.split(",") if part not in UNSET)


def ordered(value: str) -> str:
    """A comma list in one fixed order, so that ``ssl,http`` and ``http,ssl`` are the same text."""
    return ",".join(sorted(members(value))) if "," in value else ("" if value in UNSET else value)
