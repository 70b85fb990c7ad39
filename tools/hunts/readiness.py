"""What the hunts need, as a lookup, and the search that looks what of it is there: readiness per hunt.

``lookups/zeek_hunt_needs.csv``  one row per hunt, log and field.
``zeek_log_states``              one row per log and field that any hunt reads: how many of the log's newest events there are, in
                                 how many the field is set, and when the last event came.
The macro ``zeek_readiness`` (hunts/macros.conf) joins the two.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from tools.hunts.playbook import Hunt
from tools.hunts.searches import DATA_LOOKED_AT, quoted, set_value

COLUMNS = ("hunt", "log", "field", "need", "sensor")
REQUIRED, USEFUL, OPTIONAL = "required", "useful", "optional"  # optional: of a log that the hunt can do without


def needs(hunts: Sequence[Hunt]) -> list[tuple[str, str, str, str, str]]:
    """(hunt, log, field, how much it is needed, what the sensor must be set to) in the order of the files."""
    found = []
    for hunt in hunts:
        for log in hunt.logs:
            least = OPTIONAL if log.get("optional") else REQUIRED
            sensor = " ".join(str(log.get("sensor", "")).split())
            for field in dict.fromkeys((*log["required"], *log.get("useful", ()))):
                need = least if field in log["required"] else USEFUL
                found.append((hunt.id, str(log["log"]), str(field), need, sensor))
    return found


def needs_csv(hunts: Sequence[Hunt]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(needs(hunts))
    return text.getvalue()


def log_states(hunts: Sequence[Hunt]) -> str:
    """Definition of the macro ``zeek_log_states``; stands first."""
    fields: dict[str, dict[str, None]] = {}
    for _, log, field, _, _ in needs(hunts):
        fields.setdefault(log, {})[field] = None
    first, *more = (_state(log, list(fields[log])) for log in sorted(fields))
    lines = [first, *(f"| append [{each}]" for each in more)]
    lines += [
        "| mvexpand zh_fields",
        '| eval field=mvindex(split(zh_fields, "|"), 0), filled=tonumber(mvindex(split(zh_fields, "|"), 1))',
        "| fields log field looked_at filled last_seen",
    ]
    return "\n".join(lines)


def _state(log: str, fields: Sequence[str]) -> str:
    counts = " ".join(f"count(eval(isnotnull({set_value(field)}))) AS zh_f{at}" for at, field in enumerate(fields, 1))
    told = ", ".join(f"{quoted(field + '|')}.zh_f{at}" for at, field in enumerate(fields, 1))
    return (
        f"search `zeek_{log}` | head {DATA_LOOKED_AT} | stats count AS looked_at max(_time) AS last_seen {counts} "
        f"| eval log={quoted(log)}, zh_fields=mvappend({told})"
    )
