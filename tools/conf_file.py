"""Read a Splunk .conf file strictly: where splunkd lets the last of two settings win and skips junk, this names both.

Format: ``[stanza]``, ``key = value``, a trailing backslash continues the value on the next line (kept as a newline, as
splunkd does), ``#`` starts a comment only at the start of a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_STANZA = re.compile(r"^\[(?P<name>.*)\]\s*$")
_SETTING = re.compile(r"^(?P<key>[^=\s][^=]*?)\s*=\s*(?P<value>.*)$", re.DOTALL)


@dataclass
class Stanza:
    """settings: key -> value. comment: the comment lines directly above, without the mark. line: of the header, from 1."""

    name: str
    line: int
    comment: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)


@dataclass
class ConfFile:
    """stanzas in file order; problems as sentences with file and line."""

    path: Path
    stanzas: dict[str, Stanza] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def value(self, stanza: str, key: str) -> str | None:
        """The setting, or None where the stanza or the key is absent."""
        found = self.stanzas.get(stanza)
        return None if found is None else found.settings.get(key)


def read_conf(path: Path) -> ConfFile:
    """Parse one file. Raises OSError and UnicodeDecodeError; everything wrong with the content lands in problems."""
    conf = ConfFile(path)
    stanza: Stanza | None = None
    comment: list[str] = []
    for number, line in _logical_lines(path.read_text(encoding="utf-8")):
        if not line.strip():
            comment = []
        elif line.lstrip().startswith("#"):
            comment.append(line.lstrip().lstrip("#").strip())
        elif _STANZA.match(line):
            stanza = _open_stanza(conf, line, number, comment)
            comment = []
        else:
            _add_setting(conf, stanza, line, number)
            comment = []
    return conf


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """(number of the first physical line, text with its continuation lines)."""
    lines: list[tuple[int, str]] = []
    continued = False
    for number, line in enumerate(text.split("\n"), 1):
        ends_open = line.endswith("\\") and (continued or not line.lstrip().startswith("#"))
        part = line[:-1] if ends_open else line
        if continued:
            start, whole = lines.pop()
            lines.append((start, f"{whole}\n{part}"))
        else:
            lines.append((number, part))
        continued = ends_open
    return lines


def _open_stanza(conf: ConfFile, line: str, number: int, comment: list[str]) -> Stanza:
    match = _STANZA.match(line)
    name = match.group("name") if match else ""
    earlier = conf.stanzas.get(name)
    if earlier is not None:
        conf.problems.append(f"{conf.path.name}:{number}: stanza [{name}] stands already at line {earlier.line}; merge the two")
        return earlier
    conf.stanzas[name] = Stanza(name, number, list(comment))
    return conf.stanzas[name]


def _add_setting(conf: ConfFile, stanza: Stanza | None, line: str, number: int) -> None:
    match = _SETTING.match(line)
    if match is None:
        conf.problems.append(
            f"{conf.path.name}:{number}: {line.strip()!r} is neither a stanza nor key = value; splunkd would skip it"
        )
        return
    if stanza is None:
        conf.problems.append(f"{conf.path.name}:{number}: {match.group('key')} stands before any stanza; put it into one")
        return
    key = match.group("key")
    if key in stanza.settings:
        conf.problems.append(f"{conf.path.name}:{number}: {key} is set twice in [{stanza.name}]; keep one")
    stanza.settings[key] = match.group("value").rstrip()
