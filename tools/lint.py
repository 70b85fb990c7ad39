"""Lint: ruff (rules and format) and mypy with the settings of pyproject.toml, and generated files against their sources.

The linters live in an environment of their own with fixed releases: what mypy finds depends on its own release and on numpy's
type stubs, which differ between the Pythons of the tests, and a fresh checkout must get the same answer everywhere.
"""

from __future__ import annotations

import subprocess
import sys

from tools.environment import ENVIRONMENTS, LAB, REPO, EnvironmentFailure, Interpreter, Place, ensure, find

PINS = ("ruff==0.17.6", "mypy==2.4.1", "numpy==2.4.6")
OLDEST = (3, 11)  # of numpy 2.4
PLACE = Place(ENVIRONMENTS / "lint", ("-e", f"{REPO}[test]", *PINS))
CHECKS = (
    ("ruff check", ("-m", "ruff", "check", ".")),
    ("ruff format", ("-m", "ruff", "format", "--check", ".")),
    ("mypy", ("-m", "mypy")),
    ("macros.conf", ("-m", "tools.macros", "--check")),
    ("hunts", ("-m", "tools.hunts", "--check")),
    ("dashboards", ("-m", "tools.dashboards", "--check")),
)


def interpreter() -> Interpreter:
    """Raises EnvironmentFailure where no interpreter is new enough."""
    for version in LAB:
        found = find(version) if version >= OLDEST else None
        if found is not None:
            return found
    raise EnvironmentFailure(f"the linters need Python {OLDEST[0]}.{OLDEST[1]} or later; install one")


def lint() -> list[str]:
    """Run every check, show what the failing ones say, return their names. Raises EnvironmentFailure."""
    python, failed = ensure(interpreter(), PLACE), []
    for name, arguments in CHECKS:
        done = subprocess.run([str(python), *arguments], cwd=REPO, capture_output=True, text=True, timeout=900)
        sys.stdout.write(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}\n")
        if done.returncode:
            failed.append(name)
            sys.stdout.write(done.stdout + done.stderr)
    return failed


def main() -> int:
    try:
        return 1 if lint() else 0
    except EnvironmentFailure as error:
        sys.stderr.write(f"lint: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
