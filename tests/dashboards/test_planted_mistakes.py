"""The 45 mistakes of planted.py, one at a time in a copy of the page Beacons: each is named by the check it is for."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboards.conftest import Validate
from dashboards.planted import MISTAKES, Definition, Mistake

from lab.ingest import Store
from lab.spl import SearchSettings, SplError
from lab.spl.post_process import check
from tools.dashboard_fields import field_sentences
from tools.dashboard_rules import check_definition

RETURNED = {  # what the panels' searches return on the simulated network; tests/web holds the page to it
    "viz_map": ["beacon_score", "threat_score", "severity", "src", "target"],
    "viz_ranked": [
        *("host", "target", "severity", "threat", "steady", "rhythm", "period", "service", "events", "hosts that know it", "when")
    ],
}


@pytest.fixture(scope="module")
def page(repo: Path) -> Definition:
    read: Definition = json.loads((repo / "dashboards" / "beacons.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "none.duckdb") as opened:
        yield opened


def planted(page: Definition, mistake: Mistake) -> Definition:
    wrong = copy.deepcopy(page)
    mistake.plant(wrong)
    assert wrong != page, mistake.name
    return wrong


def of(*finders: str) -> list[Mistake]:
    return [mistake for mistake in MISTAKES if mistake.finder in finders]


def named(mistake: Mistake, sentences: list[str]) -> bool:
    return any(mistake.said in sentence for sentence in sentences)


def test_there_are_45_and_no_two_are_the_same(page: Definition) -> None:
    assert len({json.dumps(planted(page, mistake)) for mistake in MISTAKES}) == len(MISTAKES) == 45
    assert Counter(mistake.finder for mistake in MISTAKES) == {"splunk": 18, "components": 8, "rules": 16, "fields": 2, "spl": 1}


def test_our_rules_name_theirs_and_nothing_in_the_page_itself(page: Definition) -> None:
    assert check_definition(page) == []
    assert [mistake.name for mistake in of("rules") if not named(mistake, check_definition(planted(page, mistake)))] == []


def test_splunk_and_the_components_name_theirs_and_nothing_in_the_page_itself(
    page: Definition,
    validate: Validate,
    tmp_path: Path,
) -> None:
    mistakes = of("splunk", "components")
    pages = {"good": page, **{f"{at:02d}": planted(page, mistake) for at, mistake in enumerate(mistakes)}}
    for name, definition in pages.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(definition), encoding="utf-8")
    said = validate(*sorted(tmp_path.glob("*.json")))
    assert said["good.json"] == []
    unnamed = {
        mistake.name: said[f"{at:02d}.json"] for at, mistake in enumerate(mistakes) if not named(mistake, said[f"{at:02d}.json"])
    }
    assert unnamed == {}


def test_fields_that_no_search_returns_are_named_once_the_page_was_drawn(page: Definition) -> None:
    assert field_sentences(page, RETURNED) == []
    assert [
        mistake.name for mistake in of("fields") if not named(mistake, field_sentences(planted(page, mistake), RETURNED))
    ] == []


def test_a_search_that_cannot_run_is_refused_by_the_lab(page: Definition, store: Store, repo: Path) -> None:
    settings = SearchSettings(app=repo / "zeek_hunting")
    (mistake,) = of("spl")
    query = planted(page, mistake)["dataSources"]["ds_read"]["options"]["query"]
    with pytest.raises(SplError, match=mistake.said):
        check(store, f"search {query}", settings)
