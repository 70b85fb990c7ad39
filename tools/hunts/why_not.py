"""Macros of "why not?" that the builder writes: what of a host every log has, and what every hunt measured of it.

``zeek_measured_all(src, dest)``    rows of every hunt (tools/hunts/measured.py).
``zeek_append_states(src, dest)``   one row per log and needed field: how many events are the host's (looked_at, at most 10,000),
                                    in how many of them the field is set, of conn how many are attempts; the same of the site
                                    as a whole (site_looked_at, site_filled).
The macro ``zeek_why_not`` (hunts/macros.conf) makes one row per hunt of them. Both are pipelines of appends, none inside another.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.hunts.playbook import Hunt
from tools.hunts.readiness import REQUIRED, needs
from tools.hunts.searches import ATTEMPTS, DATA_LOOKED_AT, quoted, set_value

_ADDRESS = "id.orig_h"  # a log that is asked for it names the host in every event; others are told by the search term alone


def appended_states(hunts: Sequence[Hunt]) -> str:
    """Definition of the macro ``zeek_append_states``; stands behind a bar."""
    fields: dict[str, dict[str, None]] = {}
    for _, log, field, need, _ in needs(hunts):
        if need == REQUIRED:
            fields.setdefault(log, {})[field] = None
    searches = [search(log, list(fields[log])) for log in sorted(fields) for search in (_of_host, _of_site)]
    return "\n| ".join(f"append [{search}]" for search in searches)


def _of_host(log: str, fields: Sequence[str]) -> str:
    terms, own = "", ""
    if _ADDRESS in fields:
        terms = ' "$src$*" "$dest$*"'
        own = '| `zeek_ends` | where "$src$"="" OR src="$src$" OR dest="$src$" '
    attempts = f"{ATTEMPTS} AS attempts " if log == "conn" else ""
    lead = f"search `zeek_{log}`{terms} {own}| head {DATA_LOOKED_AT} | stats count AS looked_at {attempts}"
    return f"{lead}{_counts(fields)} | {_rows(log, fields, 'filled')}"


def _of_site(log: str, fields: Sequence[str]) -> str:
    lead = f"search `zeek_{log}` | head {DATA_LOOKED_AT} | stats count AS site_looked_at "
    return f"{lead}{_counts(fields)} | {_rows(log, fields, 'site_filled')}"


def _counts(fields: Sequence[str]) -> str:
    return " ".join(f"count(eval(isnotnull({set_value(field)}))) AS zh_f{at}" for at, field in enumerate(fields, 1))


def _rows(log: str, fields: Sequence[str], name: str) -> str:
    """Commands that make one row per field of one row per log."""
    told = ", ".join(f"{quoted(field + '|')}.zh_f{at}" for at, field in enumerate(fields, 1))
    parts = f'field=mvindex(split(zh_fields, "|"), 0), {name}=tonumber(mvindex(split(zh_fields, "|"), 1))'
    return f"eval log={quoted(log)}, zh_fields=mvappend({told}) | mvexpand zh_fields | eval {parts} | fields - zh_*"
