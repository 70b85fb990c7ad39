"""Every SPL text of the app parses, and printing what was parsed and parsing it again gives the same trees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark, Token

from lab.driver import app_commands, app_conf, split_arguments
from lab.spl import COMMANDS, parsing
from lab.spl.failure import Place
from lab.spl.macros import expand
from lab.spl.parsing import Segment

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "zeek_hunting"
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_TOKEN_TEXT = re.compile(r"\$[\w:.]+\|s\$")
_TOKEN = re.compile(r"\$[a-z][\w:.]*\$")
_CODE_LINE = re.compile(r"(?:lab |ARGS=\")search '([^']+)'")
_BEGINS = re.compile(r"[`(|]|index=|search ")


def searches() -> Iterator[tuple[str, str]]:
    """(name, text) of every whole search and of every part of one that a macro holds."""
    for stanza, settings in app_conf(APP, "savedsearches").items():
        if settings.get("search"):
            yield f"saved {stanza}", settings["search"]
    for path in sorted((ROOT / "dashboards").glob("*.json")):
        for name, source in json.loads(path.read_text("utf-8")).get("dataSources", {}).items():
            query = source.get("options", {}).get("query", "")
            if query:
                filled = _TOKEN.sub("1", _TOKEN_TEXT.sub('"x"', query))
                yield f"{path.stem} {name}", filled if source["type"] == "ds.search" else f"| {filled.lstrip(' |')}"
    for path in DOCS:
        for number, text in enumerate(_examples(path.read_text("utf-8"))):
            yield f"{path.name} {number}", text
    for name, settings in app_conf(APP, "macros").items():
        if not settings.get("args") and settings.get("iseval", "0") != "1":
            yield f"macro {name}", _in_place(settings["definition"])


def _in_place(definition: str) -> str:
    """A macro's text where it may stand: as commands, as the terms of a search, or as an expression of where or eval."""
    text = expand(definition, app_conf(APP, "macros"), lambda _: True).strip()
    first = re.match(r"\w*", text)
    if text.startswith("|") or (first and (first[0] in COMMANDS or first[0] in app_commands(APP))):
        return f"| {text.lstrip(' |')}"
    for place in ("{}", "| where {}", "| eval x={}", "| eval {}", "| stats {}"):
        try:
            parsed(parsing.split(place.format(text)))
        except parsing.SplError:
            continue
        return place.format(text)
    return text


def _examples(text: str) -> Iterator[str]:
    """Indented blocks that are SPL, and searches given to the lab."""
    yield from _CODE_LINE.findall(text)
    for block in re.findall(r"(?m)(?:^ {4}\S.*\n(?: {4,}.*\n)*)", text + "\n"):
        lines = [line.strip() for line in block.strip().splitlines()]
        if "|" in block and _BEGINS.match(lines[0]) and "---" not in block and not lines[0].endswith("|"):
            # a line that begins another search ends the one before
            starts = [at for at, line in enumerate(lines) if at == 0 or (_BEGINS.match(line) and not line.startswith("|"))]
            for start, stop in zip(starts, [*starts[1:], len(lines)]):
                yield " ".join(lines[start:stop])


@dataclass(frozen=True)
class Parsed:
    """One command. tree: of lark for the lab's commands, the words for those of the app. inner: what stands in [ ]."""

    name: str
    tree: Any
    inner: tuple[tuple[Parsed, ...], ...]


def parsed(segments: list[Segment]) -> tuple[Parsed, ...]:
    return tuple(Parsed(segment.name, _tree(segment), tuple(parsed(_inner(segment)))) for segment in segments)


def _inner(segment: Segment) -> list[Segment]:
    return [each for subsearch in segment.subsearches for each in _pipeline(subsearch.text)]


def _pipeline(text: str) -> list[Segment]:
    try:
        return parsing.pipeline(text, Place(text, 0))
    except parsing.SplError:
        return parsing.pipeline(f"| {text}", Place(f"| {text}", 0))


def _tree(segment: Segment) -> Any:
    command = COMMANDS.get(segment.name)
    if command is None:
        assert segment.name in app_commands(APP), segment.name
        return tuple(split_arguments(segment.text))
    if segment.subsearches and not command.pipelines:
        # the text that a subsearch leaves stands in its place before the rest is parsed
        return parsing.parse(_with_text(segment, segment.filled(['"s"'] * len(segment.subsearches))), command.start, "")
    return parsing.parse(_with_text(segment, re.sub(r"\[(\d+) *\]", r"[\1]", segment.text)), command.start, "")


def _with_text(segment: Segment, text: str) -> Segment:
    return Segment(segment.name, text, Place(text, 0), Place(text, 0))


@lru_cache(maxsize=1)
def _printer() -> Lark:
    text = parsing.GRAMMAR.read_text("utf-8")
    return Lark(text, parser="lalr", start=list(parsing.STARTS), keep_all_tokens=True)


def printed(segments: list[Segment]) -> str:
    """The commands again: every token as it was, one blank where there were any between two tokens."""
    return "".join(f"| {segment.name} {_printed(segment)}" for segment in segments)


def _printed(segment: Segment) -> str:
    command = COMMANDS.get(segment.name)
    inner = [f"[{printed(_pipeline(subsearch.text))}]" for subsearch in segment.subsearches]
    if command is None or (segment.subsearches and not command.pipelines):
        return segment.filled(inner).strip()
    tree = _printer().parse(segment.text, start=command.start)
    text, end = "", 0
    for token in tree.scan_values(lambda each: isinstance(each, Token)):
        is_inner = token.type == "PIPELINE"
        text += (" " if token.start_pos > end else "") + (inner[int(token[1:-1])] if is_inner else str(token))
        end = token.end_pos
    return text.strip()


SEARCHES = dict(searches())


def test_every_place_that_holds_spl_is_read():
    kinds = {name.split()[0] for name in SEARCHES}
    assert {"saved", "macro", "README.md", "lab.md", "zeekbeacon.md", "dnsentropy.md", "zeeklateral.md", "beacons"} <= kinds
    assert len(SEARCHES) > 60


@pytest.mark.parametrize("name", list(SEARCHES))
def test_what_is_printed_parses_to_the_same_trees(name):
    text = expand(SEARCHES[name], app_conf(APP, "macros"), lambda _: True)
    first = parsing.split(text)
    assert all(segment.name in COMMANDS or segment.name in app_commands(APP) for segment in first)
    again = printed(first)
    assert parsed(parsing.split(again)) == parsed(first)
    assert printed(parsing.split(again)) == again


_names = st.sampled_from(["a", "id.orig_h", '"a b"', "x_1"])
_values = st.sampled_from(["1", "10.0.0.0/8", "*", "a*b", '"x | y"', '"q\\"q"', "now", "-1d@d"])
_terms = st.recursive(
    st.one_of(
        st.builds("{}={}".format, _names, _values),
        st.builds("{} IN ({}, {})".format, _names, _values, _values),
        st.sampled_from(["word", '"a phrase"', "TERM(a-b)", "wor*"]),
    ),
    lambda inner: st.one_of(
        st.builds("({} OR {})".format, inner, inner), st.builds("{} {}".format, inner, inner), st.builds("NOT ({})".format, inner)
    ),
    max_leaves=6,
)
_blanks = st.sampled_from([" ", "  ", "\n", " \t"])


@given(_terms, _blanks, _blanks)
def test_blanks_between_tokens_do_not_matter(terms, one, other):
    compact = parsing.split(f"{terms} | where a=1 OR b>2 | stats count AS n BY a,b | sort - n")
    spread = parsing.split(
        f"{terms}{one}|{other}where{one}a=1{one}OR{other}b>2{one}| stats count{other}AS{one}n BY{one}a,{other}b|sort -{one}n"
    )
    assert parsed(compact) == parsed(spread)
