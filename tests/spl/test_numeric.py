"""Where numpy comes from, with processes that have none of their own."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import splunklib
from zeekhunt.spl import numeric

from lab.driver import Invocation

EVENTS = b"_time,src,dest\r\n" + b"".join(b"17000%05d,10.0.0.1,203.0.113.7\r\n" % (60 * beat) for beat in range(20))


@pytest.fixture
def app(tmp_path: Path, repo: Path) -> Path:
    """The app as installed: bin/lib holds the SDK, and the interpreter (-E -s -S) sees no other package."""
    installed = tmp_path / "apps" / "zeek_hunting"
    shutil.copytree(repo / "zeek_hunting", installed, ignore=shutil.ignore_patterns("__pycache__", "lib"))
    (installed / "bin" / "lib").mkdir()
    shutil.copytree(Path(splunklib.__file__).parent, installed / "bin" / "lib" / "splunklib")
    return installed


def exchange(app: Path, interpreter: list[str]) -> subprocess.CompletedProcess[bytes]:
    getinfo = json.dumps(Invocation(app, "zeekbeacon").getinfo(app)).encode()
    execute = b'{"action":"execute","finished":true}'
    stream = b"chunked 1.0,%d,0\n%s" % (len(getinfo), getinfo) + b"chunked 1.0,%d,%d\n%s%s" % (
        len(execute),
        len(EVENTS),
        execute,
        EVENTS,
    )
    return subprocess.run([*interpreter, str(app / "bin" / "zeekbeacon.py")], input=stream, capture_output=True, check=False)


def bare() -> list[str]:
    return [sys.executable, "-E", "-s", "-S"]


def test_without_numpy_getinfo_is_answered_and_the_error_says_what_to_install(app: Path) -> None:
    done = exchange(app, bare())
    _first, _, second = done.stdout.partition(b'"type":"reporting"}')
    assert second, done.stdout
    assert b"Install the add-on Python for Scientific Computing" in second
    assert done.returncode == 1 and not done.stderr


def test_the_bundled_folder_is_found(app: Path) -> None:
    machine = {"AMD64": "x86_64"}.get(os.uname().machine, os.uname().machine)
    folder = app / "bin" / "lib" / f"{sys.platform}_{machine}" / f"cp{sys.version_info[0]}{sys.version_info[1]}"
    folder.mkdir(parents=True)
    site = Path(numpy.__file__).parents[1]
    for package in ("numpy", "numpy.libs"):
        if (site / package).exists():
            (folder / package).symlink_to(site / package)
    done = exchange(app, bare())
    assert b"203.0.113.7" in done.stdout, done


def test_the_add_on_interpreter_takes_over_with_getinfo_in_hand(app: Path) -> None:
    """A script stands in for the add-on's python: this interpreter, with its packages. Input after getinfo comes when asked
    for."""
    platform = {"linux": "linux_x86_64", "darwin": "darwin_x86_64"}[sys.platform]
    if os.uname().machine != "x86_64":
        pytest.skip("the add-on exists for x86_64")
    python = app.parent / f"Splunk_SA_Scientific_Python_{platform}" / "bin" / platform / "4_3_1" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    with subprocess.Popen(
        [*bare(), str(app / "bin" / "zeekbeacon.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        getinfo = json.dumps(Invocation(app, "zeekbeacon").getinfo(app)).encode()
        process.stdin.write(b"chunked 1.0,%d,0\n%s" % (len(getinfo), getinfo))
        process.stdin.flush()
        header = process.stdout.readline()
        length = int(header.split(b",")[1])
        assert b'"reporting"' in process.stdout.read(length)
        execute = b'{"action":"execute","finished":true}'
        out, _ = process.communicate(b"chunked 1.0,%d,%d\n%s%s" % (len(execute), len(EVENTS), execute, EVENTS), timeout=60)
    assert b"203.0.113.7" in out


def test_numpy_that_does_not_load_is_said_with_the_reason(app: Path) -> None:
    broken = app / "bin" / "lib" / "numpy"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('built for another machine')\n")
    assert b"numpy was found but does not load" in exchange(app, bare()).stdout


def test_linear_algebra_gets_one_thread_unless_the_administrator_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    numeric.require()
    assert (os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_NUM_THREADS"]) == ("1", "3")
