"""The graph in the app: its files are packed, its options agree in code, form and spec, its page asks for what exists."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tools.conf_file import read_conf
from tools.graph_view import FILES, PLACE, VIZ, BundleMissing, bundle_files

OPTION = "display.visualizations.custom.zeek_hunting.zeek_graph."


@pytest.fixture
def app(repo: Path) -> Path:
    return repo / "zeek_hunting"


@pytest.fixture
def page(app: Path) -> ElementTree.Element:
    return ElementTree.parse(app / "default" / "data" / "ui" / "views" / "graph.xml").getroot()


def test_what_the_package_adds_is_what_splunk_looks_for() -> None:
    try:
        files = bundle_files(lambda _: None)
    except BundleMissing as error:
        pytest.skip(f"no graph visualization: {error}")
    assert set(files) == {f"{PLACE}/{name}" for name in FILES}
    assert all(len(content) > 1000 for content in files.values())


def test_the_stanza_the_folder_and_the_export_name_the_same_visualization(app: Path) -> None:
    stanza = read_conf(app / "default" / "visualizations.conf").stanzas["zeek_graph"].settings
    assert stanza["label"] and stanza["description"] and stanza["search_fragment"]
    assert (app / PLACE).name == "zeek_graph"
    assert (app / PLACE / "preview.png").read_bytes().startswith(b"\x89PNG")
    assert read_conf(app / "metadata" / "default.meta").value("visualizations", "export") == "system"


def test_the_options_of_the_code_stand_in_the_form_and_in_the_spec(app: Path) -> None:
    code = (VIZ / "src" / "splunk_view.js").read_text(encoding="utf-8")
    listed = re.search(r"^const CHOICES = \{(.*)\};$", code, re.MULTILINE)
    assert listed
    choices = {name: re.findall(r"'(\w+)'", words) for name, words in re.findall(r"(\w+): \[([^\]]*)\]", listed.group(1))}
    spec = (app / "README" / "savedsearches.conf.spec").read_text(encoding="utf-8")
    form = (app / PLACE / "formatter.html").read_text(encoding="utf-8")
    assert len(choices) == 4
    for name, words in choices.items():
        assert f"{OPTION}{name} = {' | '.join(words)}\n" in spec
        element = form[form.index(f'name="{{{{VIZ_NAMESPACE}}}}.{name}"') :]
        assert re.findall(r'option value="(\w+)"', element[: element.index("</splunk-")]) == words
    assert f"{OPTION}edges = " in spec and '.edges"' in form


def test_the_page_is_in_the_menu_and_every_question_has_a_search_of_known_macros(app: Path, page: ElementTree.Element) -> None:
    assert page.get("version") == "1.1"
    assert '<view name="graph"/>' in (app / "default" / "data" / "ui" / "nav" / "default.xml").read_text(encoding="utf-8")
    question = next(each for each in page.iter("input") if each.get("token") == "question")
    values = [choice.get("value") for choice in question.iter("choice")]
    searches = {each.get("value"): each.findtext("set") or "" for each in question.iter("condition")}
    assert values == list(searches) == ["hubs", "anomaly", "lateral", "intel"]
    assert page.findtext("init/set") == searches["hubs"], "what is asked before anybody chose"
    macros = read_conf(app / "default" / "macros.conf").stanzas
    commands = read_conf(app / "default" / "commands.conf").stanzas
    for search in searches.values():
        called = re.findall(r"`(\w+)`", search)
        assert called and all(name in macros for name in called)
        own = [name for name in re.findall(r"\| (zeek\w+)", search) if name not in commands]
        assert own == []
        assert re.search(r"\| head \d+$|max_edges=\d+|limit=\d+$", search), "bounded"


def test_the_graph_has_a_search_of_its_own_and_values_of_a_click_are_quoted(page: ElementTree.Element) -> None:
    graph = next(page.iter("viz"))
    assert graph.get("type") == "zeek_hunting.zeek_graph"
    assert graph.find("search/query") is not None and graph.find("search[@base]") is None, "base searches are not supported here"
    clicked = [each.findtext("query") or "" for each in page.iter("search")][1:]
    assert len(clicked) == 2
    for query in clicked:
        assert re.findall(r"\$(?!t\.)(\w+)(?!\|s)\$", query) == [], "a clicked value goes into a search quoted: $token|s$"
