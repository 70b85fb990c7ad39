"""The SPL that the builder writes round a hunt's own search.

``<id>_hunt``  the search, then the fields of a finding (DESIGN 4.6): points that sum to the score, words for and against, the
               search that shows the events, a stable id. It neither hides nor writes anything.
``<id>_data``  one row per needed log: how many events there are, which needed fields are unset, and what that means.

The saved search that a person runs is the first, the view of it (allow-list, verdicts, most suspicious first) and, where nothing
is left, the second. The scheduled one is the first and ``zeek_store_findings``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tools.hunts.playbook import REPO, Hunt

sys.path.insert(0, str(REPO / "zeek_hunting" / "bin"))  # field names and states are those that ship

from zeekhunt.zeek.conn_state import ATTEMPT
from zeekhunt.zeek.fields import SPELLINGS

DATA_LOOKED_AT = 10_000  # newest events of a log; a count over all of them would read the whole window a second time
VALUES_SEARCHED = 100  # of a finding about many addresses; more would make the search of its events too long to run
# fields that only hunts read: arrays as Splunk names them, names before Zeek 5, http.log's host beside Splunk's own
_HUNTED = {
    "cert_chain_fps": ["cert_chain_fps", "cert_chain_fps{}", "cert_chain_fuids", "cert_chain_fuids{}"],
    "fingerprint": ["fingerprint", "id"],
    "host": ["http_host", "host"],
}
_UNSAFE = "[^0-9A-Za-z_.:/@+=, -]"  # of a value from a log: becomes *, which widens a search but cannot end its quotes


def hunt_search(hunt: Hunt) -> str:
    """Definition of the macro ``<id>_hunt``."""
    finding = hunt.finding
    lines = [hunt.search]
    if needed := needed_baseline(hunt):
        lines.append(f"| where baseline_days>={needed['activation_days']}")
    lines += scored(finding) if finding.get("evidence") else []
    lines += [f"| where {finding['keep']}"] if finding.get("keep") else []
    lines.append(f"| eval {', '.join(finding_owner(hunt))}")
    lines += _told(finding) if finding.get("evidence") else []
    lines.append(f"| eval {', '.join(finding_identity(hunt))}")
    return "\n".join([*lines, "| `zeek_finding`"])


def scored(finding: Mapping[str, Any]) -> list[str]:
    """score = sum of the parts, between 0 and 100."""
    parts = finding["evidence"]
    points = [f"zh_p{at}=round(coalesce({part['points']}, 0), 2)" for at, part in enumerate(parts, 1)]
    total = "+".join(f"zh_p{at}" for at in range(1, len(parts) + 1))
    return [f"| eval {', '.join(points)}", f"| eval zh_sum=round({total}, 2), score=max(0, min(100, zh_sum))"]


def finding_owner(hunt: Hunt) -> list[str]:
    """Whose finding it is, of which hunt and technique."""
    finding = hunt.finding
    named = [f"{field}={finding[field]}" for field in ("src", "dest", "entity") if field in finding]
    if finding.get("evidence") and "entity" not in finding:
        named.append("entity=src")
    techniques = ", ".join(quoted(each) for each in hunt.techniques)
    if not finding.get("evidence"):  # a command may say better which techniques a finding speaks of
        techniques = f"coalesce(technique, mvappend({techniques}))"
        return [f"hunt={quoted(hunt.id)}", f"hunt_version={quoted(hunt.version)}", *named, f"technique={techniques}"]
    return [f"hunt={quoted(hunt.id)}", f"hunt_version={quoted(hunt.version)}", *named, f"technique=mvappend({techniques})"]


def _told(finding: Mapping[str, Any]) -> list[str]:
    """evidence, why_not, confidence and drilldown of a hunt that is written in SPL alone."""
    told = [
        f'if(zh_p{at}!=0, "{part["part"]}: ".({part["says"]}).printf(": %+.2f", zh_p{at}), null())'
        for at, part in enumerate(finding["evidence"], 1)
    ]
    told.append('if(zh_sum!=score, "bounds: a score lies between 0 and 100".printf(": %+.2f", score-zh_sum), null())')
    against = [f"if({each['if']}, {each['says']}, null())" if "if" in each else str(each["says"]) for each in finding["why_not"]]
    return [
        f"| eval evidence=mvappend({', '.join(told)})",
        f"| eval why_not=mvappend({', '.join(against)})",
        f"| eval confidence={finding['confidence']}",
        f"| eval drilldown={_drilldown(finding['drilldown'])}",
    ]


def _drilldown(shown: Sequence[Mapping[str, Any]]) -> str:
    """SPL expression whose value is the search of a finding's events."""
    searches = [" . ".join([f'"(`zeek_{each["log"]}`"', *map(_terms, each["match"].items()), '")"']) for each in shown]
    events = ' . " OR " . '.join(searches)
    return f'"(" . {events} . ") earliest=" . floor(first) . " latest=" . (floor(last)+1)'


def _terms(item: tuple[str, str]) -> str:
    """`` (field="value" OR field="value")`` for every spelling of a field and every value."""
    field, value = item
    safe = f'replace(mvindex({value}, 0, {VALUES_SEARCHED - 1}), "{_UNSAFE}", "*")'
    terms = []
    for name in spelled(field):
        written = f'\\"{name}\\"' if "." in name else name
        terms.append(f'"{written}=\\"" . mvjoin({safe}, "\\" OR {written}=\\"") . "\\""')
    return '" (" . ' + ' . " OR " . '.join(terms) + ' . ")"'


def finding_identity(hunt: Hunt) -> list[str]:
    """What makes two findings the same one, and what an allow-list entry may name."""
    parts = hunt.finding.get("identity") or ("entity", "src", "dest")
    joined = ' . "|" . '.join(f'coalesce({_spelled_alike(part)}, "")' for part in parts)
    scope = ", ".join(f'"{field}=".{field}' for field in ("entity", *(hunt.finding.get("scope") or ())))
    return [f'finding_id=md5("{hunt.id}|" . {joined})', f"scope=mvappend({scope})"]


def _spelled_alike(part: str) -> str:
    """SPL of the values of a part as one text, whatever their order and case: names and IPv6 addresses come in both cases."""
    return f'mvjoin(mvsort(mvdedup(split(lower(mvjoin({part}, "\\n")), "\\n"))), ",")'


def data_search(hunt: Hunt) -> str:
    """Definition of the macro ``<id>_data``: a subsearch, also good as a search of its own."""
    logs = [log for log in hunt.logs if not log.get("optional")]
    states = [_log_state(logs[0]), *(f"| append [{_log_state(log)}]" for log in logs[1:])]
    needed = needed_baseline(hunt)
    return "\n".join([*states, *([_baseline_state(needed)] if needed else [])])


def needed_baseline(hunt: Hunt) -> Mapping[str, Any] | None:
    """The baseline without which the hunt is silent; one of no activation days only adds to what it says."""
    baseline = hunt.raw.get("baseline")
    return baseline if baseline and baseline["activation_days"] else None


def _baseline_state(baseline: Mapping[str, Any]) -> str:
    """A row with the age that the baseline has and needs; zeek_or_why, which knows the time range, makes a sentence of it."""
    kind = baseline["kind"]
    return (
        f'| append [| inputlookup zeek_baselines where kind="{kind}" | stats min(since) AS zh_since sum(keys) AS zh_rows '
        f'| eval zh_log="baseline", zh_kind="{kind}", zh_need={baseline["activation_days"]}]'
    )


def _log_state(log: Mapping[str, Any]) -> str:
    name, needed = log["log"], list(log["required"])
    counts = [f"count(eval(isnotnull({set_value(field)}))) AS zh_f{at}" for at, field in enumerate(needed, 1)]
    counts += [f"{ATTEMPTS} AS zh_attempts"] if name == "conn" else []
    unset = [f"if(zh_f{at}=0, {quoted(field)}, null())" for at, field in enumerate(needed, 1)]
    partly = [
        f'if(zh_f{at}>0 AND zh_f{at}<0.9*zh_rows, "{field} in ".round(100-100*zh_f{at}/zh_rows)." %", null())'
        for at, field in enumerate(needed, 1)
    ]
    rows = 'printf("%\'d", zh_rows)'
    cases = [
        f'zh_rows=0, "no data: there are no events of {name} in the time range; see the macro zeek_{name} and the sensor"',
        f'isnotnull(zh_unset), "field missing: none of the newest ".{rows}." events of {name} has ".mvjoin(zh_unset, ", ")',
        *(
            [f'zh_attempts=zh_rows, "only attempts: none of the newest ".{rows}." events of conn is an established session"']
            if name == "conn"
            else []
        ),
        f'true(), "nothing found: the newest ".{rows}." events of {name} were looked at for their fields".'
        'if(isnull(zh_partly), "", "; unset: ".mvjoin(zh_partly, ", "))',
    ]
    return "\n".join(
        [
            f"search `zeek_{name}`",
            f"| head {DATA_LOOKED_AT}",
            f"| stats count AS zh_rows {' '.join(counts)}",
            f"| eval zh_log={quoted(name)}, zh_unset=mvappend({', '.join([*unset, 'null()'])}), "
            f"zh_partly=mvappend({', '.join([*partly, 'null()'])})",
            f"| eval zh_says=case({', '.join(cases)})",
        ]
    )


def set_value(field: str) -> str:
    """SPL of a field's value in any spelling; Zeek's mark of an unset one counts as none."""
    names = ", ".join(f"'{name}'" for name in spelled(field))
    return f'nullif(nullif(coalesce({names}), "-"), "(empty)")'


def spelled(field: str) -> list[str]:
    """Every known spelling of a field, Zeek's own first."""
    return _HUNTED.get(field) or next((list(names) for names in SPELLINGS.values() if names[0] == field), None) or _plain(field)


def _plain(field: str) -> list[str]:
    """Behind Splunk's reader of TSV files dots are underscores."""
    return [field, field.replace(".", "_")] if "." in field else [field]


def person_search(hunt: Hunt) -> str:
    """What a person runs."""
    return "\n".join(
        [f"`{hunt.id}_hunt`", "| `zeek_view`", f"| append [`{hunt.id}_data`]", f"| `zeek_or_why({hunt.id}, {hunt.version})`"]
    )


def stored_search(hunt: Hunt) -> str:
    """What the scheduler runs."""
    return f"`{hunt.id}_hunt`\n| `zeek_store_findings({hunt.id})`"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


ATTEMPTS = f"count(eval(in(conn_state, {', '.join(quoted(each) for each in sorted(ATTEMPT))})))"  # of conn, for stats
