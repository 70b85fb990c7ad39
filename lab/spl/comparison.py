"""How ``where``, ``eval`` and their functions compare two values."""

from __future__ import annotations

import re

from lab.spl.sql import Kind, Value


def compared(left: Value, operator: str, right: Value) -> Value:
    """A comparison, as numbers where both are."""
    for one, other, turned in ((left, right, False), (right, left, True)):
        if one.kind is Kind.MULTI:
            single = Value("v", Kind.TEXT)
            inner = compared(other, operator, single) if turned else compared(single, operator, other)
            return Value(f"(len(list_filter({one.sql}, lambda v: {inner.sql})) > 0)", Kind.BOOL)
    if left.is_number and right.is_number:
        return Value(f"({left.sql} {operator} {right.sql})", Kind.BOOL)
    as_text = f"{left.text} {operator} {right.text}"
    if any(value.constant is not None and not _looks_numeric(value.constant) for value in (left, right)):
        return Value(f"({as_text})", Kind.BOOL)
    # null where one of them is no number
    return Value(f"COALESCE({left.numeric} {operator} {right.numeric}, {as_text})", Kind.BOOL)


def _looks_numeric(text: str) -> bool:
    """Whether spl_num() may see a number; a yes too many only costs time."""
    return re.search(r"\d", text) is not None
