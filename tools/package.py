"""Build dist/zeek_hunting-<version>.spl: the app folder plus the libraries its commands need, the same bytes for the same input.

An .spl is a gzipped tar with one folder. Order, owner, modes, times and the gzip header are fixed. SOURCE_DATE_EPOCH sets the
time of all files; without it a constant does. ``--bundle-numpy`` makes the flavour that brings numpy for 64-bit Linux.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tools.conf_file import read_conf
from tools.graph_view import PLACE, BundleMissing, bundle_files
from tools.vendor import CACHE, NUMPY, REPO, SDK, SUFFIXES, Archive, VendorError, files_of

APP = "zeek_hunting"
MTIME_S = 1_767_225_600  # 2026-01-01, when SOURCE_DATE_EPOCH says nothing else


class PackageError(Exception):
    """The app folder cannot be packed as it is; the text says what to change."""


@dataclass(frozen=True)
class Build:
    """app: the folder to pack. out: where the .spl goes. numpy: bring numpy. mtime_s: time of every file, seconds since 1970."""

    app: Path = REPO / APP
    out: Path = REPO / "dist"
    cache: Path = CACHE
    numpy: bool = False
    mtime_s: int = MTIME_S


@dataclass(frozen=True)
class Package:
    """path: the .spl. files: how many it holds. left_out: what lay in the app folder and does not belong into a package."""

    path: Path
    files: int
    size_b: int
    sha256: str
    left_out: tuple[str, ...]


def build(order: Build) -> Package:
    """Write the .spl. Raises PackageError, VendorError and BundleMissing."""
    version = read_conf(order.app / "default" / "app.conf").value("launcher", "version")
    if not version:
        raise PackageError(f"{order.app}/default/app.conf has no version under [launcher]")
    files, left_out = _app_files(order.app)
    libraries = (SDK, SUFFIXES, *NUMPY) if order.numpy else (SDK, SUFFIXES)
    for archive in libraries:
        files.update({f"bin/lib/{path}": content for path, content in files_of(archive, order.cache).items()})
    files.update(bundle_files(lambda text: sys.stdout.write(f"{text}\n")))
    files["THIRD-PARTY.txt"] = _third_party(libraries).encode()
    content = _archive(files, order.mtime_s)
    order.out.mkdir(parents=True, exist_ok=True)
    path = order.out / f"{APP}-{version}{'-numpy' if order.numpy else ''}.spl"
    path.write_bytes(content)
    return Package(path, len(files), len(content), hashlib.sha256(content).hexdigest(), tuple(left_out))


def _app_files(app: Path) -> tuple[dict[str, bytes], list[str]]:
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for path in sorted(app.rglob("*")):
        name = path.relative_to(app).as_posix()
        if path.is_symlink():
            raise PackageError(f"{path} is a link; Splunk's installer refuses links, put the file itself there")
        if not path.is_file():
            continue
        if _stays_behind(name):
            left_out.append(name)
        else:
            files[name] = path.read_bytes()
    return files, left_out


def _stays_behind(name: str) -> bool:
    """What a run, an editor or a site leaves in the app folder: caches, dot-files, local settings, lookup indexes, libraries."""
    parts = name.split("/")
    return (
        any(part.startswith(".") or part in ("__pycache__", "tests") for part in parts)
        or name.endswith((".pyc", ".pyo", ".index", ".orig", ".rej", "~"))
        or name.startswith(("local/", "bin/lib/"))
        or name in ("metadata/local.meta", "THIRD-PARTY.txt")
    )


def _third_party(libraries: tuple[Archive, ...]) -> str:
    lines = ["Code of others in this package. Everything else: Apache-2.0, see LICENSE.", ""]
    for archive in libraries:
        place = f"bin/lib/{archive.under}".rstrip("/")
        lines += [f"{archive.project} {archive.version}", f"  licence: {archive.licence}", f"  home:    {archive.home}"]
        lines += [f"  source:  {archive.file} from PyPI, sha256 {archive.sha256}", f"  place:   {place}", ""]
    lines += ["JavaScript in the graph visualization", f"  licences and texts: {PLACE}/LICENSES.txt", ""]
    return "\n".join(lines)


def _archive(files: dict[str, bytes], mtime_s: int) -> bytes:
    folders = {APP}
    for name in files:
        parts = name.split("/")[:-1]
        folders.update("/".join([APP, *parts[: depth + 1]]) for depth in range(len(parts)))
    members = dict.fromkeys(folders, b"")
    members.update({f"{APP}/{name}": content for name, content in files.items()})
    packed = io.BytesIO()
    zipped = gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=9, mtime=0)
    with zipped, tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(members):
            tar.addfile(_member(name, name in folders, len(members[name]), mtime_s), io.BytesIO(members[name]))
    return packed.getvalue()


def _member(name: str, folder: bool, size_b: int, mtime_s: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)  # owner 0:0 without names is TarInfo's own default
    member.type = tarfile.DIRTYPE if folder else tarfile.REGTYPE
    member.mode = 0o755 if folder else 0o644
    member.size = 0 if folder else size_b
    member.mtime = mtime_s
    return member


def _epoch() -> int:
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if text and not text.isdigit():
        raise PackageError(f"SOURCE_DATE_EPOCH must be whole seconds since 1970, got {text!r}")
    return int(text) if text else MTIME_S


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="package.sh", description="Build the Splunk package under dist/.")
    parser.add_argument("--bundle-numpy", action="store_true", help="bring numpy for 64-bit Linux search heads (about 30 MB)")
    parser.add_argument("--out", type=Path, default=REPO / "dist", help="folder for the package (default: dist)")
    options = parser.parse_args(arguments)
    try:
        package = build(Build(out=options.out, numpy=options.bundle_numpy, mtime_s=_epoch()))
    except (PackageError, VendorError, BundleMissing, OSError) as error:
        sys.stderr.write(f"package: {error}\n")
        return 1
    if package.left_out:
        shown = ", ".join(package.left_out[:5]) + (", ..." if len(package.left_out) > 5 else "")
        sys.stdout.write(f"left out {len(package.left_out)} files that do not belong into a package: {shown}\n")
    sys.stdout.write(f"{package.path}: {package.files} files, {package.size_b:,} bytes, sha256 {package.sha256}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
