"""Rules for Dashboard Studio definitions that Splunk's own validator does not check: references, tokens, grid, releases.

Each was planted once in a good definition and passed Splunk's validator (see tests/dashboards). What needs the components' own
descriptions, such as option names, is checked in lab/web/components.js.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tools.dashboard_grid import grid_sentences

Definition = dict[str, Any]

# What Splunk 9.3 has, the oldest release that the app supports. Left out: maps (they ask a tile server), images.
VISUALIZATIONS = frozenset(
    "splunk." + name
    for name in [
        "area",
        "bar",
        "bubble",
        "column",
        "ellipse",
        "events",
        "fillergauge",
        "line",
        "linkgraph",
        "markdown",
        "markergauge",
        "parallelcoordinates",
        "pie",
        "punchcard",
        "rectangle",
        "sankey",
        "scatter",
        "singlevalue",
        "singlevalueicon",
        "singlevalueradial",
        "table",
    ]
)
INPUTS = frozenset("input." + name for name in ["timerange", "dropdown", "multiselect", "text", "number"])
HANDLERS = frozenset(
    "drilldown." + name
    for name in [
        "setToken",
        "unsetTokens",
        "resetTokens",
        "customUrl",
        "linkToDashboard",
        "linkToSearch",
        "linkToReport",
        "setTimeRange",
    ]
)
HANDLER_OPTIONS = {
    "drilldown.setToken": frozenset(("tokens", "events")),
    "drilldown.linkToDashboard": frozenset(("app", "dashboard", "tokens", "newTab", "events")),
    "drilldown.customUrl": frozenset(("url", "newTab", "events")),
}
DATA_OPTIONS = {
    "ds.search": frozenset(("query", "queryParameters", "enableSmartSources", "refresh", "refreshType")),
    "ds.chain": frozenset(("query", "extend", "enableSmartSources")),
    "ds.savedSearch": frozenset(("ref", "app", "enableSmartSources")),
}
NEEDED_OPTION = {"ds.search": "query", "ds.chain": "query", "ds.savedSearch": "ref"}
ROOT = frozenset(("title", "description", "dataSources", "visualizations", "inputs", "defaults", "layout"))
DEFAULTS = ("dataSources", "visualizations", "tokens")
NO_DATA = ("splunk.markdown", "splunk.rectangle", "splunk.ellipse")
MOST_LINKS = 2  # a chain may extend a base or a chain of a base, no deeper
CONFIRM = re.compile(r"\$(confirm_[a-z_]+)\|s\$")  # a token that only a click sets: what needs it waits for that click
TOKEN = re.compile(r"\$(?!\$)([^$\s|:]+(?::[^$|]+)?)(?:\|[a-z]+)*\$")


def check_definition(definition: Definition) -> list[str]:
    """One sentence per broken rule; none when all hold."""
    checks = (_root, _data_sources, _chains, _uses, _types, _tokens, _inputs, _handlers, _searches, _explained, grid_sentences)
    return [sentence for check in checks for sentence in check(definition)]


def _part(definition: Definition, name: str) -> dict[str, Any]:
    part = definition.get(name)
    return part if isinstance(part, dict) else {}


def _options(part: Definition) -> Definition:
    options = part.get("options")
    return options if isinstance(options, dict) else {}


def _root(definition: Definition) -> Iterator[str]:
    yield from (f"the key {key} means nothing to Splunk 9.3; remove it" for key in definition if key not in ROOT)
    defaults = _part(definition, "defaults")
    yield from (f"defaults has no {key}, which is silently ignored" for key in defaults if key not in DEFAULTS)
    yield from (f"no {key}; write one" for key in ("title", "description", "layout") if not definition.get(key))


def _data_sources(definition: Definition) -> Iterator[str]:
    named: dict[str, str] = {}
    for key, source in _part(definition, "dataSources").items():
        kind, options, name = source.get("type"), _options(source), source.get("name")
        if kind not in DATA_OPTIONS:
            yield f"{key} is of type {kind}; use {', '.join(sorted(DATA_OPTIONS))}"
            continue
        if not name:
            yield f"{key} has no name; its tokens and messages go by it"
        elif named.setdefault(name, key) != key:
            yield f"{key} has the same name as {named[name]}"
        if not options.get(NEEDED_OPTION[kind]):
            yield f"{key} has no {NEEDED_OPTION[kind]}"
        if kind == "ds.savedSearch" and options.get("app") != "zeek_hunting":
            yield f"{key} needs app = zeek_hunting; Splunk looks in its own search app otherwise"
        yield from (f"{key}: {kind} has no option {each}" for each in options if each not in DATA_OPTIONS[kind])


def _chains(definition: Definition) -> Iterator[str]:
    sources = _part(definition, "dataSources")
    for key, source in sources.items():
        links, at = [key], source
        while at.get("type") == "ds.chain":
            base = str(_options(at).get("extend", ""))
            if base not in sources:
                yield f"{links[-1]} extends {base or 'nothing'}, which is no data source"
                break
            if base in links:
                yield f"{key} extends itself: {' -> '.join([*links, base])}"
                break
            links.append(base)
            at = sources[base]
        if len(links) - 1 > MOST_LINKS:
            yield f"{key} is {len(links) - 1} chains deep; {MOST_LINKS} is the most"


def _uses(definition: Definition) -> Iterator[str]:
    sources = _part(definition, "dataSources")
    used = {str(_options(source).get("extend", "")) for source in sources.values()}
    for where in ("visualizations", "inputs"):
        for key, part in _part(definition, where).items():
            for slot, source in _part(part, "dataSources").items():
                used.add(str(source))
                if source not in sources:
                    yield f"{key}: {slot} names {source}, which is no data source"
    text = json.dumps(definition)
    for key, source in sources.items():
        if key not in used and f"${source.get('name')}:" not in text:
            yield f"nothing uses {key}; remove it"


def _types(definition: Definition) -> Iterator[str]:
    for where, known in (("visualizations", VISUALIZATIONS), ("inputs", INPUTS)):
        for key, part in _part(definition, where).items():
            if part.get("type") not in known:
                yield f"{key} is of type {part.get('type')}, which Splunk 9.3 lacks or this app avoids"


def _set_tokens(definition: Definition) -> Iterator[str]:
    yield from _part(_part(_part(definition, "defaults"), "tokens"), "default")
    for part in _part(definition, "inputs").values():
        token = str(_options(part).get("token", ""))
        yield from (f"{token}.earliest", f"{token}.latest") if part.get("type") == "input.timerange" else (token,)


def _tokens(definition: Definition) -> Iterator[str]:
    """Every token used must have a value when the page opens: an unset one blocks its panel."""
    known = set(_set_tokens(definition))
    smart = {
        source.get("name") for source in _part(definition, "dataSources").values() if _options(source).get("enableSmartSources")
    }
    for name in sorted({match.group(1) for match in TOKEN.finditer(json.dumps(definition, ensure_ascii=False))}):
        space, _, rest = name.partition(":")
        if rest and space != "env" and space not in smart:
            yield f"${name}$ needs a data source named {space} with enableSmartSources"
        elif name.startswith("confirm_") and name in known:
            yield f"${name}$ has a value when the page opens, so that its search writes at once; only a click may set it"
        elif not rest and name not in known and not name.startswith("confirm_"):
            yield f"nothing sets the token ${name}$ when the page opens; give it a default"
    confirmed = set(CONFIRM.findall(json.dumps(definition)))
    for part in _part(definition, "visualizations").values():
        for handler in part.get("eventHandlers", []):
            for token in _options(handler).get("tokens", []):
                if handler.get("type") == "drilldown.setToken" and token.get("token") not in known | confirmed:
                    yield f"a drilldown sets {token.get('token')}, which has no default"


def _inputs(definition: Definition) -> Iterator[str]:
    for key, part in _part(definition, "inputs").items():
        if not _options(part).get("defaultValue"):
            yield f"{key} has no defaultValue; an unset token blocks every panel that uses it"
    if not any(part.get("type") == "input.timerange" for part in _part(definition, "inputs").values()):
        yield "no time range input; every page has one"


def _handlers(definition: Definition) -> Iterator[str]:
    for where in ("visualizations", "inputs"):
        for key, part in _part(definition, where).items():
            for handler in part.get("eventHandlers", []):
                yield from (f"{key}: {sentence}" for sentence in _handler_sentences(handler))


def _handler_sentences(handler: Definition) -> Iterator[str]:
    kind, options = handler.get("type"), _options(handler)
    if kind not in HANDLERS:
        yield f"no event handler {kind}; Splunk 9.3 has {', '.join(sorted(HANDLERS))}"
        return
    known = HANDLER_OPTIONS.get(str(kind), frozenset(options))
    yield from (f"{kind} has no {name}, which is silently ignored" for name in handler if name not in ("type", "options"))
    yield from (f"{kind} has no option {name}" for name in options if name not in known)
    for token in options.get("tokens", []) if kind in ("drilldown.setToken", "drilldown.linkToDashboard") else ():
        if not token.get("token") or len({"key", "value"} & set(token)) != 1 or set(token) - {"token", "key", "value"}:
            yield f"{kind}: a token needs its name and a key or a value, nothing else; found {json.dumps(token)}"


def _searches(definition: Definition) -> Iterator[str]:
    for key, source in _part(definition, "dataSources").items():
        query = str(_options(source).get("query", ""))
        if re.search(r"\bindex\s*=", query):
            yield f"{key} names an index; use a macro, sites adapt those"
        if _writes(query) and not CONFIRM.search(query):
            yield f"{key} writes when the page is only looked at; let it wait for a token $confirm_...|s$ that only a click sets"
        if re.search(r"\|\s*head\b(?:(?!\|\s*stats)[\s\S])*\|\s*sort\b", query):
            yield f"{key} cuts with head before it sorts; sort first"
        if re.search(r'"\$[^$]*sel_[^$|]*\$"', query):
            yield f"{key} puts a clicked value between quotes; write $token|s$, which also escapes it"


def _writes(query: str) -> bool:
    unquoted = re.sub(r'"(?:\\.|[^"\\])*"', "", query)
    return bool(re.search(r"[|[]\s*(outputlookup|collect|delete|sendemail|outputcsv)\b", unquoted))


def _explained(definition: Definition) -> Iterator[str]:
    """Every panel with data says what it shows, and the page opens with its question."""
    parts = _part(definition, "visualizations")
    for key, part in parts.items():
        if part.get("type") not in NO_DATA and not part.get("title"):
            yield f"{key} has no title"
        if part.get("type") not in NO_DATA and not part.get("description"):
            yield f"{key} has no description; say what it shows and what an empty panel means"
    if not any("?" in str(_options(part).get("markdown", "")) for part in parts.values()):
        yield "no markdown panel asks the question that the page answers"
