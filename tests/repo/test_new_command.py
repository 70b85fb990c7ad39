"""make new-command writes a command that works and passes the checks at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lab.driver import Invocation, Rows, SearchInfo, run
from tools import new_command
from tools.structure import commands


@pytest.fixture
def copy(repo: Path, tmp_path: Path) -> Path:
    for folder in ("zeek_hunting", "docs/commands"):
        shutil.copytree(repo / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    return tmp_path


def test_the_new_command_runs_and_is_told_everywhere(copy: Path) -> None:
    before = commands.check_commands(copy)
    written = new_command.write(copy, "zeekfresh", "Measures uids")
    assert commands.check_commands(copy) == before
    names = ["zeekfresh.py", "zeekfresh.md", "test_zeekfresh.py", "commands.conf", "searchbnf.conf"]
    assert [path.name for path in written] == names
    events = Rows.from_records([{"uid": "C1abc"}, {"uid": ""}])
    found = run(Invocation(copy / "zeek_hunting", "zeekfresh", ("most=4",), SearchInfo()), events).rows.records()
    assert [row.get("zeekfresh_length") for row in found] == ["4", None]
    compile(written[2].read_text(encoding="utf-8"), "test", "exec")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("Zeek", "no command name", id="capital"),
        pytest.param("../evil", "no command name", id="path"),
        pytest.param("zeekbeacon", "there already", id="exists"),
        pytest.param("json", "Python's own module", id="hides-the-standard-library"),
        pytest.param("graphistry", "would hide the library", id="hides-a-library"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_reason(copy: Path, name: str, words: str) -> None:
    with pytest.raises(new_command.NewCommandError, match=words):
        new_command.write(copy, name)
