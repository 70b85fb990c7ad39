"""Find the Python interpreters and keep one environment for each under .venv/, set up once.

``python3 -m tools.environment run ARGS...`` replaces itself by the environment's Python with ARGS; ``show`` says what there is.
An environment is ready when its stamp, a hash of what went into it, is the current one: a changed dependency sets it up again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

REPO = Path(__file__).resolve().parent.parent
OLDEST = (3, 9)
SPLUNK = ((3, 9), (3, 13))  # the interpreters that Splunk ships
LAB = ((3, 13), (3, 12), (3, 14), (3, 11), (3, 10), (3, 9))  # order in which the lab and the tools prefer them
ENVIRONMENTS = REPO / ".venv"
STAMP = "zeek_hunting.stamp"

Version = tuple[int, int]


class EnvironmentFailure(Exception):
    """An interpreter or a package is missing; the text says what to install."""


@dataclass(frozen=True)
class Interpreter:
    path: Path
    version: Version

    @property
    def name(self) -> str:
        return f"{self.version[0]}.{self.version[1]}"


@dataclass(frozen=True)
class Place:
    """An environment: its folder and what pip installs into it."""

    folder: Path
    packages: tuple[str, ...]


def probe(path: Path) -> Interpreter | None:
    """What answers at this path; None when it does not start (version managers leave shims of versions that are off)."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([str(path), "-c", code], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split()
    if done.returncode or len(words) != 2 or not all(word.isdigit() for word in words):
        return None
    return Interpreter(path, (int(words[0]), int(words[1])))


def running() -> Interpreter:
    return Interpreter(Path(sys.executable), (sys.version_info[0], sys.version_info[1]))


def find(version: Version) -> Interpreter | None:
    """An interpreter of this version: the running one, on PATH, or installed by pyenv or uv. Each candidate is started to see."""
    if running().version == version:
        return running()
    for path in _candidates(f"{version[0]}.{version[1]}"):
        found = probe(path)
        if found is not None and found.version == version:
            return found
    return None


def _candidates(name: str) -> Iterator[Path]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for program in (f"python{name}", "python3"):
            path = shutil.which(program, path=folder or os.curdir)
            if path:
                yield Path(path)
    managed = (
        (Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions", f"{name}.*"),
        (Path.home() / ".local" / "share" / "uv" / "python", f"cpython-{name}.*"),
    )
    for root, pattern in managed:
        yield from (folder / "bin" / f"python{name}" for folder in sorted(root.glob(pattern), reverse=True))


def place_of(version: Version) -> Place:
    """The environment of the tests and the lab for this version."""
    return Place(ENVIRONMENTS / f"py{version[0]}.{version[1]}", ("-e", f"{REPO}[test]"))


def stamp(place: Place) -> str:
    """What a place must have been set up from: its packages and, for an editable install, pyproject.toml."""
    project = (REPO / "pyproject.toml").read_bytes() if "-e" in place.packages else b""
    return hashlib.sha256("\n".join(place.packages).encode() + project).hexdigest()


def ready(place: Place) -> Path | None:
    """The Python of an environment when it is set up and works."""
    written, python = place.folder / STAMP, _python_of(place.folder)
    if written.is_file() and written.read_text(encoding="utf-8") == stamp(place) and probe(python) is not None:
        return python
    return None


def ensure(interpreter: Interpreter, place: Place | None = None) -> Path:
    """The Python of the environment (by default that of the interpreter's version), set up first. Raises EnvironmentFailure."""
    place = place or place_of(interpreter.version)
    python = ready(place)
    if python is not None:
        return python
    sys.stdout.write(f"setting up {_short(place.folder)} with Python {interpreter.name} (once, about a minute)\n")
    sys.stdout.flush()
    python = make_venv(interpreter, place.folder)
    pip_install(python, *place.packages)
    (place.folder / STAMP).write_text(stamp(place), encoding="utf-8")
    return python


def make_venv(interpreter: Interpreter, folder: Path) -> Path:
    """An empty environment with pip, or the one that stands there. Raises EnvironmentFailure."""
    python = _python_of(folder)
    if probe(python) is not None:
        return python
    done = subprocess.run(
        [str(interpreter.path), "-m", "venv", "--clear", str(folder)], capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        raise EnvironmentFailure(
            f"Python {interpreter.name} at {interpreter.path} cannot make an environment "
            f"(on Debian: apt-get install python{interpreter.name}-venv): {(done.stderr or done.stdout).strip()[-600:]}"
        )
    return python


def pip_install(python: Path, *what: str) -> None:
    """Install into the environment of this Python. Raises EnvironmentFailure with pip's last words."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=1800)
    if done.returncode:
        raise EnvironmentFailure(f"{' '.join(command)} failed:\n{done.stderr.strip()[-1500:]}")


def lab_interpreter() -> Interpreter:
    """The interpreter where one is enough: of an environment that stands, else the best found. Raises EnvironmentFailure."""
    for version in LAB:
        python = ready(place_of(version))
        if python is not None:
            return Interpreter(python, version)
    for version in LAB:
        found = find(version)
        if found is not None:
            return found
    raise EnvironmentFailure(
        f"no Python {OLDEST[0]}.{OLDEST[1]} or later found on PATH, under pyenv or uv (the one running is {running().name}); "
        "install one, or name it: make PYTHON=/path/to/python3"
    )


def _python_of(folder: Path) -> Path:
    return folder / "bin" / "python"


def _short(path: Path) -> str:
    return str(path.relative_to(REPO)) if path.is_relative_to(REPO) else str(path)


def _show() -> None:
    for version in sorted({*SPLUNK, *LAB}):
        found = find(version)
        if found is not None:
            state = "ready" if ready(place_of(version)) else "not set up"
            sys.stdout.write(f"Python {found.name}: {found.path}, environment {state}\n")


def main(arguments: list[str]) -> int:
    """``run`` does not return: the environment's Python takes the place of this process."""
    if arguments == ["show"]:
        _show()
        return 0
    if arguments[:1] != ["run"] or len(arguments) < 2:
        sys.stderr.write("usage: python3 -m tools.environment show | run ARGS...\n")
        return 2
    try:
        python = ensure(lab_interpreter())
    except EnvironmentFailure as error:
        sys.stderr.write(f"environment: {error}\n")
        return 1
    os.chdir(REPO)
    return _become(python, arguments[1:])


def _become(python: Path, arguments: list[str]) -> NoReturn:
    os.execv(python, [str(python), *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
