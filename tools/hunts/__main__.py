"""``python -m tools.hunts`` builds what comes of hunts/*.yml; ``--check`` writes nothing and exits 1 when something is out of
step or a hunt breaks a rule; ``new NAME`` writes a hunt from the template; ``notebook NAME`` the notebook of a hunt."""

from __future__ import annotations

import sys

from tools import macros
from tools.hunts import conf_text, guides, pages, readiness
from tools.hunts.new_hunt import NewHuntError, write
from tools.hunts.notebooks import NotebookRefused, shipped_notebooks, write_notebook
from tools.hunts.playbook import REPO, read_hunts
from tools.hunts.rules import problems
from tools.hunts.upkeep import read_upkeep

APP = REPO / "zeek_hunting"
PAGES = REPO / "docs" / "hunts"


def built() -> tuple[dict[str, str], list[str]]:
    """(path below the repository -> content, what is wrong with the hunts)."""
    hunts, wrong = read_hunts()
    upkeep, found = read_upkeep()
    wrong += found + problems(hunts, upkeep)
    files = {
        "zeek_hunting/default/savedsearches.conf": conf_text.savedsearches(hunts, upkeep),
        "zeek_hunting/default/macros.conf": macros.render(),
        "zeek_hunting/lookups/zeek_hunts.csv": pages.hunts_csv(hunts),
        "zeek_hunting/lookups/zeek_hunt_needs.csv": readiness.needs_csv(hunts),
        "zeek_hunting/lookups/zeek_hunt_guides.csv": guides.guides_csv(hunts),
        "docs/hunts/coverage.md": pages.coverage(hunts),
        **shipped_notebooks(hunts),
    }
    return {**files, **{f"docs/hunts/{hunt.id}.md": pages.page(hunt) for hunt in hunts}}, wrong


def out_of_step(files: dict[str, str]) -> list[str]:
    """One sentence per file that differs from what the hunts say, and per page without a hunt."""
    found = []
    for name, content in files.items():
        path = REPO / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            found.append(f"{name} is out of step with hunts/; run: python3 -m tools.hunts")
    strays = [path.name for path in sorted(PAGES.glob("*.md")) if f"docs/hunts/{path.name}" not in files]
    return found + [f"docs/hunts/{name} belongs to no hunt; delete it" for name in strays]


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["new"]:
        return _new(arguments[1:])
    if arguments[:1] == ["notebook"]:
        return _notebook(arguments[1:])
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python3 -m tools.hunts [--check | new NAME | notebook NAME]\n")
        return 2
    files, wrong = built()
    if not arguments:
        for name, content in files.items():
            (REPO / name).parent.mkdir(parents=True, exist_ok=True)
            (REPO / name).write_text(content, encoding="utf-8")
        wrong += [f"the files were written without what cannot be read; {len(wrong)} to mend"] if wrong else []
    wrong += out_of_step(files)
    sys.stderr.write("".join(f"{sentence}\n" for sentence in wrong))
    return 1 if wrong else 0


def _new(names: list[str]) -> int:
    try:
        path = write(REPO, *names[:1])
    except NewHuntError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"Written: {path.relative_to(REPO)}. Change it, then: make try-hunt NAME={names[0]}\n")
    return 0


def _notebook(names: list[str]) -> int:
    try:
        path = write_notebook(REPO, *names[:1])
    except NotebookRefused as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"Written: {path.relative_to(REPO)}. Work in a copy; its first cells say what to set.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
