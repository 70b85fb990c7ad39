"""The package: the same bytes every time, nothing that does not belong there, the libraries that do."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from tools import package, vendor
from tools.conf_file import read_conf
from tools.graph_view import BundleMissing
from tools.package import Build, build

APP = "zeek_hunting"


def members(spl: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(spl) as tar:
        return tar.getmembers()


def names(spl: Path) -> set[str]:
    return {member.name[len(APP) + 1 :] for member in members(spl) if member.isfile()}


@pytest.fixture(scope="module")
def spl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return build(Build(out=tmp_path_factory.mktemp("spl"))).path
    except vendor.VendorError as error:
        pytest.skip(f"splunk-sdk is not in build/vendor and cannot be fetched: {error}")
    except BundleMissing as error:
        pytest.skip(f"the graph visualization cannot be built: {error}")


@pytest.fixture
def app(repo: Path, tmp_path: Path) -> Path:
    """A copy of the app folder to add things to."""
    return Path(shutil.copytree(repo / APP, tmp_path / APP, ignore=shutil.ignore_patterns("__pycache__")))


def test_two_builds_have_the_same_bytes(spl: Path, app: Path, tmp_path: Path) -> None:
    for path in app.rglob("*"):  # other times and modes on disk must not show
        path.chmod(0o777)
    assert build(Build(app=app, out=tmp_path / "out")).path.read_bytes() == spl.read_bytes()


def test_the_name_carries_the_version(repo: Path, spl: Path) -> None:
    version = read_conf(repo / APP / "default" / "app.conf").value("launcher", "version")
    assert spl.name == f"zeek_hunting-{version}.spl"


def test_owner_mode_and_time_are_fixed(spl: Path) -> None:
    for member in members(spl):
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
        assert member.mode == (0o755 if member.isdir() else 0o644), member.name
        assert member.isdir() or member.isfile(), f"{member.name} is a link or a device"
        assert member.mtime == package.MTIME_S


def test_everything_lies_in_one_folder_in_order(spl: Path) -> None:
    found = [member.name for member in members(spl)]
    assert found == sorted(found)
    assert {name.split("/")[0] for name in found} == {APP}


def test_source_date_epoch_sets_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spl: Path) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert package.main(["--out", str(tmp_path)]) == 0
    assert {member.mtime for member in members(tmp_path / spl.name)} == {1_000_000_000}


def test_a_bad_source_date_epoch_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert package.main([]) == 1
    assert "must be whole seconds" in capsys.readouterr().err


def test_what_the_app_is_made_of_is_inside(repo: Path, spl: Path) -> None:
    wanted = {
        "default/app.conf",
        "metadata/default.meta",
        "lookups/zeek_networks.csv",
        "app.manifest",
        "LICENSE",
        "THIRD-PARTY.txt",
    }
    wanted |= {
        path.relative_to(repo / APP).as_posix() for path in (repo / APP / "bin").rglob("*.py") if "lib" not in path.parts[-2:-1]
    }
    assert wanted <= names(spl)


def test_nothing_forbidden_is_inside(spl: Path) -> None:
    for name in names(spl):
        parts = name.split("/")
        assert not any(part.startswith(".") for part in parts), f"dot-file {name}"
        assert not {"__pycache__", "tests", "local"} & set(parts), name
        assert not name.endswith((".pyc", ".pyo", ".so", ".yml", ".yaml")), name


LEFT_BEHIND = [
    ".DS_Store",
    "bin/.hidden/x.py",
    "bin/__pycache__/x.cpython-39.pyc",
    "bin/zeekhunt/tests/test_x.py",
    "local/app.conf",
    "metadata/local.meta",
    "lookups/zeek_networks.csv.index",
    "bin/zeekbeacon.py~",
    "bin/lib/splunklib/__init__.py",
]


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_a_site_or_a_run_leaves_stays_behind_and_is_told(spl: Path, app: Path, tmp_path: Path, name: str) -> None:
    (app / name).parent.mkdir(parents=True, exist_ok=True)
    (app / name).write_text("stray", encoding="utf-8")
    built = build(Build(app=app, out=tmp_path / "out"))
    assert built.left_out == (name,)
    assert built.path.read_bytes() == spl.read_bytes()


def test_a_link_is_refused(app: Path, tmp_path: Path) -> None:
    (app / "bin" / "link.py").symlink_to("zeekbeacon.py")
    with pytest.raises(package.PackageError, match="is a link"):
        build(Build(app=app, out=tmp_path))


def test_an_app_without_version_is_refused(app: Path, tmp_path: Path) -> None:
    (app / "default" / "app.conf").write_text("[launcher]\n", encoding="utf-8")
    with pytest.raises(package.PackageError, match="no version under"):
        build(Build(app=app, out=tmp_path))


def test_the_sdk_is_inside_unchanged_with_its_metadata(spl: Path) -> None:
    released: dict[str, bytes] = {}
    with tarfile.open(vendor.CACHE / vendor.SDK.file) as tar:
        for member in tar.getmembers():
            handle = tar.extractfile(member)
            if handle is not None and "/splunklib/" in member.name:
                released[member.name.split("/", 1)[1]] = handle.read()
    with tarfile.open(spl) as tar:
        shipped = {
            member.name[len(f"{APP}/bin/lib/") :]: tar.extractfile(member).read()  # type: ignore[union-attr]
            for member in tar.getmembers()
            if member.isfile() and member.name.startswith(f"{APP}/bin/lib/splunk")
        }
    assert b"Name: splunk-sdk\nVersion: 2.1.1\n" in shipped.pop("splunk_sdk-2.1.1.dist-info/METADATA")
    shipped.pop("splunk_sdk-2.1.1.dist-info/top_level.txt")
    assert shipped == {name: released[name] for name in shipped}
    dropped = {name for name in released if name not in shipped and not name.startswith("splunklib/modularinput/")}
    assert dropped == {"splunklib/six.py", "splunklib/results.py"}


def test_third_party_code_is_listed_with_licence_and_hash(spl: Path) -> None:
    with tarfile.open(spl) as tar:
        text = tar.extractfile(f"{APP}/THIRD-PARTY.txt").read().decode()  # type: ignore[union-attr]
    for part in ("splunk-sdk 2.1.1", "Apache-2.0", vendor.SDK.sha256, "bin/lib"):
        assert part in text


def wheel(folder: Path, like: vendor.Archive) -> vendor.Archive:
    """A wheel of a few bytes in the cache, under the name of a real one."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in (
            "numpy/__init__.py",
            "numpy/__init__.pyi",
            "numpy/tests/test_x.py",
            "numpy/_core/include/x.h",
            "numpy/_core/x.so",
            "numpy.libs/libopenblas.so",
            f"numpy-{like.version}.dist-info/LICENSE.txt",
        ):
            archive.writestr(name, name)
    (folder / like.file).write_bytes(content.getvalue())
    return dataclasses.replace(like, sha256=hashlib.sha256(content.getvalue()).hexdigest())


def test_the_numpy_flavour_puts_each_wheel_where_the_library_looks(
    spl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    shutil.copy(vendor.CACHE / vendor.SDK.file, cache)
    shutil.copy(vendor.CACHE / vendor.SUFFIXES.file, cache)
    monkeypatch.setattr(package, "NUMPY", tuple(wheel(cache, archive) for archive in vendor.NUMPY))
    built = build(Build(out=tmp_path / "out", cache=cache, numpy=True)).path
    assert built.name == spl.name.replace(".spl", "-numpy.spl")
    added = names(built) - names(spl)
    assert added == {
        f"bin/lib/linux_x86_64/{tag}/{name}"
        for tag, version in (("cp39", "2.0.2"), ("cp313", "2.2.6"))
        for name in (
            "numpy/__init__.py",
            "numpy/_core/x.so",
            "numpy.libs/libopenblas.so",
            f"numpy-{version}.dist-info/LICENSE.txt",
        )
    }


def test_indexers_do_not_receive_numpy(repo: Path) -> None:
    conf = read_conf(repo / APP / "default" / "distsearch.conf")
    denied = conf.value("replicationDenylist", "zeek_hunting_numpy")
    assert denied == "apps/zeek_hunting/bin/lib/linux_x86_64/..."
    assert all(archive.under.startswith("linux_x86_64/") for archive in vendor.NUMPY)


def test_an_archive_with_another_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / vendor.SDK.file).write_bytes(b"something else")
    with pytest.raises(vendor.VendorError, match="delete the file and run again"):
        vendor.files_of(vendor.SDK, tmp_path)
