"""What ``| zeekbeacon mode=long`` reads and what its partial rows hold, as data: a parse-time probe needs no more."""

from __future__ import annotations

from ..zeek import fields as zeek_fields

VERSION = 1
KIND = "zh_kind"
SESSIONS, TALLY = "long_sessions", "long_tally"
# Lists of a row: one number per session, in the order of starts
LISTS = ("zh_starts", "zh_durations", "zh_uids", "zh_closed", "zh_ports", "zh_out", "zh_in")
COLUMNS = (KIND, "zh_version", "_time", "src", "dest", "zh_service", "zh_sessions", *LISTS, "zh_tally")
# The fields of a conn event; their spellings are zeek.fields'
FIELDS = (
    *("time", "src", "src_port", "dest", "dest_port", "proto", "service", "conn_state", "duration", "uid"),
    *("orig_bytes", "orig_ip_bytes", "resp_bytes", "resp_ip_bytes"),
)
LOG_FIELDS = ("_path", "sourcetype", "source")  # one of them says which log an event is of


def required_fields() -> list[str]:
    """What to ask splunkd for: the event fields in every spelling, what names the log, and the columns of partial rows."""
    return [*zeek_fields.spellings(FIELDS), *LOG_FIELDS, *COLUMNS]
