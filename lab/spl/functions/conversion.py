"""Numbers to text and back: printf, tonumber, tostring (Search Reference, "Conversion functions")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lab.spl.functions.function import Function, FunctionError, Scope, Table, any_kind, number_of, quoted, text_of, whole
from lab.spl.sql import Kind, Value, literal

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FORMAT = re.compile(r"%(?:(?P<percent>%)|(?P<flags>[-+ 0#']*)(?P<width>\d{0,3})(?P<places>\.\d{0,2})?(?P<kind>[a-zA-Z]))|%")
_KINDS = "%d i u x X o f F e E g G c s"
_WHOLE, _REAL = "diuxXo", "fFeEgG"


def _tonumber(_: Scope, arguments: Sequence[Value]) -> Value:
    base = whole(arguments[1], "the base", 2, 36) if len(arguments) == 2 else 10
    if base == 10:
        return number_of(arguments[0].numeric)
    text = f"lower(trim({arguments[0].text}))"
    bare = f"regexp_replace({text}, '^(-?)0x', '\\1')" if base == 16 else text
    allowed = f"regexp_full_match({bare}, '-?[{_DIGITS[:base]}]{{1,12}}')"
    digits = f"string_split(ltrim({bare}, '-'), '')"
    # Horner's rule, digit by digit; 12 digits of base 36 fit a 64-bit number
    worth = f"list_transform({digits}, lambda d: CAST(instr('{_DIGITS}', d) - 1 AS BIGINT))"
    total = f"list_reduce({worth}, lambda a, b: a * {base} + b)"
    sign = f"CASE WHEN {bare} LIKE '-%' THEN -1 ELSE 1 END"
    return number_of(f"CASE WHEN {allowed} THEN CAST({total} * {sign} AS DOUBLE) END")


def _tostring(_: Scope, arguments: Sequence[Value]) -> Value:
    value = arguments[0]
    if value.kind is Kind.BOOL:
        return text_of(f"CASE WHEN {value.sql} THEN 'True' WHEN NOT {value.sql} THEN 'False' END")
    form = "" if len(arguments) == 1 else quoted(arguments[1], "the format")
    if form == "":
        return text_of(value.text)
    if form not in _FORMS:
        raise FunctionError('the format must be "hex", "commas" or "duration"')
    return text_of(f"COALESCE({_FORMS[form].format(value.numeric)}, {value.text})")


_ROUNDED = "round({0}, 2)"
_FORMS = {
    "hex": "CASE WHEN {0} >= 0 THEN '0x' || to_base(TRY_CAST(trunc({0}) AS BIGINT), 16) END",
    "commas": f"CASE WHEN {_ROUNDED} = trunc({_ROUNDED}) THEN format('{{{{:,}}}}', TRY_CAST({_ROUNDED} AS BIGINT)) "
    f"ELSE format('{{{{:,.2f}}}}', {_ROUNDED}) END",
    "duration": "(CASE WHEN {0} < 0 THEN '-' ELSE '' END"
    " || CASE WHEN abs({0}) >= 86400 THEN printf('%d+', CAST(floor(abs({0}) / 86400) AS BIGINT)) ELSE '' END"
    " || printf('%02d:%02d:', CAST(floor(abs({0}) / 3600) AS BIGINT) % 24, CAST(floor(abs({0}) / 60) AS BIGINT) % 60)"
    " || CASE WHEN {0} = trunc({0}) THEN printf('%02d', CAST(abs({0}) AS BIGINT) % 60)"
    " ELSE printf('%09.6f', abs({0}) - 60 * floor(abs({0}) / 60)) END)",
}


def _printf(_: Scope, arguments: Sequence[Value]) -> Value:
    """C's printf; %s takes text, the others numbers, and ' groups thousands."""
    form, values = quoted(arguments[0], "the format"), list(arguments[1:])
    parts, at = [], 0
    for match in _FORMAT.finditer(form):
        parts.append(literal(form[at : match.start()]))
        at = match.end()
        if match["percent"]:
            parts.append("'%'")
            continue
        if match["kind"] is None:
            raise FunctionError(f"{form[match.start() : match.start() + 10]!r} is no conversion the lab knows; it has {_KINDS}")
        if not values:
            raise FunctionError("the format wants more values than are given")
        parts.append(_converted(match, values.pop(0)))
    if values:
        raise FunctionError("more values are given than the format takes")
    return text_of("(" + " || ".join([*parts, literal(form[at:])]) + ")")


def _converted(match: re.Match[str], value: Value) -> str:
    kind, places = match["kind"], match["places"] or ""
    flags, thousands = match["flags"].replace("'", ""), "'" in match["flags"]
    if kind in ("s", "c"):
        text = f"left({value.text}, {int(places[1:] or 0)})" if places and kind == "s" else value.text
        text = f"left({text}, 1)" if kind == "c" else text
        return _padded(text, flags, match["width"])
    if kind not in _WHOLE + _REAL:
        raise FunctionError(f"%{kind} is no conversion the lab knows; it has {_KINDS}")
    number = f"TRY_CAST(trunc({value.numeric}) AS BIGINT)" if kind in _WHOLE else value.numeric
    if thousands:
        written = f"format('{{:,}}', {number})" if kind in _WHOLE else f"format('{{:,{places or '.6'}f}}', {number})"
        return _padded(written, flags, match["width"])
    code = "d" if kind in "iu" else kind
    return f"printf({literal('%' + flags + match['width'] + places + code)}, {number})"


def _padded(text: str, flags: str, width: str) -> str:
    if not width:
        return text
    blanks = f"repeat(' ', greatest(0, {int(width)} - length({text})))"
    return f"({text} || {blanks})" if "-" in flags else f"({blanks} || {text})"


FUNCTIONS: Table = {
    "printf": Function('printf("<format>", <value>, …)', 1, None, _printf),
    "tonumber": Function("tonumber(<text>[, <base>])", 1, 2, _tonumber),
    "tostring": Function('tostring(<value>[, "hex"|"commas"|"duration"])', 1, 2, _tostring, any_kind),
}
"""Name -> function."""
