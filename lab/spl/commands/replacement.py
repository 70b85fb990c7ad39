"""``replace`` writes values anew, ``strcat`` joins fields and texts, ``rangemap`` names the ranges that a number lies in, and
``setfields`` gives fields one text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lab.spl.arguments import Arguments, Word
from lab.spl.commands.command import SplCommand
from lab.spl.functions.function import per_value, several
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal, number

_REPLACE = "replace <value> WITH <value>[, <value> WITH <value>]… [IN <field>…], values may hold *"
_STRCAT = 'strcat [allrequired=<bool>] <field|"text">… <new field>'
_RANGEMAP = "rangemap field=<field> <name>=<low>-<high>… [default=<name>]"
_SETFIELDS = "setfields <field>=<text>[, <field>=<text>]…"
_NUMBER = r"[-+]?\d{1,15}(?:\.\d{1,9})?"


def _replace(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Whole values, case counting; the first pair that matches counts. Without IN all fields but internal ones."""
    arguments = Arguments.of(node, segment, _REPLACE, "")
    words = list(arguments.words)
    split = next((at for at in range(len(words)) if at % 3 == 0 and at and words[at].means("in")), len(words))
    pairs = _pairs(words[:split], arguments)
    fields = [word.text for word in words[split + 1 :]]
    if split < len(words) and not fields:
        arguments.refuse("a field is missing after IN", words[split].place)
    chosen = fields or [name for name in relation.columns if not name.startswith("_")]
    values = {}
    for name in dict.fromkeys(name for field in chosen for name in relation.matching(field)):
        values[name] = per_value(relation.value(name), lambda text: _rewritten(text, pairs))
    return relation.with_columns(session.names, values) if values else relation


def _pairs(words: Sequence[Word], arguments: Arguments) -> list[tuple[str, str]]:
    if not words or len(words) % 3:
        arguments.refuse("it needs <value> WITH <value>")
    pairs = []
    for old, keyword, new in zip(words[::3], words[1::3], words[2::3]):
        if not keyword.means("with"):
            arguments.refuse(f"WITH is missing before {keyword.text[:40]!r}", keyword.place)
        if "*" in new.text and old.text.count("*") != new.text.count("*"):
            arguments.refuse("the new value needs no * or as many as the old one", new.place)
        pairs.append((old.text, new.text))
    return pairs


def _rewritten(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    whens = []
    for old, new in pairs:
        pattern = literal("(?s)^" + "(.*)".join(map(re.escape, old.split("*"))) + "$")
        pieces = [piece.replace("\\", "\\\\") for piece in new.split("*")]
        written = pieces[0] + "".join(f"\\{at}{piece}" for at, piece in enumerate(pieces[1:], 1))
        made = f"regexp_replace({text}, {pattern}, {literal(written)})" if "*" in new else literal(new)
        whens.append(
            f"WHEN regexp_matches({text}, {pattern}) THEN {made}" if "*" in old else f"WHEN {text} = {literal(old)} THEN {made}"
        )
    return f"CASE {' '.join(whens)} ELSE {text} END"


def _strcat(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """A field without a value is nothing; with allrequired=true the row then gets no new value."""
    arguments = Arguments.of(node, segment, _STRCAT, "allrequired")
    *sources, target = arguments.words or [Word("", True, segment.at)]
    if not sources or target.quoted:
        arguments.refuse("it needs fields or texts in quotes, and the name of the new field last")
    texts = [literal(word.text) if word.quoted else relation.value(word.text).text for word in sources]
    if arguments.flag("allrequired", False):
        joined, old = " || ".join(texts), relation.value(target.text).text
        return relation.with_columns(session.names, {target.text: Value(f"COALESCE({joined}, {old})", Kind.TEXT)})
    joined = " || ".join(f"COALESCE({text}, '')" for text in texts)
    return relation.with_columns(session.names, {target.text: Value(f"({joined})", Kind.TEXT)})


def _rangemap(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Every range that holds the number, both ends included, is a value of ``range``; none is the default, 'None'."""
    names = [str(option.children[0]).rstrip("= \t\r\n") for option in node.find_data("option")]
    arguments = Arguments.of(node, segment, _RANGEMAP, " ".join(names))
    field = arguments.text("field", "")
    if not field or arguments.words:
        arguments.refuse("it needs field= and ranges like low=0-10")
    value = relation.value(field).numeric
    whens = []
    for option in arguments.options:
        if option.name in ("field", "default"):
            continue
        ends = re.fullmatch(f"({_NUMBER})-({_NUMBER})", option.value)
        if ends is None:
            arguments.refuse(f"{option.value[:40]!r} is no range like 0-10", option.place)
        low, high = sorted((float(ends[1]), float(ends[2])))
        whens.append(f"CASE WHEN {value} BETWEEN {number(low)} AND {number(high)} THEN {literal(option.name)} END")
    found = several(f"list_filter([{', '.join(whens)}]::VARCHAR[], lambda r: r IS NOT NULL)").sql
    default = literal(arguments.text("default", "None"))
    return relation.with_columns(session.names, {"range": Value(f"COALESCE({found}, [{default}])", Kind.MULTI)})


def _setfields(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    names = [str(option.children[0]).rstrip("= \t\r\n") for option in node.find_data("option")]
    arguments = Arguments.of(node, segment, _SETFIELDS, " ".join(names))
    if arguments.words or not arguments.options:
        arguments.refuse("it needs <field>=<text>")
    return relation.with_columns(
        session.names, {option.name: Value(literal(option.value), Kind.TEXT) for option in arguments.options}
    )


REPLACE = SplCommand("replace", _REPLACE, _replace, rule="arguments")
STRCAT = SplCommand("strcat", _STRCAT, _strcat, rule="arguments")
RANGEMAP = SplCommand("rangemap", _RANGEMAP, _rangemap, rule="arguments")
SETFIELDS = SplCommand("setfields", _SETFIELDS, _setfields, rule="arguments")
