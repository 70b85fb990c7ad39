"""The files of the model, read when first asked for: a probe or a search without rows must not pay for them."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "model")  # noqa: PTH118,PTH120,PTH100  pathlib is slow to import


@lru_cache(maxsize=1)
def label_table() -> bytes:
    """Order 4 over registered labels, 40**4 cells."""
    return _unpacked("labels4.bin.z")


@lru_cache(maxsize=1)
def subdomain_table() -> bytes:
    """Order 3 over subdomains, 40**3 cells."""
    return _unpacked("subdomains3.bin.z")


@lru_cache(maxsize=1)
def popular_bits() -> bytes:
    """The Bloom filter of popular registered domains."""
    return _read("popular.bloom")


@lru_cache(maxsize=1)
def coefficients() -> dict[str, Any]:
    """What dga.py weighs its features with."""
    import json

    read: dict[str, Any] = json.loads(_read("dga.json"))
    return read


def _unpacked(name: str) -> bytes:
    import zlib

    return zlib.decompress(_read(name))


def _read(name: str) -> bytes:
    with open(os.path.join(FOLDER, name), "rb") as file:  # noqa: PTH118,PTH123
        return file.read()
