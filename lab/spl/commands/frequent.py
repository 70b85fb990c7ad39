"""``top`` and ``rare``: the most and the least frequent combinations of values, with their count and share in percent."""

from __future__ import annotations

from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.commands.grouping import one_row_per_value
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Column, Relation, auto_keys
from lab.spl.session import Session
from lab.spl.sql import Kind

_OPTIONS = "limit showperc showcount countfield percentfield"
_SYNTAX = (
    "{} [<count>] [limit=<count>] [showperc=<bool>] [showcount=<bool>] [countfield=<name>] [percentfield=<name>] "
    "<field>… [by <field>…]"
)
DEFAULT_ROWS = 10


def _frequent(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """limit=0 keeps all. Equal counts come in the order of their values."""
    arguments = Arguments.of(node, segment, _SYNTAX.format(segment.name), _OPTIONS)
    words = list(arguments.words)
    limit = arguments.number("limit", DEFAULT_ROWS)
    if words and not words[0].quoted and words[0].text.isdigit():
        limit = arguments.whole(words[0].text, words[0].place)
        words = words[1:]
    split = next((number for number, word in enumerate(words) if word.means("by")), len(words))
    fields, by = [word.text for word in words[:split]], [word.text for word in words[split + 1 :]]
    if not fields or (split < len(words) and not by):
        arguments.refuse("a field is missing")
    relation = one_row_per_value(relation, [*by, *fields], session)
    count, percent = arguments.text("countfield", "count"), arguments.text("percentfield", "percent")
    names = [*by, *fields, count, percent]
    if len(set(names)) < len(names):
        raise SplError(f"{segment.name}: two outputs have one name; see countfield and percentfield", segment.at)
    columns = {name: Column(session.names.new(), Kind.TEXT) for name in [*by, *fields]}
    columns[count], columns[percent] = Column(session.names.new(), Kind.NUMBER), Column(session.names.new(), Kind.TEXT)
    texts = [f"{relation.value(name).text} AS {columns[name].ident}" for name in [*by, *fields]]
    keys = ", ".join(columns[name].ident for name in [*by, *fields])
    present = " AND ".join(f"{columns[name].ident} IS NOT NULL" for name in [*by, *fields])
    group = f"PARTITION BY {', '.join(columns[name].ident for name in by)}" if by else ""
    counted = columns[count].ident
    share = f"printf('%.6f', 100.0 * {counted} / sum({counted}) OVER ({group}))"
    inner = f"SELECT {', '.join(texts)} FROM ({relation.sql})"
    grouped = f"SELECT {keys}, CAST(count(*) AS DOUBLE) AS {counted} FROM ({inner}) WHERE {present} GROUP BY {keys}"
    result = Relation(f"SELECT *, {share} AS {columns[percent].ident} FROM ({grouped})", columns, (), distributed=False)
    ties = [key for name in fields for key in auto_keys(result.value(name))]
    most_first = segment.name == "top"
    ranked = result.ordered(session.names, [(counted, most_first), *ties])
    if limit:
        sql = f"SELECT * FROM ({ranked.sql}) QUALIFY row_number() OVER ({group}{ranked.order_by}) <= {limit}"
        ranked = Relation(sql, columns, ranked.order, distributed=False)
    shown = {name: column for name, column in columns.items() if name not in (count, percent)}
    shown.update({count: columns[count]} if arguments.flag("showcount", True) else {})
    shown.update({percent: columns[percent]} if arguments.flag("showperc", True) else {})
    groups = [key for name in by for key in auto_keys(ranked.value(name))]
    return (ranked.ordered(session.names, groups) if groups else ranked).only(shown)


TOP = SplCommand("top", _SYNTAX.format("top"), _frequent, distributable=False, rule="arguments")
RARE = SplCommand("rare", _SYNTAX.format("rare"), _frequent, distributable=False, rule="arguments")
