"""``head`` keeps the first rows, ``tail`` the last ones in reverse order."""

from __future__ import annotations

from dataclasses import replace

from lab.spl.commands.command import SplCommand, count_of
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session

DEFAULT_ROWS = 10


def _head(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    return replace(relation, sql=f"SELECT * FROM ({relation.sql}){relation.order_by} LIMIT {count_of(node, DEFAULT_ROWS)}")


def _tail(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    place = f"row_number() OVER ({relation.order_by.strip()})"
    return _head(relation.ordered(session.names, [(place, True)]), node, segment, session)


HEAD = SplCommand("head", "head [<count>|limit=<count>]", _head, distributable=False)
TAIL = SplCommand("tail", "tail [<count>]", _tail, distributable=False)
