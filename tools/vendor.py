"""The third-party code inside the package: which releases, by which hash, and what of them is left out.

Archives come from PyPI through pip, once, into build/vendor; every use checks the hash, so that a second run needs no network and
a changed archive is refused. They are unpacked here and not installed: an installer stamps its own version on what it writes, and
the package must have the same bytes wherever it is built.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
CACHE = REPO / "build" / "vendor"


@dataclass(frozen=True)
class Archive:
    """One release. licence, home: for THIRD-PARTY.txt. under: where it lands below bin/lib. python: whose wheel it is."""

    project: str
    version: str
    file: str
    sha256: str
    licence: str
    home: str
    under: str = ""
    python: str = ""

    @property
    def is_wheel(self) -> bool:
        return self.file.endswith(".whl")


SDK = Archive(
    "splunk-sdk",
    "2.1.1",
    "splunk-sdk-2.1.1.tar.gz",
    "46300d52f09e0aed7e5962ce2ba08ef54421ffb3a538c6af6164dcbf9f075faa",
    "Apache-2.0 (text: LICENSE)",
    "https://github.com/splunk/splunk-sdk-python",
)
# Public suffix list and all; the code is a page, the list 338 kB.
SUFFIXES = Archive(
    "publicsuffixlist",
    "1.1.2.20261023",
    "publicsuffixlist-1.1.2.20261023-py3-none-any.whl",
    "c792aa3fd37076c15f1c9d9897e59e9d58e8bacdf4315eb9cc10141a26d8995c",
    "MPL-2.0 (text: publicsuffixlist-1.1.2.20261023.dist-info/licenses)",
    "https://github.com/ko-zu/psl",
)
# The newest numpy for 3.9, and for 3.13 the one of Python for Scientific Computing 4.3; both run on glibc 2.17.
NUMPY = tuple(
    Archive(
        "numpy",
        version,
        f"numpy-{version}-{tag}-{tag}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        sha256,
        f"BSD-3-Clause and others (text: numpy-{version}.dist-info/LICENSE.txt)",
        "https://numpy.org",
        f"linux_x86_64/{tag}",
        python,
    )
    for version, tag, python, sha256 in (
        ("2.0.2", "cp39", "3.9", "f26b258c385842546006213344c50655ff1555a9338e2e5e02a0756dc3e803dd"),
        ("2.2.6", "cp313", "3.13", "1bc23a79bfabc5d056d106f9befb8d50c31ced2fbc70eedb8155aec74a45798f"),
    )
)


class VendorError(Exception):
    """An archive cannot be had or is not the pinned one; the text says what to do."""


def files_of(archive: Archive, cache: Path = CACHE) -> dict[str, bytes]:
    """path below bin/lib -> content, of what ships of the archive; it is fetched when the cache has none. Raises VendorError."""
    unpacked = _wheel(_bytes(archive, cache)) if archive.is_wheel else _source(archive, _bytes(archive, cache))
    prefix = f"{archive.under}/" if archive.under else ""
    return {prefix + path: content for path, content in unpacked.items() if not _left_out(path)}


def _left_out(path: str) -> bool:
    """What no command needs.

    SDK: the Python 2 bridge (imported by nothing), the old results reader (needs the package `deprecation`) and the classes for
    modular inputs. The rest stays as released: AppInspect knows those files by their hash. numpy: its tests, type stubs, headers.
    publicsuffixlist: its tests and its downloader.
    """
    name = path.rsplit("/", 1)[-1]
    if path in ("splunklib/six.py", "splunklib/results.py") or path.startswith("splunklib/modularinput/"):
        return True
    if path in ("publicsuffixlist/test.py", "publicsuffixlist/test_psl.txt", "publicsuffixlist/update.py"):
        return True
    if name.startswith(".") or "/tests/" in path or path.startswith("bin/"):
        return True
    return path.startswith("numpy") and (name.endswith((".pyi", ".h", ".a", ".pyc", ".c", ".pxd")) or "entry_points" in name)


def _source(archive: Archive, content: bytes) -> dict[str, bytes]:
    """The package folder of an sdist, and a dist-info by which tools recognise project and version."""
    root = archive.file[: -len(".tar.gz")]
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        for member in tar.getmembers():
            handle = tar.extractfile(member) if member.isfile() else None
            if handle is not None:
                files[member.name.removeprefix(f"{root}/")] = handle.read()
    shipped = {path: data for path, data in files.items() if path.startswith("splunklib/")}
    info = f"{archive.project.replace('-', '_')}-{archive.version}.dist-info"
    shipped[f"{info}/METADATA"] = files["PKG-INFO"]
    shipped[f"{info}/top_level.txt"] = b"splunklib\n"
    return shipped


def _wheel(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist() if not name.endswith("/")}


def _bytes(archive: Archive, cache: Path) -> bytes:
    path = cache / archive.file
    if not path.is_file():
        _download(archive, cache)
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != archive.sha256:
        raise VendorError(f"{path} has sha256 {found}, pinned is {archive.sha256}; delete the file and run again")
    return content


def _download(archive: Archive, cache: Path) -> None:
    """Fetch into a folder of its own and move the file into the cache whole: two builds may run at once."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        pinned = Path(folder) / "pinned.txt"
        pinned.write_text(f"{archive.project}=={archive.version} --hash=sha256:{archive.sha256}\n", encoding="utf-8")
        command = [*_pip(), "download", "--quiet", "--no-deps", "--require-hashes", f"--requirement={pinned}", f"--dest={folder}"]
        if archive.is_wheel and not archive.python:
            command += ["--only-binary=:all:"]
        elif archive.is_wheel:
            abi = "cp" + archive.python.replace(".", "")
            command += ["--only-binary=:all:", "--platform=manylinux_2_17_x86_64", "--platform=manylinux2014_x86_64"]
            command += [f"--python-version={archive.python}", "--implementation=cp", f"--abi={abi}"]
        else:
            command += ["--no-binary=:all:"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode:
            raise VendorError(f"pip could not fetch {archive.project} {archive.version}:\n{done.stderr.strip()[-1500:]}")
        fetched = Path(folder) / archive.file
        if not fetched.is_file():
            raise VendorError(f"pip fetched {archive.project} {archive.version} not as {archive.file}; pin that name")
        fetched.replace(cache / archive.file)


def _pip() -> list[str]:
    """A pip that works: of the running interpreter, else of one of the repository's environments."""
    for python in (Path(sys.executable), *sorted((REPO / ".venv").glob("py3.*/bin/python"), reverse=True)):
        if subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, timeout=120).returncode == 0:
            return [str(python), "-m", "pip"]
    raise VendorError(f"{sys.executable} has no pip; install it (Debian: apt-get install python3-pip) or run `make test` once")
