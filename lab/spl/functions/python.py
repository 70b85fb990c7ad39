"""What DuckDB cannot do, as Python functions that it calls row by row: slower, so only where there is no SQL for it.

``register`` makes one known to a connection, and with it to all of the same database. Every function takes and gives texts; None
is null. A text longer than a pattern may safely be run over raises ValueError, which ends the search.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Optional
from urllib.parse import unquote_to_bytes

import duckdb

from lab.spl.functions import json_path
from lab.spl.functions.pattern import compiled
from lab.spl.time_modifier import epoch_s

_LONGEST = 4_096
_REGISTERING = threading.Lock()
Text = Optional[str]


def _bounded(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError(f"a pattern with look-around or back references meets a text of more than {_LONGEST:,} characters")
    return text


def _found(text: Text, pattern: Text) -> bool | None:
    return None if text is None or pattern is None else compiled(pattern).search(_bounded(text)) is not None


def _replaced(text: Text, pattern: Text, replacement: Text) -> Text:
    if text is None or pattern is None or replacement is None:
        return None
    return compiled(pattern).sub(replacement, _bounded(text))


def _sha512(text: Text) -> Text:
    return None if text is None else hashlib.sha512(text.encode()).hexdigest()


def _decoded(text: Text) -> Text:
    """Percent escapes as UTF-8; bytes that are none become the replacement character."""
    return None if text is None else unquote_to_bytes(text).decode("utf-8", "replace")


@lru_cache(maxsize=4_096)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _in_network(cidr: Text, address: Text) -> bool | None:
    if cidr is None or address is None:
        return None
    network = _network(cidr)
    try:
        return network is not None and ipaddress.ip_address(address.strip()) in network
    except ValueError:
        return False


def _moved(time_s: float | None, modifier: Text) -> float | None:
    if time_s is None or modifier is None:
        return None
    try:
        return epoch_s(modifier, time_s)
    except ValueError:
        return None


def _json_changed(text: Text, operation: Text, arguments: list[Text] | None) -> Text:
    """json_set, json_append, json_extend, json_delete: arguments are paths and JSON values in turn."""
    if text is None or operation is None or arguments is None:
        return None
    try:
        document = json.loads(text)
        document = json_path.changed(document, operation, [argument or "null" for argument in arguments])
    except (ValueError, RecursionError):
        return None
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


_KNOWN: Mapping[str, tuple[Callable[..., object], list[str], str]] = {
    "spl_py_found": (_found, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
    "spl_py_replaced": (_replaced, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR"),
    "spl_py_sha512": (_sha512, ["VARCHAR"], "VARCHAR"),
    "spl_py_urldecode": (_decoded, ["VARCHAR"], "VARCHAR"),
    "spl_py_cidr": (_in_network, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
    "spl_py_relative_time": (_moved, ["DOUBLE", "VARCHAR"], "DOUBLE"),
    "spl_py_json": (_json_changed, ["VARCHAR", "VARCHAR", "VARCHAR[]"], "VARCHAR"),
}


def register(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Makes a function known to DuckDB, once for a database. Searches that begin at the same time wait for one another."""
    function, parameters, result = _KNOWN[name]
    with _REGISTERING:
        try:  # a call is a hundred times cheaper than a look into the list of all functions
            connection.execute(f"SELECT {name}({', '.join(['NULL'] * len(parameters))})").fetchall()
        except duckdb.CatalogException:
            connection.create_function(name, function, parameters, result, null_handling="special")  # type: ignore[call-overload]
