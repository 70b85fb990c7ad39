"""Hashes as hexadecimal text (Search Reference, "Cryptographic functions")."""

from __future__ import annotations

from collections.abc import Sequence

from lab.spl.functions.function import Compile, Function, Scope, Table, text_of
from lab.spl.sql import Value


def _hashed(name: str) -> Compile:
    return lambda _, arguments: text_of(f"{name}({arguments[0].text})")


def _sha512(scope: Scope, arguments: Sequence[Value]) -> Value:
    scope.python("spl_py_sha512")
    return text_of(f"spl_py_sha512({arguments[0].text})")


FUNCTIONS: Table = {
    "md5": Function("md5(<text>)", 1, 1, _hashed("md5")),
    "sha1": Function("sha1(<text>)", 1, 1, _hashed("sha1")),
    "sha256": Function("sha256(<text>)", 1, 1, _hashed("sha256")),
    "sha512": Function("sha512(<text>)", 1, 1, _sha512),
}
"""Name -> function."""
