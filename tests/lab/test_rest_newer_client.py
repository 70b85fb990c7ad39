"""The tests of the client once more with the release of splunk-sdk that only newer Pythons take, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

NEWER = "3.0.1"  # needs Python 3.13; the app itself ships 2.1.1, which is installed here


@pytest.mark.skipif(sys.version_info < (3, 13), reason=f"splunk-sdk {NEWER} needs Python 3.13")
def test_the_newer_client_does_all_that_the_shipped_one_does(repo: Path) -> None:
    place = repo / "build" / f"splunk-sdk-{NEWER}-cp{sys.version_info[0]}{sys.version_info[1]}"
    if not (place / "splunklib").is_dir():
        wanted = ["--no-deps", "--target", str(place), f"splunk-sdk=={NEWER}"]
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
            check=True,
            capture_output=True,
        )
    version = 'from importlib.metadata import version; print(version("splunk-sdk"))'
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests/lab/test_rest_sdk.py"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(place)
    said, ran = (
        subprocess.run([sys.executable, *arguments], cwd=repo, env=environment, capture_output=True, text=True, timeout=600)
        for arguments in (["-c", version], tests)
    )
    assert said.stdout.strip() == NEWER
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert "skipped" not in ran.stdout
