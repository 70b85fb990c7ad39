"""Search macros: `` `name` `` and `` `name(a, "b")` `` are replaced by their text before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lab.spl.failure import Place, SplError

Definitions = Mapping[str, Mapping[str, str]]
_MAX_DEPTH = 20
_MAX_CHARS = 1_000_000
Compute = Callable[[str], "str | bool | None"]
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|`([^`]*)`', re.DOTALL)
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|```.*?```', re.DOTALL)
_CALL = re.compile(r"\s*([\w:.-]+)\s*(?:\((.*)\))?\s*", re.DOTALL)
_ARGUMENT = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^,"]*)\s*(,|\Z)', re.DOTALL)


def expand(search: str, definitions: Definitions, compute: Compute | None = None) -> str:
    """The search without comments, every macro outside double quotes filled in. Raises SplError for an unknown or endless one.

    compute: the value of an expression without fields, for macros with ``iseval`` or ``validation``; without it they are refused.
    """
    return _Expansion(definitions, compute).of(search, ())


def _uncommented(text: str) -> str:
    """Comments between triple backticks become blanks, so that places stay where they were."""
    return _COMMENT.sub(lambda match: match[0] if match[0][0] == '"' else re.sub(r"[^\n]", " ", match[0]), text)


@dataclass
class _Expansion:
    """Fills in macros; ``chars`` counts all text that came of it, so that no definition can grow without bound."""

    definitions: Definitions
    compute: Compute | None = None
    chars: int = 0

    def of(self, text: str, opened: tuple[str, ...]) -> str:
        """``text`` with its macros filled in; opened: the macros it stands in."""
        text = _uncommented(text)
        self.chars += len(text)
        if self.chars > _MAX_CHARS:
            raise SplError(f"the search has more than {_MAX_CHARS:,} characters once its macros are filled in")
        if "`" in _PIECE.sub("", text):
            raise SplError("a macro needs a ` before and after its name", Place(text, text.rfind("`")))

        def filled(match: re.Match[str]) -> str:
            if match[1] is None:
                return match[0]
            place = Place(text, match.start())
            name, definition = _definition(match[1], self.definitions, place, self.compute)
            if name in opened or len(opened) >= _MAX_DEPTH:
                raise SplError(f"macro `{name}` calls itself: {' -> '.join([*opened, name])}", place)
            return self.of(definition, (*opened, name))

        return _PIECE.sub(filled, text)


def _definition(call: str, definitions: Definitions, place: Place, compute: Compute | None) -> tuple[str, str]:
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
    text = settings.get("definition", "")
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        text = text[1:-1]  # macros.conf may hold the definition in quotes
    names = [argument.strip() for argument in settings.get("args", "").split(",") if argument.strip()]
    if len(names) != len(values):
        raise SplError(f"macro {name} has {len(names)} names in args, but is called with {len(values)} values", place)
    for argument, value in zip(names, values):
        text = text.replace(f"${argument}$", value)
    _validate(name, settings, dict(zip(names, values)), place, compute)
    if settings.get("iseval", "0").strip().lower() not in ("", "0", "false", "f"):
        if compute is None:
            raise SplError(f"macro {name} is computed by eval (iseval), which is not possible here", place)
        computed = compute(text)
        if not isinstance(computed, str):
            raise SplError(f"macro {name} (iseval) must give a text; its definition gives {computed}", place)
        text = computed
    return name, text


def _validate(name: str, settings: Mapping[str, str], values: Mapping[str, str], place: Place, compute: Compute | None) -> None:
    """Runs the macro's ``validation``: true or null lets the call pass, false gives ``errormsg``, a text is the message."""
    text = settings.get("validation", "").strip()
    if not text:
        return
    if compute is None:
        raise SplError(f"macro {name} checks its arguments (validation), which is not possible here", place)
    for argument, value in values.items():
        text = text.replace(f"${argument}$", value)
    verdict = compute(text)
    if verdict is False:
        raise SplError(f"macro {name}: {settings.get('errormsg', 'the validation of its arguments failed')}", place)
    if isinstance(verdict, str):
        raise SplError(f"macro {name}: {verdict}", place)


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
