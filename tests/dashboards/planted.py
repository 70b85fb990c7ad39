"""Single mistakes of a Dashboard Studio definition, each with who finds it, to be planted into a copy of a shipped page.

Finders: ``splunk`` (Splunk's validator) and ``components`` (what the components say of themselves), both run by validate.cjs;
``rules`` (tools/dashboard_rules.py); ``fields`` (tools/dashboard_fields.py, once the page was drawn); ``spl`` (the lab's parser).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Definition = dict[str, Any]
VIZ, DATA, INPUTS = "visualizations", "dataSources", "inputs"
TABLE, CHART, NUMBER = (VIZ, "viz_ranked"), (VIZ, "viz_map"), (VIZ, "viz_urgent")
TIME = (INPUTS, "input_time")
QUERY = (DATA, "ds_read", "options", "query")
PLACES = ("layout", "structure")


class Mistake(NamedTuple):
    name: str
    plant: Callable[[Definition], object]
    finder: str
    said: str


def at(definition: Definition, path: tuple[Any, ...]) -> Any:
    for key in path:
        definition = definition[key]
    return definition


def put(*path: Any) -> Callable[[Definition], object]:
    """Sets what the path without its last part names to that last part."""
    *way, key, value = path
    return lambda definition: at(definition, tuple(way)).__setitem__(key, value)


def drop(*path: Any) -> Callable[[Definition], object]:
    return lambda definition: at(definition, path[:-1]).__delitem__(path[-1])


def renamed(*path: Any) -> Callable[[Definition], object]:
    *way, old, new = path

    def change(definition: Definition) -> None:
        place = at(definition, tuple(way))
        place[new] = place.pop(old)

    return change


def placed_again(definition: Definition) -> None:
    definition["layout"]["structure"].append(dict(definition["layout"]["structure"][-1]))


def second_input(definition: Definition) -> None:
    definition["inputs"]["input_more"] = dict(definition["inputs"]["input_time"])
    definition["layout"]["globalInputs"].append("input_more")


def tabs(shown: str) -> Callable[[Definition], object]:
    def change(definition: Definition) -> None:
        structure = definition["layout"].pop("structure")
        grid = {"type": "grid", "structure": structure}
        definition["layout"] = {
            "globalInputs": ["input_time"],
            "tabs": {"items": [{"layoutId": shown, "label": "One"}]},
            "layoutDefinitions": {"first": grid, **({} if shown != "first" else {"second": {"type": "grid", "structure": []}})},
        }

    return change


MISTAKES = [
    Mistake("unknown visualization", put(*CHART, "type", "splunk.nosuch"), "splunk", "viz_map/type"),
    Mistake("unknown data source type", put(DATA, "ds_read", "type", "ds.nosuch"), "splunk", "ds_read"),
    Mistake("unknown input type", put(*TIME, "type", "input.nosuch"), "splunk", "input_time"),
    Mistake("unknown layout type", put("layout", "type", "heap"), "splunk", "layout"),
    Mistake("option of a wrong type", put(*CHART, "options", "markerSize", "big"), "splunk", "markerSize must be number"),
    Mistake("value that an option lacks", put(*CHART, "options", "legendDisplay", "middle"), "splunk", "legendDisplay"),
    Mistake("unknown key of a visualization", put(*CHART, "dataSource", {}), "splunk", "dataSource"),
    Mistake("unknown option of an input", put(*TIME, "options", "tokn", "x"), "splunk", "tokn"),
    Mistake("unknown query parameter", put(DATA, "ds_read", "options", "queryParameters", {"erliest": "0"}), "splunk", "erliest"),
    Mistake("unknown key of the defaults", put("defaults", "visualizations", {"globl": {}}), "splunk", "globl"),
    Mistake("visualization not placed", lambda definition: definition["layout"]["structure"].pop(), "splunk", "viz_events"),
    Mistake("input not placed", put("layout", "globalInputs", []), "splunk", "input_time"),
    Mistake("placed item missing", put(*PLACES, 0, "item", "viz_nosuch"), "splunk", "viz_nosuch"),
    Mistake("item placed twice", placed_again, "splunk", "viz_events"),
    Mistake("global input missing", put("layout", "globalInputs", ["input_time", "input_no"]), "splunk", "input_no"),
    Mistake("two inputs with one token", second_input, "splunk", "token"),
    Mistake("tab to a missing layout", tabs("nosuch"), "splunk", "nosuch"),
    Mistake("id with a space", renamed(DATA, "ds_read", "ds read"), "splunk", "ds read"),
    Mistake("misspelt option", put(*CHART, "options", "markerSze", 3), "components", "no option markerSze"),
    Mistake("dangling data source", put(*CHART, "dataSources", "primary", "ds_no"), "rules", "ds_no, which is no data source"),
    Mistake("dangling extend", put(DATA, "ds_map", "options", "extend", "ds_no"), "rules", "ds_map extends ds_no"),
    Mistake(
        "unused data source", put(DATA, "ds_x", {"type": "ds.search", "name": "x", "options": {"query": "x"}}), "rules", "ds_x"
    ),
    Mistake("chain that loops", put(DATA, "ds_map", "options", "extend", "ds_map"), "rules", "extends itself"),
    Mistake("missing slot", put(*TABLE, "dataSources", {}), "components", "the data slot primary is empty"),
    Mistake("misnamed slot", put(*TABLE, "dataSources", {"primry": "ds_ranked"}), "components", "no data slot primry"),
    Mistake("missing query", drop(*QUERY), "rules", "ds_read has no query"),
    Mistake("unknown key at the root", put("aplicationProperties", {}), "rules", "aplicationProperties"),
    Mistake("unknown option of a search", put(DATA, "ds_read", "options", "qurey", "x"), "rules", "no option qurey"),
    Mistake("token that nothing sets", put(*QUERY, "search $nobody$"), "rules", "$nobody$"),
    Mistake("input without default", drop(*TIME, "options", "defaultValue"), "rules", "no defaultValue"),
    Mistake("layout in no tab", tabs("first"), "rules", "without tabs"),
    Mistake("overlap in the grid", put(*PLACES, 1, "position", "y", 50), "rules", "lies over"),
    Mistake("item off the canvas", put(*PLACES, 1, "position", "x", 1300), "rules", "leaves the grid"),
    Mistake("item without position", drop(*PLACES, 1, "position", "w"), "rules", "no whole position"),
    Mistake("unknown drilldown", put(*TABLE, "eventHandlers", 0, "type", "drilldown.go"), "rules", "drilldown.go"),
    Mistake("unknown event", put(*TABLE, "eventHandlers", 0, "options", "events", ["bogus.click"]), "components", "bogus.click"),
    Mistake("unknown condition", put(*TABLE, "eventHandlers", 0, "condition", "x"), "rules", "has no condition"),
    Mistake(
        "unknown formatter",
        put(*NUMBER, "options", "majorColor", "> majorValue | rangeVlue(urgentColors)"),
        "components",
        "rangeVlue",
    ),
    Mistake(
        "expression that cannot be read",
        put(*NUMBER, "options", "majorColor", "> majorValue | | x("),
        "components",
        "cannot read",
    ),
    Mistake(
        "unknown key of columnFormat", put(*TABLE, "options", "columnFormat", "host", {"widht": 3}), "components", "no key widht"
    ),
    Mistake("missing context entry", put(*NUMBER, "context", {}), "components", "urgentColors"),
    Mistake(
        "field that no search returns",
        put(*CHART, "options", "x", '> primary | seriesByName("beacn_score")'),
        "fields",
        "beacn_score",
    ),
    Mistake(
        "payload of a field that is not there",
        put(*TABLE, "eventHandlers", 0, "options", "tokens", 0, "key", "row.source.value"),
        "fields",
        "source",
    ),
    Mistake("SPL that cannot be run", put(*QUERY, "`zeek_conn` | stast count"), "spl", "stast"),
    Mistake("type newer than Splunk 9.3", put(*CHART, "type", "splunk.networkGraph"), "rules", "networkGraph"),
]
