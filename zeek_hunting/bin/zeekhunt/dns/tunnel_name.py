"""What one query name adds to a tunnel's summary: the domain it is asked under, and its subdomain as one whole number.

The number (an item) is a function of the subdomain alone, so a set of items is a set of distinct subdomains, and the lowest
items of a set are a random sample of it that any split of the events merges to (k minimum values, Bar-Yossef et al. 2002).
Layout of an item, highest bits first: 48 bits of a hash, then surprise in quarter bits (14), oddness (8), length (8),
encoding (5), tool-like shape (5).

Oddness tells data from words: the sum over labels of bits * (bits per letter - 3.5), where above zero; what a benign label
costs per letter lies near 3.5. Labels under 4 letters (counters, ``www``) say nothing, and no name counts more than 250, so that
one long hash does not outweigh twenty short messages. Chosen on captures and formats of tunnels against benign pairs and every
popular name (docs/methods/dns_tunnels.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, Union

from . import names
from .classes import address_labels, by_transport
from .encoding import encoding
from .memory import Memory
from .ordinary import ordinary
from .surprise import subdomain_bits_of

HASH_BITS, SURPRISE_BITS, ODDNESS_BITS, LENGTH_BITS, ENCODING_BITS, SHAPE_BITS = 48, 14, 8, 8, 5, 5
PAYLOAD_BITS = SURPRISE_BITS + ODDNESS_BITS + LENGTH_BITS + ENCODING_BITS + SHAPE_BITS
ITEM_B = (HASH_BITS + PAYLOAD_BITS) // 8
HASHES: int = 2**HASH_BITS
STEPS_PER_BIT = 4
ORDINARY_BITS = 3.5  # of surprise per letter
ODDNESS_LEAST_B, ODDNESS_MOST = 4, 250

# How a subdomain is written (see encoding; '' is text), and the payload bits that one letter carries at most: base32 where
# nothing is known. Zeek writes names in lower case, which takes nothing from what a base64 letter carried on the wire.
ENCODINGS = ("", "counter", "hex", "base32", "base62", "base64", "raw")
CAPACITY_BITS = (5, 3, 4, 5, 6, 6, 7)

# Shapes of subdomains by the protocol documents of the tools; a shape is a hint, never a proof. First match wins.
_SHAPES = (
    ("dnscat2", re.compile(r"(dnscat\.)?[0-9a-f]{4}(00|01|02|03|ff)[0-9a-f]{12,}")),
    ("ozymandns", re.compile(r"[^.]*\.?\d+-\d+\.id-\d+\.(up|down)")),
    ("dnscapy", re.compile(r".+\.\d+\.f\.\d+\.\d+")),
    ("cobalt-strike", re.compile(r"(www|post|api|cdn|www6)\.[0-9a-f]{3,}(\.[0-9a-f]+)*|aaa\.stage\.\d+")),
    ("iodine", re.compile(r"[0-9a-f][a-z0-9]{4}[^.]{45,}.*|[pvlirzyson][a-z0-5]{4,12}", re.DOTALL)),
    ("sliver", re.compile(r"[a-z2-7]{60,63}(\.[a-z2-7]{1,63})*|[1-9a-z]{60,63}(\.[1-9a-z]{1,63})*")),
)
_WHOLE = ("ozymandns", "dnscapy", "cobalt-strike")  # whose last labels are part of the format
SHAPES = ("", *(name for name, _ in _SHAPES), "dns2tcp")
_ZONE_WORD_B = 4
_TUNNEL_SHAPE_LEAST = 8  # letters; shorter labels look like anything
_SERVICE_LABEL_B = 16  # a service name has at most 15 letters (RFC 6335) and an underscore: what is longer carries data
_MEMO = 1 << 14

# Kinds of names that no tunnel is looked for in, with the words for the hunter.
NOT_HUNTED = {
    "empty": "without a name",
    "reverse": "reverse look-ups",
    "local": "local names (mDNS, LLMNR, .local and the like)",
    "netbios": "NetBIOS names",
    "single": "names of one label",
    "suffix": "names that are a public suffix",
    "ip": "addresses instead of names",
}
BLOCK_LIST = "dnsbl"
HINT_NAMES = 5  # names a hint rests on at least


class TunnelName(NamedTuple):
    """domain: what was registered; label: its first label; subdomain: all in front of it ('' = none), of a
    block list's look-up what follows the address; item: see the module, -1 without a subdomain; longest: longest label;
    block_list: an address in front of a block list's zone."""

    domain: str
    label: str
    subdomain: str
    item: int
    longest: int
    block_list: bool


Looked = Union[TunnelName, str]
Asked = tuple[str, str, str, str]  # query, qtype, port, server


def look_at(query: str, qtype: str, port: str, server: str) -> Looked:
    """The name's part in a summary, or the kind (a key of NOT_HUNTED) for which it has none."""
    return look_at_all([(query, qtype, port, server)])[0]


def look_at_all(asked: Sequence[Asked]) -> list[Looked]:
    """look_at() of each."""
    return _LOOKED.of(asked)


def _new_looks(asked: Sequence[Asked]) -> list[Looked]:
    parts = _parts(asked)
    scored = list(dict.fromkeys([part[2] for part in parts if not isinstance(part, str) and part[2]]))
    items = dict(zip(scored, items_of(scored)))
    found: list[Looked] = []
    for part in parts:
        if isinstance(part, str):
            found.append(part)
            continue
        domain, label, subdomain, block_list = part
        item = items[subdomain] if subdomain else -1
        found.append(TunnelName(domain, label, subdomain, item, max(map(len, subdomain.split("."))), block_list))
    return found


def _parts(asked: Sequence[Asked]) -> list[tuple[str, str, str, bool] | str]:
    """Per name its domain, label, subdomain and whether it is a look-up in a block list; or the kind that is not hunted."""
    kinds = [_by_transport(*how) for _, *how in asked]
    taken, others = ordinary([query for query, *_ in asked])
    plain = iter(taken)
    other_at = frozenset(others)
    found: list[tuple[str, str, str, bool] | str] = []
    for at, (kind, (query, *_)) in enumerate(zip(kinds, asked)):
        part = None if at in other_at else next(plain)
        if part is not None and not kind and part[4] == "0":
            _, domain, _, subdomain, _, _ = part
            found.append((domain, domain[: domain.index(".")], subdomain, False))
            continue
        name = names.parse(query, kind)
        if name.kind in NOT_HUNTED or not name.domain:
            found.append(name.kind if name.kind in NOT_HUNTED else "suffix")
        else:
            domain, label, subdomain = _split(name)
            block_list = name.kind == BLOCK_LIST
            found.append((domain, label, _behind_address(subdomain, domain) if block_list else subdomain, block_list))
    return found


_by_transport = lru_cache(maxsize=1 << 12)(by_transport)


def _short(asked: Sequence[Asked]) -> list[bool]:
    return [len(query) <= names.REMEMBERED for query, *_ in asked]


_LOOKED = Memory(_new_looks, _MEMO, _short)


def _split(name: names.Name) -> tuple[str, str, str]:
    """(domain, its label, subdomain). In a cloud's zone the domain is the tenant's (``d1x.cloudfront.net``): the cloud answers
    for the zone, so a tenant's own name carries nothing to the tenant, and what stands before it may. The subdomain keeps labels
    that begin with an underscore when one of them is too long to name a service."""
    if name.cloud and name.text.endswith("." + name.private_suffix):
        front, _, label = name.text[: -len(name.private_suffix) - 1].rpartition(".")
        return f"{label}.{name.private_suffix}", label, front
    whole = name.text[: -len(name.domain) - 1] if name.text.endswith("." + name.domain) else name.subdomain
    if whole != name.subdomain and any(part[:1] == "_" and len(part) > _SERVICE_LABEL_B for part in whole.split(".")):
        return name.domain, name.label, whole
    return name.domain, name.label, name.subdomain


def _behind_address(subdomain: str, domain: str) -> str:
    """What stands between the address that a block list is asked for and the zone. The address says nothing. What follows does: a
    word or a customer's key is the same in every name, and data that hides behind an address is not."""
    labels = subdomain.split(".")
    return ".".join(labels[address_labels([*labels, *domain.split(".")]) :])


def items_of(subdomains: Sequence[str]) -> list[int]:
    """The item of each."""
    return [
        _item(subdomain, bits, odd, ENCODINGS.index(encoding(subdomain, bits)))
        for subdomain, bits, odd in zip(subdomains, subdomain_bits_of(subdomains), oddness_of(subdomains))
    ]


def _item(subdomain: str, bits: float, odd: float, written: int) -> int:
    digest = blake2b(subdomain.encode("latin-1", "replace"), digest_size=HASH_BITS // 8).digest()
    item: int = int.from_bytes(digest, "big") << SURPRISE_BITS | min(round(bits * STEPS_PER_BIT), 2**SURPRISE_BITS - 1)
    item = item << ODDNESS_BITS | round(odd)
    item = item << LENGTH_BITS | min(len(subdomain) - subdomain.count("."), 2**LENGTH_BITS - 1)
    return (item << ENCODING_BITS | written) << SHAPE_BITS | shape(subdomain)


def oddness(subdomain: str) -> float:
    """0 for words to ODDNESS_MOST for data; see the module's docstring."""
    return oddness_of([subdomain])[0]


def oddness_of(subdomains: Sequence[str]) -> list[float]:
    """oddness() of each."""
    split = [[label for label in subdomain.split(".") if len(label) >= ODDNESS_LEAST_B] for subdomain in subdomains]
    carried = iter(subdomain_bits_of([label for labels in split for label in labels]))
    found = []
    for labels in split:
        total = 0.0
        for label, bits in zip(labels, carried):  # in this order: zip takes no bits after the last label
            total += bits * max(0.0, bits / len(label) - ORDINARY_BITS)
        found.append(min(total, float(ODDNESS_MOST)))
    return found


def payload(subdomain: str) -> str:
    """Without the short words at its end that belong to the zone (``.www``, ``.t1``)."""
    labels = subdomain.split(".")
    while len(labels) > 1 and len(labels[-1]) <= _ZONE_WORD_B:
        labels.pop()
    return ".".join(labels)


def shape(subdomain: str) -> int:
    """Place in SHAPES of the first tool whose names look like this one; 0 for none."""
    data = payload(subdomain)
    joined = data.replace(".", "")
    if len(joined) < _TUNNEL_SHAPE_LEAST:
        return 0
    for place, (name, pattern) in enumerate(_SHAPES, 1):
        if pattern.fullmatch(joined if name == "dnscat2" else data) or (name in _WHOLE and pattern.fullmatch(subdomain)):
            return place
    return SHAPES.index("dns2tcp") if "+" in joined or "/" in joined else 0
