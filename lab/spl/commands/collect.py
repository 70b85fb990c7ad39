"""``collect`` (and ``summaryindex``-like use by saved searches): stores the rows in a summary index of the state folder."""

from __future__ import annotations

from lab.spl import summary
from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session

_SYNTAX = (
    'collect index=<name> [addtime=<bool>] [marker="<field>=<value>, …"] [source=<text>] [sourcetype=<text>] [host=<text>] '
    "[testmode=<bool>]"
)


def _collect(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """With testmode=true the rows come out as they would be stored; nothing is stored."""
    allowed = "index addtime marker source sourcetype host testmode run_in_preview"
    arguments = Arguments.of(node, segment, _SYNTAX, allowed)
    arguments.only("run_in_preview", "false")
    index = arguments.text("index", "")
    if not index:
        arguments.refuse("it needs index=")
    option = arguments.option("index")
    summary.check_name(index, option.place if option else segment.at)
    given = {
        "index": index,
        "addtime": "true" if arguments.flag("addtime", True) else "false",
        "marker": arguments.text("marker", ""),
        "source": arguments.text("source", session.settings.saved_search or "collect"),
        "sourcetype": arguments.text("sourcetype", "stash"),
        "host": arguments.text("host", "lab"),
    }
    relation = session.fixed(relation)
    prepared = summary.prepared(relation, session, given)
    if arguments.flag("testmode", False):
        return prepared
    rows = summary.store(session, session.fixed(prepared), index) if session.count(relation) else 0
    session.say("INFO", f"collect stored {rows:,} rows in the summary index {index}.")
    return relation


COLLECT = SplCommand("collect", _SYNTAX, _collect, False, rule="arguments")
