"""Wire text, one character per byte of UTF-8 as columns hold it, and the letters it stands for.

Case, length and classes of letters are those of the letters: lower() on wire text changes single bytes and breaks them.
"""

from __future__ import annotations


def letters(wire: str) -> str:
    """Bytes that are not UTF-8 become U+FFFD."""
    return wire if wire.isascii() else wire.encode("latin-1", "replace").decode("utf-8", "replace")


def wire(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("latin-1")
