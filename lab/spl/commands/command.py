"""What a command of the lab's SPL is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lark import Token

from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session

Run = Callable[[Relation, Node, Segment, Session], Relation]
Generate = Callable[[Node, Segment, Session], Relation]


@dataclass(frozen=True)
class SplCommand:
    """name: as typed. syntax: shown when it cannot be read. run: what it makes of rows; None for one that must stand first.

    distributable: in Splunk it runs on the indexers, so what follows it may run there too. generate: what it makes when it
    stands first. rule: the start rule in spl.lark, by default called like the command. pipelines: it runs the text in [ ] itself.
    """

    name: str
    syntax: str
    run: Run | None
    distributable: bool = True
    generate: Generate | None = None
    rule: str = ""
    pipelines: bool = False

    @property
    def start(self) -> str:
        return self.rule or self.name


def count_of(node: Node, default: int | None) -> int | None:
    """The leading count or limit=N of a command, or the default."""
    for child in node.children:
        if isinstance(child, Token) and child.type in ("COUNT", "LIMIT"):
            return int(child.split("=")[-1])
    return default
