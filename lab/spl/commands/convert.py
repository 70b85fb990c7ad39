"""``convert``: texts like 01:30:00, 12k or 1,024 as numbers, and times as text and back (Search Reference, convert)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lark import Token

from lab.spl.arguments import Arguments, option_nodes
from lab.spl.commands.command import SplCommand
from lab.spl.failure import Place
from lab.spl.functions import time_format
from lab.spl.functions.function import per_value
from lab.spl.parsing import Node, Segment, place_of, unquoted
from lab.spl.relation import Relation
from lab.spl.session import Session
from lab.spl.sql import Kind, Value, literal

_FUNCTIONS = "auto ctime dur2sec memk mktime mstime none num rmcomma rmunit"
_SYNTAX = f"convert [timeformat=<text>] <function>(<field>) [AS <name>]…, functions {_FUNCTIONS}, a field may hold *"
_TIME_FORMAT = "%m/%d/%Y %H:%M:%S"
_DURATION = r"^(?:(\d{1,6})\+)?(\d{1,6}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)$"
_MINUTES = r"^(?:(\d{1,9}):)?(\d{1,9}(?:\.\d+)?)$"
_MEMORY = r"^(\d{1,15}(?:\.\d+)?)([kKmMgG]?)$"
_UNIT = r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_NUMERIC = ("auto", "num")


@dataclass(frozen=True)
class _Conversion:
    function: str
    field: str
    name: str
    place: Place


def _convert(relation: Relation, node: Node, segment: Segment, session: Session) -> Relation:
    """All conversions see the values as they were. A value that does not fit its function stays; num() takes it away, and auto()
    leaves the whole field alone as soon as one value does not fit."""
    arguments = Arguments(segment, _SYNTAX, [], option_nodes(node, segment), [])
    for option in arguments.options:
        if option.name != "timeformat":
            arguments.refuse(f"{option.name}={option.value[:40]} is not supported", option.place)
    wanted = _wanted(relation, node, segment, arguments)
    form = arguments.text("timeformat", _TIME_FORMAT)
    made: dict[str, Value] = {}
    automatic = [each for each in wanted if each.function == "auto"]
    left_alone = _unfit(relation, automatic, session)
    for each in wanted:
        if each in left_alone:
            continue
        change = _change(each, form, arguments, session)
        made[each.name] = per_value(relation.value(each.field), change)
    return relation.with_columns(session.names, made) if made else relation


def _wanted(relation: Relation, node: Node, segment: Segment, arguments: Arguments) -> list[_Conversion]:
    read = []
    for child in node.children:
        if isinstance(child, Token) or child.data != "conversion":
            continue
        function, field, *name = child.children
        place = place_of(segment, function)
        if str(function).lower() not in _FUNCTIONS.split():
            arguments.refuse(f"no function {function}(); it has {_FUNCTIONS}", place)
        read.append(_Conversion(str(function).lower(), unquoted(field), unquoted(name[0]) if name else "", place))
    kept = {name for each in read if each.function == "none" for name in relation.matching(each.field)}
    starred = next((each for each in read if "*" in each.field and each.name), None)
    if starred is not None:
        arguments.refuse("AS cannot follow a field with *", starred.place)
    return [
        _Conversion(each.function, name, each.name or name, each.place)
        for each in read
        for name in relation.matching(each.field)
        if each.function != "none" and name not in kept and not ("*" in each.field and name.startswith("_"))
    ]


def _unfit(relation: Relation, conversions: Sequence[_Conversion], session: Session) -> list[_Conversion]:
    """Those of auto() whose field holds a value that is no number in any known form."""
    if not conversions:
        return []
    counts = []
    for each in conversions:
        text = relation.value(each.field).text
        counts.append(f"count(*) FILTER (({text}) IS NOT NULL AND ({_number(text)}) IS NULL)")
    found = session.rows(f"SELECT {', '.join(counts)} FROM ({relation.sql})")[0]
    return [each for each, count in zip(conversions, found) if count]


def _change(each: _Conversion, form: str, arguments: Arguments, session: Session) -> Callable[[str], str]:
    """SQL of a text -> SQL of the converted text."""
    if each.function in _NUMERIC:
        return lambda text: f"spl_text({_number(text)})"
    if each.function == "rmcomma":
        return lambda text: f"replace({text}, ',', '')"
    if each.function == "rmunit":
        return lambda text: f"COALESCE(nullif(regexp_extract({text}, {literal(_UNIT)}, 1), ''), {text})"
    if each.function in _AS_NUMBER:
        return lambda text: f"COALESCE(spl_text({_AS_NUMBER[each.function](text)}), {text})"
    try:
        if each.function == "ctime":
            time_format.written("0", form)
            return lambda text: f"COALESCE({time_format.written(Value(text, Kind.TEXT).numeric, form)}, {text})"
        time_format.read("''", form, session.now_s)
        return lambda text: f"COALESCE(spl_text({time_format.read(text, form, session.now_s)}), {text})"
    except ValueError as error:
        option = arguments.option("timeformat")
        arguments.refuse(str(error), option.place if option else each.place)


def _part(text: str, pattern: str, group: int) -> str:
    return f"COALESCE(TRY_CAST(nullif(regexp_extract({text}, {literal(pattern)}, {group}), '') AS DOUBLE), 0)"


def _duration(text: str) -> str:
    days, hours, minutes, seconds = (_part(text, _DURATION, group) for group in (1, 2, 3, 4))
    sum_s = f"{days} * 86400 + {hours} * 3600 + {minutes} * 60 + {seconds}"
    return f"CASE WHEN regexp_matches({text}, {literal(_DURATION)}) THEN {sum_s} END"


def _minutes(text: str) -> str:
    minutes, seconds = (_part(text, _MINUTES, group) for group in (1, 2))
    return f"CASE WHEN regexp_matches({text}, {literal(_MINUTES)}) THEN {minutes} * 60 + {seconds} END"


def _memory(text: str) -> str:
    """Kilobytes; without a letter it is that already."""
    unit = f"lower(regexp_extract({text}, {literal(_MEMORY)}, 2))"
    factor = f"CASE {unit} WHEN 'm' THEN 1024 WHEN 'g' THEN 1048576 ELSE 1 END"
    return f"CASE WHEN regexp_matches({text}, {literal(_MEMORY)}) THEN {_part(text, _MEMORY, 1)} * {factor} END"


def _number(text: str) -> str:
    """A plain number, a duration, minutes and seconds, or a size of memory."""
    return f"COALESCE(spl_num({text}), {_duration(text)}, {_minutes(text)}, {_memory(text)})"


_AS_NUMBER: Mapping[str, Callable[[str], str]] = {"dur2sec": _duration, "mstime": _minutes, "memk": _memory}
CONVERT = SplCommand("convert", _SYNTAX, _convert)
