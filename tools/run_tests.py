"""Run the suite on the interpreters Splunk ships (3.9 and 3.13) where they exist and on the running one, then lint once.

``python3 -m tools.run_tests [pytest arguments]``. Without arguments the browser's tests run on the interpreter that the lab
prefers alone, playbooks and the lab on those that Splunk ships. Ends with one line per interpreter, which says what it left to
another; red when a test failed, when a run executed nothing, or when no interpreter was found.
"""

from __future__ import annotations

import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from tools.environment import LAB, OLDEST, REPO, SPLUNK, EnvironmentFailure, Interpreter, ensure, find, running
from tools.lint import lint

RESULTS = REPO / "build" / "test-results"
SUITE_S = 1500  # a hung run must end before the CI's half hour


@dataclass(frozen=True)
class Outcome:
    """Counts of one run. error: why there are none, empty when there are."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    error: str = ""

    @property
    def red(self) -> bool:
        return bool(self.error) or self.failed > 0 or self.passed == 0

    def sentence(self) -> str:
        if self.error:
            return self.error
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return counts if self.passed or self.failed else f"{counts}: no test ran"


def read_results(path: Path) -> Outcome:
    """Counts of a JUnit file as pytest writes it; errors in set-up count as failed."""
    try:
        suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError) as error:
        return Outcome(error=f"no results: {error}")
    total, failures, errors, skipped = (
        sum(int(suite.get(key, 0)) for suite in suites) for key in ("tests", "failures", "errors", "skipped")
    )
    return Outcome(total - failures - errors - skipped, failures + errors, skipped)


def run_suite(python: Path, name: str, arguments: list[str]) -> Outcome:
    """pytest on all cores under this Python. A run that broke off or left no results is an error, whatever the counts say."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = RESULTS / f"py{name}.xml"
    results.unlink(missing_ok=True)
    command = [str(python), "-m", "pytest", "-n", "auto", f"--junitxml={results}", *arguments]
    try:
        code = subprocess.run(command, cwd=REPO, timeout=SUITE_S).returncode
    except subprocess.TimeoutExpired:
        return Outcome(error=f"stopped after {SUITE_S} s")
    outcome = read_results(results)
    if code not in (0, 1, 5) and not outcome.error:
        return Outcome(error=f"pytest ended with code {code}: {outcome.sentence()}")
    return outcome


def left_out(interpreter: Interpreter, chosen: list[Interpreter]) -> list[str]:
    """Folders of tests that another of the chosen interpreters runs: each costs minutes."""
    preferred = next((version for version in LAB if any(each.version == version for each in chosen)), interpreter.version)
    if interpreter.version == preferred:
        return []
    shipped = interpreter.version in SPLUNK or not any(each.version in SPLUNK for each in chosen)
    return ["tests/web"] if shipped else ["tests/web", "tests/hunts", "tests/lab"]


def interpreters() -> tuple[list[Interpreter], list[str]]:
    """(those to test on, versions of Splunk's that were not found)."""
    found = {version: find(version) for version in SPLUNK}
    missing = [f"{version[0]}.{version[1]}" for version, interpreter in found.items() if interpreter is None]
    chosen = {version: interpreter for version, interpreter in found.items() if interpreter is not None}
    if running().version >= OLDEST:
        chosen.setdefault(running().version, running())
    return [chosen[version] for version in sorted(chosen)], missing


def main(arguments: list[str]) -> int:
    chosen, missing = interpreters()
    lines, red = [], not chosen
    for interpreter in chosen:
        started = time.monotonic()
        without = [] if arguments else left_out(interpreter, chosen)
        try:
            outcome = run_suite(ensure(interpreter), interpreter.name, [*arguments, *(f"--ignore={each}" for each in without)])
        except EnvironmentFailure as error:
            outcome = Outcome(error=str(error))
        red = red or outcome.red
        took_s = time.monotonic() - started
        rest = f", without {' and '.join(without)}, which another runs" if without else ""
        lines.append(f"Python {interpreter.name} ({interpreter.path}): {outcome.sentence()} in {took_s:.0f} s{rest}")
    lines += [
        f"Python {name}: not found on PATH, under pyenv or uv; Splunk ships it, so test on it before a release"
        for name in missing
    ]
    try:
        failed = lint()
    except EnvironmentFailure as error:
        failed = [str(error)]
    lines.append(f"lint: {'failed: ' + ', '.join(failed) if failed else 'ok'}")
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
    return 1 if red or failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
