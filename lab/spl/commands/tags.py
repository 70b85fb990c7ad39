"""``tags``: the tags of tags.conf for the values that the rows have now."""

from __future__ import annotations

from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.knowledge import tags
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session

_SYNTAX = "tags [outputfield=<field>] [<field>…]"


def _tags(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """tag::<field> for each field, or all of them in one field. Without names, every field that has tags."""
    arguments = Arguments.of(node, segment, _SYNTAX, "outputfield")
    known = tags.defined(session.settings.app)
    fields = [word.text for word in arguments.words] or [name for name in relation.columns if name in known]
    values = {tags.field_of(name): tags.tagged(relation, name, known) for name in fields if name in known}
    if not values:
        return relation
    output = arguments.text("outputfield", "")
    if output:
        values = {output: tags.together(list(values.values()))}
    return relation.with_columns(session.names, values)


TAGS = SplCommand("tags", _SYNTAX, _tags, rule="arguments")
