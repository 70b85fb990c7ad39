"""Types of a collection's fields, as ``collections.conf`` declares them (``field.<name> = string|number|bool|time|cidr|array``).

Undeclared fields keep what they are given. With ``enforceTypes = true`` a value that does not fit refuses the record; without
it a value is converted where it can be and kept as it is where it cannot (collections.conf.spec).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.state.refusal import KvRefused

_KINDS = ("string", "number", "bool", "time", "cidr", "array")
_TRUE, _FALSE = ("true", "t", "1", "yes"), ("false", "f", "0", "no")


@dataclass(frozen=True)
class FieldTypes:
    """kinds: field -> one of string, number, bool, time, cidr, array. enforced: refuse what does not fit."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    enforced: bool = False

    def typed(self, record: Mapping[str, object]) -> dict[str, object]:
        """A record with its declared fields converted. Raises KvRefused."""
        return {name: self._value(name, value) for name, value in record.items()}

    def _value(self, name: str, value: object) -> object:
        kind = self.kinds.get(name)
        if kind is None or value is None:
            return value
        try:
            return _converted(kind, value)
        except ValueError as error:
            if self.enforced:
                raise KvRefused(f"Field {name!r} must be of type {kind}, found {json.dumps(value)[:80]}") from error
            return value


def field_types(stanza: Mapping[str, str]) -> FieldTypes:
    """The types that a stanza of collections.conf declares. An unknown type is refused: splunkd would not load the collection."""
    kinds = {key[6:]: value.strip().lower() for key, value in stanza.items() if key.startswith("field.")}
    for name, kind in kinds.items():
        if kind not in _KINDS:
            raise KvRefused(f"collections.conf: field.{name} = {kind}: the type must be one of {', '.join(_KINDS)}")
    return FieldTypes(kinds, stanza.get("enforceTypes", "false").strip().lower() in _TRUE)


def _converted(kind: str, value: object) -> object:
    if kind in ("number", "time"):
        return _number(value)
    if kind == "bool":
        return _truth(value)
    if kind == "array":
        if isinstance(value, list):
            return value
        raise ValueError(value)
    if isinstance(value, (dict, list)):
        raise ValueError(value)
    return value if isinstance(value, str) else _text(value)


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _number(value: object) -> float | int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(value)
    number = float(value.strip()) if isinstance(value, str) else float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _truth(value: object) -> bool:
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(value)
