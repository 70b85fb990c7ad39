"""``lookup`` adds fields of a table, ``inputlookup`` reads one, ``outputlookup`` writes one (never in the app)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lab.driver import Cell, Rows
from lab.spl import lookups
from lab.spl.arguments import Arguments, Word
from lab.spl.commands.command import SplCommand
from lab.spl.lookups import Matcher
from lab.spl.parsing import Node, Segment
from lab.spl.predicate import predicate, to_sql
from lab.spl.relation import Column, Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value
from lab.spl.stacking import overlaid, stacked
from lab.spl.subsearch import fetched
from lab.spl.tables import loaded
from lab.state import KvRefused, app_name

_LOOKUP = "lookup <lookup> <lookup field> [AS <field>]… [OUTPUT|OUTPUTNEW <lookup field> [AS <field>]…]"
_INPUT = "inputlookup [append=<bool>] [start=<row>] [max=<rows>] <lookup> [where <terms of search>]"
_OUTPUT = (
    "outputlookup [append=<bool>] [create_empty=<bool>] [override_if_empty=<bool>] [key_field=<field>] [max=<rows>] <lookup>"
)
_BATCH = 1_000


@dataclass(frozen=True)
class _Pair:
    """A field of the table and what it is called in the rows."""

    table: str
    field: str


def _pairs(words: Sequence[Word], arguments: Arguments) -> list[_Pair]:
    pairs, at = [], 0
    while at < len(words):
        if at + 1 < len(words) and words[at + 1].means("as"):
            if at + 2 >= len(words):
                arguments.refuse("a name is missing after AS", words[at + 1].place)
            pairs.append(_Pair(words[at].text, words[at + 2].text))
            at += 3
        else:
            pairs.append(_Pair(words[at].text, words[at].text))
            at += 1
    return pairs


def _lookup(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """OUTPUT replaces fields that are there, also by nothing; OUTPUTNEW fills those that are null."""
    arguments = Arguments.of(node, segment, _LOOKUP, "local")
    arguments.only("local", "false")  # the lab has one place for lookups
    name, *words = arguments.words or [Word("", False, segment.at)]
    split = next((at for at, word in enumerate(words) if word.means("output", "outputnew")), len(words))
    keys, outputs = _pairs(words[:split], arguments), _pairs(words[split + 1 :], arguments)
    if not keys:
        arguments.refuse("it needs a lookup and a field of it")
    wanted = lookups.definition(name.text, session, name.place)
    table = lookups.read(wanted, session, name.place)
    outputs = outputs or [_Pair(field, field) for field in table.columns if field not in [key.table for key in keys]]
    for pair in [*keys, *outputs]:
        if pair.table not in table.columns and table.count:
            arguments.refuse(f"lookup {name.text} has no field {pair.table}; it has {', '.join(table.columns)}", name.place)
    if not table.count:
        table = Rows({pair.table: [] for pair in [*keys, *outputs]}, 0)
    keep = split < len(words) and words[split].means("outputnew")
    relation = session.fixed(relation)
    asked = _Asked(keys, outputs, keep)
    return _added(relation, asked, _answers(relation, asked, table, wanted, session), session)


@dataclass(frozen=True)
class _Asked:
    """keys, outputs: fields of the table and of the events; keep: values that are there already stay."""

    keys: list[_Pair]
    outputs: list[_Pair]
    keep: bool


def _answers(relation: Relation, asked: _Asked, table: Rows, wanted: lookups.Definition, session: Session) -> Rows:
    """One row per distinct combination of key values: these values (k0, k1, …) and what the table says of them (v0, v1, …)."""
    keys, outputs = asked.keys, asked.outputs
    texts = ", ".join(relation.value(key.field).text for key in keys)
    several = [relation.value(key.field).kind is Kind.MULTI for key in keys]
    matcher = Matcher(table, [key.table for key in keys], wanted)
    columns: dict[str, list[Cell]] = {f"k{at}": [] for at in range(len(keys))}
    columns.update({f"v{at}": [] for at in range(len(outputs))})
    for found in session.rows(f"SELECT DISTINCT {texts} FROM ({relation.sql})"):
        if any(text is None for text in found):
            continue
        combination = [str(text) for text in found]
        alternatives = combination[0].split("\n") if len(keys) == 1 and several[0] else [combination[0]]
        rows = list(dict.fromkeys(row for first in alternatives for row in matcher.rows([first, *combination[1:]])))
        if not rows and not wanted.min_matches:
            continue
        for at, text in enumerate(combination):
            columns[f"k{at}"].append(text)
        for at, pair in enumerate(outputs):
            columns[f"v{at}"].append(_values(table.columns[pair.table], rows, wanted))
    return Rows(columns, len(columns["k0"]))


def _values(cells: Sequence[Cell], rows: Sequence[int], wanted: lookups.Definition) -> Cell:
    found: list[str] = []
    for row in rows:
        cell = cells[row]
        found += cell if isinstance(cell, list) else [cell] if cell else []
    if len(rows) < wanted.min_matches:
        found += [wanted.default_match] * (wanted.min_matches - len(rows))
    return found if len(found) > 1 else found[0] if found else None


def _added(relation: Relation, asked: _Asked, answers: Rows, session: Session) -> Relation:
    table, answer = loaded(session.connection, session.names, answers)
    on = " AND ".join(f"{_prefixed(relation, key.field)} = r.{answer[f'k{at}'].ident}" for at, key in enumerate(asked.keys))
    columns, values = dict(relation.columns), ["l.*"]
    for at, pair in enumerate(asked.outputs):
        found = answer[f"v{at}"]
        sql, kind = f"r.{found.ident}", found.kind
        if asked.keep and pair.field in relation.columns:
            old = relation.columns[pair.field]
            mine, theirs = Value(f"l.{old.ident}", old.kind), Value(sql, kind)
            sql, kind = overlaid((theirs, theirs.sql), (mine, mine.sql), "true")
        columns[pair.field] = Column(session.names.new(), kind)
        values.append(f"{sql} AS {columns[pair.field].ident}")
    sql = f"SELECT {', '.join(values)} FROM ({relation.sql}) l LEFT JOIN {table.name} r ON {on}"
    return replace(relation, sql=sql, columns=columns)


def _prefixed(relation: Relation, field: str) -> str:
    column = relation.columns.get(field)
    return "CAST(NULL AS VARCHAR)" if column is None else Value(f"l.{column.ident}", column.kind).text


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
