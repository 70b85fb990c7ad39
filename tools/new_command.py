"""A new streaming command that works and passes every check, to be changed into what it should be.

``python -m tools.new_command NAME [TITLE]`` writes the script, its page, its test, and its stanzas in commands.conf and
searchbnf.conf, which is all the places in which a command is told (tools.structure.commands compares them).
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).resolve().parent / "templates" / "command"
APP = "zeek_hunting"
_NAME = re.compile(r"[a-z][a-z0-9]{2,29}")
DEFAULT_TITLE = "Says in one sentence what it is for"


class NewCommandError(ValueError):
    """A name that no command can have; the text says why."""


def write(root: Path, name: str, title: str = DEFAULT_TITLE) -> list[Path]:
    """Writes the five places of a command under root. Out: the files written or added to. Raises NewCommandError."""
    _check(root, name)
    values = {"name": name, "title": title.rstrip("."), "class_name": name.capitalize()}
    new = {
        "script.py.txt": root / APP / "bin" / f"{name}.py",
        "page.md.txt": root / "docs" / "commands" / f"{name}.md",
        "test.py.txt": root / "tests" / "commands" / f"test_{name}.py",
    }
    added_to = {f"{conf}.txt": root / APP / "default" / conf for conf in ("commands.conf", "searchbnf.conf")}
    for template, path in new.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(template, values), encoding="utf-8")
    for template, path in added_to.items():
        path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + _filled(template, values), encoding="utf-8")
    return [*new.values(), *added_to.values()]


def _check(root: Path, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise NewCommandError(f"{name!r} is no command name: 3 to 30 small letters and digits, a letter first")
    if (root / APP / "bin" / f"{name}.py").exists():
        raise NewCommandError(f"{APP}/bin/{name}.py is there already")
    if name in ("graphistry", "numpy", "splunklib", "zeekhunt"):
        raise NewCommandError(f"bin/{name}.py would hide the library {name}; choose another name")
    if name in sys.stdlib_module_names if hasattr(sys, "stdlib_module_names") else importlib.util.find_spec(name):
        raise NewCommandError(f"bin/{name}.py would hide Python's own module {name} from every command; choose another name")


def _filled(template: str, values: dict[str, str]) -> str:
    return (TEMPLATES / template).read_text(encoding="utf-8").format(**values)


def main(arguments: list[str]) -> int:
    if not arguments:
        sys.stderr.write("usage: make new-command NAME=yourcommand\n")
        return 2
    try:
        written = write(REPO, *arguments[:2])
    except NewCommandError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    places = "\n".join(f"  {path.relative_to(REPO)}" for path in written)
    sys.stdout.write(f"Written:\n{places}\nTry it: make test ARGS=tests/commands/test_{arguments[0]}.py\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
