"""``table``, ``fields`` and ``rename``: which fields there are, in which order, under which names. No row is touched."""

from __future__ import annotations

from dataclasses import replace

from lark import Token

from lab.spl.commands.command import SplCommand
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment, names, place_of, unquoted
from lab.spl.relation import Column, Relation
from lab.spl.session import Session
from lab.spl.sql import NULL


def _table(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    wanted = names(node.children[0])
    missing = {name: NULL for name in wanted if "*" not in name and name not in relation.columns}
    if missing:
        relation = relation.with_columns(session.names, missing)
    return replace(relation.only(_chosen(relation, wanted)), events=False)


def _fields(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    removing = isinstance(node.children[0], Token) and node.children[0].type == "MINUS"
    chosen = _chosen(relation, names(node.children[-1]))
    if removing:
        return relation.only({name: column for name, column in relation.columns.items() if name not in chosen})
    internal = {name: column for name, column in relation.columns.items() if name.startswith("_")}
    return relation.only({**chosen, **internal})


def _chosen(relation: Relation, patterns: list[str]) -> dict[str, Column]:
    return {name: relation.columns[name] for pattern in patterns for name in relation.matching(pattern)}


def _rename(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    columns = dict(relation.columns)
    for renaming in node.children:
        old, new = (unquoted(child) for child in renaming.children)
        if old.count("*") != new.count("*"):
            raise SplError("rename: both names need the same number of *", place_of(segment, renaming))
        pairs = {name: _renamed(name, old, new) for name in replace(relation, columns=columns).matching(old)}
        for name in pairs.values():
            if name not in pairs:
                columns.pop(name, None)
        columns = {pairs.get(name, name): column for name, column in columns.items()}
    return relation.only(columns)


def _renamed(name: str, old: str, new: str) -> str:
    """``new`` with each * replaced by what the * at the same place of ``old`` stands for."""
    rest, result, targets = name, "", new.split("*")
    pieces = old.split("*")
    rest = rest[len(pieces[0]) :]
    result = targets[0]
    for number, (piece, target) in enumerate(zip(pieces[1:], targets[1:]), 1):
        last = number == len(pieces) - 1
        end = len(rest) - len(piece) if last else rest.index(piece)
        result += rest[:end] + target
        rest = rest[end + len(piece) :]
    return result


TABLE = SplCommand("table", "table <field> [<field>]…, names may hold *", _table, distributable=False)
FIELDS = SplCommand("fields", "fields [+|-] <field> [<field>]…, names may hold *", _fields)
RENAME = SplCommand("rename", "rename <field> AS <name>[, <field> AS <name>]…, names may hold *", _rename)
