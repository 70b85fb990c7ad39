"""What the app's own .conf files add to events as they are found, in the order of Splunk's search-time operations:

inline extractions (``EXTRACT-``), field aliases (``FIELDALIAS-``), calculated fields (``EVAL-``) and automatic lookups
(``LOOKUP-``) of props.conf, then event types of eventtypes.conf, then tags of tags.conf. Each sees what those before it made
(Knowledge Manager Manual, "The sequence of search-time operations"). What the lab cannot do is refused by name.
"""

from __future__ import annotations

from lab.spl.knowledge import eventtypes, fields, props, tags
from lab.spl.predicate import Predicate
from lab.spl.relation import Relation
from lab.spl.session import Session


def applied(relation: Relation, session: Session) -> Relation:
    """The events with all that the app adds to them. Raises SplError for what is refused."""
    app = session.settings.app
    relation = fields.applied(relation, props.rules(app, relation), session)
    relation = eventtypes.applied(relation, eventtypes.defined(app), session)
    return tags.applied(relation, tags.defined(app), session)


def made_fields(session: Session) -> frozenset[str]:
    """The fields that an event may have besides those of its log."""
    app = session.settings.app
    found = set(props.made_fields(app))
    if eventtypes.defined(app):
        found.add(eventtypes.FIELD)
    for name in tags.defined(app):
        found |= {tags.FIELD, tags.field_of(name)}
    return frozenset(found)


def check(expression: Predicate, session: Session) -> None:
    """Refuses an event type or a tag that the app does not define. Raises SplError."""
    app = session.settings.app
    eventtypes.check(expression, eventtypes.defined(app))
    tags.check(expression, tags.defined(app))
