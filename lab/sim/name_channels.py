"""Channels in DNS names: what a tunnel's client asks, as its tool writes it, and what its server answers.

A channel asks under a domain that its owner runs, so no cache answers for it. Sources of the formats:
docs/methods/dns_tunnels.md.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Callable

import numpy as np

from lab.sim.beacons import choose_victim
from lab.sim.labels import MALICIOUS, Label, LabelHead, label_flows
from lab.sim.office import DESKTOP, Host
from lab.sim.randomness import Ints, texts
from lab.sim.scenario import Scenario
from lab.sim.settings import HOUR_US, MINUTE_US, SECOND_US
from lab.sim.spans import part, total_us
from lab.sim.stage import Stage
from lab.sim.wire.resolver import Queries, ask

Write = Callable[[np.random.Generator, int], str]
_RTT_US = (15_000, 80_000)
_IDLE = "0.0.0.0"


@dataclass(frozen=True)
class Channel:
    """write(rng, number): the subdomain of a message. answer: txt, address or name, of so many bytes. gap_s: uniform between
    messages; life_h: how long it talks at most; messages: how many at most. direct: asks its own server."""

    tool: str
    qtype: str
    write: Write
    answer: str = "txt"
    answer_b: tuple[int, int] = (20, 60)
    gap_s: tuple[float, float] = (0.5, 2.0)
    life_h: float = 1.0
    messages: int = 600
    role: str = DESKTOP
    direct: bool = False
    technique: tuple[str, ...] = ("T1071.004", "T1572")


def channel_scenario(scenario_id: str, title: str, channel: Channel) -> Scenario:
    def plant(stage: Stage, slot: int) -> list[Label]:
        return plant_channel(stage, scenario_id, choose_victim(stage, slot, channel.role), channel)

    return Scenario(scenario_id, title, plant, channel.role)


def plant_channel(stage: Stage, scenario: str, victim: Host, channel: Channel) -> list[Label]:
    """The label of one channel; none when the host was off."""
    rng = stage.rng
    start_us = message_times(rng, victim, channel)
    n = len(start_us)
    if not n:
        return []
    domain = claim_domain(stage)
    server = stage.internet.claim_address(rng)
    queries = Queries(
        start_us=start_us,
        source=texts([victim.address] * n),
        query=texts([f"{channel.write(rng, number)}.{domain}" for number in range(n)]),
        qtype=texts([channel.qtype] * n),
        rcode=texts(["NOERROR"] * n),
        answers=texts([(_answer(rng, channel, domain),) for _ in range(n)]),
        ttl_s=np.zeros(n, dtype=np.int64),
        rtt_us=rng.integers(*_RTT_US, n),
        resolver=texts([server] * n) if channel.direct else None,
    )
    flows = ask(stage, queries)
    parameters = {"domain": domain, "qtype": channel.qtype, "direct": channel.direct, "messages": n}
    head = LabelHead(scenario, scenario, MALICIOUS, "dns-tunnel", True, channel.tool, channel.technique, parameters)
    return [label_flows(head, victim, flows, (domain,))] if len(flows) else []


def message_times(rng: np.random.Generator, victim: Host, channel: Channel) -> Ints:
    """When the client asks, (n,) ascending microseconds: from a random place of the host's time on, inside its first span
    after that."""
    life_us = int(channel.life_h * HOUR_US)
    spare_us = max(total_us(victim.online) - life_us - 2 * MINUTE_US, 0)
    spans = part(victim.online, MINUTE_US + int(rng.uniform(0, 1) * spare_us), life_us)
    if not spans:
        return np.empty(0, dtype=np.int64)
    start, end = spans[0]
    gaps = rng.uniform(*channel.gap_s, channel.messages) * SECOND_US
    times = start + np.cumsum(gaps).astype(np.int64)
    return times[times < end - SECOND_US]


def claim_domain(stage: Stage) -> str:
    """A registered domain that nobody else has. .test is a local zone to the hunts, as RFC 6761 has it."""
    while True:
        domain = ".".join(stage.internet.claim_name(stage.rng).split(".")[-2:])
        if domain.endswith(".example"):
            return domain


def _answer(rng: np.random.Generator, channel: Channel, domain: str) -> str:
    size_b = int(rng.integers(*channel.answer_b))
    if channel.answer == "address":
        return _IDLE
    if channel.answer == "name":
        return f"{dotted(hexadecimal(rng, min(size_b, 80)))}.{domain}"
    text = base64_text(rng, size_b)
    return f"TXT {len(text)} {text}"


def hexadecimal(rng: np.random.Generator, size_b: int) -> str:
    return rng.bytes(size_b).hex()


def base32(rng: np.random.Generator, size_b: int) -> str:
    return base64.b32encode(rng.bytes(size_b)).decode().lower().rstrip("=")


def base64_text(rng: np.random.Generator, size_b: int) -> str:
    """Case kept: answers keep it, and a query loses it to Zeek."""
    return base64.b64encode(rng.bytes(size_b)).decode().rstrip("=")


def dotted(text: str, label_b: int = 60) -> str:
    return ".".join(text[at : at + label_b] for at in range(0, len(text), label_b))
