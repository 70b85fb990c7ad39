"""One request, as the handlers see it: names from the path, parameters from address and form, and who asks in which app."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from lab.rest.refusal import Refused

MAX_BODY_B = 60 * 1024 * 1024  # a batch of the KV store may have 50 MB
_MAX_PARAMETERS = 2_000
_TRUE, _FALSE = ("1", "true", "t", "yes"), ("0", "false", "f", "no", "")


@dataclass(frozen=True)
class Call:
    """names: parts of the path. pairs: parameters in order. mode: xml, json, json_rows, json_cols, csv or raw."""

    method: str
    path: str
    names: Mapping[str, str]
    pairs: Sequence[tuple[str, str]]
    body: bytes
    mode: str
    owner: str
    app: str

    def __getitem__(self, name: str) -> str:
        """A parameter, the last where it came more than once; empty without it."""
        return next((value for key, value in reversed(self.pairs) if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]

    def whole(self, name: str, default: int, least: int = 0) -> int:
        """A whole-number parameter. Raises Refused."""
        text = self[name].strip()
        if not text:
            return default
        try:
            number = int(text)
        except ValueError as error:
            raise Refused(400, f"{name} must be a whole number, found {text[:40]!r}") from error
        if len(text) > 18 or number < least:
            raise Refused(400, f"{name} must be {least} or more, found {text[:40]}")
        return number

    def flag(self, name: str, default: bool = False) -> bool:
        text = self[name].strip().lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return default if not text else False
        raise Refused(400, f"{name} must be 0 or 1, found {text[:40]!r}")

    def json(self) -> object:
        """The body as JSON. Raises Refused."""
        try:
            return json.loads(self.body or b"null")
        except (ValueError, RecursionError) as error:
            raise Refused(400, f"JSON in the request is malformed: {error}") from error


def parameters(query: bytes, body: bytes, content_type: str) -> list[tuple[str, str]]:
    """Name and value of every parameter; a form's count like those of the address. Raises Refused."""
    form = body if content_type.split(";")[0].strip().lower() in ("", "application/x-www-form-urlencoded") else b""
    try:
        return [
            pair
            for text in (query, form)
            for pair in parse_qsl(text.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
        ]
    except ValueError as error:  # not UTF-8, or too many
        raise Refused(400, f"the request's parameters cannot be read: {error}") from error
