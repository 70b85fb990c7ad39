"""The fields that ``| dnsentropy`` adds, as text, one row per name. A name that comes again is answered from memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from .classes import NO_DGA, UNSCORED
from .dga import weighed
from .encoding import encoding
from .entropy import entropy
from .names import MEMO, NAME_B, REMEMBERED, Name, parse
from .popular import known
from .surprise import subdomain_bits

FIELDS = (
    "domain", "suffix", "subdomain", "class", "entropy", "score", "bits", "encoding",
    "known", "cloud", "malformed", "length", "labels", "digit_ratio", "unicode",
)  # fmt: skip
# numbers come from tables: formatting four floats is a seventh of the time a new name takes
_THOUSANDTHS = [f"{number / 1000:.3f}" for number in range(8_001)]  # entropy of bytes is at most 8
_WHOLE = [str(number) for number in range(256)]
_NOT_PRINTABLE = re.compile(r"[^!-~]")


@lru_cache(maxsize=MEMO)
def row(query: str, kind: str = "") -> tuple[str, ...]:
    """One text per field of FIELDS, '' for null. kind: what the transport says the name is (classes.by_transport), else ''."""
    name = parse(query, kind)
    text, what = name.text, name.kind
    malformed = "1" if name.malformed else "0"
    if what in UNSCORED or not name.domain:
        single = what not in UNSCORED and bool(text)
        return (
            "", _printable(name.suffix), "", what, _three(entropy(text)) if single else "", "", "", "", "",
            "1" if name.cloud else "0", malformed, _whole(name.length), _whole(name.labels), _digit_ratio(text), "",
        )  # fmt: skip
    bits = subdomain_bits(name.subdomain)
    popular, dga = (_of_domain if name.length <= NAME_B else _of_domain.__wrapped__)(name.label, name.domain)
    return (
        name.domain if not name.malformed else _printable(name.domain),
        name.suffix if not name.malformed else _printable(name.suffix),
        name.subdomain if not name.malformed else _printable(name.subdomain),
        what,
        _three(entropy(text)),
        "" if what in NO_DGA else dga,
        f"{bits:.1f}",
        encoding(name.subdomain, bits),
        "1" if popular else "0",
        "1" if name.cloud else "0",
        malformed,
        _whole(name.length),
        _whole(name.labels),
        _digit_ratio(text),
        _shown(name) if what == "idn" else "",
    )


@lru_cache(maxsize=MEMO)
def _of_domain(label: str, domain: str) -> tuple[bool, str]:
    """(popular, DGA score as text): names of one domain share them."""
    popular = known(domain)
    score = weighed(label, popular)
    return popular, "" if score is None else f"{score:.4f}"


def _digit_ratio(text: str) -> str:
    """Share of digits of the characters that are no dots."""
    characters = text.encode("latin-1", "replace").translate(None, b".")
    length = len(characters)
    return _three(1 - len(characters.translate(None, b"0123456789")) / length) if length else ""


def _printable(text: str) -> str:
    """As Zeek writes it: bytes outside printable ASCII as ``\\xNN``."""
    return _NOT_PRINTABLE.sub(lambda odd: f"\\x{min(ord(odd.group()), 255):02x}", text)


def _shown(name: Name) -> str:
    """The domain with its punycode decoded, as wire text (UTF-8 bytes, one character each)."""
    return name.display.encode("utf-8", "replace").decode("latin-1")


def rows(queries: Sequence[str], kinds: Sequence[str]) -> list[tuple[str, ...]]:
    """row() of every query; both sequences have one item per event."""
    if max(map(len, queries), default=0) <= REMEMBERED:
        return list(map(row, queries, kinds))
    return [(row if len(query) <= REMEMBERED else row.__wrapped__)(query, kind) for query, kind in zip(queries, kinds)]


def _whole(number: int) -> str:
    return _WHOLE[number] if number < 256 else str(number)


def _three(number: float) -> str:
    """Three decimals of a number from 0 to 8."""
    return _THOUSANDTHS[int(number * 1000 + 0.5)]
