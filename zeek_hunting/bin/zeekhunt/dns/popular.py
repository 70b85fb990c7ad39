"""Whether a registered domain was among the popular ones when the model was built: a Bloom filter, about 1 in 60 wrong yeses.

Popularity lowers the DGA score and nothing else: tunnels run on popular clouds too. Bloom 1970; the probes are h1 + i h2 as in
Kirsch and Mitzenmacher 2006, h1 and h2 the CRC-32 of the domain and of the domain read backwards: fast, and the filter only has
to be right about names that were not made to fool it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

from .tables import popular_bits

PROBES = 6


def known(domain: str) -> bool:
    """domain: a registered domain as in names.Name; '' is unknown."""
    text = domain.encode("latin-1", "replace")
    return bool(domain) and _all_set([text], [text[::-1]])[0]


def known_of(domains: Sequence[str]) -> list[bool]:
    """known() of each; none is empty or holds a newline."""
    joined = "\n".join(domains).encode("latin-1", "replace")
    return _all_set(joined.split(b"\n"), reversed(joined[::-1].split(b"\n")))


def _all_set(forwards: Iterable[bytes], backwards: Iterable[bytes]) -> list[bool]:
    bits = popular_bits()
    size = 8 * len(bits)
    found: list[bool] = []
    for at, step in zip(map(crc32, forwards), map(crc32, backwards)):
        at %= size
        left = PROBES
        while bits[at >> 3] >> (at & 7) & 1:
            left -= 1
            if not left:
                break
            at = (at + (step | 1)) % size
        found.append(not left)
    return found


def probes(domain: str, size: int) -> list[int]:
    """The places that known() looks at, in a filter of size bits."""
    text = domain.encode("latin-1", "replace")
    start, step = crc32(text), crc32(text[::-1]) | 1
    places = []
    for _ in range(PROBES):
        places.append(start % size)
        start = start % size + step
    return places
