"""Benign look-ups that carry data in names, which a hunt for tunnels may confuse with one: antivirus reputation, block lists of
mail servers, sender policies, content networks, telemetry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable

import numpy as np

from lab.sim.labels import BENIGN, Label, LabelHead, label_flows
from lab.sim.name_channels import claim_domain
from lab.sim.office import Host
from lab.sim.randomness import texts
from lab.sim.spans import moments
from lab.sim.stage import Stage
from lab.sim.wire.resolver import Queries, ask

_HOSTS_SHARE = 0.6  # of the office's hosts run each program
_RTT_US = (6_000, 60_000)
_Write = Callable[[np.random.Generator], str]


def _antivirus(rng: np.random.Generator) -> str:
    return f"{rng.bytes(16).hex()}.{int(rng.integers(1, 9))}.avts"


def _block_list(rng: np.random.Generator) -> str:
    return ".".join(str(int(part)) for part in rng.integers(1, 255, 4)) + ".zen"


def _content(rng: np.random.Generator) -> str:
    return f"e{int(rng.integers(1000, 99999))}.dsc{'abcdefgx'[int(rng.integers(8))]}"


def _telemetry(rng: np.random.Generator) -> str:
    return f"s-{rng.bytes(4).hex()}.ev"


def _policy(_rng: np.random.Generator) -> str:
    return "_spf"


# name, query type, look-ups a day and host, how a name is written, whether only mail servers ask
_KINDS: tuple[tuple[str, str, float, _Write, bool], ...] = (
    ("antivirus", "TXT", 30, _antivirus, False),
    ("block-list", "A", 200, _block_list, True),
    ("sender-policy", "TXT", 40, _policy, True),
    ("content", "A", 25, _content, False),
    ("telemetry", "A", 12, _telemetry, False),
)


def emit(stage: Stage) -> list[Label]:
    labels: list[Label] = []
    for name, qtype, per_day, write, by_mail in _KINDS:
        domain = claim_domain(stage)
        hosts = stage.office.serving("mail")[:1] if by_mail else list(_some(stage))
        for host in hosts:
            labels += _look_up(stage, host, (name, qtype, per_day, write), domain)
    return labels


def _some(stage: Stage) -> Iterator[Host]:
    for host in stage.office.hosts:
        if host.service != "dc" and stage.rng.random() < _HOSTS_SHARE:
            yield host


def _look_up(stage: Stage, host: Host, kind: tuple[str, str, float, _Write], domain: str) -> list[Label]:
    name, qtype, per_day, write = kind
    rng = stage.rng
    times = [at for span in host.online for at in moments(rng, span, per_day)]
    n = len(times)
    if not n:
        return []
    answer = "127.0.0.2" if qtype == "A" else "TXT 8 v=ok -all"
    queries = Queries(
        start_us=np.asarray(times, dtype=np.int64),
        source=texts([host.address] * n),
        query=texts([f"{write(rng)}.{domain}" for _ in range(n)]),
        qtype=texts([qtype] * n),
        rcode=texts(["NOERROR"] * n),
        answers=texts([(answer,)] * n),
        ttl_s=np.full(n, 300, dtype=np.int64),
        rtt_us=rng.integers(*_RTT_US, n),
    )
    flows = ask(stage, queries)
    head = LabelHead(f"names-{name}/{host.address}", f"names-{name}", BENIGN, "names-with-data", False)
    return [label_flows(head, host, flows, (domain,))] if len(flows) else []
