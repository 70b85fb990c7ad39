"""The boolean expression of ``search``: read from the tree, turned into SQL, and judged for a whole log at once.

Rules (Search Reference, search): values and terms match without regard to case, ``*`` is any text; ``!=`` wants the field to
exist, ``NOT field=value`` does not; ``<`` and ``>`` compare numbers as numbers and anything else as text; a field with several
values matches when one of them does; a value like 10.0.0.0/8 means the addresses of that network. A bare term or phrase is
looked for in ``_raw`` between characters that are neither letter nor digit; a ``*`` inside a term does not cross a blank, quote,
bracket or comma.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Union

from lab.spl.failure import Place, SplError
from lab.spl.parsing import Node, Segment, place_of, unquoted
from lab.spl.relation import Relation
from lab.spl.sql import Kind, Value, literal, number

_NUMBER = re.compile(r"[+-]?(?:\d{1,300}\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")
_REFUSED_FIELDS = frozenset(("savedsearch", "timeformat", "splunk_server_group"))
_CIDR = re.compile(r"[0-9a-fA-F:.]{2,45}/\d{1,3}")
_WITHIN_TERM = r"""[^\s"'\[\](){}<>,;|!&]*"""


# segmenters.conf, MAJOR
_MAJOR = r"""[\s\[\]<>(){}|!;,'"*&?+]"""


@dataclass(frozen=True)
class Compare:
    """field <operator> value; operator is one of = != < <= > >=. cased: CASE(value), which heeds case."""

    field: str
    operator: str
    value: str
    place: Place
    cased: bool = False


@dataclass(frozen=True)
class Term:
    """A word or phrase that ``_raw`` must hold.

    cased: CASE(text), which heeds case. whole: TERM(text), between major breakers.
    """

    text: str
    cased: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Not:
    part: Predicate


@dataclass(frozen=True)
class All:
    parts: Sequence[Predicate]


@dataclass(frozen=True)
class Any:
    parts: Sequence[Predicate]


Predicate = Union[Compare, Term, Not, All, Any]


def predicate(node: Node, segment: Segment) -> Predicate:
    """The expression of a tree of rule ``search`` or below."""
    if node.data in ("search", "conjunction"):
        return All([predicate(child, segment) for child in node.children])
    if node.data == "disjunction":
        return Any([predicate(child, segment) for child in node.children])
    if node.data == "not":
        return Not(predicate(node.children[0], segment))
    if node.data == "everything":
        return All([])
    first = node.children[0]
    if node.data == "termed":
        wrapped, text = _termed(str(first))
        return Term(text, cased=wrapped == "CASE", whole=wrapped == "TERM")
    name, place = unquoted(first), place_of(segment, first)
    if node.data == "term":
        return Term(name)
    if name in _REFUSED_FIELDS:
        raise SplError(f"search: {name} is not supported by the lab", place)
    if node.data in ("among", "not_among"):
        found = Any([Compare(name, "=", unquoted(value), place) for value in node.children[1:]])
        return Not(found) if node.data == "not_among" else found
    operator = "=" if node.children[1] == "==" else str(node.children[1])
    value = node.children[2]
    wrapped, text = _termed(str(value)) if getattr(value, "type", "") == "TERMED" else ("", unquoted(value))
    return Compare(name, operator, text, place, cased=wrapped == "CASE")


def _termed(written: str) -> tuple[str, str]:
    """TERM or CASE, and the text in its parentheses."""
    wrapped, text = written[:-1].split("(", 1)
    return wrapped, unquoted(text.strip())


def to_sql(part: Predicate, relation: Relation) -> str:
    """An SQL condition that is never NULL."""
    if isinstance(part, Not):
        return f"NOT ({to_sql(part.part, relation)})"
    if isinstance(part, (All, Any)):
        glue, empty = (" AND ", "true") if isinstance(part, All) else (" OR ", "false")
        return "(" + (glue.join(to_sql(child, relation) for child in part.parts) or empty) + ")"
    if isinstance(part, Term):
        pattern = _term_pattern(part)
        condition = "true" if pattern is None else f"regexp_matches({relation.value('_raw').text}, {literal(pattern)})"
        return f"COALESCE({condition}, false)"
    if "*" in part.field:
        named = [replace(part, field=name) for name in relation.matching(part.field)]
        return to_sql(Any(named), relation)
    value = relation.value(part.field)
    if value.kind is Kind.MULTI:
        one = _comparison(Value("v", Kind.TEXT), part)
        return f"COALESCE(len(list_filter({value.sql}, lambda v: {one})) > 0, false)"
    return f"COALESCE({_comparison(value, part)}, false)"


def _comparison(value: Value, part: Compare) -> str:
    if part.operator in ("=", "!="):
        if value.is_number and _NUMBER.fullmatch(part.value):
            return f"{value.sql} {part.operator} {number(float(part.value))}"
        equal = _equal(value.text, part.value, part.cased)
        return equal if part.operator == "=" else f"{value.text} IS NOT NULL AND NOT ({equal})"
    if _NUMBER.fullmatch(part.value):
        return f"{value.numeric} {part.operator} {number(float(part.value))}"
    return f"{value.text} {part.operator} {literal(part.value)}"


def _equal(text_sql: str, wanted: str, cased: bool) -> str:
    inside = _inside(text_sql, wanted)
    if inside:
        return f"({text_sql} = {literal(wanted)} OR COALESCE({inside}, false))"
    folded = "{}" if cased else "lower({})"
    text, value = folded.format(text_sql), folded.format(literal(wanted))
    if "*" not in wanted:
        return f"{text} = {value}"
    if not wanted.strip("*"):
        return f"{text_sql} IS NOT NULL"
    escaped = re.sub(r"([\\%_])", r"\\\1", wanted).replace("*", "%")
    return f"{text} LIKE {folded.format(literal(escaped))} ESCAPE '\\'"


def _inside(text_sql: str, wanted: str) -> str:
    """SQL: an address lies in the network that is wanted; nothing where the value is no network."""
    if not _CIDR.fullmatch(wanted):
        return ""
    try:
        network = ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return ""
    if isinstance(network, ipaddress.IPv4Network):
        return f"spl_ipv4({text_sql}) BETWEEN {int(network.network_address)} AND {int(network.broadcast_address)}"
    return f"contains({text_sql}, ':') AND spl_py_cidr({literal(str(network))}, {text_sql})"


def _term_pattern(term: Term) -> str | None:
    """The term as a regular expression; None for one that is in every event."""
    if not term.text.strip("* "):
        return None
    body = _WITHIN_TERM.join(re.escape(piece) for piece in term.text.split("*"))
    edge = _MAJOR if term.whole else "[^A-Za-z0-9]"
    return f"(?{'' if term.cased else 'i'}s)(?:^|{edge}){body}(?:$|{edge})"


def possible(part: Predicate, known: Mapping[str, str], present: frozenset[str]) -> bool | None:
    """What the expression is for all rows of a log: True, False, or None when it depends on the row.

    known: fields that have one value in all of these rows. present: the fields that any of the rows may have.
    """
    if isinstance(part, Not):
        inner = possible(part.part, known, present)
        return None if inner is None else not inner
    if isinstance(part, (All, Any)):
        decisive = isinstance(part, Any)
        verdicts = [possible(child, known, present) for child in part.parts]
        if decisive in verdicts:
            return decisive
        return None if None in verdicts else not decisive
    if isinstance(part, Term) or part.cased or "*" in part.field:
        return None
    if part.field in known and part.operator in ("=", "!="):
        return _equals(known[part.field], part.value) == (part.operator == "=")
    return None if part.field in present or part.field in known else False


def _equals(text: str, wanted: str) -> bool:
    pattern = ".*".join(re.escape(piece) for piece in wanted.lower().split("*"))
    return re.fullmatch(pattern, text.lower(), re.DOTALL) is not None


def comparisons(part: Predicate) -> Iterator[Compare]:
    """Every comparison in the expression."""
    if isinstance(part, Compare):
        yield part
    elif isinstance(part, Not):
        yield from comparisons(part.part)
    elif isinstance(part, (All, Any)):
        for child in part.parts:
            yield from comparisons(child)
