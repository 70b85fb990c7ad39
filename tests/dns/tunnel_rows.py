"""Rows of dns logs for the tests of | dnstunnel, as splunkd would send them."""

from __future__ import annotations

import base64
import random

Row = dict[str, str]
START_S = 1_700_000_000
WORDS = [
    "mail",
    "news",
    "img",
    "static",
    "api",
    "login",
    "shop",
    "video",
    "maps",
    "docs",
    "edge",
    "files",
    "sync",
    "store",
    "help",
    "blog",
    "data",
    "feed",
]


def query(at_s: float, src: str, name: str, qtype: str = "A", **cells: str) -> Row:
    row = {
        "_time": f"{START_S + at_s:.6f}",
        "id.orig_h": src,
        "id.resp_h": "10.0.0.2",
        "id.resp_p": "53",
        "query": name,
        "qtype_name": qtype,
        "rcode_name": "NOERROR",
        "answers": "198.51.100.7",
        "TTLs": "300.000000",
    }
    return {**row, **cells}


def payload(rng: random.Random, size_b: int) -> str:
    data = bytes(rng.getrandbits(8) for _ in range(size_b))
    return base64.b32encode(data).decode().lower().rstrip("=")


def tunnel(src: str, domain: str, count: int, seed: int = 1, qtype: str = "TXT") -> list[Row]:
    """A tunnel that asks once a second, 50 letters of base32 a name."""
    rng = random.Random(seed)
    return [
        query(at, src, f"{payload(rng, 30)}.{domain}", qtype, answers=f"TXT 52 {payload(rng, 30)}", TTLs="0.000000")
        for at in range(count)
    ]


def browsing(src: str, seed: int, sites: int = 12) -> list[Row]:
    """A person's names: words under a few sites, asked again and again."""
    rng = random.Random(seed)
    domains = [f"{rng.choice(WORDS)}{rng.choice(WORDS)}.com" for _ in range(sites)]
    return [query(rng.uniform(0, 3600), src, f"{rng.choice(WORDS)}.{rng.choice(domains)}") for _ in range(8 * sites)]


def failing(src: str, names: list[str], start_s: float = 100) -> list[Row]:
    return [query(start_s + at, src, name, rcode_name="NXDOMAIN", answers="-", TTLs="-") for at, name in enumerate(names)]


def generated(count: int, seed: int = 3) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(16)) + ".net" for _ in range(count)]


def office(seed: int = 5) -> list[Row]:
    """Newest first: six people, a tunnel from 10.0.0.66 to t.evil.example, a DGA host 10.0.0.77 that finds its server."""
    rows = [row for person in range(6) for row in browsing(f"10.0.0.{10 + person}", seed + person)]
    rows += tunnel("10.0.0.66", "t.evil.example", 60)
    rows += [*failing("10.0.0.77", generated(25)), query(200, "10.0.0.77", "qxkvjwzphrtmglbd.net")]
    rows += [query(9, "10.0.0.11", "7.113.0.203.in-addr.arpa", "PTR"), query(9, "10.0.0.11", "printer.local")]
    return sorted(rows, key=lambda row: (row["_time"], row["query"]), reverse=True)
