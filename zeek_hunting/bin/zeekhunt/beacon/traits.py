"""Traits: what a program shows of itself towards one destination, beside when it calls and how much it says.

From named events (see names): the TLS client's JA4, else its JA3; the user agent of HTTP; and whether a certificate failed its
check (Zeek's validation_status), other than for an issuer that the sensor does not know, which is the sensor's lack as often as
the server's. In TLS 1.3 certificates are encrypted and Zeek says nothing; how young one is stands in x509.log alone.

A trait is a word about (source, destination, name); what is merged is a set of them, each with the time it was last seen, so
repeats and splits change nothing. The KEPT lowest of a kind are kept per (source, destination, name): a cut by a fixed order
merges exactly. Plain Python: indexers run it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from ..zeek import fields as zeek_fields
from ..zeek.partial import SummaryError, whole

KIND = "trait"
FIELDS = ("ja4", "ja3", "user_agent", "validation_status")
TLS_CLIENT, AGENT, BAD_CERTIFICATE = "tls", "agent", "certificate"
KEPT = 8
DIGEST_B = 6
FINE = ("ok", "unable to get local issuer certificate", "unable to get issuer certificate")


class Trait(NamedTuple):
    """name: what the source called dest, '' if nothing; word: ``kind=digest``."""

    src: str
    dest: str
    name: str
    word: str


class TraitSet:
    """``add`` takes what an event shows, ``rows`` gives the cells of partial rows in the order of traits."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, str, str], dict[str, int]] = {}

    def __len__(self) -> int:
        return len(self._last)

    def add(self, trait: Trait, tick: int) -> None:
        """tick: when it was seen, 0.1 s."""
        held = self._last.setdefault((trait.src, trait.dest, trait.name, trait.word.partition("=")[0]), {})
        held[trait.word] = max(tick, held.get(trait.word, -1))
        if len(held) > KEPT:
            del held[max(held)]

    def add_cells(self, cells: Mapping[str, Sequence[str]], at: int) -> None:
        """A partial row. Raises SummaryError when it is none."""
        word = cells["zh_attempt"][at]
        if word.partition("=")[0] not in (TLS_CLIENT, AGENT, BAD_CERTIFICATE):
            raise SummaryError(f"a summary of the trait {word[:40]!r}, which this command does not know")
        tick = whole(cells["_time"][at].replace(".", ""), "time of a trait")
        self.add(Trait(cells["src"][at], cells["dest"][at], cells["zh_name"][at], word), tick)

    def rows(self, columns: Sequence[str], version: int) -> Iterator[tuple[str, ...]]:
        for (src, dest, name, _), held in sorted(self._last.items()):
            for word, tick in sorted(held.items()):
                cells = {"zh_kind": KIND, "zh_version": str(version), "_time": f"{tick // 10}.{tick % 10}"}
                cells.update(src=src, dest=dest, zh_name=name, zh_attempt=word)
                yield tuple(cells.get(column, "") for column in columns)

    def told(self) -> list[Trait]:
        return [
            Trait(src, dest, name, word) for (src, dest, name, _), held in sorted(self._last.items()) for word in sorted(held)
        ]


@lru_cache(maxsize=8_192)
def words(ja4: str, ja3: str, agent: str, validation: str) -> tuple[str, ...]:
    """The traits that the cells of one event show."""
    client = ja4 if ja4 not in zeek_fields.UNSET else ja3
    found = []
    if client not in zeek_fields.UNSET:
        found.append(_word(TLS_CLIENT, client))
    if agent not in zeek_fields.UNSET:
        found.append(_word(AGENT, agent))
    if validation not in zeek_fields.UNSET and validation.lower() not in FINE:
        found.append(f"{BAD_CERTIFICATE}=bad")
    return tuple(found)


def _word(kind: str, text: str) -> str:
    return f"{kind}={blake2b(text.encode('utf-8', 'replace'), digest_size=DIGEST_B).hexdigest()}"
