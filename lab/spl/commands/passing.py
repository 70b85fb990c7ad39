"""Commands that leave the rows as they are: ``fieldformat`` and ``highlight`` change what Splunk Web shows, ``localop`` and
``noop`` where Splunk works, and ``require`` only asks that there be rows."""

from __future__ import annotations

from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.expression import Compiler
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session

_FIELDFORMAT = "fieldformat <field>=<expression>"
_HIGHLIGHT = "highlight <text>…"
_NOOP = "noop [<option>=<value>]…"


def _fieldformat(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """The expression is checked; rows keep their values, as they do in Splunk beneath what is shown."""
    if len(node.children) != 1:
        raise SplError(f"fieldformat: it takes one field. Syntax: {_FIELDFORMAT}", segment.at)
    Compiler(segment, relation.value, session.scope(relation)).plain(node.children[0].children[1])
    session.say("INFO", "fieldformat changes what Splunk Web shows; the rows here keep their values.")
    return relation


def _highlight(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    Arguments.of(node, segment, _HIGHLIGHT, "").exactly(1, 1_000)
    return relation


def _localop(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """What follows runs on the search head alone."""
    Arguments.of(node, segment, "localop", "").exactly(0, 0)
    return relation


def _noop(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Its options steer Splunk's optimiser and logging, none of which changes rows."""
    names = [str(option.children[0]).rstrip("= \t\r\n") for option in node.find_data("option")]
    Arguments.of(node, segment, _NOOP, " ".join(names)).exactly(0, 0)
    return relation


def _require(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    Arguments.of(node, segment, "require", "").exactly(0, 0)
    relation = session.fixed(relation)
    if not session.count(relation):
        raise SplError("require: the search found no rows up to here", segment.at)
    return relation


FIELDFORMAT = SplCommand("fieldformat", _FIELDFORMAT, _fieldformat, rule="eval")
HIGHLIGHT = SplCommand("highlight", _HIGHLIGHT, _highlight, rule="arguments")
LOCALOP = SplCommand("localop", "localop", _localop, distributable=False, rule="arguments")
NOOP = SplCommand("noop", _NOOP, _noop, rule="arguments")
REQUIRE = SplCommand("require", "require", _require, distributable=False, rule="arguments")
