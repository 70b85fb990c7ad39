"""The fields that a Dashboard Studio page names, against those that its searches returned: known once it was drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SERIES = re.compile(r'(?:primary|table) \| seriesByName\((?:\\?["\'])(.*?)\\?["\']\)')
_PAYLOAD = re.compile(r"row\.(.+)\.value")


def field_sentences(definition: Mapping[str, Any], returned: Mapping[str, Sequence[str]]) -> list[str]:
    """One sentence per field that a panel names and its search did not return. returned: panel -> columns of its first slot."""
    found = []
    for panel, part in (definition.get("visualizations") or {}).items():
        columns = returned.get(panel)
        if columns is not None:
            wrong = sorted({field for field in _named(part) if field not in columns})
            found += [f"{panel} names the field {field}; its search returns {', '.join(columns)}" for field in wrong]
    return found


def _named(part: Mapping[str, Any]) -> Iterator[str]:
    options = part.get("options") or {}
    yield from options.get("columnFormat") or {}
    yield from (match.group(1) for match in _SERIES.finditer(json.dumps(options, ensure_ascii=False)))
    for handler in part.get("eventHandlers") or ():
        for token in (handler.get("options") or {}).get("tokens", ()):
            match = _PAYLOAD.fullmatch(str(token.get("key", token.get("value", ""))))
            if match:
                yield match.group(1)
