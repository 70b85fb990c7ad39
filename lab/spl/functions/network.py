"""Functions of addresses: cidrmatch and ipmask (Search Reference, "Comparison and Conditional functions", "Conversion
functions")."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from lab.spl.functions.function import Function, FunctionError, Scope, Table, any_value, quoted, text_of
from lab.spl.sql import Kind, Value, literal


def _cidrmatch(scope: Scope, arguments: Sequence[Value]) -> Value:
    cidr, address = arguments
    if cidr.constant is None:
        scope.python("spl_py_cidr")
        return any_value(address, lambda text: f"spl_py_cidr({cidr.text}, {text})")
    try:
        network = ipaddress.ip_network(cidr.constant.strip(), strict=False)
    except ValueError as error:
        raise FunctionError(f"{cidr.constant[:60]!r} is not a network: {error}") from error
    if isinstance(network, ipaddress.IPv4Network):
        first, last = int(network.network_address), int(network.broadcast_address)
        return any_value(address, lambda text: f"spl_ipv4({text}) BETWEEN {first} AND {last}")
    if address.kind is Kind.MULTI or scope.bound:
        scope.python("spl_py_cidr")
        return any_value(address, lambda text: f"spl_py_cidr({literal(str(network))}, {text})")
    # DuckDB has no arithmetic for 128 bits of text: the few distinct addresses are judged here
    inside = [literal(text) for text in scope.distinct(address.text) if ":" in text and _inside(text, network)]
    return any_value(address, lambda text: f"{text} IN ({', '.join(inside)})" if inside else f"{text} <> {text}")


def _inside(text: str, network: ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False


def _ipmask(_: Scope, arguments: Sequence[Value]) -> Value:
    """The bits of an IPv4 address that a mask like 255.255.255.0 keeps."""
    written = quoted(arguments[0], "the mask")
    try:
        mask = int(ipaddress.IPv4Address(written.strip()))
    except ValueError as error:
        raise FunctionError(f"{written[:60]!r} is not an IPv4 mask: {error}") from error
    kept = f"(spl_ipv4({arguments[1].text}) & {mask})"
    octets = " || '.' || ".join(f"CAST(({kept} >> {shift}) & 255 AS VARCHAR)" for shift in (24, 16, 8, 0))
    return text_of(f"({octets})")


FUNCTIONS: Table = {
    "cidrmatch": Function("cidrmatch(<network>, <address>)", 2, 2, _cidrmatch),
    "ipmask": Function('ipmask("<mask>", <address>)', 2, 2, _ipmask),
}
"""Name -> function."""
