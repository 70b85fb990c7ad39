"""SPL cut into its parts: a pipeline into commands, a condition into what must hold together.

A `|` or an AND inside quotes, backticks or brackets is part of what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_OPENING, _CLOSING = "([", ")]"
_AND = re.compile(r"AND\b", re.IGNORECASE)
_OR = re.compile(r"(OR|XOR)\b", re.IGNORECASE)
_NAME = re.compile(r"'([^']+)'|\b([A-Za-z_]\w*)\b(?!\s*\()")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_WORDS = frozenset(("and", "or", "not", "xor", "in", "like", "true", "false", "null", "by", "as"))


def stages(search: str) -> list[str]:
    """The commands of a pipeline, without the bars between them; a leading bar gives an empty first one."""
    return [part.strip() for part in _parted(search, lambda text, at: 1 if text[at] == "|" else 0)]


def conjuncts(condition: str) -> list[str]:
    """What all must be true for the condition to be; the condition itself where an OR stands beside the AND."""
    if any(_OR.match(condition, at) and _word_starts(condition, at) for at in _open(condition)):
        return [condition.strip()]
    return [part.strip() for part in _parted(condition, _and_length)]


def fields_of(expression: str) -> list[str]:
    """Names of the fields that an expression reads, in their order."""
    bare = _QUOTED.sub(" ", expression)
    names = [match[1] or match[2] for match in _NAME.finditer(bare)]
    return list(dict.fromkeys(name for name in names if name.lower() not in _WORDS))


def _and_length(text: str, at: int) -> int:
    return 3 if _AND.match(text, at) and _word_starts(text, at) else 0


def _word_starts(text: str, at: int) -> bool:
    return at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "_'.")


def _parted(text: str, length: Callable[[str, int], int]) -> Iterator[str]:
    """Pieces between the separators; length: of the separator that stands at a place, 0 for none."""
    begun = 0
    for at in _open(text):
        if at >= begun and (long := length(text, at)):
            yield text[begun:at]
            begun = at + long
    yield text[begun:]


def _open(text: str) -> Iterator[int]:
    """Places of the text that stand in no quotes and no brackets."""
    depth, at = 0, 0
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted:
            at = quoted.end()
            continue
        depth += (text[at] in _OPENING) - (text[at] in _CLOSING)
        if depth == 0:
            yield at
        at += 1
