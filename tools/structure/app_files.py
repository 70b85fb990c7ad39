"""The app folder: conf files without doubles, one version, macros that explain themselves, searches that ship switched off."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tools.conf_file import ConfFile, Stanza, read_conf

APP = "zeek_hunting"
NAME = re.compile(r"^Zeek Hunting - [^-]+ - [^-]+$")


def check_conf_files(root: Path) -> list[str]:
    """Doubled stanzas or settings and lines that splunkd would skip, in every .conf and .meta of the app."""
    sentences = []
    for path in sorted([*(root / APP).rglob("*.conf"), *(root / APP / "metadata").glob("*.meta")]):
        sentences += read_conf(path).problems
        if path.name != "default.meta" and path.parent.name != "default":
            sentences.append(f"{path.relative_to(root).as_posix()}: settings ship in default/ alone; local/ belongs to the site")
    return sentences


def check_version(root: Path) -> list[str]:
    """The version of pyproject.toml stands in app.conf (twice) and app.manifest, in the form 1.2.3."""
    app = read_conf(root / APP / "default" / "app.conf")
    manifest = json.loads((root / APP / "app.manifest").read_text(encoding="utf-8"))
    project = re.search(r'^version = "([^"]+)"$', (root / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    told = {
        "pyproject.toml": project.group(1) if project else None,
        "app.conf [launcher]": app.value("launcher", "version"),
        "app.conf [id]": app.value("id", "version"),
        "app.manifest": manifest.get("info", {}).get("id", {}).get("version"),
    }
    if len(set(told.values())) == 1 and re.fullmatch(r"\d+\.\d+\.\d+", str(told["pyproject.toml"])):
        return []
    said = ", ".join(f"{version} in {place}" for place, version in told.items())
    return [f"the version is {said}; write one of the form 1.2.3 everywhere"]


def check_macros(root: Path) -> list[str]:
    """Every macro has a definition, a description, and a comment with input, output and an example."""
    sentences = []
    for stanza in read_conf(root / APP / "default" / "macros.conf").stanzas.values():
        place, comment = f"macros.conf:{stanza.line}:", " ".join(stanza.comment)
        empty = [key for key in ("definition", "description") if not stanza.settings.get(key)]
        untold = [part for part in ("In:", "Out:", "Example:") if part not in comment]
        sentences += [f"{place} [{stanza.name}] has no {key}; write it" for key in empty]
        sentences += [f"{place} the comment above [{stanza.name}] has no {part!r}; write it" for part in untold]
    return sentences + _unknown_macros(root)


def _unknown_macros(root: Path) -> list[str]:
    """Macros that macros.conf and savedsearches.conf call and nobody defines."""
    default = root / APP / "default"
    macros, searches = read_conf(default / "macros.conf"), read_conf(default / "savedsearches.conf")
    known = {name.split("(")[0] for name in macros.stanzas}
    called = [(stanza, "definition", macros) for stanza in macros.stanzas.values()]
    called += [(stanza, "search", searches) for stanza in searches.stanzas.values()]
    return [
        f"{conf.path.name}:{stanza.line}: [{stanza.name}] calls the macro {name}, which macros.conf does not define"
        for stanza, key, conf in called
        for name in re.findall(r"`(\w+)[^`]*`", stanza.settings.get(key, ""))
        if name not in known
    ]


def check_searches(root: Path) -> list[str]:
    """Saved searches: named by the scheme, described, switched off, off the full hour, window as long as the schedule's step."""
    conf = read_conf(root / APP / "default" / "savedsearches.conf")
    return [sentence for stanza in conf.stanzas.values() for sentence in _check_search(conf, stanza)]


def _check_search(conf: ConfFile, stanza: Stanza) -> list[str]:
    settings, place = stanza.settings, f"{conf.path.name}:{stanza.line}: [{stanza.name}]"
    sentences = []
    if not NAME.match(stanza.name):
        sentences.append(f"{place} is not named 'Zeek Hunting - <tactic> - <what>'; the menu lists searches by that start")
    needed = ("search", "description", "dispatch.earliest_time", "dispatch.latest_time")
    sentences += [f"{place} has no {key}; write it" for key in needed if not settings.get(key)]
    if settings.get("enableSched") != "0":
        sentences.append(f"{place} would run by itself as shipped; set enableSched = 0")
    if re.match(r"^(0|\*)(\D|$)", settings.get("cron_schedule", "")):
        sentences.append(f"{place} runs on the full hour, when all others do, or every minute; choose a minute")
    if re.search(r"\|\s*head\b.*\|\s*sort\b", settings.get("search", ""), re.DOTALL):
        sentences.append(f"{place} cuts with head before it sorts, so it keeps any rows, not the best; sort first")
    if re.search(r"\bindex\s*=|\bsourcetype\s*=", settings.get("search", "")):
        sentences.append(f"{place} names an index or a source type; use a macro, sites adapt those")
    window_s, step_s = _window_s(settings.get("dispatch.earliest_time", "")), _step_s(settings.get("cron_schedule", ""))
    if window_s and step_s and window_s < step_s:
        sentences.append(f"{place} looks back {window_s} s but runs every {step_s} s; events between are never searched")
    return sentences


def _window_s(earliest: str) -> int:
    """Seconds of -24h@h and the like; 0 for another form."""
    match = re.match(r"^-(\d+)([mhdw])(@|$)", earliest)
    return int(match.group(1)) * {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}[match.group(2)] if match else 0


def _step_s(cron: str) -> int:
    """Seconds between runs of a plain cron schedule (one minute, then one hour or every hour); 0 for another form."""
    parts = cron.split()
    if len(parts) != 5 or not parts[0].isdigit() or parts[2:] != ["*", "*", "*"]:
        return 0
    return 3600 if parts[1] == "*" else 86_400 if parts[1].isdigit() else 0
