"""Functions of JSON text, and spath (Search Reference, "JSON functions", "Text functions", spath). XML is not read."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.functions import json_path
from lab.spl.functions.function import (
    Compile,
    Function,
    FunctionError,
    Scope,
    Table,
    any_kind,
    condition_of,
    quoted,
    several,
    text_of,
)
from lab.spl.sql import Kind, Value, literal


def _written(value: Value) -> str:
    """SQL of a value as JSON text: JSON as it is, numbers and true or false bare, several values as an array."""
    if value.json:
        return f"COALESCE({value.sql}, 'null')"
    if value.kind is Kind.BOOL:
        return f"CASE WHEN {value.sql} IS NULL THEN 'null' WHEN {value.sql} THEN 'true' ELSE 'false' END"
    if value.kind is Kind.MULTI:
        one = "CAST(to_json(j) AS VARCHAR)"
        return f"COALESCE('[' || array_to_string(list_transform({value.sql}, lambda j: {one}), ',') || ']', 'null')"
    as_text = f"CAST(to_json({value.text}) AS VARCHAR)"
    if value.is_number:
        return f"COALESCE({value.text}, 'null')"
    if value.constant is not None:
        return as_text
    number = f"WHEN {value.numeric} IS NOT NULL THEN spl_text({value.numeric})"
    return f"CASE WHEN {value.text} IS NULL THEN 'null' {number} ELSE {as_text} END"


def _json(sql: str) -> Value:
    return Value(sql, Kind.TEXT, json=True)


def _object(_: Scope, arguments: Sequence[Value]) -> Value:
    if len(arguments) % 2:
        raise FunctionError("each key needs its value")
    if any(key.kind is Kind.BOOL for key in arguments[::2]):
        raise FunctionError("a key must be text")
    pairs = [
        f"CAST(to_json({key.text}) AS VARCHAR) || ':' || {_written(value)}" for key, value in zip(arguments[::2], arguments[1::2])
    ]
    return _json("('{' || " + " || ',' || ".join(pairs or ["''"]) + " || '}')")


def _array(_: Scope, arguments: Sequence[Value]) -> Value:
    return _json("('[' || " + " || ',' || ".join([_written(value) for value in arguments] or ["''"]) + " || ']')")


def _valid(text: str) -> str:
    """SQL of a text as JSON, null where it is none."""
    return f"TRY_CAST({text} AS JSON)"


def _elements(document: str, path: str) -> str:
    """SQL of the list of all that a path with [*] finds."""
    return f"CAST(json_extract({document}, {literal(path)}) AS JSON[])"


def _path(value: Value) -> str:
    try:
        return json_path.of_duckdb(quoted(value, "the path"))
    except ValueError as error:
        raise FunctionError(str(error)) from error


def _at(text: str, path: str) -> Value:
    """What is at a path, as Splunk shows it: text without quotes, the rest as JSON; several values where the path has {}."""
    if "[*]" in path:
        found = f"list_transform({_elements(_valid(text), path)}, lambda j: CAST(j ->> '$' AS VARCHAR))"
        return several(f"list_filter({found}, lambda j: j IS NOT NULL)")
    return text_of(f"json_extract_string({_valid(text)}, {literal(path)})")


def _extract(_: Scope, arguments: Sequence[Value]) -> Value:
    text = arguments[0].text
    if len(arguments) == 1:
        return _json(f"CASE WHEN json_valid({text}) THEN {text} END")
    paths = [_path(argument) for argument in arguments[1:]]
    if len(paths) > 1:
        parts = [f"COALESCE(CAST(json_extract({_valid(text)}, {literal(path)}) AS VARCHAR), 'null')" for path in paths]
        return _json(f"CASE WHEN json_valid({text}) THEN '[' || " + " || ',' || ".join(parts) + " || ']' END")
    if "[*]" in paths[0]:
        found = _elements(_valid(text), paths[0])
        return _json(f"CASE WHEN len({found}) > 0 THEN '[' || array_to_string({found}, ',') || ']' END")
    return _at(text, paths[0])


def _exact(_: Scope, arguments: Sequence[Value]) -> Value:
    """A key of the object as it stands, dots and braces included."""
    key = quoted(arguments[1], "the key").replace("\\", "\\\\").replace('"', '\\"')
    return _at(arguments[0].text, f'$."{key}"')


def _spath(_: Scope, arguments: Sequence[Value]) -> Value:
    return _at(arguments[0].text, _path(arguments[1]))


def _keys(_: Scope, arguments: Sequence[Value]) -> Value:
    keys = f"json_keys({_valid(arguments[0].text)})"
    is_object = f"json_type({_valid(arguments[0].text)}) = 'OBJECT'"
    return _json(f"CASE WHEN {is_object} THEN CAST(to_json({keys}) AS VARCHAR) END")


def _to_mv(_: Scope, arguments: Sequence[Value]) -> Value:
    text = _valid(arguments[0].text)
    parts = f"list_transform({_elements(text, '$[*]')}, lambda j: CAST(j ->> '$' AS VARCHAR))"
    return several(f"CASE WHEN json_type({text}) = 'ARRAY' THEN list_filter({parts}, lambda j: j IS NOT NULL) END")


def _changed(operation: str, paths_only: bool = False) -> Compile:
    def compile_(scope: Scope, arguments: Sequence[Value]) -> Value:
        document, *rest = arguments
        if document.kind is Kind.BOOL:
            raise FunctionError("argument 1 must be a value, not true or false")
        if not paths_only and len(rest) % 2:
            raise FunctionError("each path needs its value")
        for path in rest if paths_only else rest[::2]:
            _path(path)
        scope.python("spl_py_json")
        written = [
            f"CAST(to_json({value.text}) AS VARCHAR)" if paths_only or place % 2 == 0 else _written(value)
            for place, value in enumerate(rest)
        ]
        return _json(f"spl_py_json({document.text}, '{operation}', [{', '.join(written)}])")

    return compile_


def _is_valid(_: Scope, arguments: Sequence[Value]) -> Value:
    return condition_of(f"json_valid({arguments[0].text})")


FUNCTIONS: Table = {
    "json": Function("json(<text>)", 1, 1, _extract),
    "json_append": Function('json_append(<json>, "<path>", <value>, …)', 3, None, _changed("append"), any_kind),
    "json_array": Function("json_array(<value>, …)", 0, None, _array, any_kind),
    "json_array_to_mv": Function("json_array_to_mv(<json>)", 1, 1, _to_mv),
    "json_delete": Function('json_delete(<json>, "<path>", …)', 2, None, _changed("delete", paths_only=True)),
    "json_extend": Function('json_extend(<json>, "<path>", <value>, …)', 3, None, _changed("extend"), any_kind),
    "json_extract": Function('json_extract(<json>[, "<path>", …])', 1, None, _extract),
    "json_extract_exact": Function('json_extract_exact(<json>, "<key>")', 2, 2, _exact),
    "json_keys": Function("json_keys(<json>)", 1, 1, _keys),
    "json_object": Function("json_object(<key>, <value>, …)", 0, None, _object, any_kind),
    "json_set": Function('json_set(<json>, "<path>", <value>, …)', 3, None, _changed("set"), any_kind),
    "json_valid": Function("json_valid(<json>)", 1, 1, _is_valid),
    "spath": Function('spath(<json>, "<path>")', 2, 2, _spath),
}
"""Name -> function."""
