"""Each command is told the same way in its script, conf files and docs, and each contradiction is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.structure import commands

SCRIPT = """\
class Count(Command):
    least = Option(default=4, validate=Whole(4, 9))
    fast = Option(default=False, validate=Truth())
    only = Option(validate=Networks())
    other = Something(default=1)
"""
COMMANDS = """\
[zeekcount]
chunked = true
filename = zeekcount.py
python.version = python3
python.required = 3.9,3.13
run_in_preview = false
is_risky = false
"""
HELP = """\
[zeekcount-command]
syntax = zeekcount (<zeekcount-options>)*
shortdesc = Counts.
description = Counts events.
usage = public
tags = zeek
example1 = a
comment1 = b
example2 = c
comment2 = d

[zeekcount-options]
syntax = least=<int> | fast=<bool> | only=<cidr-list>
description = least: fewest events. Default: 4. \\
    fast: count less, e.g. fewer. Default: false. \\
    only: networks. Default: none.
"""
PAGE = """\
# zeekcount

## Options

| option | default | meaning |
|---|---|---|
| `least` | 4 | fewest events |
| `fast` | `false` | count less |
| `only` | none | networks |
"""
META = "[commands]\nexport = system\n[searchbnf]\nexport = system\n[macros]\nexport = system\n[transforms]\nexport = system\n"
META += "[lookups]\nexport = system\n"
TREE = {
    "zeek_hunting/bin/zeekcount.py": SCRIPT,
    "zeek_hunting/default/commands.conf": COMMANDS,
    "zeek_hunting/default/searchbnf.conf": HELP,
    "zeek_hunting/metadata/default.meta": META,
    "docs/commands/zeekcount.md": PAGE,
}


def tree(root: Path, **changes: tuple[str, str]) -> Path:
    """The sound tree with one text replaced in one file; '' for the file's whole text removes the file."""
    files = dict(TREE)
    for key, (old, new) in changes.items():
        name = next(name for name in files if name.endswith(key.replace("__", ".")))
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if text:
            (root / name).write_text(text, encoding="utf-8")
    return root


def test_the_commands_of_this_tree_agree(repo: Path) -> None:
    assert commands.check_commands(repo) == []


def test_a_sound_command_passes(tmp_path: Path) -> None:
    assert commands.check_commands(tree(tmp_path)) == []


CONTRADICTIONS = [
    pytest.param({"zeekcount__py": (SCRIPT, "")}, "names bin/zeekcount.py, which is absent", id="no-script"),
    pytest.param({"zeekcount__md": (PAGE, "")}, "docs/commands/zeekcount.md is absent", id="no-page"),
    pytest.param({"searchbnf__conf": ("zeekcount-command", "x-command")}, "has no [zeekcount-command]", id="no-help"),
    pytest.param(
        {"searchbnf__conf": (" | fast=<bool>", "")}, "searchbnf.conf does not tell of fast=", id="option-missing-in-help"
    ),
    pytest.param(
        {"zeekcount__md": ("| `fast` | `false` | count less |\n", "")},
        "zeekcount.md does not tell of fast=",
        id="option-missing-in-docs",
    ),
    pytest.param(
        {"zeekcount__py": ("fast = Option", "quick = Option")}, "bin/zeekcount.py does not tell of fast=", id="option-renamed"
    ),
    pytest.param(
        {"searchbnf__conf": ("Default: 4.", "Default: 5.")},
        "the default of least= is 4 in bin/zeekcount.py",
        id="default-in-help",
    ),
    pytest.param(
        {"zeekcount__md": ("`false`", "`true`")}, "the default of fast= is false in bin/zeekcount.py", id="default-in-docs"
    ),
    pytest.param({"searchbnf__conf": ("comment2 = d\n", "")}, "has no comment2", id="example-without-comment"),
    pytest.param({"commands__conf": ("3.9,3.13", "3.9")}, "needs python.required = 3.9,3.13", id="interpreter"),
    pytest.param({"commands__conf": ("chunked = true", "chunked = false")}, "needs chunked = true", id="old-protocol"),
    pytest.param({"commands__conf": ("is_risky = false\n", "")}, "does not set is_risky", id="risk-not-decided"),
    pytest.param(
        {"default__meta": ("[commands]\nexport = system", "[commands]\nexport = none")}, "not export [commands]", id="hidden"
    ),
]


@pytest.mark.parametrize(("changes", "expected"), CONTRADICTIONS)
def test_a_contradiction_is_told(tmp_path: Path, changes: dict[str, tuple[str, str]], expected: str) -> None:
    sentences = commands.check_commands(tree(tmp_path, **changes))
    assert any(expected in sentence for sentence in sentences), sentences


def test_a_script_without_a_stanza_is_told(tmp_path: Path) -> None:
    root = tree(tmp_path)
    (root / "zeek_hunting/bin/stray.py").write_text("", encoding="utf-8")
    assert any("bin/stray.py is no command" in sentence for sentence in commands.check_commands(root))


RESTMAP = """\
[script:zeek_things]
match = /zeek_hunting/things
handler = things_rest.Things
python.version = python3
python.required = 3.9,3.13
requireAuthentication = true
capability = zeek_things
"""


def handlers(root: Path, restmap: str, script: str = "things_rest.py") -> list[str]:
    tree(root)
    (root / "zeek_hunting/bin" / script).write_text("", encoding="utf-8")
    (root / "zeek_hunting/default/restmap.conf").write_text(restmap, encoding="utf-8")
    return commands.check_commands(root)


def test_a_rest_handler_is_no_stray_script(tmp_path: Path) -> None:
    assert handlers(tmp_path, RESTMAP) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(("capability = zeek_things\n", ""), "[script:zeek_things] is open", id="no-capability"),
        pytest.param(("Authentication = true", "Authentication = false"), "[script:zeek_things] is open", id="no-login"),
        pytest.param(("3.9,3.13", "3.9"), "needs python.required = 3.9,3.13", id="interpreter"),
        pytest.param(("things_rest.Things", "other.Things"), "names bin/other.py, which is absent", id="no-file"),
    ],
)
def test_a_rest_handler_that_is_open_or_absent_is_told(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    sentences = handlers(tmp_path, RESTMAP.replace(*change))
    assert any(expected in sentence for sentence in sentences), sentences


def test_only_options_count_as_options(tmp_path: Path) -> None:
    script = tree(tmp_path) / "zeek_hunting/bin/zeekcount.py"
    assert commands.script_options(script) == {"least": "4", "fast": "false", "only": None}
