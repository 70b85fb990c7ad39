"""Regular expressions: by DuckDB where RE2 can, else by Python where that is sure to end.

Splunk has PCRE. RE2 has no look-around, no back references and no possessive repeats, but always ends. Python has the first
two; it may need time that grows with a power of the text. So a pattern that goes to Python may repeat without bound at most
twice, never inside another repeat, and its texts are bounded (lab.spl.functions.python); anything else is refused.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import lru_cache

from lab.spl.functions.function import FunctionError, Scope
from lab.spl.sql import literal

_LONGEST = 1_000
_MOST_ENDLESS = 2
_PIECE = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<open>\((?:\?(?:P?<\w+>|[:=!]|<[=!]|[a-zA-Z-]+[:)]))?)|(?P<close>\))"
    r"|(?P<repeat>[*+?]|\{\d*,?\d*\})[?]?|(?P<either>\|)|.",
    re.DOTALL,
)


def found(scope: Scope, pattern: str) -> Callable[[str], str]:
    """SQL condition: the pattern is somewhere in a text."""
    if scope.accepts(pattern):
        return lambda text: f"regexp_matches({text}, {literal(pattern)})"
    python = for_python(pattern)
    scope.python("spl_py_found")
    return lambda text: f"spl_py_found({text}, {literal(python)})"


def replaced(scope: Scope, pattern: str, replacement: str) -> Callable[[str], str]:
    r"""SQL of a text with every match replaced; \1 in the replacement is the first group."""
    groups = _groups(pattern)
    if scope.accepts(pattern):
        written = _replacement(replacement, groups, r"\\")
        return lambda text: f"regexp_replace({text}, {literal(pattern)}, {literal(written)}, 'g')"
    python = for_python(pattern)
    scope.python("spl_py_replaced")
    written = re.sub(r"\\(\d)", r"\\g<\1>", _replacement(replacement, groups, r"\\"))
    return lambda text: f"spl_py_replaced({text}, {literal(python)}, {literal(written)})"


def _groups(pattern: str) -> int:
    return len(re.findall(r"(?<!\\)\((?!\?)|(?<!\\)\(\?P?<\w", pattern))


def _replacement(text: str, groups: int, backslash: str) -> str:
    r"""Backslashes that do not stand before the number of a group are text."""

    def one(match: re.Match[str]) -> str:
        is_group = match[1].isdigit() and int(match[1]) <= groups
        return match[0] if is_group else backslash + ("" if match[1] == "\\" else match[1])

    return re.sub(r"\\(.|$)", one, text, flags=re.DOTALL)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of for_python. Python warns of a [ in brackets, which a later version may read otherwise; PCRE does not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(pattern)


def for_python(pattern: str) -> str:
    """The pattern as Python writes it. Raises FunctionError where it may not be given to Python."""
    written = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern)
    try:
        if len(pattern) > _LONGEST:
            raise FunctionError(f"a pattern with look-around has at most {_LONGEST:,} characters")
        compiled(written)
    except (re.error, OverflowError, RecursionError) as error:
        raise FunctionError(f"the lab cannot run this pattern: {error}") from error
    _check_ends(written)
    return written


def _check_ends(pattern: str) -> None:
    """Refuses what backtracking could take too long for."""
    endless, last_closed, open_groups = 0, False, [False]
    for piece in _PIECE.finditer(pattern):
        repeat = piece["repeat"]
        if piece["open"]:
            if not piece["open"].endswith(")"):
                open_groups.append(False)
        elif piece["close"]:
            last_closed = open_groups.pop() if len(open_groups) > 1 else False
            open_groups[-1] = open_groups[-1] or last_closed
            continue
        elif piece["either"]:
            open_groups[-1] = True
        elif repeat and repeat != "?":
            if last_closed:
                raise FunctionError(
                    "the lab cannot run this pattern: it needs look-around or back references, which DuckDB has not, and "
                    "repeats a group that itself repeats or chooses, which may never end; simplify it"
                )
            endless += repeat in "*+" or repeat.endswith(",}")
            open_groups[-1] = True
        last_closed = False
    if endless > _MOST_ENDLESS:
        raise FunctionError(
            "the lab cannot run this pattern: it needs look-around or back references, which DuckDB has not, and with these "
            f"it may repeat without bound at most {_MOST_ENDLESS} times"
        )
