"""``transpose`` turns rows into columns, ``untable`` columns into rows, ``xyseries`` rows back into columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.driver import Cell, Rows
from lab.spl.arguments import Arguments
from lab.spl.commands.command import SplCommand
from lab.spl.parsing import Node, Segment
from lab.spl.relation import Column, Order, Relation, auto_keys
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal
from lab.spl.stacking import as_kind
from lab.spl.subsearch import fetched

_TRANSPOSE = "transpose [<count>] [column_name=<name>] [header_field=<field>] [include_empty=<bool>]"
_UNTABLE = "untable <field of the rows> <new field of the names> <new field of the values>"
_XYSERIES = (
    "xyseries [grouped=<bool>] <field of the rows> <field of the names> <field of the values>… [sep=<text>] [format=<text>]"
)
_ROWS = 5
MAX_COLUMNS = 2_000


def _transpose(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Five rows unless told otherwise, 0 is all; each field is a row. Of two rows with one header the later one counts."""
    arguments = Arguments.of(node, segment, _TRANSPOSE, "column_name header_field include_empty")
    words = arguments.exactly(0, 1)
    count = arguments.whole(words[0], arguments.words[0].place) if words else _ROWS
    shown = {name: column for name, column in relation.columns.items() if name == "_time" or not name.startswith("_")}
    rows = fetched(relation.limited(count or MAX_COLUMNS + 1).only(shown), session)
    if rows.count > MAX_COLUMNS:
        arguments.refuse(f"more than {MAX_COLUMNS:,} rows would be columns")
    header = arguments.text("header_field", "")
    headings: list[Cell] = list(rows.columns.get(header) or [None] * rows.count)
    keep_empty = arguments.flag("include_empty", True) and not relation.events
    names = [name for name, cells in rows.columns.items() if name != header and (keep_empty or any(cells))]
    columns: dict[str, list[Cell]] = {arguments.text("column_name", "column"): list(names)}
    for place, heading in enumerate(headings):
        title = "\n".join(heading) if isinstance(heading, list) else heading or f"row {place + 1}"
        columns[title] = [rows.columns[name][place] for name in names]
    return session.given(Rows(columns, len(names)))


def _untable(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """A row for every value that is there; internal fields are left out."""
    row, name, value = Arguments.of(node, segment, _UNTABLE, "").exactly(3, 3)
    relation, place = relation.numbered(session.names)
    fields = [field for field in relation.columns if field != row and not field.startswith("_")]
    several = any(relation.value(field).kind is Kind.MULTI for field in fields)
    kind = Kind.MULTI if several else Kind.TEXT
    columns = {row: relation.columns.get(row) or Column(session.names.new(), Kind.TEXT)}
    columns.update({name: Column(session.names.new(), Kind.TEXT), value: Column(session.names.new(), kind)})
    at = Order(session.names.new())
    parts = [f"NULL AS {columns[row].ident}"] if row not in relation.columns else []
    sql_type = "VARCHAR[][]" if several else "VARCHAR[]"
    values = ", ".join(as_kind(relation.value(field), kind) for field in fields)
    parts += [
        f"unnest([{', '.join(map(literal, fields))}]::VARCHAR[]) AS {columns[name].ident}",
        f"unnest([{values}]::{sql_type}) AS {columns[value].ident}",
        f"unnest(range({len(fields)})) AS {at.ident}",
    ]
    sql = f"SELECT * FROM (SELECT *, {', '.join(parts)} FROM ({relation.sql})) WHERE {columns[value].ident} IS NOT NULL"
    return Relation(sql, columns, [Order(place), at], distributed=False)


@dataclass(frozen=True)
class _Series:
    """row, name: fields of the rows. data: fields of the values. title(field, value): what their column is called."""

    row: str
    name: str
    data: Sequence[str]
    arguments: Arguments

    def title(self, field: str, value: str) -> str:
        form = self.arguments.option("format")
        if form is not None:
            return form.value.replace("$AGG$", field).replace("$VAL$", value)
        return value if len(self.data) == 1 else f"{field}{self.arguments.text('sep', ': ')}{value}"


def _xyseries(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """Rows and columns are sorted; of several values for one place the last counts. grouped=true makes a row for each run of
    equal row values instead, in their order."""
    arguments = Arguments.of(node, segment, _XYSERIES, "grouped sep format")
    row, name, *data = arguments.exactly(3, 500)
    series = _Series(row, name, data, arguments)
    relation, place = session.fixed(relation).numbered(session.names)
    relation = relation.where(f"{relation.value(row).text} IS NOT NULL AND {relation.value(name).text} IS NOT NULL")
    text = relation.value(name).text
    sorting = ", ".join(sql for sql, _ in auto_keys(Value("name", Kind.TEXT)))
    found = session.rows(f"SELECT name FROM (SELECT DISTINCT {text} AS name FROM ({relation.sql})) ORDER BY {sorting}")
    if len(found) * len(data) > MAX_COLUMNS:
        arguments.refuse(f"more than {MAX_COLUMNS:,} columns")
    group = relation.value(row).sql
    if arguments.flag("grouped", False):
        relation, group = _runs(relation, row, place, session)
    key, first = Column(session.names.new(), relation.value(row).kind), Order(session.names.new())
    columns, values = {row: key}, [f"any_value({relation.value(row).sql}) AS {key.ident}", f"min({place}) AS {first.ident}"]
    for field in data:
        for (value,) in found:
            title, cell = series.title(field, str(value)), relation.value(field)
            columns[title] = Column(session.names.new(), cell.kind)
            here = f"{text} = {literal(str(value))} AND ({cell.sql}) IS NOT NULL"
            values.append(f"arg_max({cell.sql}, {place}) FILTER ({here}) AS {columns[title].ident}")
    result = Relation(f"SELECT {', '.join(values)} FROM ({relation.sql}) GROUP BY {group}", columns, [first], distributed=False)
    return result if arguments.flag("grouped", False) else result.ordered(session.names, auto_keys(result.value(row)))


def _runs(relation: Relation, field: str, place: str, session: Session) -> tuple[Relation, str]:
    """A number that grows whenever the field differs from the row before."""
    changed, run = session.names.new(), session.names.new()
    text = relation.value(field).text
    differs = f"CAST({text} IS DISTINCT FROM lag({text}) OVER (ORDER BY {place}) AS INTEGER)"
    sql = f"SELECT *, {differs} AS {changed} FROM ({relation.sql})"
    return replace(relation, sql=f"SELECT *, sum({changed}) OVER (ORDER BY {place}) AS {run} FROM ({sql})"), run


TRANSPOSE = SplCommand("transpose", _TRANSPOSE, _transpose, distributable=False, rule="arguments")
UNTABLE = SplCommand("untable", _UNTABLE, _untable, distributable=False, rule="arguments")
XYSERIES = SplCommand("xyseries", _XYSERIES, _xyseries, distributable=False, rule="arguments")
