"""The bundle of the zeek_graph visualization: built from viz/ by npm and esbuild where it is needed, on first use; not in git.

Three files, which the package holds beside the hand-written formatter.html: visualization.js (one AMD module), visualization.css
and LICENSES.txt (the code of others in it). They lie in build/zeek-graph/dist; a stamp says from which sources they were made.
npm's packages lie in viz/node_modules, where the tests of the sources find them too. ``python3 -m tools.graph_view`` builds.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
VIZ = REPO / "viz"
WORK = REPO / "build" / "zeek-graph"
PLACE = "appserver/static/visualizations/zeek_graph"
FILES = ("visualization.js", "visualization.css", "LICENSES.txt")
PINS = ("package.json", "package-lock.json", ".npmrc")
_STAMP = "bundle.stamp"
_INSTALL_S, _BUNDLE_S = 600, 120


class BundleMissing(RuntimeError):
    """The bundle is not there and cannot be built; the text says what to install."""


def sources(viz: Path = VIZ) -> list[Path]:
    """What the bundle is made from, sorted."""
    return sorted(
        [*(viz / name for name in PINS), viz / "build.mjs", *(viz / "src").rglob("*.js"), *(viz / "src").rglob("*.css")]
    )


def ready(work: Path = WORK) -> Path | None:
    """The folder with the three files, when they were made from these sources."""
    stamp, bundle = work / _STAMP, work / "dist"
    made = stamp.is_file() and stamp.read_text(encoding="utf-8") == _digest(sources())
    return bundle if made and all((bundle / name).is_file() for name in FILES) else None


def ensure_packages(say: Callable[[str], object], work: Path = WORK) -> str:
    """npm's packages in viz/node_modules; the path of node. Raises BundleMissing."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise BundleMissing("the graph visualization needs Node.js 20 or later with npm (on Debian: apt-get install nodejs npm)")
    work.mkdir(parents=True, exist_ok=True)
    stamp = VIZ / "node_modules" / ".zeek_hunting.stamp"
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two that start at once (test workers, say) would write over each other
        wanted = _digest([VIZ / name for name in PINS])
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
            say("installing esbuild and sigma from npm (once, seconds, 17 MB)")
            _run([npm, "ci", "--no-audit", "--no-fund"], VIZ, _INSTALL_S)
            stamp.write_text(wanted, encoding="utf-8")
    return node


def ensure_bundle(say: Callable[[str], object], work: Path = WORK) -> Path:
    """The folder with the three files; installs and builds first where needed, and says so. Raises BundleMissing."""
    found = ready(work)
    if found is not None:
        return found
    node = ensure_packages(say, work)
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if ready(work) is None:
            say("bundling the graph visualization (a second)")
            _run([node, "build.mjs", str(work / "dist")], VIZ, _BUNDLE_S)
            (work / _STAMP).write_text(_digest(sources()), encoding="utf-8")
    return work / "dist"


def bundle_files(say: Callable[[str], object]) -> dict[str, bytes]:
    """{path in the app: content} of the three files. Raises BundleMissing."""
    folder = ensure_bundle(say)
    return {f"{PLACE}/{name}": (folder / name).read_bytes() for name in FILES}


def _digest(paths: list[Path]) -> str:
    named = (path.relative_to(VIZ).as_posix().encode() + b"\0" + path.read_bytes() for path in paths)
    return hashlib.sha256(b"\0".join(named)).hexdigest()


def _run(command: list[str], folder: Path, limit_s: int) -> None:
    named = " ".join([Path(command[0]).name, *command[1:]])
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=limit_s, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BundleMissing(f"{named} in viz/ did not end well: {error}") from error
    if done.returncode:
        raise BundleMissing(
            f"{named} in viz/ failed; is the npm registry reachable?\n{(done.stderr or done.stdout).strip()[-1500:]}"
        )


def main() -> int:
    try:
        folder = ensure_bundle(lambda text: sys.stdout.write(f"{text}\n"))
    except BundleMissing as error:
        sys.stderr.write(f"graph view: {error}\n")
        return 1
    sizes = ", ".join(f"{name} {(folder / name).stat().st_size:,} bytes" for name in FILES)
    sys.stdout.write(f"{folder.relative_to(REPO)}: {sizes}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
