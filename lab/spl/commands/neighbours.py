"""Figures from the rows before: ``delta`` subtracts, ``accum`` adds up, ``autoregress`` copies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lab.spl.arguments import Arguments, Word
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value

_DELTA = "delta <field> [AS <name>] [p=<rows>]"
_ACCUM = "accum <field> [AS <name>]"
_AUTOREGRESS = "autoregress <field> [AS <name>] [p=<rows>|p=<rows>-<rows>]"
MOST_ROWS_BACK = 1_000


def _names(words: Sequence[Word], arguments: Arguments) -> tuple[str, str]:
    """The field and the name after AS, or ''."""
    if len(words) not in (1, 3) or (len(words) == 3 and not words[1].means("as")):
        arguments.refuse("it needs one field, and may have AS <name>")
    return words[0].text, words[2].text if len(words) == 3 else ""


def _delta(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """The value less that of p rows before, in the order of the rows; without two numbers there is none."""
    arguments = Arguments.of(node, segment, _DELTA, "p")
    field, name = _names(arguments.words, arguments)
    numbered, place = relation.numbered(session.names)
    value = numbered.value(field).numeric
    sql = f"({value} - lag({value}, {arguments.number('p', 1, 1)}) OVER (ORDER BY {place}))"
    return numbered.with_columns(session.names, {name or f"delta({field})": Value(sql, Kind.NUMBER)})


def _accum(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """The sum up to each row; a row whose value is no number keeps what it has."""
    arguments = Arguments.of(node, segment, _ACCUM, "")
    field, name = _names(arguments.words, arguments)
    numbered, place = relation.numbered(session.names)
    value = numbered.value(field)
    total = Value(f"sum({value.numeric}) OVER (ORDER BY {place} ROWS UNBOUNDED PRECEDING)", Kind.NUMBER)
    kept = "NULL" if name else value.text
    sql = f"CASE WHEN {value.numeric} IS NOT NULL THEN {total.text} ELSE {kept} END"
    return numbered.with_columns(session.names, {name or field: Value(sql, Kind.TEXT)})


def _autoregress(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Copies of the values of rows before, called <field>_p<rows>."""
    arguments = Arguments.of(node, segment, _AUTOREGRESS, "p")
    field, name = _names(arguments.words, arguments)
    option = arguments.option("p")
    match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", option.value if option else "1")
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last <= MOST_ROWS_BACK:
        arguments.refuse(
            f"p must be a number of rows or a range like 1-3, at most {MOST_ROWS_BACK}", option.place if option else None
        )
    if name and first != last:
        arguments.refuse("AS goes with one p, not with a range")
    numbered, place = relation.numbered(session.names)
    value = numbered.value(field)
    copies = {
        name or f"{field}_p{back}": Value(f"lag({value.sql}, {back}) OVER (ORDER BY {place})", value.kind)
        for back in range(first, last + 1)
    }
    return numbered.with_columns(session.names, copies)


DELTA = SplCommand("delta", _DELTA, _delta, distributable=False, rule="arguments")
ACCUM = SplCommand("accum", _ACCUM, _accum, distributable=False, rule="arguments")
AUTOREGRESS = SplCommand("autoregress", _AUTOREGRESS, _autoregress, distributable=False, rule="arguments")
