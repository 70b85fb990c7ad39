"""Interpreters are found where they work, and a run that tested nothing is red."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools import environment, run_tests
from tools.run_tests import Outcome, read_results

THIS = (sys.version_info[0], sys.version_info[1])


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def other_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No interpreter in reach but what a test puts below tmp_path; the running one claims to be an old version."""
    monkeypatch.setattr(environment, "running", lambda: environment.Interpreter(Path(sys.executable), (3, 0)))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}{os.pathsep}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("echo 'command not found' >&2; exit 127", id="shim-of-a-version-that-is-off"),
        pytest.param("echo hello", id="another-program"),
        pytest.param("exit 0", id="says-nothing"),
    ],
)
def test_what_does_not_answer_as_python_is_no_interpreter(tmp_path: Path, text: str) -> None:
    assert environment.probe(program(tmp_path / "python3.13", text)) is None


def test_an_absent_program_is_no_interpreter(tmp_path: Path) -> None:
    assert environment.probe(tmp_path / "python3") is None


def test_the_running_interpreter_answers() -> None:
    found = environment.probe(Path(sys.executable))
    assert found is not None
    assert found.version == THIS


PLACES = [
    "path/python3.13",
    "path/python3",
    "pyenv/versions/3.13.2/bin/python3.13",
    "home/.local/share/uv/python/cpython-3.13.1-x/bin/python3.13",
]


@pytest.mark.parametrize("place", PLACES)
def test_an_interpreter_is_found_in_each_usual_place(other_python: Path, place: str) -> None:
    path = program(other_python / place, "echo 3 13")
    assert environment.find((3, 13)) == environment.Interpreter(path, (3, 13))
    assert environment.find((3, 9)) is None


def test_a_broken_shim_before_a_working_one_is_passed_over(other_python: Path) -> None:
    program(other_python / "path/python3.13", "exit 127")
    path = program(other_python / "pyenv/versions/3.13.2/bin/python3.13", "echo 3 13")
    found = environment.find((3, 13))
    assert found is not None
    assert found.path == path


def test_no_interpreter_at_all_is_told_with_a_remedy(other_python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ready", lambda place: None)
    with pytest.raises(environment.EnvironmentFailure, match="make PYTHON="):
        environment.lab_interpreter()


@pytest.mark.parametrize(("written", "is_ready"), [("current", True), ("old", False), (None, False)], ids=["same", "old", "none"])
def test_an_environment_is_ready_when_its_stamp_is_current(tmp_path: Path, written: str | None, is_ready: bool) -> None:
    python = program(tmp_path / "bin/python", "echo 3 13")
    place = environment.Place(tmp_path, ("-e", ".[test]"))
    if written is not None:
        text = environment.stamp(place) if written == "current" else "0" * 64
        (tmp_path / environment.STAMP).write_text(text, encoding="utf-8")
    assert environment.ready(place) == (python if is_ready else None)


def test_a_stamp_changes_with_the_packages_and_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "REPO", tmp_path)
    stamps = []
    for project in ("a", "b"):
        (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
        places = [environment.Place(tmp_path, packages) for packages in (("-e", "."), ("ruff==1",), ("ruff==2",))]
        stamps += [environment.stamp(place) for place in places]
    editable_a, one_a, two_a, editable_b, one_b, two_b = stamps
    assert len({editable_a, editable_b, one_a, two_a}) == 4
    assert (one_a, two_a) == (one_b, two_b)


def test_an_environment_is_set_up_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[tuple[str, ...]] = []
    monkeypatch.setattr(environment, "pip_install", lambda python, *what: installed.append(what))
    program(tmp_path / "bin/python", "echo 3 13")
    place, interpreter = environment.Place(tmp_path, ("x==1",)), environment.Interpreter(Path("python3.13"), (3, 13))
    assert environment.ensure(interpreter, place) == environment.ensure(interpreter, place) == tmp_path / "bin/python"
    assert installed == [("x==1",)]


def test_an_environment_that_cannot_be_made_says_what_to_install(tmp_path: Path) -> None:
    broken = program(tmp_path / "python3.13", "echo no ensurepip >&2; exit 1")
    with pytest.raises(environment.EnvironmentFailure, match=r"apt-get install python3.13-venv.*no ensurepip"):
        environment.make_venv(environment.Interpreter(broken, (3, 13)), tmp_path / "venv")


COUNTS = '<testsuites><testsuite tests="10" failures="{0}" errors="{1}" skipped="{2}"/></testsuites>'


@pytest.mark.parametrize(
    ("text", "expected", "red"),
    [
        pytest.param(COUNTS.format(0, 0, 3), "7 passed, 0 failed, 3 skipped", False, id="green"),
        pytest.param(COUNTS.format(1, 1, 0), "8 passed, 2 failed, 0 skipped", True, id="errors-count-as-failed"),
        pytest.param(COUNTS.format(0, 0, 10), "0 passed, 0 failed, 10 skipped: no test ran", True, id="all-skipped"),
        pytest.param(
            '<testsuites><testsuite tests="0"/></testsuites>', "0 passed, 0 failed, 0 skipped: no test ran", True, id="none"
        ),
    ],
)
def test_results_are_counted_and_nothing_run_is_red(tmp_path: Path, text: str, expected: str, red: bool) -> None:
    path = tmp_path / "results.xml"
    path.write_text(text, encoding="utf-8")
    assert (read_results(path).sentence(), read_results(path).red) == (expected, red)


@pytest.mark.parametrize("text", [None, "<testsuite"], ids=["absent", "cut"])
def test_results_that_cannot_be_read_are_red(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "results.xml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert read_results(path).red
    assert read_results(path).sentence().startswith("no results")


@pytest.mark.parametrize(
    ("exit_code", "results", "red"),
    [(0, 0, False), (1, 1, True), (2, 0, True), (4, 0, True)],
    ids=["passed", "failed", "interrupted", "usage-error"],
)
def test_a_run_is_judged_by_counts_and_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exit_code: int, results: int, red: bool
) -> None:
    monkeypatch.setattr(run_tests, "RESULTS", tmp_path)
    (tmp_path / "counts").write_text(COUNTS.format(results, 0, 0), encoding="utf-8")
    python = program(
        tmp_path / "python",
        f'for word; do case $word in --junitxml=*) cp "{tmp_path}/counts" "${{word#*=}}";; esac; done; exit {exit_code}',
    )
    assert run_tests.run_suite(python, "3.13", []).red is red


def test_a_version_that_is_not_found_is_named(other_python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(other_python / "path/python3.9", "echo 3 9")
    monkeypatch.setattr(run_tests, "running", lambda: environment.Interpreter(Path(sys.executable), (3, 11)))
    chosen, missing = run_tests.interpreters()
    assert ([each.name for each in chosen], missing) == (["3.9", "3.11"], ["3.13"])


def test_an_outcome_with_an_error_says_so() -> None:
    assert Outcome(error="stopped after 5 s").red
    assert Outcome(error="stopped after 5 s").sentence() == "stopped after 5 s"


@pytest.mark.parametrize(
    ("versions", "left"),
    [
        pytest.param(
            [(3, 9), (3, 11), (3, 13)],
            [["tests/web"], ["tests/web", "tests/hunts", "tests/lab"], []],
            id="splunks-and-another",
        ),
        pytest.param([(3, 9), (3, 13)], [["tests/web"], []], id="splunks"),
        pytest.param([(3, 11)], [[]], id="one-that-splunk-does-not-ship"),
        pytest.param([(3, 9), (3, 11)], [["tests/web"], []], id="the-one-that-the-lab-prefers-runs-everything"),
        pytest.param([(3, 12), (3, 14)], [[], ["tests/web"]], id="none-of-splunks"),
    ],
)
def test_what_an_interpreter_leaves_out_another_runs(versions: list[tuple[int, int]], left: list[list[str]]) -> None:
    chosen = [environment.Interpreter(Path(sys.executable), version) for version in versions]
    found = [run_tests.left_out(each, chosen) for each in chosen]
    assert found == left
    assert set.intersection(*map(set, found)) == set()
