"""A command is told in its script, commands.conf, searchbnf.conf, default.meta and docs/commands: all must say the same.

Options of the script are the class attributes assigned from ``Option(...)``. Those of searchbnf.conf are the ``name=`` of
the syntax, with ``name: ... Default: x.`` in the description. Those of the docs are the rows ``| `name` | default | ...``
under ``## Options``.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from tools.conf_file import ConfFile, Stanza, read_conf

APP = "zeek_hunting"
REQUIRED = {"chunked": "true", "python.version": "python3", "python.required": "3.9,3.13"}
EXAMPLES = 2

Defaults = dict[str, "str | None"]  # option -> its default as text; None where the place names none


@dataclass(frozen=True)
class Told:
    """place: for the sentence. options: what this place says about them."""

    place: str
    options: Defaults


def check_commands(root: Path) -> list[str]:
    """One sentence per contradiction or gap."""
    default = root / APP / "default"
    commands, help_texts = read_conf(default / "commands.conf"), read_conf(default / "searchbnf.conf")
    sentences = _check_exports(root)
    for stanza in commands.stanzas.values():
        sentences += _check_one(root, stanza, help_texts)
    named = {stanza.settings.get("filename") for stanza in commands.stanzas.values()} | rest_scripts(root)
    for path in sorted((root / APP / "bin").glob("*.py")):
        if path.name not in named:
            sentences.append(
                f"{APP}/bin/{path.name} is no command of commands.conf and no handler of restmap.conf; add its stanza or move "
                "it into zeekhunt"
            )
    sentences += _check_handlers(root)
    for name in help_texts.stanzas:
        if name.endswith("-command") and name[: -len("-command")] not in commands.stanzas:
            sentences.append(f"searchbnf.conf explains [{name}], which is no command of commands.conf; remove it")
    return sentences


def rest_scripts(root: Path) -> set[str]:
    """Files below bin that restmap.conf names as handlers."""
    path = root / APP / "default" / "restmap.conf"
    stanzas = read_conf(path).stanzas.values() if path.is_file() else ()
    return {f"{each.settings.get('handler', '').partition('.')[0]}.py" for each in stanzas if each.name.startswith("script:")}


def _check_handlers(root: Path) -> list[str]:
    """A REST endpoint asks for one capability by every method, and its file is there."""
    path = root / APP / "default" / "restmap.conf"
    sentences = []
    for stanza in read_conf(path).stanzas.values() if path.is_file() else ():
        settings = stanza.settings
        if not settings.get("capability") or settings.get("requireAuthentication") != "true":
            sentences.append(f"restmap.conf [{stanza.name}] is open; set capability and requireAuthentication = true")
        wrong = [key for key, value in REQUIRED.items() if key != "chunked" and settings.get(key) != value]
        sentences += [f"restmap.conf [{stanza.name}] needs {key} = {REQUIRED[key]}" for key in wrong]
    absent = sorted(name for name in rest_scripts(root) if not (root / APP / "bin" / name).is_file())
    return sentences + [f"restmap.conf names bin/{name}, which is absent" for name in absent]


def _check_one(root: Path, stanza: Stanza, help_texts: ConfFile) -> list[str]:
    name, sentences = stanza.name, _check_stanza(stanza)
    script = root / APP / "bin" / stanza.settings.get("filename", f"{name}.py")
    page = root / "docs" / "commands" / f"{name}.md"
    told = []
    if script.is_file():
        told.append(Told(f"bin/{script.name}", script_options(script)))
    else:
        sentences.append(f"commands.conf [{name}] names bin/{script.name}, which is absent")
    if f"{name}-command" in help_texts.stanzas:
        sentences += _check_help(name, help_texts)
        told.append(Told("searchbnf.conf", help_options(name, help_texts)))
    else:
        sentences.append(f"searchbnf.conf has no [{name}-command]; the search assistant would know nothing about {name}")
    if page.is_file():
        told.append(Told(f"docs/commands/{page.name}", page_options(page)))
    else:
        sentences.append(f"docs/commands/{name}.md is absent; write what {name} does, its options, what it returns")
    return sentences + _compare(name, told)


def _compare(name: str, told: list[Told]) -> list[str]:
    sentences = []
    options = sorted(set().union(*(each.options for each in told)))
    for option in options:
        silent = [each.place for each in told if option not in each.options]
        sentences += [f"{name}: {place} does not tell of {option}=, which {_tellers(told, option)} has" for place in silent]
        defaults = {each.place: each.options[option] for each in told if each.options.get(option) is not None}
        if len(set(defaults.values())) > 1:
            said = ", ".join(f"{default} in {place}" for place, default in defaults.items())
            sentences.append(f"{name}: the default of {option}= is {said}; make them one")
    return sentences


def _tellers(told: list[Told], option: str) -> str:
    return " and ".join(each.place for each in told if option in each.options)


def script_options(script: Path) -> Defaults:
    """Options of the command class in the script, with the default where it is a constant."""
    options: Defaults = {}
    tree = ast.parse(script.read_text(encoding="utf-8"), filename=str(script))
    for statement in (each for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for each in node.body):
        if isinstance(statement, ast.Assign):
            target: ast.expr = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        else:
            continue
        call = statement.value
        if (
            isinstance(target, ast.Name)
            and isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "Option"
        ):
            options[target.id] = _default_of(call)
    return options


def _default_of(call: ast.Call) -> str | None:
    for keyword in call.keywords:
        if keyword.arg == "default" and isinstance(keyword.value, ast.Constant) and keyword.value.value is not None:
            value = keyword.value.value
            return str(value).lower() if isinstance(value, bool) else str(value)
    return None


def help_options(name: str, help_texts: ConfFile) -> Defaults:
    """Options of a command and of the syntax parts it refers to, from searchbnf.conf."""
    options: Defaults = {}
    for stanza in _help_stanzas(name, help_texts):
        description = " ".join(stanza.settings.get("description", "").split())
        for option in re.findall(r"\b([a-z][a-z0-9_]*)=", stanza.settings.get("syntax", "")):
            told = re.search(rf"\b{option}: .*?Default: ([^\s]+?)\.(?:\s|$)", description)
            options[option] = None if told is None or told.group(1) == "none" else told.group(1)
    return options


def _help_stanzas(name: str, help_texts: ConfFile) -> list[Stanza]:
    first = help_texts.stanzas[f"{name}-command"]
    parts = re.findall(r"<([a-z0-9_-]+)>", first.settings.get("syntax", ""))
    return [first, *(help_texts.stanzas[part] for part in dict.fromkeys(parts) if part in help_texts.stanzas)]


def page_options(page: Path) -> Defaults:
    """Options of a command's page: the table under ``## Options``; first cell a name in backticks, second cell the default."""
    options: Defaults = {}
    section = page.read_text(encoding="utf-8").partition("\n## Options\n")[2].partition("\n## ")[0]
    for line in section.split("\n"):
        row = re.match(r"^\|\s*`([a-z][a-z0-9_]*)=?`\s*\|\s*`?([^|`]*?)`?\s*\|", line)
        if row:
            options[row.group(1)] = row.group(2) if row.group(2) not in ("", "-", "–", "none") else None
    return options


def _check_stanza(stanza: Stanza) -> list[str]:
    sentences = []
    for key, value in REQUIRED.items():
        if stanza.settings.get(key) != value:
            sentences.append(f"commands.conf [{stanza.name}] needs {key} = {value}, it has {stanza.settings.get(key)}")
    unset = [key for key in ("filename", "is_risky", "run_in_preview") if key not in stanza.settings]
    sentences += [f"commands.conf [{stanza.name}] does not set {key}; set it on purpose" for key in unset]
    if not re.fullmatch(r"[a-z][a-z0-9]*", stanza.name):
        sentences.append(f"commands.conf [{stanza.name}]: a command's name has lower-case letters and digits alone")
    return sentences


def _check_help(name: str, help_texts: ConfFile) -> list[str]:
    settings = help_texts.stanzas[f"{name}-command"].settings
    wanted = ["syntax", "shortdesc", "description", "usage", "tags"]
    wanted += [f"{part}{number}" for number in range(1, EXAMPLES + 1) for part in ("example", "comment")]
    return [f"searchbnf.conf [{name}-command] has no {key}; write it" for key in wanted if not settings.get(key)]


def _check_exports(root: Path) -> list[str]:
    meta = read_conf(root / APP / "metadata" / "default.meta")
    return [
        f"default.meta does not export [{kind}]; searches outside the app would not know them"
        for kind in ("commands", "searchbnf", "macros", "transforms", "lookups")
        if meta.value(kind, "export") != "system"
    ]
