"""Rows on their way through the pipeline, as an SQL query that has not run yet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lab.spl.sql import NULL, Kind, Names, Value


@dataclass(frozen=True)
class Column:
    """Where a field's values are: the identifier in the query, and what they are."""

    ident: str
    kind: Kind


@dataclass(frozen=True)
class Order:
    """One sort key: an identifier of the query, visible or not."""

    ident: str
    descending: bool = False

    @property
    def sql(self) -> str:
        return f"{self.ident} {'DESC' if self.descending else 'ASC'} NULLS LAST"


@dataclass(frozen=True)
class Relation:
    """``sql`` selects at least the identifiers of ``columns`` and ``order``.

    columns: field -> where it is, in display order. order: how the rows are ordered once somebody looks; sorting is put off
    until then. distributed: every command so far could run on indexers. events: these are events, of which only the fields with
    a value are shown; the columns of a table are shown whole.
    """

    sql: str
    columns: Mapping[str, Column]
    order: Sequence[Order] = ()
    distributed: bool = True
    events: bool = False

    def value(self, field: str) -> Value:
        """A field; one that no row has is null."""
        column = self.columns.get(field)
        return NULL if column is None else Value(column.ident, column.kind)

    def matching(self, pattern: str) -> list[str]:
        """The fields that a name with ``*`` stands for; a name without one stands for itself, if there is such a field."""
        if "*" not in pattern:
            return [pattern] if pattern in self.columns else []
        wanted = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
        return [name for name in self.columns if wanted.fullmatch(name)]

    @property
    def order_by(self) -> str:
        """ORDER BY clause, or nothing."""
        return " ORDER BY " + ", ".join(key.sql for key in self.order) if self.order else ""

    def where(self, condition: str) -> Relation:
        return replace(self, sql=f"SELECT * FROM ({self.sql}) WHERE {condition}")

    def with_columns(self, names: Names, values: Mapping[str, Value]) -> Relation:
        """Adds or replaces fields."""
        added = {field: Column(names.new(), value.kind) for field, value in values.items()}
        selected = ", ".join(f"{value.sql} AS {added[field].ident}" for field, value in values.items())
        return replace(self, sql=f"SELECT *, {selected} FROM ({self.sql})", columns={**self.columns, **added})

    def ordered(self, names: Names, keys: Sequence[tuple[str, bool]]) -> Relation:
        """Sorted by SQL expressions (expression, descending); rows that are equal in them keep their order."""
        order = [Order(names.new(), descending) for _, descending in keys]
        selected = ", ".join(f"{sql} AS {key.ident}" for (sql, _), key in zip(keys, order))
        return replace(self, sql=f"SELECT *, {selected} FROM ({self.sql})", order=[*order, *self.order])

    def numbered(self, names: Names) -> tuple[Relation, str]:
        """The same rows, ordered by one number 1, 2, …, and the number's identifier."""
        order = Order(names.new())
        sql = f"SELECT *, row_number() OVER ({self.order_by.strip()}) AS {order.ident} FROM ({self.sql})"
        return replace(self, sql=sql, order=[order]), order.ident

    def limited(self, rows: int) -> Relation:
        """The first rows."""
        return replace(self, sql=f"SELECT * FROM ({self.sql}){self.order_by} LIMIT {rows}")

    def only(self, columns: Mapping[str, Column]) -> Relation:
        """The same rows with these fields; what the order needs stays in the query."""
        return replace(self, columns=columns)


def auto_keys(value: Value, descending: bool = False) -> list[tuple[str, bool]]:
    """Sort keys as Splunk's auto(): numbers by size, then IPv4 addresses, then other text by code point; nulls always last."""
    if value.is_number:
        return [(value.sql, descending)]
    text = value.text
    size = f"COALESCE({value.numeric}, spl_ipv4({text}))"
    ranks = ((value.numeric, 0), (f"spl_ipv4({text})", 1), (text, 2))
    rank = "CASE " + " ".join(f"WHEN {sql} IS NOT NULL THEN {place}" for sql, place in ranks) + " END"
    return [(rank, descending), (size, descending), (text, descending)]
