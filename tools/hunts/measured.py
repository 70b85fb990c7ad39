"""``<id>_measured(src, dest)``: what a hunt measured of one host or pair, and which of its conditions removed it.

The macro is the hunt's own search in which, after the last command that makes new rows (stats, a command of the app), a condition
removes rows of others as ever, but of the asked host notes itself in ``removed_by`` and lets the row go on. Sums over other rows
(eventstats) are kept apart for what is left and what would be gone, so that a row without ``removed_by`` is exactly a finding.
Findings of other hosts are among the rows, since the place in the view counts them; the macro ``zeek_measured`` takes them out.
A condition on a parameter that stands before the last stats is measured in a pipeline of its own that ends there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tools.conf_file import read_conf
from tools.hunts.playbook import FOLDER, Hunt
from tools.hunts.searches import finding_identity, finding_owner, quoted, scored
from tools.hunts.stages import conjuncts, fields_of, stages

_KEEPING = frozenset(
    ("eval", "where", "lookup", "eventstats", "sort", "dedup", "fillnull", "mvexpand", "rename", "addinfo", "rex")
)
_MACRO = re.compile(r"^`(\w+)(\(.*\))?`$", re.DOTALL)
_CALL = re.compile(r"`([^`]+)`")
# Most rows that a command of the app returns unless told otherwise, and the most it can: rows between are below its own cut
_CUTS = {"zeekbeacon": (2_000, 50_000), "dnstunnel": (2_000, 50_000), "zeeklateral": (100, 10_000)}
_COUNTED = {"zeekbeacon": ("src dest", 4), "dnstunnel": ("src", 5)}  # by which the least events of a command count, and how many
COLUMNS = "hunt finding_id src dest entity score events scope why_far removed_by measured thresholds"
_SHOWN = 60  # characters of a condition without a parameter


def measured_search(hunt: Hunt, shared: Mapping[str, str] | None = None) -> str:
    """Definition of the macro. shared: name -> definition of the macros written by hand; default: hunts/macros.conf."""
    known = shared_macros() if shared is None else shared
    cut = stages(hunt.search)
    last = max((at for at, stage in enumerate(cut) if _makes_rows(stage, known)), default=0)
    lines = [*_joined(cut[:last]), *_uncut(cut[last], last), "| eval why_out=0", *_softened(hunt, cut[last + 1 :], known)]
    finding = hunt.finding
    if days := (hunt.raw.get("baseline") or {}).get("activation_days"):
        kind = hunt.raw["baseline"]["kind"]
        lines += _noted(hunt, [f"baseline_days>={days}"], f'"baseline too young: {kind} is ".baseline_days." of {days} days old"')
    lines += scored(finding) if finding.get("evidence") else []
    lines += _noted(hunt, conjuncts(finding["keep"])) if finding.get("keep") else []
    lines.append(f"| eval {', '.join(finding_owner(hunt))}")
    lines += [f"| eval {', '.join(finding_identity(hunt))}, why_far=1", f"| eval measured={_measured(hunt, cut[last + 1 :])}"]
    lines += [f"| append [{early}]" for early in _early(hunt, cut, last)]
    lines.append(f"| eval hunt={quoted(hunt.id)}, thresholds={_thresholds(hunt)}")
    return "\n".join([*lines, f"| table {COLUMNS}"])


def measured_all(hunts: Sequence[Hunt]) -> str:
    """Definition of ``zeek_measured_all(src, dest)``: the rows of all hunts."""
    calls = [f'`{hunt.id}_measured("$src$", "$dest$")`' for hunt in hunts]
    leads = ["" if hunt.search.startswith("|") else "search " for hunt in hunts]
    return "\n".join([calls[0], *(f"| append [{lead}{call}]" for lead, call in zip(leads[1:], calls[1:]))])


def shared_macros() -> dict[str, str]:
    """Name with its count of arguments -> definition, of hunts/macros.conf."""
    conf = read_conf(FOLDER / "macros.conf")
    return {name: stanza.settings.get("definition", "") for name, stanza in conf.stanzas.items()}


def _definition(stage: str, known: Mapping[str, str]) -> str:
    """What a macro that stands alone is; empty for everything else."""
    called = _MACRO.match(stage)
    if not called:
        return ""
    return next((text for name, text in known.items() if name.split("(")[0] == called[1]), "")


def _makes_rows(stage: str, known: Mapping[str, str]) -> bool:
    """Whether fields of the rows before are gone after a command."""
    if definition := _definition(stage, known):
        return any(part.split()[0] in ("stats", "table", "chart") for part in stages(definition) if part)
    word = stage.split()[0] if stage else ""
    return not (word in _KEEPING or re.match(r"fields\s*-", stage))


def _joined(cut: Sequence[str]) -> list[str]:
    return [stage if at == 0 else f"| {stage}" for at, stage in enumerate(cut)]


def _uncut(stage: str, at: int) -> list[str]:
    """The last command that makes rows; one of the app without its limit, the place of each row kept instead."""
    bar, cuts = "| " if at else "", _CUTS.get(stage.split()[0])
    if not cuts:
        return [f"{bar}{stage}"]
    told = re.search(r"\blimit=(\d+)", stage)
    usual, command = int(told[1]) if told else cuts[0], stage.split()[0]
    whole = re.sub(r"\s*\blimit=\d+", "", stage)
    return [
        f"{bar}{whole} limit={cuts[1]}",
        "| streamstats count AS why_row",
        f'| eval removed_by=if(why_row<={usual}, null(), "place ".why_row." of the rows of {command}; {usual} are used")',
    ]


def _softened(hunt: Hunt, tail: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """The rest of the pipeline with conditions that note themselves."""
    lines: list[str] = []
    for stage in (part for each in tail for part in _spelled_out(each, known)):
        word, _, rest = stage.partition(" ")
        if word == "where":
            lines += _noted(hunt, conjuncts(rest))
        elif word == "eventstats":
            lines += _kept_apart(rest)
        else:
            lines.append(f"| {stage} why_out" if word == "dedup" else f"| {stage}")
    return lines


def _spelled_out(stage: str, known: Mapping[str, str]) -> list[str]:
    """A macro of sums over other rows as its commands; with arguments it stays, zeek_against_days sums over past days alone."""
    called = _MACRO.match(stage)
    definition = _definition(stage, known)
    return stages(definition) if called and not called[2] and "eventstats" in definition else [stage]


def _kept_apart(sums: str) -> list[str]:
    """eventstats twice: rows that are still in see only each other, rows that are out see all."""
    names = re.findall(r"\bAS (\w+)", sums)
    by = " why_out" if re.search(r"\bBY\b", sums) else " BY why_out"
    chosen = ", ".join(f"{name}=if(why_out=0, why_{name}, {name})" for name in names)
    apart = re.sub(r"\bAS (\w+)", r"AS why_\1", sums)
    return [f"| eventstats {apart}{by}", f"| eventstats {sums}", f"| eval {chosen}"]


def _noted(hunt: Hunt, conditions: Sequence[str], says: str = "") -> list[str]:
    """Conditions that remove rows of others, and of the asked host are written down; says: SPL of the words, for one of them."""
    noted = ", ".join(f"if({each}, null(), {says or _words(hunt, each)})" for each in conditions)
    return [
        f"| eval {', '.join(_asked_of(hunt))}",
        '| `zeek_asked("$src$", "$dest$")`',
        f"| eval removed_by=mvappend(removed_by, {noted})",
        "| where why_asked=1 OR isnull(removed_by)",
        "| eval why_out=if(isnull(removed_by), 0, 1)",
    ]


def _asked_of(hunt: Hunt) -> list[str]:
    finding = hunt.finding
    entity = finding.get("entity", "src" if finding.get("evidence") else "entity")
    return [f"why_src={finding.get('src', 'src')}", f"why_dest={finding.get('dest', 'dest')}", f"why_entity={entity}"]


def _words(hunt: Hunt, condition: str) -> str:
    """SPL of: the condition with its thresholds as they are now; what the fields are."""
    own = {f"{hunt.id}_{each['name']}" for each in hunt.parameters}
    pieces = []
    for at, piece in enumerate(_CALL.split(" ".join(condition.split()))):
        if at % 2 == 0:
            pieces += [quoted(piece)] if piece else []
        else:
            pieces.append(f"tostring(`{piece}`)" if piece in own else quoted(piece))
    if len(condition) > _SHOWN and not own & set(_CALL.findall(condition)):
        pieces = [quoted(" ".join(condition.split())[:_SHOWN] + "…")]
    told = [f'"{name} is ".`zeek_told({_plain(name)})`' for name in fields_of(condition)]
    return ".".join([*pieces, *(['": "', '.", ".'.join(told)] if told else [])])


def _plain(name: str) -> str:
    return name if re.fullmatch(r"\w+", name) else f"'{name}'"


def _measured(hunt: Hunt, tail: Sequence[str]) -> str:
    """SPL of the values that the conditions look at, and the score."""
    conditions = [rest for word, _, rest in (stage.partition(" ") for stage in tail) if word == "where"]
    names = [name for condition in (*conditions, hunt.finding.get("keep", "")) for name in fields_of(condition)]
    names = [name for name in dict.fromkeys((*names, "score")) if re.fullmatch(r"\w+", name)]
    return _list([f'"{name}=".`zeek_told({name})`' for name in names])


def _thresholds(hunt: Hunt) -> str:
    return _list([f'"{hunt.id}_{each["name"]}=".tostring(`{hunt.id}_{each["name"]}`)' for each in hunt.parameters])


def _list(parts: Sequence[str]) -> str:
    return f"mvappend({', '.join([*parts, 'null()'])})"


def _early(hunt: Hunt, cut: Sequence[str], last: int) -> list[str]:
    """Pipelines that end at a condition before the last command that makes rows: what it removed of the asked host."""
    own = {f"{hunt.id}_{each['name']}" for each in hunt.parameters}
    ends = [(cut[:at], cut[at].partition(" ")[2]) for at in range(1, last) if cut[at].startswith("where ")]
    ends = [(before, condition) for before, condition in ends if own & set(_CALL.findall(condition))]
    return [_ending(hunt, before, condition) for before, condition in [*ends, *_fewest(cut, last)]]


def _fewest(cut: Sequence[str], last: int) -> list[tuple[list[str], str]]:
    """A command of the app scores nothing of fewer events than its option says: those of the host are counted beside it."""
    stage = cut[last]
    command, asks = stage.split()[0], re.search(r"\b(?:min_events|strobe_events|min_queries)=(\S+)", stage)
    by = _COUNTED.get(command)
    if not by or last != 1 or re.search(r"\bby=|\bmode=long", stage) or "_summaries`" in cut[0]:
        return []
    keys, usual = by
    return [([cut[0], "`zeek_ends`", f"stats count AS events BY {keys}"], f"events>={asks[1] if asks else usual}")]


def _ending(hunt: Hunt, before: Sequence[str], condition: str) -> str:
    told = _list([f'"{name}=".`zeek_told({name})`' for name in fields_of(condition) if re.fullmatch(r"\w+", name)])
    lines = [*_joined(before), *_noted(hunt, conjuncts(condition))[:3], "| where why_asked=1 AND isnotnull(removed_by)"]
    lines += [f"| eval measured={told}, why_far=0", f"| eval {', '.join(finding_owner(hunt))}"]
    return ("" if before[0] == "" else "search ") + " ".join(lines)
