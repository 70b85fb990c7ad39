"""Patterns whose named groups become fields, as ``rex`` and EXTRACT- of props.conf have them."""

from __future__ import annotations

import re

_NAMED = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")
_OPENED = re.compile(r"\(\?P<(\w+)>")


def named_groups(pattern: str) -> tuple[str, dict[str, int]]:
    """The pattern as RE2 writes it, (?P<…>), and name -> number of its group, counted by opening parentheses outside classes."""
    plain = _NAMED.sub("(?P<\\1>", pattern)
    numbers, number, in_class, at = {}, 0, False, 0
    while at < len(plain):
        char = plain[at]
        if char == "\\":
            at += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char == "(":
            name = _OPENED.match(plain, at)
            if name or plain[at + 1 : at + 2] != "?":
                number += 1
            if name:
                numbers[name[1]] = number
        at += 1
    return plain, numbers
