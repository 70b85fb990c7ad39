"""Which series of ``chart`` and ``timechart`` keep their names: ``limit=10``, ``where max in top5`` or ``where max > 100``.

The function of the where clause is applied to the values of each series (Search Reference, timechart, "Where clause"); without a
clause it is ``where sum in top10``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lark import Token

from lab.spl.aggregates import AggregateError, RowSet, aggregated
from lab.spl.arguments import Arguments
from lab.spl.failure import Place, SplError
from lab.spl.parsing import Node, Segment, place_of
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import number

MAX_SERIES = 2_000
_RANKED = re.compile(r"(in|notin|not\s+in)\s+(top|bottom)\s*(\d{1,9})", re.IGNORECASE)
_THRESHOLDS = ("<", ">")


@dataclass(frozen=True)
class Wanted:
    """function: of a series' values. threshold: SQL comparison with a number, or '' for a rank. count: how many rank (0: all).

    least: the smallest rank first. outside: those that do not rank are wanted.
    """

    function: str = "sum"
    threshold: str = ""
    count: int = 10
    least: bool = False
    outside: bool = False
    place: Place | None = None


def wanted(node: Node, segment: Segment, arguments: Arguments) -> Wanted:
    """What a tree of chart or timechart says of its series. Raises SplError."""
    clause = next((child for child in node.children if not isinstance(child, Token) and child.data == "series_filter"), None)
    if clause is None:
        return _limited(arguments)
    tokens = [child for child in clause.children if isinstance(child, Token)]
    function, last, place = tokens[0], tokens[-1], place_of(segment, tokens[0])
    ranked = _RANKED.fullmatch(str(last))
    if ranked:
        return Wanted(
            str(function), "", int(ranked[3]), ranked[2].lower() == "bottom", ranked[1].lower().startswith("not"), place
        )
    operator = str(tokens[-2])
    if operator not in _THRESHOLDS:
        arguments.refuse("the where clause of series compares by < or >, or says in top<count>", place)
    return Wanted(str(function), f"{operator} {number(float(last))}", place=place)


def _limited(arguments: Arguments) -> Wanted:
    limit = arguments.text("limit", "10").strip().lower()
    least = limit.startswith("bottom")
    digits = limit[6:] if least else limit[3:] if limit.startswith("top") else limit
    option = arguments.option("limit")
    count = arguments.whole(digits.strip(), option.place if option else arguments.segment.at)
    return Wanted(count=count, least=least)


def names(cells: Relation, fields: tuple[str, str], choice: Wanted, arguments: Arguments, session: Session) -> list[str]:
    """The series that are wanted. cells: one row per place and series; fields: of the series' name and of its value."""
    name = cells.value(fields[0]).sql
    try:
        size = aggregated(choice.function, cells.value(fields[1]), RowSet()).numeric
    except AggregateError as error:
        raise SplError(f"{arguments.segment.name}: where: {error}", choice.place or arguments.segment.at) from error
    ranked = f"SELECT {name} AS name, {size} AS size FROM ({cells.sql}) WHERE {name} IS NOT NULL GROUP BY {name}"
    place = f"row_number() OVER (ORDER BY size {'ASC' if choice.least else 'DESC'} NULLS LAST, name)"
    kept = f"{place} <= {choice.count}" if choice.count else "true"
    condition = f"size {choice.threshold}" if choice.threshold else f"NOT ({kept})" if choice.outside else kept
    rows = session.rows(f"SELECT name FROM ({ranked}) QUALIFY {condition} ORDER BY {place} LIMIT {MAX_SERIES + 1}")
    if len(rows) > MAX_SERIES:
        arguments.refuse(f"more than {MAX_SERIES:,} series; set limit=")
    return [str(text) for (text,) in rows]
