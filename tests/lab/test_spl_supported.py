"""SUPPORTED.md is the code's own list: every command and function, with its syntax."""

from __future__ import annotations

import re

import pytest

from lab.spl.aggregates import AGGREGATES, PERCENTILES
from lab.spl.commands import COMMANDS
from lab.spl.functions import FUNCTIONS, PER_VALUE
from lab.spl.parsing import GRAMMAR, STARTS


def table(title: str) -> dict[str, str]:
    """Name -> second cell of the table below a heading."""
    text = GRAMMAR.with_name("SUPPORTED.md").read_text(encoding="utf-8")
    section = text.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([\w<>]+)` \| ((?:[^|\\]|\\.)*) \|", section, re.MULTILINE)
    return {name: cell.replace("\\|", "|").strip() for name, cell in rows}


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Commands", {name: command.syntax for name, command in COMMANDS.items()}),
        ("Functions of eval and where", {**{name: function.syntax for name, function in FUNCTIONS.items()}, **PER_VALUE}),
    ],
)
def test_the_page_lists_what_the_code_has(title, code):
    assert table(title) == code


def test_the_page_lists_the_functions_of_stats():
    assert set(table("Functions of stats")) == {*AGGREGATES, *PERCENTILES}


def test_every_command_has_its_start_rule_in_the_grammar():
    assert {"pipeline", *(command.start for command in COMMANDS.values())} == set(STARTS)
