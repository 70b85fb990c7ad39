"""The alphabet of the n-gram tables: 0 = boundary or dot, a-z, 0-9, hyphen, underscore, anything else."""

from __future__ import annotations

SYMBOLS = 40
LABELS_3, LABELS_4 = SYMBOLS**3, SYMBOLS**4
OTHER = 39


def _codes() -> bytes:
    codes = bytearray([OTHER]) * 256
    for code, letter in enumerate(b"abcdefghijklmnopqrstuvwxyz0123456789-_", start=1):
        codes[letter] = code
        codes[letter - 32 if 97 <= letter <= 122 else letter] = code
    codes[0] = codes[ord(".")] = 0
    return bytes(codes)


CODES = _codes()


def coded(text: str) -> bytes:
    """One symbol per character; characters above U+00FF count as OTHER."""
    return text.encode("latin-1", "replace").translate(CODES)
