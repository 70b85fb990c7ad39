"""Rows out of nothing: ``makeresults``; and what a search knows of itself: ``addinfo``, ``format``, ``return``."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from lab.driver import Cell, Rows
from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.commands.find import time_range
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Order, Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal, number
from lab.spl.subsearch import MAX_ROWS, Marks, fetched, quoted, written

MAX_MADE = 1_000_000
_MAKE = 'makeresults [count=<rows>] [annotate=<bool>], or makeresults format=csv|json data="…"'
_INFO = "addinfo"
_FORMAT = (
    'format [mvsep=<text>] [maxresults=<rows>] ["<row prefix>" "<column prefix>" "<column separator>" '
    '"<column end>" "<row separator>" "<row end>"]'
)
_RETURN = "return [<count>] <field>|<alias>=<field>|$<field>…"


def _make(node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _MAKE, "count annotate format data")
    if arguments.words:
        arguments.refuse("a word cannot stand here", arguments.words[0].place)
    data = arguments.option("data")
    if data is not None:
        return table_of(_data(data.value, arguments), session)
    count = arguments.number("count", 1)
    if count > MAX_MADE:
        arguments.refuse(f"the lab makes at most {MAX_MADE:,} rows")
    order = Order(session.names.new())
    empty = Relation(f"SELECT range AS {order.ident} FROM range({count})", {}, [order], distributed=False)
    relation = empty.with_columns(session.names, {"_time": Value(number(float(int(session.now_s))), Kind.TIME)})
    if arguments.flag("annotate", False):
        fields = ("_raw", "host", "source", "sourcetype", "splunk_server", "splunk_server_group")
        nothing = Value("CAST(NULL AS VARCHAR)", Kind.TEXT)
        relation = relation.with_columns(session.names, dict.fromkeys(fields, nothing))
    return relation


def _data(text: str, arguments: Arguments) -> Rows:
    if arguments.one_of("format", ("csv", "json")) == "csv":
        lines = list(csv.reader(io.StringIO(text.strip("\n"))))
        names = [name.strip() for name in lines[0]] if lines else []
        records = [dict(zip(names, line)) for line in lines[1:] if line]
        return Rows({name: [record.get(name) for record in records] for name in names}, len(records))
    try:
        objects = json.loads(text)
    except (ValueError, RecursionError) as error:
        arguments.refuse(f"data is no JSON: {error}")
    objects = objects if isinstance(objects, list) else [objects]
    if not all(isinstance(each, dict) for each in objects):
        arguments.refuse("data must be a JSON array of objects")
    return Rows.from_records([{name: _cell(value) for name, value in each.items()} for each in objects])


def _cell(value: object) -> Cell:
    if isinstance(value, list):
        return [str(_cell(each) or "") for each in value] or None
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def table_of(rows: Rows, session: Session) -> Relation:
    """Rows as a relation, in their order; a field called _time holds times."""
    relation = session.given(rows)
    if "_time" in relation.columns:
        time = relation.value("_time")
        relation = relation.with_columns(session.names, {"_time": Value(time.numeric, Kind.TIME)})
    return relation


def _addinfo(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    if node.children:
        Arguments.of(node, segment, _INFO, "").refuse("it takes nothing")
    if session.earliest_s is None and session.latest_s is None:
        time_range(None, segment, session)  # a search that begins with rows of a command has a time range all the same
    latest = "+Infinity" if session.latest_s is None else f"{session.latest_s:.3f}"
    texts = {
        "info_min_time": f"{session.earliest_s or 0:.3f}",
        "info_max_time": latest,
        "info_sid": session.settings.sid,
        "info_search_time": f"{session.now_s:.3f}",
    }
    return relation.with_columns(session.names, {name: Value(literal(text), Kind.TEXT) for name, text in texts.items()})


def _format(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _FORMAT, "mvsep maxresults emptystr")
    words = [word.text for word in arguments.words]
    if len(words) not in (0, 6):
        arguments.refuse("it takes all six words or none")
    marks = replace(Marks(*words), several=arguments.text("mvsep", "OR"), empty=arguments.text("emptystr", "NOT ( )"))
    rows = fetched(relation.limited(arguments.number("maxresults", 0) or MAX_ROWS), session)
    rows = Rows({name: cells for name, cells in rows.columns.items() if not name.startswith("_")}, rows.count)
    return table_of(Rows({"search": [written(rows, marks)]}, 1), session)


def _return(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Without a count one row; $field gives the value alone. Rows are joined by OR."""
    arguments = Arguments.of(node, segment, _RETURN, " ".join(_aliases(node)))
    words, count = list(arguments.words), 1
    if words and words[0].text.isdigit():
        count = arguments.whole(words[0].text, words[0].place, 1)
        words = words[1:]
    asked = [(word.text.lstrip("$"), "" if word.text.startswith("$") else word.text) for word in words]
    asked += [(option.value, option.name) for option in arguments.options]
    if not asked:
        arguments.refuse("a field is missing")
    texts = []
    for record in fetched(relation.limited(count), session).records():
        terms = []
        for field, name in asked:
            cell = record.get(field)
            values = cell if isinstance(cell, list) else [cell] if cell is not None else []
            terms += [f"{name}={quoted(value)}" if name else value for value in values]
        texts.append(" ".join(terms))
    texts = [text for text in texts if text]
    joined = texts[0] if len(texts) == 1 else " OR ".join(f"({text})" for text in texts)
    return table_of(Rows({"search": [joined or "NOT ( )"]}, 1), session)


def _aliases(node: Node) -> list[str]:
    return [str(option.children[0]).rstrip("= \t\r\n") for option in node.find_data("option")]


MAKERESULTS = SplCommand("makeresults", _MAKE, None, False, _make, "arguments")
ADDINFO = SplCommand("addinfo", _INFO, _addinfo, rule="arguments")
FORMAT = SplCommand("format", _FORMAT, _format, False, rule="arguments")
RETURN = SplCommand("return", _RETURN, _return, False, rule="arguments")
