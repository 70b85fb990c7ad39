"""Splunk's own validator, and what the components say of themselves, over the shipped definitions; run in Node."""

from __future__ import annotations

from pathlib import Path

from dashboards.conftest import Validate


def test_splunk_finds_nothing_in_the_shipped_definitions(validate: Validate, repo: Path) -> None:
    files = sorted((repo / "dashboards").glob("*.json"))
    assert validate(*files) == {path.name: [] for path in files}
