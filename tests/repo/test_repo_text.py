"""Sizes, names, folders and private text hold in this tree, and each check fails on a tree that breaks it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.structure import source_text
from tools.structure.tree import tracked_files

CHECKS = [source_text.check_sizes, source_text.check_names, source_text.check_folders, source_text.check_private]


def put(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_this_tree_passes(repo: Path, check: object) -> None:
    assert check(repo) == []  # type: ignore[operator]


def test_a_long_file_is_told_with_its_length(tmp_path: Path) -> None:
    assert source_text.check_sizes(put(tmp_path, "lab/long.py", "x = 1\n" * 400)) == []
    assert source_text.check_sizes(put(tmp_path, "lab/long.py", "x = 1\n" * 401)) == [
        "lab/long.py has 401 lines; split it by concept at 400, or record the reason in LONG_FILES"
    ]


def test_a_recorded_reason_lets_a_long_file_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(source_text.LONG_FILES, "lab/long.py", "a table that is read as one")
    assert source_text.check_sizes(put(tmp_path, "lab/long.py", "x = 1\n" * 900)) == []


@pytest.mark.parametrize(
    ("lines", "parameters", "told"),
    [
        pytest.param(40, 5, 0, id="at-both-limits"),
        pytest.param(41, 5, 1, id="one-line-more"),
        pytest.param(40, 6, 1, id="one-parameter-more"),
    ],
)
def test_long_functions_and_long_signatures_are_told(tmp_path: Path, lines: int, parameters: int, told: int) -> None:
    signature = ", ".join(["self", *(f"p{number}" for number in range(parameters))])
    text = f"class Room:\n    def f({signature}):\n" + "        x = 1\n" * (lines - 1)
    assert len(source_text.check_sizes(put(tmp_path, "tools/x.py", text))) == told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("lab/utils.py", "", id="file"),
        pytest.param("lab/helpers/x.py", "", id="folder"),
        pytest.param("lab/_common.py", "", id="private-file"),
        pytest.param("lab/x.py", "class BaseReader: ...", id="class-prefix"),
        pytest.param("lab/x.py", "class LogManager: ...", id="class-suffix"),
    ],
)
def test_names_that_name_nothing_are_told(tmp_path: Path, name: str, text: str) -> None:
    assert len(source_text.check_names(put(tmp_path, name, text))) == 1


@pytest.mark.parametrize("text", ["class Database: ...", "class Basement: ...", "class Score: ..."])
def test_a_banned_word_inside_another_word_is_no_finding(tmp_path: Path, text: str) -> None:
    assert source_text.check_names(put(tmp_path, "lab/database.py", text)) == []


@pytest.mark.parametrize(("name", "told"), [("scripts/x.py", 1), ("notes.txt", 1), ("docs/x.md", 0), ("README.md", 0)])
def test_the_top_level_is_closed(tmp_path: Path, name: str, told: int) -> None:
    assert len(source_text.check_folders(put(tmp_path, name, ""))) == told


# Written in halves: these files are searched too.
PRIVATE = [
    pytest.param("cd /ho" + "me/someone/src", id="home-linux"),
    pytest.param("path = '/ro" + "ot/x'", id="home-of-root"),
    pytest.param("/Us" + "ers/someone/Library", id="home-macos"),
    pytest.param("C:\\Us" + "ers\\someone", id="home-windows"),
    pytest.param("see /wo" + "rk/main/x", id="work-folder"),
    pytest.param("pip install --index" + "-url https://pypi.example/simple", id="registry-pip"),
    pytest.param('"resol' + 'ved": "http://localhost:4873/x.tgz"', id="registry-npm"),
]


@pytest.mark.parametrize("line", PRIVATE)
def test_what_holds_on_one_machine_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    sentences = source_text.check_private(put(tmp_path, "docs/x.md", f"first\n{line}\n"))
    assert len(sentences) == 1
    assert sentences[0].startswith("docs/x.md:2: ")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("make hunt LOGS=/path/to/zeek", id="example-path"),
        pytest.param("https://example.org/home/page", id="address"),
        pytest.param("frame/work/shop", id="inside-a-word"),
        pytest.param('"resolved": "https://registry.npmjs.org/x/-/x-1.0.0.tgz"', id="public-registry"),
    ],
)
def test_ordinary_text_is_no_finding(tmp_path: Path, line: str) -> None:
    assert source_text.check_private(put(tmp_path, "docs/x.md", line)) == []


def test_files_that_git_ignores_do_not_count(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    put(put(put(tmp_path, ".gitignore", "dist/\n"), "dist/x.spl", ""), "lab/x.py", "")
    assert [path.as_posix() for path in tracked_files(tmp_path)] == [".gitignore", "lab/x.py"]
