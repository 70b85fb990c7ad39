"""The fields of a lookup laid beside rows: for the command ``lookup`` and for LOOKUP- of props.conf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.driver import Cell, Rows
from lab.spl import lookups
from lab.spl.arguments import Arguments, Word
from lab.spl.lookups import Matcher
from lab.spl.relation import Column, Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value
from lab.spl.stacking import overlaid
from lab.spl.tables import loaded


@dataclass(frozen=True)
class Pair:
    """A field of the table and what it is called in the rows."""

    table: str
    field: str


def _pairs(words: Sequence[Word], arguments: Arguments) -> list[Pair]:
    pairs, at = [], 0
    while at < len(words):
        if at + 1 < len(words) and words[at + 1].means("as"):
            if at + 2 >= len(words):
                arguments.refuse("a name is missing after AS", words[at + 1].place)
            pairs.append(Pair(words[at].text, words[at + 2].text))
            at += 3
        else:
            pairs.append(Pair(words[at].text, words[at].text))
            at += 1
    return pairs


@dataclass(frozen=True)
class Asked:
    """keys, outputs: fields of the table and of the events; keep: values that are there already stay."""

    keys: list[Pair]
    outputs: list[Pair]
    keep: bool


def asked(arguments: Arguments, table: Rows) -> tuple[Asked, Rows]:
    """What the words after a lookup's name ask of its table, and the table, which has these fields also when it is empty."""
    name, *words = arguments.words
    split = next((at for at, word in enumerate(words) if word.means("output", "outputnew")), len(words))
    keys, outputs = _pairs(words[:split], arguments), _pairs(words[split + 1 :], arguments)
    if not keys:
        arguments.refuse("it needs a lookup and a field of it")
    outputs = outputs or [Pair(field, field) for field in table.columns if field not in [key.table for key in keys]]
    for pair in [*keys, *outputs]:
        if pair.table not in table.columns and table.count:
            arguments.refuse(f"lookup {name.text} has no field {pair.table}; it has {', '.join(table.columns)}", name.place)
    if not table.count:
        table = Rows({pair.table: [] for pair in [*keys, *outputs]}, 0)
    return Asked(keys, outputs, split < len(words) and words[split].means("outputnew")), table


def answers(relation: Relation, wish: Asked, table: Rows, wanted: lookups.Definition, session: Session) -> Rows:
    """One row per distinct combination of key values: these values (k0, k1, …) and what the table says of them (v0, v1, …)."""
    keys, outputs = wish.keys, wish.outputs
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


def joined(relation: Relation, wish: Asked, answers: Rows, session: Session) -> Relation:
    table, answer = loaded(session.connection, session.names, answers)
    on = " AND ".join(f"{_prefixed(relation, key.field)} = r.{answer[f'k{at}'].ident}" for at, key in enumerate(wish.keys))
    columns, values = dict(relation.columns), ["l.*"]
    for at, pair in enumerate(wish.outputs):
        found = answer[f"v{at}"]
        sql, kind = f"r.{found.ident}", found.kind
        if wish.keep and pair.field in relation.columns:
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
