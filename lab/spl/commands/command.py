"""What a command of the lab's SPL is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lark import Token

from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session

Run = Callable[[Relation, Node, Segment, Session], Relation]


@dataclass(frozen=True)
class SplCommand:
    """name: as typed, and the start rule in spl.lark. syntax: shown when it cannot be read. distributable: in Splunk it runs on
    the indexers, so what follows it may run there too."""

    name: str
    syntax: str
    run: Run
    distributable: bool = True


def count_of(node: Node, default: int | None) -> int | None:
    """The leading count or limit=N of a command, or the default."""
    for child in node.children:
        if isinstance(child, Token) and child.type in ("COUNT", "LIMIT"):
            return int(child.split("=")[-1])
    return default
