"""props.conf: which rule is for which event. ``[<sourcetype>]``, ``[host::<host>]``, ``[source::<source>]`` and ``[default]``.

An event obeys every stanza that fits it; where several set the same key, ``source::`` goes before ``host::``, that before the
sourcetype, and ``default`` comes last (props.conf.spec). ``...`` in a pattern is any text, ``*`` any text without a slash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.driver import app_conf
from lab.spl.failure import SplError
from lab.spl.relation import Relation
from lab.spl.sql import literal

KINDS = ("EXTRACT", "FIELDALIAS", "EVAL", "LOOKUP")
_KEY = re.compile(r"(EXTRACT|FIELDALIAS|EVAL|LOOKUP|REPORT)-(.+)")
_PREFIXES = {"source::": "source", "host::": "host"}
_RANKS = ("default", "sourcetype", "host", "source")
_ALIAS = re.compile(r'("[^"]+"|\S+)\s+(AS|ASNEW)\s+("[^"]+"|\S+)\s*', re.IGNORECASE)
_GROUP = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")
_OUTPUT = re.compile(r"\b(?:OUTPUT|OUTPUTNEW)\b(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Rule:
    """One setting of a stanza. kind: of KINDS. name: what follows the dash. condition: SQL, for which events it stands."""

    kind: str
    name: str
    text: str
    stanza: str
    condition: str

    @property
    def shown(self) -> str:
        return f"props.conf [{self.stanza}] {self.kind}-{self.name}"


@dataclass(frozen=True)
class Alias:
    """old AS new; keep: ASNEW, which leaves a value of new alone."""

    old: str
    new: str
    keep: bool


def rules(app: Path, relation: Relation) -> list[Rule]:
    """The rules of the app for the events of a relation, by kind, then by name. Raises SplError for REPORT-."""
    found = []
    for kind, name, settings in _settings(app):
        if kind == "REPORT":
            raise SplError(
                f"props.conf [{settings[0][0]}] REPORT-{name}: the lab reads no extraction of transforms.conf; use EXTRACT-"
            )
        above: list[str] = []
        for stanza, text in settings:  # the stanza that goes before others comes first
            condition = _condition(stanza, relation)
            apart = " AND ".join([condition, *(f"NOT ({other})" for other in above)])
            found.append(Rule(kind, name, text, stanza, f"COALESCE({apart}, false)"))
            above.append(condition)
    return sorted(found, key=lambda rule: (KINDS.index(rule.kind), rule.name))


def _settings(app: Path) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """(kind, name, [(stanza, text)]): each key with all stanzas that set it, the strongest first."""
    keys: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for stanza, settings in app_conf(app, "props").items():
        for key, text in settings.items():
            match = _KEY.fullmatch(key)
            if match is not None and text:
                keys.setdefault((match[1], match[2]), []).append((stanza, text))
    for (kind, name), stanzas in keys.items():
        yield kind, name, sorted(stanzas, key=lambda each: (-_RANKS.index(_field(each[0])), each[0]))


def _field(stanza: str) -> str:
    if stanza == "default":
        return stanza
    return next((field for prefix, field in _PREFIXES.items() if stanza.startswith(prefix)), "sourcetype")


def _condition(stanza: str, relation: Relation) -> str:
    field = _field(stanza)
    if field == "default":
        return "true"
    text = relation.value(field).text
    if field == "sourcetype":
        return f"{text} = {literal(stanza)}"
    flags = "(?i)" if field == "host" else ""
    pieces = re.split(r"(\.\.\.|\*)", stanza.split("::", 1)[1])
    marks = {"...": ".*", "*": "[^/\\\\]*"}
    pattern = "".join(marks.get(piece) or re.escape(piece) for piece in pieces)
    return f"regexp_full_match({text}, {literal(flags + pattern)})"


def aliases(rule: Rule) -> list[Alias]:
    """The pairs of a FIELDALIAS. Raises SplError."""
    found, at = [], 0
    while at < len(rule.text):
        match = _ALIAS.match(rule.text, at)
        if match is None:
            raise SplError(f"{rule.shown}: {rule.text[at : at + 40]!r} is not <field> AS <field> or <field> ASNEW <field>")
        found.append(Alias(match[1].strip('"'), match[3].strip('"'), match[2].upper() == "ASNEW"))
        at = match.end()
    return found


def made_fields(app: Path) -> Sequence[str]:
    """The fields that any rule of the app may make."""
    found: list[str] = []
    for kind, name, settings in _settings(app):
        for stanza, text in settings:
            if kind == "EVAL":
                found.append(name)
            elif kind == "EXTRACT":
                found += _GROUP.findall(text)
            elif kind == "FIELDALIAS":
                found += [alias.new for alias in aliases(Rule(kind, name, text, stanza, ""))]
            else:
                output = _OUTPUT.search(text)
                found += re.findall(r'[^\s,"]+', output[1]) if output else []
    return found
