"""hunts/schema.json in words: what a file has wrong, by key, with what is allowed there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

_SHOWN = 60


def sentences(raw: Any, folder: Path) -> list[str]:
    """One sentence per broken rule of folder/schema.json, in the order of the file."""
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    errors = sorted(Draft202012Validator(schema).iter_errors(raw), key=lambda error: [str(part) for part in error.absolute_path])
    return [_sentence(error) for error in errors]


def _sentence(error: ValidationError) -> str:
    place = _place(error.absolute_path)
    words: dict[str, Callable[[ValidationError], str]] = {
        "additionalProperties": _unknown,
        "required": lambda e: f"lacks {_missing(e)}{_hint(e, _missing(e))}",
        "dependentRequired": lambda e: e.message.replace("'", "") + "; write both or none",
        "enum": lambda e: f"is {_short(e.instance)}; allowed: {', '.join(map(str, e.validator_value))}",
        "pattern": lambda e: f"is {_short(e.instance)}; it must match {e.validator_value}",
        "type": lambda e: f"is {_short(e.instance)}; it must be {_kinds(e.validator_value)}",
        "minLength": lambda e: f"is {_short(e.instance)}; write at least {e.validator_value} characters",
        "minItems": lambda e: f"has {len(e.instance)} entries; it needs {e.validator_value}",
    }
    said = words[str(error.validator)](error) if error.validator in words else str(error.message)
    return f"{place}: {said}" if place else said


def _place(path: Iterable[Any]) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _unknown(error: ValidationError) -> str:
    known = list((error.schema if isinstance(error.schema, Mapping) else {}).get("properties", {}))
    extra = [key for key in error.instance if key not in known]
    alike = [match for key in extra for match in get_close_matches(str(key), known, n=1)]
    nearest = f"; nearest: {', '.join(alike)}" if alike else ""
    if any(" " in str(key) for key in extra):
        nearest = "; a comma inside { } begins a new key: put the text in quotes"
    return f"knows no key {', '.join(map(str, extra))}; allowed: {', '.join(known)}{nearest}"


def _missing(error: ValidationError) -> str:
    return ", ".join(key for key in error.validator_value if key not in error.instance) if error.instance is not None else "all"


def _hint(error: ValidationError, missing: str) -> str:
    properties = (error.schema if isinstance(error.schema, Mapping) else {}).get("properties", {})
    told = properties.get(missing, {}).get("description")
    return f" ({told})" if told else ""


def _kinds(kinds: Any) -> str:
    words = {"string": "text", "integer": "a whole number", "number": "a number", "array": "a list", "object": "a mapping"}
    return " or ".join(words.get(kind, str(kind)) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
