r"""Text as a store can hold it: Zeek's ``\xNN`` escapes decoded, what is not text written as such an escape again.

Zeek's ASCII writer writes a byte outside printable ASCII (or a separator inside a value) as ``\xNN`` and a backslash as ``\\``
(src/threading/formatters/Ascii.cc, src/util.cc ``get_escaped_string``). Bytes that are no UTF-8, NUL and lone surrogates
stay visible as ``\xNN`` or ``\uNNNN`` text, because neither DuckDB nor Splunk's protocol can carry them.
"""

from __future__ import annotations

import re

_RUN = re.compile(r"((?:\\x[0-9a-fA-F]{2})+)|\\\\")
_STRAY_BYTE = re.compile("[\udc80-\udcff]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SHOWN_CHARS = 120


def unescape(cell: str, kept: str = "") -> str:
    r"""The value behind a TSV cell. ``kept``: characters whose escape stays (``\x2c`` in a set, or its members would split)."""

    def decoded(match: re.Match[str]) -> str:
        if match[1] is None:
            return "\\"
        text = clean(bytes.fromhex(match[1].replace("\\x", "")).decode("utf-8", "backslashreplace"))
        for char in kept:
            text = text.replace(char, f"\\x{ord(char):02x}")
        return text

    return _RUN.sub(decoded, cell) if "\\" in cell else cell


def clean(text: str) -> str:
    r"""``text`` without NUL (``\x00``) and lone surrogates (``\ud800``)."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def text_of_bytes(line: bytes, backslash: str) -> str:
    r"""A line whose bytes are not all UTF-8; a stray byte FF becomes ``xff`` after ``backslash`` (``\\`` doubled inside JSON)."""
    text = line.decode("utf-8", "surrogateescape")
    return _STRAY_BYTE.sub(lambda match: f"{backslash}x{ord(match[0]) - 0xDC00:02x}", text)


def shown(text: str) -> str:
    """``text`` from a log or a file name, fit for a message: control characters escaped, cut after 120 characters."""
    text = _UNPRINTABLE.sub(lambda match: ascii(match[0])[1:-1], text)
    return text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "…"
