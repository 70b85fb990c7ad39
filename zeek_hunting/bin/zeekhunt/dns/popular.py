"""Whether a registered domain was among the popular ones when the model was built: a Bloom filter, about 1 in 60 wrong yeses.

Popularity lowers the DGA score and nothing else: tunnels run on popular clouds too. Bloom 1970; the probes are h1 + i h2 as in
Kirsch and Mitzenmacher 2006, h1 and h2 the CRC-32 of the domain and of the domain read backwards: fast, and the filter only has
to be right about names that were not made to fool it.
"""

from __future__ import annotations

from zlib import crc32

from .tables import popular_bits

PROBES = 6


def known(domain: str) -> bool:
    """domain: a registered domain as in names.Name; '' is unknown."""
    bits = popular_bits()
    size = 8 * len(bits)
    text = domain.encode("latin-1", "replace")
    at, step = crc32(text), crc32(text[::-1]) | 1
    for _ in range(PROBES):
        at %= size
        if not bits[at >> 3] >> (at & 7) & 1:
            return False
        at += step
    return bool(domain)


def probes(domain: str, size: int) -> list[int]:
    """The places that known() looks at in a filter of size bits."""
    text = domain.encode("latin-1", "replace")
    start, step = crc32(text), crc32(text[::-1]) | 1
    places = []
    for _ in range(PROBES):
        places.append(start % size)
        start = start % size + step
    return places
