"""What the tests of dashboard definitions share: Splunk's own validator, run in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.web.renderer import RendererMissing, ensure_renderer

Validate = Callable[..., dict[str, list[str]]]


@pytest.fixture(scope="session")
def validate() -> Validate:
    """Files -> sentences per file name; all in one call, since loading is what takes the time."""
    try:
        bundle = ensure_renderer(lambda _: None)
    except RendererMissing as error:
        pytest.skip(f"no validator: {error}")

    def run(*files: Path) -> dict[str, list[str]]:
        command = [str(shutil.which("node")), str(bundle / "validate.cjs"), *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        answer: dict[str, list[str]] = json.loads(done.stdout)
        return answer

    return run
