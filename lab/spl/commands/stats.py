"""``stats``: one row per combination of the by-fields. Rows that lack one of these are left out; several values count each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lark import Token

from lab.spl.commands.command import SplCommand
from lab.spl.expression import Compiler
from lab.spl.failure import SplError
from lab.spl.parsing import Node, Segment, names, place_of, unquoted
from lab.spl.relation import Column, Relation, auto_keys
from lab.spl.session import Session
from lab.spl.sql import Kind, Value

LIST_ROWS = 100  # what Splunk's list() keeps


@dataclass(frozen=True)
class Group:
    """What an aggregate sees of a group. text: SQL of one value as text. order_by: SQL clause of the rows' order."""

    text: str
    number: str
    order_by: str


Aggregate = Callable[[Group], Value]


def _extreme(name: str) -> Aggregate:
    """min() and max(): by size where every value is a number, else by code point."""

    def aggregate(group: Group) -> Value:
        numbers = f"spl_text({name}({group.number}))"
        all_numbers = f"count({group.number}) = count({group.text})"
        return Value(f"CASE WHEN {all_numbers} THEN {numbers} ELSE {name}({group.text}) END", Kind.TEXT)

    return aggregate


def _number(sql: str) -> Aggregate:
    return lambda group: Value(sql.format(text=group.text, number=group.number), Kind.NUMBER)


def _end(name: str) -> Aggregate:
    return lambda group: Value(f"{name}({group.text}{group.order_by}) FILTER ({group.text} IS NOT NULL)", Kind.TEXT)


def _list(group: Group) -> Value:
    return Value(f"(list({group.text}{group.order_by}) FILTER ({group.text} IS NOT NULL))[1:{LIST_ROWS}]", Kind.MULTI)


def _values(group: Group) -> Value:
    return Value(f"list_sort(list(DISTINCT {group.text}) FILTER ({group.text} IS NOT NULL))", Kind.MULTI)


_COUNT = _number("CAST(count({text}) AS DOUBLE)")
_DISTINCT = _number("CAST(count(DISTINCT {text}) AS DOUBLE)")
_AVERAGE = _number("avg({number})")
AGGREGATES: Mapping[str, Aggregate] = {
    "avg": _AVERAGE,
    "c": _COUNT,
    "count": _COUNT,
    "dc": _DISTINCT,
    "distinct_count": _DISTINCT,
    "first": _end("first"),
    "last": _end("last"),
    "list": _list,
    "max": _extreme("max"),
    "mean": _AVERAGE,
    "min": _extreme("min"),
    "sum": _number("sum({number})"),
    "values": _values,
}


@dataclass(frozen=True)
class Wanted:
    """One output of stats. argument None: count without a field."""

    name: str
    function: str
    argument: Value | None


def _stats(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    by = next((names(child) for child in node.children if child.data == "list"), [])
    compiler = Compiler(segment, relation.value, session.scope(relation))
    wanted = [_wanted(child, compiler, relation) for child in node.children if child.data == "aggregate"]
    outputs = [*by, *(output.name for output in wanted)]
    twice = next((name for name in outputs if outputs.count(name) > 1), None)
    if twice is not None:
        raise SplError(f"stats: two outputs are called {twice}; give one another name with AS", segment.at)
    relation = _one_row_per_value(relation, by, session)
    groups = {field: Value(relation.value(field).text, Kind.TEXT) for field in by}
    values = {output.name: _aggregated(output, relation) for output in wanted}
    columns = {name: Column(session.names.new(), value.kind) for name, value in {**groups, **values}.items()}
    selected = ", ".join(f"{value.sql} AS {columns[name].ident}" for name, value in {**groups, **values}.items())
    present = " AND ".join(f"{value.sql} IS NOT NULL" for value in groups.values())
    keys = ", ".join(value.sql for value in groups.values())
    grouping = f" WHERE {present} GROUP BY {keys}" if by else ""
    result = Relation(f"SELECT {selected} FROM ({relation.sql}){grouping}", columns, (), distributed=False)
    order = [key for field in by for key in auto_keys(result.value(field))]
    return result.ordered(session.names, order) if order else result


def _wanted(node: Node, compiler: Compiler, relation: Relation) -> Wanted:
    token = node.children[0]
    place = place_of(compiler.segment, token)
    function = str(token).lower()
    if function not in AGGREGATES:
        raise SplError(f"stats: no function {token}() in the lab; it has {', '.join(sorted(AGGREGATES))}", place)
    argument = next((child for child in node.children[1:] if not isinstance(child, Token)), None)
    new_name = next((unquoted(child) for child in node.children[1:] if isinstance(child, Token)), None)
    if argument is None:
        if function not in ("count", "c"):
            raise SplError(f"stats: {token} needs a field, like {token}(bytes)", place)
        return Wanted(new_name or "count", function, None)
    if argument.data == "computed":
        value = compiler.value(argument.children[0])
        if value.kind is Kind.BOOL:  # count(eval(x>5)) counts the rows for which it is true
            value = Value(f"CASE WHEN {value.sql} THEN '1' END", Kind.TEXT)
        return Wanted(new_name or f"{token}(eval)", function, value)
    field = unquoted(argument.children[0])
    if "*" in field:
        raise SplError("stats: * in a field name is not supported; name each field", place)
    return Wanted(new_name or f"{token}({field})", function, relation.value(field))


def _aggregated(output: Wanted, relation: Relation) -> Value:
    if output.argument is None:
        return Value("CAST(count(*) AS DOUBLE)", Kind.NUMBER)
    if output.argument.kind is Kind.MULTI:
        return _of_lists(output, output.argument, relation)
    value = output.argument
    return AGGREGATES[output.function](Group(value.text, value.numeric, relation.order_by))


def _one_row_per_value(relation: Relation, by: list[str], session: Session) -> Relation:
    """A row with several values in a by-field belongs to several groups."""
    for field in by:
        value = relation.value(field)
        if value.kind is Kind.MULTI:
            relation = relation.with_columns(session.names, {field: Value(f"unnest({value.sql})", Kind.TEXT)})
    return relation


def _of_lists(output: Wanted, argument: Value, relation: Relation) -> Value:
    """The same aggregates over every value of a field with several."""
    every = f"flatten(list({argument.sql}{relation.order_by}) FILTER ({argument.sql} IS NOT NULL))"
    numbers = f"list_filter(list_transform({every}, lambda v: spl_num(v)), lambda v: v IS NOT NULL)"
    name = output.function
    if name in ("c", "count", "dc", "distinct_count"):
        counted = every if name in ("c", "count") else f"list_distinct({every})"
        return Value(f"CAST(COALESCE(len({counted}), 0) AS DOUBLE)", Kind.NUMBER)
    if name in ("sum", "avg", "mean"):
        return Value(f"list_{'sum' if name == 'sum' else 'avg'}({numbers})", Kind.NUMBER)
    if name in ("min", "max"):
        plain = f"spl_text(list_{name}({numbers}))"
        return Value(f"CASE WHEN len({numbers}) = len({every}) THEN {plain} ELSE list_{name}({every}) END", Kind.TEXT)
    if name in ("first", "last"):
        return Value(f"{every}[{1 if name == 'first' else -1}]", Kind.TEXT)
    return Value(f"list_sort(list_distinct({every}))" if name == "values" else f"{every}[1:{LIST_ROWS}]", Kind.MULTI)


STATS = SplCommand(
    "stats",
    "stats <function>[(<field>)] [AS <name>]… [BY <field>…], a field may be eval(<expression>)",
    _stats,
    distributable=False,
)
