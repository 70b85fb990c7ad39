"""Tunnels in DNS names by the formats of their tools: dnscat2, iodine, dns2tcp, Cobalt Strike, Sliver, and two home-made ones
(slow exfiltration; commands in long TXT answers to short names, as in a published capture)."""

from __future__ import annotations

import numpy as np

from lab.sim.name_channels import Channel, base32, base64_text, channel_scenario, dotted, hexadecimal
from lab.sim.office import ALWAYS_ON

_EXFIL = ("T1048.003", "T1071.004")


def _dnscat2(rng: np.random.Generator, number: int) -> str:
    """Packet id, message type 01, session id, then data: long while it works, short polls between."""
    work = number % 40 < 12
    return dotted(f"{hexadecimal(rng, 2)}015fd3{hexadecimal(rng, int(rng.integers(60, 100)) if work else 6)}")


def _iodine(rng: np.random.Generator, number: int) -> str:
    return f"0{base32(rng, 3)[:4]}{dotted(base32(rng, 100), 57)}" if number % 5 == 0 else f"p{base32(rng, 5)[:7]}"


def _dns2tcp(rng: np.random.Generator, _number: int) -> str:
    return (base64_text(rng, 6) + "ba").lower()


def _cobalt_strike(rng: np.random.Generator, number: int) -> str:
    counter = f"{number:x}{hexadecimal(rng, 2)}"
    return f"post.1{hexadecimal(rng, 28)}.{counter}.5f1c77a2" if number % 6 == 0 else f"api.{counter}.5f1c77a2"


def _sliver(rng: np.random.Generator, _number: int) -> str:
    return dotted(base32(rng, 100), 63)


def _slow(rng: np.random.Generator, number: int) -> str:
    return f"{number}-{hexadecimal(rng, 24)}"


def _fetch(_rng: np.random.Generator, number: int) -> str:
    return f"l.{number}.ns"


SCENARIOS = (
    channel_scenario("dns-dnscat2-txt", "dnscat2 over TXT, a message a second", Channel("dnscat2", "TXT", _dnscat2)),
    channel_scenario(
        "dns-iodine-null-direct", "iodine over NULL, straight to its server", Channel("iodine", "NULL", _iodine, direct=True)
    ),
    channel_scenario("dns-dns2tcp-key", "dns2tcp over KEY, short idle messages", Channel("dns2tcp", "KEY", _dns2tcp)),
    channel_scenario(
        "dns-cobalt-strike-a",
        "Cobalt Strike over A, every 50-70 s",
        Channel("Cobalt Strike", "A", _cobalt_strike, "address", gap_s=(50, 70), life_h=8, role=ALWAYS_ON),
    ),
    channel_scenario(
        "dns-sliver-exfil",
        "Sliver sends a file in A queries",
        Channel("Sliver", "A", _sliver, "address", gap_s=(0.05, 0.3), technique=_EXFIL),
    ),
    channel_scenario(
        "dns-slow-exfil",
        "24 bytes a minute over CNAME",
        Channel("home-made", "CNAME", _slow, "name", (20, 30), gap_s=(45, 75), life_h=6, role=ALWAYS_ON, technique=_EXFIL),
    ),
    channel_scenario(
        "dns-txt-commands",
        "commands fetched in long TXT answers to short names",
        Channel("home-made", "TXT", _fetch, answer_b=(180, 190), gap_s=(1, 4), messages=120),
    ),
)
