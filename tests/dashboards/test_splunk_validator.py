"""Splunk's own validator, and what the components say of themselves, over the shipped definitions; run in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.web.renderer import RendererMissing, ensure_renderer

Validate = Callable[..., dict[str, list[str]]]


@pytest.fixture(scope="module")
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


def test_splunk_finds_nothing_in_the_shipped_definitions(validate: Validate, repo: Path) -> None:
    files = sorted((repo / "dashboards").glob("*.json"))
    assert validate(*files) == {path.name: [] for path in files}


def unknown_type(page: dict[str, Any]) -> None:
    page["visualizations"]["viz_read"]["type"] = "splunk.nosuch"


def wrong_option_type(page: dict[str, Any]) -> None:
    page["visualizations"]["viz_map"]["options"]["markerSize"] = "big"


def not_placed(page: dict[str, Any]) -> None:
    page["layout"]["structure"].pop()


def misspelt_option(page: dict[str, Any]) -> None:
    page["visualizations"]["viz_map"]["options"]["markerSze"] = 3


def misspelt_slot(page: dict[str, Any]) -> None:
    page["visualizations"]["viz_ranked"]["dataSources"] = {"primry": "ds_ranked"}


def missing_context(page: dict[str, Any]) -> None:
    page["visualizations"]["viz_urgent"]["context"] = {}


def broken_expression(page: dict[str, Any]) -> None:
    page["visualizations"]["viz_urgent"]["options"]["majorColor"] = "> majorValue | | x("


def unknown_event(page: dict[str, Any]) -> None:
    page["visualizations"]["viz_ranked"]["eventHandlers"][0]["options"]["events"] = ["bogus.click"]


def misspelt_input_option(page: dict[str, Any]) -> None:
    page["inputs"]["input_time"]["options"]["tokn"] = "x"


MISTAKES = {
    unknown_type: "viz_read/type",
    wrong_option_type: "markerSize must be number",
    not_placed: "viz_events",
    misspelt_option: "no option markerSze",
    misspelt_slot: "no data slot primry",
    missing_context: "urgentColors",
    broken_expression: "cannot read the expression",
    unknown_event: "no event bogus.click",
    misspelt_input_option: "tokn",
}


def test_each_planted_mistake_is_named(validate: Validate, repo: Path, tmp_path: Path) -> None:
    for plant in MISTAKES:
        page = json.loads((repo / "dashboards" / "beacons.json").read_text(encoding="utf-8"))
        plant(page)
        (tmp_path / f"{plant.__name__}.json").write_text(json.dumps(page), encoding="utf-8")
    said = validate(*tmp_path.glob("*.json"))
    unnamed = {
        plant.__name__ for plant, words in MISTAKES.items() if not any(words in each for each in said[f"{plant.__name__}.json"])
    }
    assert unnamed == set()
