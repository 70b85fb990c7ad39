"""``where`` keeps the rows for which an expression is true; ``eval`` gives fields the value of one."""

from __future__ import annotations

from lab.spl.commands.command import SplCommand
from lab.spl.expression import Compiler
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment, place_of, unquoted
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value


def _where(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    return relation.where(Compiler(segment, relation.value, session.scope(relation)).condition(node.children[0]))


def _eval(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    for assignment in node.children:
        target, expression = assignment.children
        value = Compiler(segment, relation.value, session.scope(relation)).value(expression)
        if value.kind is Kind.BOOL:
            raise SplError("eval: a field cannot be true or false; write if(…, 1, 0)", place_of(segment, target))
        field = unquoted(target)
        if field == "_time":
            value = Value(value.numeric, Kind.TIME)
        relation = relation.with_columns(session.names, {field: value})
    return relation


WHERE = SplCommand("where", 'where <expression>, for example where n>=5 AND like(host, "%.example")', _where)
EVAL = SplCommand("eval", "eval <field>=<expression>[, <field>=<expression>]…", _eval)
