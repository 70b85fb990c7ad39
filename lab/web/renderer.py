"""Splunk's dashboard renderer: installed from npm and bundled where it is used, on first use; never committed or packed.

The bundle holds Highcharts, which may be used here but not handed on. It lies in build/dashboard-renderer beside the packages; a
stamp says from which sources it was made.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE.parent.parent / "build" / "dashboard-renderer"
PINS = ("package.json", "package-lock.json", ".npmrc")
SOURCES = ("build.cjs", "page.jsx", "links.js", "validate.js", "components.js")
STAMP = "bundle.stamp"
_INSTALL_S, _BUNDLE_S = 900, 300


class RendererMissing(RuntimeError):
    """The renderer is not there and cannot be set up; the text says what to install."""


def ready(work: Path = WORK) -> Path | None:
    """The folder with page.js, page.css and validate.cjs, when it was made from these sources."""
    stamp = work / STAMP
    bundle = work / "dist"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == _digest((*PINS, *SOURCES)) and (bundle / "page.js").is_file():
        return bundle
    return None


def ensure_renderer(say: Callable[[str], None], work: Path = WORK) -> Path:
    """The bundle's folder; installs and bundles first where needed, and says so. Raises RendererMissing."""
    found = ready(work)
    if found is not None:
        return found
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise RendererMissing("the dashboards need Node.js 20 or later with npm (on Debian: apt-get install nodejs npm)")
    work.mkdir(parents=True, exist_ok=True)
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two that start at once (test workers, say) would write over each other
        return ready(work) or _set_up(npm, node, work, say)


def _set_up(npm: str, node: str, work: Path, say: Callable[[str], None]) -> Path:
    for name in (*PINS, *SOURCES):
        shutil.copyfile(HERE / name, work / name)
    installed = work / "packages.stamp"
    if not installed.is_file() or installed.read_text(encoding="utf-8") != _digest(PINS):
        say("installing Splunk's dashboard renderer from npm (once, about a minute, 550 MB)")
        _run([npm, "ci", "--no-audit", "--no-fund"], work, _INSTALL_S)
        installed.write_text(_digest(PINS), encoding="utf-8")
    say("bundling the page (seconds)")
    _run([node, "build.cjs"], work, _BUNDLE_S)
    (work / STAMP).write_text(_digest((*PINS, *SOURCES)), encoding="utf-8")
    return work / "dist"


def _digest(names: tuple[str, ...]) -> str:
    return hashlib.sha256(b"\0".join((HERE / name).read_bytes() for name in names)).hexdigest()


def _run(command: list[str], work: Path, limit_s: int) -> None:
    named = " ".join([Path(command[0]).name, *command[1:]])
    try:
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=limit_s, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RendererMissing(f"{named} in {work} did not end well: {error}") from error
    if done.returncode:
        raise RendererMissing(
            f"{named} in {work} failed; is the npm registry reachable?\n{(done.stderr or done.stdout).strip()[-1500:]}"
        )
