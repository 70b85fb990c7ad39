"""Names as tunnel tools write them, from their documented formats (docs/methods/dns_tunnels.md names the sources): for tools
of which no capture is at hand. Lower-cased, as Zeek logs them."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

_LABEL_B = 57


def dotted(text: str, label_b: int = _LABEL_B) -> str:
    return ".".join(text[at : at + label_b] for at in range(0, len(text), label_b))


def base32(rng: random.Random, size_b: int) -> str:
    return base64.b32encode(rng.randbytes(size_b)).decode().lower().rstrip("=")


def base64_text(rng: random.Random, size_b: int) -> str:
    return base64.b64encode(rng.randbytes(size_b)).decode().lower().rstrip("=")


def iodine_ping(rng: random.Random, _number: int) -> str:
    return "p" + base32(rng, 5)[:7]


def dns2tcp_key(rng: random.Random, _number: int) -> str:
    return base64_text(rng, 6) + "ba"


def ozymandns_up(rng: random.Random, number: int) -> str:
    return f"{dotted(base32(rng, 68), 60)}.{number}-{number + 1}.id-{rng.randrange(60_000)}.up"


def ozymandns_down(rng: random.Random, number: int) -> str:
    return f"{number}-{rng.randrange(99_999)}.id-{rng.randrange(60_000)}.down"


def dnscapy(rng: random.Random, number: int) -> str:
    return f"{base64_text(rng, 40)}.{number}.f.1.{number}"


def tuns(rng: random.Random, number: int) -> str:
    return f"r{number}" if number % 2 else "d" + dotted(base32(rng, 60))


def cobalt_strike(rng: random.Random, number: int) -> str:
    counter = f"{number:x}{rng.randrange(16**5):05x}"
    return f"api.{counter}.5f1c77a2" if number % 2 else f"post.1{rng.getrandbits(224):056x}.{counter}.5f1c77a2"


def sliver(rng: random.Random, _number: int) -> str:
    return dotted(base32(rng, 100), 63)


def dnscat2_poll(rng: random.Random, _number: int) -> str:
    return f"{rng.getrandbits(16):04x}015fd3{rng.getrandbits(64):016x}"


# name, query type, generator
TOOLS: tuple[tuple[str, str, Callable[[random.Random, int], str]], ...] = (
    ("iodine pings", "NULL", iodine_ping),
    ("dns2tcp KEY", "KEY", dns2tcp_key),
    ("ozymandns up", "TXT", ozymandns_up),
    ("ozymandns down", "TXT", ozymandns_down),
    ("dnscapy", "TXT", dnscapy),
    ("tuns", "CNAME", tuns),
    ("Cobalt Strike", "A", cobalt_strike),
    ("Sliver", "A", sliver),
    ("dnscat2 polls", "TXT", dnscat2_poll),
)
