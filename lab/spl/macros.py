"""Search macros: `` `name` `` and `` `name(a, "b")` `` are replaced by their text before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lab.spl.failure import Place, SplError

Definitions = Mapping[str, Mapping[str, str]]
_MAX_DEPTH = 20
_MAX_CHARS = 1_000_000
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|`([^`]*)`', re.DOTALL)
_CALL = re.compile(r"\s*([\w:.-]+)\s*(?:\((.*)\))?\s*", re.DOTALL)
_ARGUMENT = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^,"]*)\s*(,|\Z)', re.DOTALL)
_REFUSED = {"iseval": "is computed by eval (iseval)", "validation": "checks its arguments (validation)"}


def expand(search: str, definitions: Definitions) -> str:
    """The search with every macro outside double quotes filled in. Raises SplError for an unknown or endless one."""
    return _Expansion(definitions).of(search, ())


@dataclass
class _Expansion:
    """Fills in macros; ``chars`` counts all text that came of it, so that no definition can grow without bound."""

    definitions: Definitions
    chars: int = 0

    def of(self, text: str, opened: tuple[str, ...]) -> str:
        """``text`` with its macros filled in; opened: the macros it stands in."""
        self.chars += len(text)
        if self.chars > _MAX_CHARS:
            raise SplError(f"the search has more than {_MAX_CHARS:,} characters once its macros are filled in")
        if "`" in _PIECE.sub("", text):
            raise SplError("a macro needs a ` before and after its name", Place(text, text.rfind("`")))

        def filled(match: re.Match[str]) -> str:
            if match[1] is None:
                return match[0]
            place = Place(text, match.start())
            name, definition = _definition(match[1], self.definitions, place)
            if name in opened or len(opened) >= _MAX_DEPTH:
                raise SplError(f"macro `{name}` calls itself: {' -> '.join([*opened, name])}", place)
            return self.of(definition, (*opened, name))

        return _PIECE.sub(filled, text)


def _definition(call: str, definitions: Definitions, place: Place) -> tuple[str, str]:
    match = _CALL.fullmatch(call)
    if match is None:
        raise SplError(f"`{call[:80]}` is not a macro call; write `name` or `name(argument, argument)`", place)
    values = [] if match[2] is None else _arguments(match[2], place)
    name = f"{match[1]}({len(values)})" if values else match[1]
    settings = definitions.get(name)
    if settings is None:
        alike = sorted(known for known in definitions if known.split("(")[0] == match[1].split("(")[0])
        hint = f"there is {', '.join(alike)}" if alike else f"known are {', '.join(sorted(definitions)[:12]) or 'none'} …"
        raise SplError(f"no macro {name} in the app's macros.conf; {hint}", place)
    for setting, what in _REFUSED.items():
        if settings.get(setting, "0").strip().lower() not in ("", "0", "false", "f"):
            raise SplError(f"macro {name} {what}, which the lab does not do", place)
    text = settings.get("definition", "")
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        text = text[1:-1]  # macros.conf may hold the definition in quotes
    names = [argument.strip() for argument in settings.get("args", "").split(",") if argument.strip()]
    if len(names) != len(values):
        raise SplError(f"macro {name} has {len(names)} names in args, but is called with {len(values)} values", place)
    for argument, value in zip(names, values):
        text = text.replace(f"${argument}$", value)
    return name, text


def _arguments(text: str, place: Place) -> list[str]:
    values, at = [], 0
    while at <= len(text):
        match = _ARGUMENT.match(text, at)
        if match is None:
            raise SplError(f"the arguments ({text[:80]}) cannot be read; separate them by commas, quote those with commas", place)
        value = match[1].strip()
        quoted = len(value) > 1 and value[0] == value[-1] == '"'
        values.append(value[1:-1].replace('\\"', '"') if quoted else value)
        at = match.end()
        if not match[2]:
            return values
    return values
