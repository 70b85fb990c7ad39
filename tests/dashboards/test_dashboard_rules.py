"""Our rules over Dashboard Studio definitions: the shipped ones keep them, and each rule finds the mistake it is for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools import dashboards
from tools.dashboard_rules import check_definition

Definition = dict[str, Any]
Change = Callable[[Definition], object]


def good() -> Definition:
    """Small, and right in every rule."""
    return {
        "title": "Page",
        "description": "What it shows.",
        "dataSources": {
            "ds_base": {"type": "ds.search", "name": "base", "options": {"query": "`zeek_conn` | stats count BY src"}},
            "ds_one": {
                "type": "ds.chain",
                "name": "one",
                "options": {"extend": "ds_base", "query": "| search src=$who|s$", "enableSmartSources": True},
            },
        },
        "inputs": {"input_time": {"type": "input.timerange", "options": {"token": "t", "defaultValue": "-24h@h,now"}}},
        "visualizations": {
            "viz_ask": {"type": "splunk.markdown", "options": {"markdown": "Who? $one:result.src$"}},
            "viz_one": {
                "type": "splunk.table",
                "title": "One",
                "description": "No row: nobody connected.",
                "dataSources": {"primary": "ds_one"},
                "eventHandlers": [
                    {"type": "drilldown.setToken", "options": {"tokens": [{"token": "who", "key": "row.src.value"}]}}
                ],
            },
        },
        "defaults": {
            "dataSources": {"ds.search": {"options": {"queryParameters": {"earliest": "$t.earliest$", "latest": "$t.latest$"}}}},
            "tokens": {"default": {"who": {"value": "*"}}},
        },
        "layout": {
            "type": "grid",
            "globalInputs": ["input_time"],
            "structure": [
                {"item": "viz_ask", "type": "block", "position": {"x": 0, "y": 0, "w": 1440, "h": 100}},
                {"item": "viz_one", "type": "block", "position": {"x": 0, "y": 100, "w": 1440, "h": 300}},
            ],
        },
    }


def setting(*path: Any) -> Change:
    """Puts the last value at the path of the others."""

    def change(definition: Definition) -> None:
        at: Any = definition
        for key in path[:-2]:
            at = at[key]
        at[path[-2]] = path[-1]

    return change


def removing(*path: Any) -> Change:
    def change(definition: Definition) -> None:
        at: Any = definition
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return change


SOURCES, PARTS = "dataSources", "visualizations"
MISTAKES = [
    pytest.param(setting("applicationProperties", {}), "applicationProperties", id="unknown-key-at-the-root"),
    pytest.param(setting("defaults", "visualisations", {}), "visualisations", id="unknown-default"),
    pytest.param(removing("description"), "no description", id="page-without-description"),
    pytest.param(setting(PARTS, "viz_one", "dataSources", {"primary": "ds_two"}), "ds_two", id="dangling-data-source"),
    pytest.param(setting(SOURCES, "ds_one", "options", "extend", "ds_no"), "ds_no", id="dangling-extend"),
    pytest.param(
        setting(SOURCES, "ds_more", {"type": "ds.search", "name": "more", "options": {"query": "x"}}),
        "nothing uses ds_more",
        id="unused-data-source",
    ),
    pytest.param(setting(SOURCES, "ds_one", "options", "extend", "ds_one"), "extends itself", id="chain-that-loops"),
    pytest.param(removing(SOURCES, "ds_one", "name"), "no name", id="data-source-without-name"),
    pytest.param(setting(SOURCES, "ds_base", "name", "one"), "same name", id="two-data-sources-of-one-name"),
    pytest.param(removing(SOURCES, "ds_base", "options", "query"), "no query", id="search-without-query"),
    pytest.param(setting(SOURCES, "ds_base", "options", "qurey", "x"), "qurey", id="misspelt-search-option"),
    pytest.param(
        setting(SOURCES, "ds_base", {"type": "ds.savedSearch", "name": "base", "options": {"ref": "r"}}),
        "app = zeek_hunting",
        id="saved-search-of-another-app",
    ),
    pytest.param(setting(PARTS, "viz_ask", "options", "markdown", "Who? $nobody$"), "$nobody$", id="token-that-nothing-sets"),
    pytest.param(
        removing(SOURCES, "ds_one", "options", "enableSmartSources"), "enableSmartSources", id="result-token-of-a-plain-source"
    ),
    pytest.param(removing("defaults", "tokens"), "who", id="clicked-token-without-default"),
    pytest.param(removing("inputs", "input_time", "options", "defaultValue"), "defaultValue", id="input-without-default"),
    pytest.param(setting("inputs", {}), "no time range input", id="page-without-time-picker"),
    pytest.param(setting(PARTS, "viz_one", "type", "splunk.networkGraph"), "networkGraph", id="type-newer-than-9.3"),
    pytest.param(setting(PARTS, "viz_one", "type", "splunk.map"), "splunk.map", id="map-that-asks-a-tile-server"),
    pytest.param(
        setting(PARTS, "viz_one", "eventHandlers", 0, "type", "drilldown.setTokens"),
        "drilldown.setTokens",
        id="unknown-drilldown",
    ),
    pytest.param(
        setting(SOURCES, "ds_base", "options", "query", "index=zeek | stats count"),
        "names an index",
        id="search-that-names-an-index",
    ),
    pytest.param(
        setting(SOURCES, "ds_base", "options", "query", "`zeek_conn` | head 5 | sort - x"), "head before", id="head-before-sort"
    ),
    pytest.param(
        setting(SOURCES, "ds_base", "options", "query", "`zeek_conn` | stats count | outputlookup x"),
        "only looked at",
        id="page-that-writes",
    ),
    pytest.param(removing(PARTS, "viz_one", "title"), "no title", id="panel-without-title"),
    pytest.param(removing(PARTS, "viz_one", "description"), "no description", id="panel-that-does-not-explain-no-data"),
    pytest.param(setting(PARTS, "viz_ask", "options", "markdown", "Look."), "question", id="page-without-question"),
    pytest.param(setting("layout", "type", "absolute"), "one grid", id="other-layout"),
    pytest.param(setting("layout", "structure", 1, "position", "y", 50), "lies over", id="overlap"),
    pytest.param(setting("layout", "structure", 1, "position", "w", 1000), "gaps", id="gap"),
    pytest.param(setting("layout", "structure", 1, "position", "x", 200), "leaves the grid", id="off-the-grid"),
    pytest.param(removing("layout", "structure", 0, "position", "h"), "no whole position", id="panel-without-position"),
]


def test_a_good_definition_breaks_no_rule() -> None:
    assert check_definition(good()) == []


@pytest.mark.parametrize(("change", "said"), MISTAKES)
def test_a_planted_mistake_is_named(change: Change, said: str) -> None:
    definition = good()
    change(definition)
    assert [sentence for sentence in check_definition(definition) if said in sentence]


def test_a_chain_may_extend_a_chain_but_no_deeper() -> None:
    definition = good()
    for name, base in (("two", "ds_one"), ("three", "ds_two")):
        definition[SOURCES][f"ds_{name}"] = {"type": "ds.chain", "name": name, "options": {"extend": base, "query": "| head 1"}}
    deep = [sentence for sentence in check_definition(definition) if "chains deep" in sentence]
    assert deep == ["ds_three is 3 chains deep; 2 is the most"]


def test_the_shipped_views_are_in_step_and_break_no_rule() -> None:
    assert dashboards.problems() == []
    assert list(dashboards.SOURCES.glob("*.json"))


def written(folder: Path, definition: Definition) -> tuple[Path, Path]:
    sources, views = folder / "dashboards", folder / "views"
    sources.mkdir()
    views.mkdir()
    (sources / "page.json").write_text(json.dumps(definition), encoding="utf-8")
    return sources, views


def test_a_missing_a_stale_and_an_orphaned_view_are_named(tmp_path: Path) -> None:
    sources, views = written(tmp_path, good())
    assert "out of step" in dashboards.problems(sources, views)[0]
    (views / "page.xml").write_text(dashboards.render("page", good()), encoding="utf-8")
    assert dashboards.problems(sources, views) == []
    (views / "old.xml").write_text(dashboards.render("old", good()), encoding="utf-8")
    assert dashboards.problems(sources, views) == ["views/old.xml has no source dashboards/old.json; delete the view"]


def test_text_that_would_end_the_cdata_section_is_refused() -> None:
    with pytest.raises(dashboards.DefinitionUnusable, match="CDATA"):
        dashboards.render("page", good() | {"description": "]]>"})


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text('{"title": "a", "title": "b"}', encoding="utf-8")
    with pytest.raises(dashboards.DefinitionUnusable, match="stands twice"):
        dashboards.read_definition(path)
