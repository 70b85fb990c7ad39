"""``lookup`` adds fields of a table, ``inputlookup`` reads one, ``outputlookup`` writes one (never in the app)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lab.driver import Rows
from lab.spl import lookup_join, lookups
from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.predicate import predicate, to_sql
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.stacking import stacked
from lab.spl.subsearch import fetched
from lab.state import KvRefused, app_name

_LOOKUP = (
    "lookup [local=<bool>] [update=<bool>] <lookup> <lookup field> [AS <field>]… [OUTPUT|OUTPUTNEW <lookup field> [AS <field>]…]"
)
_INPUT = "inputlookup [append=<bool>] [start=<row>] [max=<rows>] <lookup> [where <terms of search>]"
_OUTPUT = (
    "outputlookup [append=<bool>] [create_empty=<bool>] [override_if_empty=<bool>] [key_field=<field>] [max=<rows>] <lookup>"
)
_BATCH = 1_000


def _lookup(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """OUTPUT replaces fields that are there, also by nothing; OUTPUTNEW fills those that are null."""
    arguments = Arguments.of(node, segment, _LOOKUP, "local update")
    for name in ("local", "update"):  # where Splunk looks, and when it reads the file again: the rows are the same
        arguments.flag(name, False)
    if not arguments.words:
        arguments.refuse("it needs a lookup and a field of it")
    word = arguments.words[0]
    wanted = lookups.definition(word.text, session, word.place)
    asked, table = lookup_join.asked(arguments, lookups.read(wanted, session, word.place))
    relation = session.fixed(relation)
    return lookup_join.joined(relation, asked, lookup_join.answers(relation, asked, table, wanted, session), session)


def _input(node: Node, segment: Segment, session: Session) -> Relation:
    arguments = Arguments.of(node, segment, _INPUT, "append start max")
    wanted = lookups.definition(arguments.words[0].text, session, arguments.words[0].place)
    rows = lookups.read(wanted, session, arguments.words[0].place)
    relation = session.given(rows)
    condition = [child for child in node.children if getattr(child, "data", "") not in ("option", "word")]
    if condition:
        relation = relation.where(to_sql(predicate(condition[0], segment), relation))
    start, most = arguments.number("start", 0), arguments.number("max", 1_000_000_000)
    return replace(relation, sql=f"SELECT * FROM ({relation.sql}){relation.order_by} LIMIT {most} OFFSET {start}")


def _input_after(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    if not Arguments.of(node, segment, _INPUT, "append start max").flag("append", False):
        session.say("WARN", "inputlookup without append=true in the middle of a search drops the rows before it, as in Splunk.")
        return _input(node, segment, session)
    return stacked([relation, _input(node, segment, session)], session)


def _output(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    allowed = "append create_empty override_if_empty key_field max createinapp output_format"
    arguments = Arguments.of(node, segment, _OUTPUT, allowed)
    arguments.only("output_format", "splunk_sv_csv")
    arguments.only("createinapp", "true")
    arguments.exactly(1, 1)
    (word,) = arguments.words
    wanted = lookups.definition(word.text, session, word.place)
    relation = session.fixed(relation)
    most = arguments.number("max", 0)
    shown = {name: column for name, column in relation.columns.items() if name in ("_time", "_key") or not name.startswith("_")}
    rows = fetched((relation.limited(most) if most else relation).only(shown), session)
    if wanted.collection:
        _into_collection(wanted, rows, arguments, session)
    else:
        _into_file(wanted, rows, arguments, session)
    return relation


def _into_file(wanted: lookups.Definition, rows: Rows, arguments: Arguments, session: Session) -> None:
    """An empty result leaves an old file unless override_if_empty (the default); append keeps the old file's columns."""
    key = arguments.option("key_field")
    if key is not None:
        arguments.refuse("key_field is for collections; a CSV lookup is replaced or appended to", key.place)
    path = session.state / "lookups" / wanted.file
    if not rows.count and not arguments.flag("override_if_empty", True):
        return
    if not rows.count and not path.exists() and not arguments.flag("create_empty", True):
        return
    old = None
    if arguments.flag("append", False) and any(
        (folder / wanted.file).is_file() for folder in (session.state / "lookups", session.settings.app / "lookups")
    ):
        old = lookups.read(wanted, session, arguments.words[0].place)
    if old is not None and old.columns:
        rows = Rows.concat([old, Rows({name: rows.columns.get(name) or [None] * rows.count for name in old.columns}, rows.count)])
    lookups.write_csv(path, rows)


def _into_collection(wanted: lookups.Definition, rows: Rows, arguments: Arguments, session: Session) -> None:
    key = arguments.text("key_field", "_key")
    fields = [name for name in wanted.fields if name != "_key"] or [name for name in rows.columns if not name.startswith("_")]
    records: list[Mapping[str, object]] = []
    for record in rows.records():
        body: dict[str, object] = {name: record[name] for name in fields if name in record}
        records.append({**body, "_key": record[key]} if key in record else body)
    store, app = lookups.kv_store(session), app_name(session.settings.app)
    try:
        if not arguments.flag("append", False) and arguments.option("key_field") is None:
            if records or arguments.flag("override_if_empty", True):
                store.replace(app, wanted.collection, [dict(record) for record in records])
            return
        for start in range(0, len(records), _BATCH):
            store.batch_save(app, wanted.collection, [dict(record) for record in records[start : start + _BATCH]])
    except KvRefused as error:
        arguments.refuse(f"collection {wanted.collection}: {error}", arguments.words[0].place)


LOOKUP = SplCommand("lookup", _LOOKUP, _lookup, rule="arguments")
INPUTLOOKUP = SplCommand("inputlookup", _INPUT, _input_after, False, _input)
OUTPUTLOOKUP = SplCommand("outputlookup", _OUTPUT, _output, False, rule="arguments")
