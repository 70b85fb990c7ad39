"""The fields that ``| dnsentropy`` adds, as text, one row per name. A name that comes again is answered from memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Generic, TypeVar

from . import dga
from .classes import NO_DGA, NORMAL, UNSCORED
from .encoding import encoding
from .entropy import entropies, entropy
from .memory import Memory, up_to
from .names import MEMO, NAME_B, REMEMBERED, Name, parse
from .ordinary import Ordinary, ordinary
from .popular import known, known_of
from .surprise import subdomain_bits, subdomain_bits_of

Row = tuple[str, ...]
Written = TypeVar("Written")
AT_ONCE = 1024  # names scored in one pass: more would leave the processor's cache
# numbers come from tables: formatting four floats is a seventh of the time a new name takes
_THOUSANDTHS = [f"{number / 1000:.3f}" for number in range(8_001)]  # entropy of bytes is at most 8
_WHOLE = [str(number) for number in range(256)]
_NOT_PRINTABLE = re.compile(r"[^!-~]")
_NOT_DIGITS = bytes(set(range(256)) - set(b"0123456789\n"))
_NO_BITS, _NO_DIGITS = "0.0", "0.000"


def row(query: str, kind: str = "") -> Row:
    """One text per entropy_columns.FIELDS, '' for null. kind: what the transport says the name is, else '' (names.parse)."""
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
    popular, score = (_of_domain if name.length <= NAME_B else _of_domain.__wrapped__)(name.label, name.domain)
    return (
        name.domain if not name.malformed else _printable(name.domain),
        name.suffix if not name.malformed else _printable(name.suffix),
        name.subdomain if not name.malformed else _printable(name.subdomain),
        what,
        _three(entropy(text)),
        "" if what in NO_DGA else score,
        _one(bits),
        encoding(name.subdomain, bits),
        popular,
        "1" if name.cloud else "0",
        malformed,
        _whole(name.length),
        _whole(name.labels),
        _digit_ratio(text),
        _shown(name) if what == "idn" else "",
    )


def rows(queries: Sequence[str], kinds: Sequence[str]) -> list[Row]:
    """row() of every query; both sequences have one item per event."""
    return _ROWS.of(queries, kinds)


class Tails(Generic[Written]):
    """row() of many names as ``written`` puts it, once per name: one that comes again is looked up."""

    def __init__(self, written: Callable[[Row], Written]) -> None:
        self._plain: Memory[str, Written] = Memory(
            lambda queries: list(map(written, _new_rows(queries))), MEMO, up_to(REMEMBERED)
        )
        self._of_kind = lru_cache(maxsize=MEMO // 4)(lambda query, kind: written(row(query, kind)))

    def of(self, queries: Sequence[str], kinds: Sequence[str]) -> list[Written]:
        """Both sequences have one item per event."""
        found: list[Written] = []
        for start in range(0, len(queries), 4 * AT_ONCE):
            part, how = queries[start : start + 4 * AT_ONCE], kinds[start : start + 4 * AT_ONCE]
            odd = [at for at, kind in enumerate(how) if kind] if any(how) else []
            tails = self._plain.of(part if not odd else ["" if kind else query for query, kind in zip(part, how)])
            for at in odd:
                one = self._of_kind if len(part[at]) <= REMEMBERED else self._of_kind.__wrapped__
                tails[at] = one(part[at], how[at])
            found += tails
        return found


def _new_rows(queries: Sequence[str]) -> list[Row]:
    """row() of each, the ordinary ones together."""
    found: list[Row] = []
    for start in range(0, len(queries), AT_ONCE):
        part = queries[start : start + AT_ONCE]
        names, others = ordinary(part)
        together = _rows_of(names)
        for at in others:
            together.insert(at, row(part[at]))
        found += together
    return found


def _rows_of(names: Sequence[Ordinary]) -> list[Row]:
    """row() of ordinary names, field by field."""
    if not names:
        return []
    texts, domains, suffixes, subdomains, clouds, dots = zip(*names)
    joined = "\n".join(texts).encode("ascii")
    lengths = list(map(len, texts))
    digits = map(len, joined.translate(None, _NOT_DIGITS).split(b"\n"))
    bits, encodings = _of_subdomains(subdomains)
    popular, scores = zip(*_DOMAINS.of(domains))
    return list(
        zip(
            domains,
            suffixes,
            subdomains,
            repeat(NORMAL),
            [_THOUSANDTHS[int(number * 1000 + 0.5)] for number in entropies(texts)],
            scores,
            bits,
            encodings,
            popular,
            clouds,
            repeat("0"),
            map(_WHOLE.__getitem__, lengths),
            [_WHOLE[dot + 1] for dot in dots],
            [_ratio(digit, length - dot) if digit else _NO_DIGITS for length, dot, digit in zip(lengths, dots, digits)],
            repeat(""),
        )
    )


def _of_subdomains(subdomains: Sequence[str]) -> tuple[list[str], list[str]]:
    """Bits and encoding of each."""
    carried = iter(subdomain_bits_of([subdomain for subdomain in subdomains if subdomain]))
    bits, encodings = [], []
    for subdomain in subdomains:
        if subdomain:
            number = next(carried)
            bits.append(_one(number))
            encodings.append(encoding(subdomain, number))
        else:
            bits.append(_NO_BITS)
            encodings.append("")
    return bits, encodings


def _new_domains(domains: Sequence[str]) -> list[tuple[str, str]]:
    """Per domain of ordinary names whether it is popular, '0' or '1', and its DGA score."""
    popular = known_of(domains)
    scores = dga.written([domain[: domain.index(".")] for domain in domains], popular)
    return list(zip(["1" if each else "0" for each in popular], scores))


_ROWS: Tails[Row] = Tails(lambda one: one)
_DOMAINS = Memory(_new_domains, MEMO, up_to(NAME_B))


@lru_cache(maxsize=MEMO // 4)
def _of_domain(label: str, domain: str) -> tuple[str, str]:
    """_new_domains() of any label and domain."""
    popular = known(domain)
    score = dga.weighed(label, popular)
    return "1" if popular else "0", "" if score is None else f"{score:.4f}"


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


@lru_cache(maxsize=1 << 12)
def _one(number: float) -> str:
    """One decimal."""
    return f"{number:.1f}"


@lru_cache(maxsize=1 << 12)
def _ratio(digits: int, characters: int) -> str:
    return _three(1 - (characters - digits) / characters)


def _whole(number: int) -> str:
    return _WHOLE[number] if number < 256 else str(number)


def _three(number: float) -> str:
    """Three decimals of a number from 0 to 8."""
    return _THOUSANDTHS[int(number * 1000 + 0.5)]
