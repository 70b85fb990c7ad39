"""What | dnstunnel reads and what its partial rows hold, as data: a parse-time probe needs no more."""

from __future__ import annotations

from collections.abc import Mapping

from ..zeek import fields as zeek_fields

VERSION = 1
KIND = "zh_kind"
PAIR, TALLY = "dns_pair", "dns_tally"
# The parts of a pair, as tunnel_pair writes them
PAIR_COLUMNS = ("zh_counts", "zh_ticks", "zh_hours", "zh_types", "zh_servers", "zh_names", "zh_examples")
COLUMNS = (KIND, "zh_version", "_time", "src", "zh_domain", *PAIR_COLUMNS, "zh_tally")
# The fields of a dns event; their spellings are zeek.fields'
FIELDS = ("time", "src", "dest", "dest_port", "query", "qtype", "rcode", "answers", "ttls")


def required_fields(options: Mapping[str, str]) -> list[str]:
    """What to ask splunkd for: the event fields in every spelling, and for the merge the columns of partial rows too."""
    events = zeek_fields.spellings(FIELDS)
    return events if options.get("phase") == "map" else [*events, *COLUMNS]
