"""Hosts whose look-ups give them away: domain generation algorithms, a resolver of their own, DNS over TLS and HTTPS, fast
flux."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lab.sim.beacons import choose_victim
from lab.sim.internet import SiteWish
from lab.sim.labels import MALICIOUS, Label, LabelHead, label_flows
from lab.sim.name_channels import Channel, claim_domain, message_times
from lab.sim.office import DESKTOP, Host
from lab.sim.randomness import Ints, texts, words
from lab.sim.scenario import Scenario
from lab.sim.stage import Stage
from lab.sim.wire.calls import Calls, draw_client, place_calls
from lab.sim.wire.flows import Flows
from lab.sim.wire.resolver import Queries, ask

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORDS = words(
    "weather station picture nothing between forward village leather problem against morning history account machine quarter"
)
_FLUX_TTL_S = 120


def _random_label(rng: np.random.Generator) -> str:
    return "".join(_LETTERS[at] for at in rng.integers(0, 26, int(rng.integers(12, 19))).tolist())


def _word_label(rng: np.random.Generator) -> str:
    return "".join(str(word) for word in rng.choice(_WORDS, 2, replace=False))


def _plant_dga(stage: Stage, scenario: str, slot: int, by_words: bool) -> list[Label]:
    """Forty names, two or three seconds apart; the last but a few resolves."""
    rng, victim = stage.rng, choose_victim(stage, slot, DESKTOP)
    times = message_times(rng, victim, Channel("DGA", "A", lambda _rng, _number: "", gap_s=(1.5, 3.5), messages=40))
    if not len(times):
        return []
    make = _word_label if by_words else _random_label
    names = [f"{make(rng)}.example" for _ in range(len(times))]
    found = len(names) - 4
    flows = _ask(stage, victim, times, names, [at == found for at in range(len(names))])
    head = LabelHead(
        scenario, scenario, MALICIOUS, "dga", True, "DGA bot", ("T1568.002",), {"words": by_words, "rendezvous": names[found]}
    )
    return [label_flows(head, victim, flows, (names[found],))] if len(flows) else []


def _ask(stage: Stage, victim: Host, times: Ints, names: list[str], resolves: list[bool]) -> Flows:
    rng, n = stage.rng, len(names)
    answers = [(stage.internet.claim_address(rng),) if found else None for found in resolves]
    return ask(
        stage,
        Queries(
            start_us=times,
            source=texts([victim.address] * n),
            query=texts(names),
            qtype=texts(["A"] * n),
            rcode=texts(["NOERROR" if found else "NXDOMAIN" for found in resolves]),
            answers=texts(answers),
            ttl_s=np.full(n, 300, dtype=np.int64),
            rtt_us=rng.integers(15_000, 90_000, n),
        ),
    )


def _plant_own_resolver(stage: Stage, slot: int) -> list[Label]:
    """A host that asks an outside server for everything, beside the office's resolver."""
    rng, victim = stage.rng, choose_victim(stage, slot, DESKTOP)
    times = message_times(rng, victim, Channel("own resolver", "A", lambda _rng, _number: "", gap_s=(5, 60), messages=150))
    n = len(times)
    if not n:
        return []
    server, names = stage.internet.claim_address(rng), [stage.internet.claim_name(rng) for _ in range(40)]
    queries = Queries(
        start_us=times,
        source=texts([victim.address] * n),
        query=texts([names[at] for at in rng.integers(0, len(names), n).tolist()]),
        qtype=texts(["A"] * n),
        rcode=texts(["NOERROR"] * n),
        answers=texts([(stage.internet.claim_address(rng),) for _ in range(n)]),
        ttl_s=np.full(n, 300, dtype=np.int64),
        rtt_us=rng.integers(8_000, 40_000, n),
        resolver=texts([server] * n),
    )
    head = LabelHead("dns-own-resolver", "dns-own-resolver", MALICIOUS, "resolver", False, "own resolver", ("T1071.004",))
    flows = ask(stage, queries)
    return [label_flows(head, victim, flows, ())] if len(flows) else []


def _plant_hidden(stage: Stage, scenario: str, slot: int, port: int) -> list[Label]:
    """DNS inside TLS: over port 853, or over HTTPS to a name that says so."""
    rng, victim = stage.rng, choose_victim(stage, slot, DESKTOP)
    times = message_times(rng, victim, Channel("hidden", "A", lambda _rng, _number: "", gap_s=(20, 90), life_h=2, messages=80))
    n = len(times)
    if not n:
        return []
    site = stage.internet.draw_site(rng, SiteWish("https", True, port))
    if port == 443:
        site = replace(site, name=f"doh.{claim_domain(stage)}")
    calls = Calls(
        start_us=times,
        source=victim.address,
        sites=(site,),
        site=np.zeros(n, dtype=np.int64),
        request_b=rng.integers(120, 400, n),
        reply_b=rng.integers(200, 900, n),
        duration_us=rng.integers(40_000, 4_000_000, n),
        client=draw_client(rng),
    )
    flows = place_calls(stage, calls)
    head = LabelHead(scenario, scenario, MALICIOUS, "hidden-dns", False, "hidden DNS", ("T1071.004", "T1572"), {"port": port})
    return [label_flows(head, victim, flows, (site.name,) if site.name else ())] if len(flows) else []


def _plant_flux(stage: Stage, slot: int) -> list[Label]:
    """A domain whose five addresses change with every look-up, over many networks."""
    rng, victim = stage.rng, choose_victim(stage, slot, DESKTOP)
    times = message_times(rng, victim, Channel("flux", "A", lambda _rng, _number: "", gap_s=(150, 400), life_h=6, messages=60))
    n = len(times)
    if not n:
        return []
    domain = claim_domain(stage)
    queries = Queries(
        start_us=times,
        source=texts([victim.address] * n),
        query=texts([domain] * n),
        qtype=texts(["A"] * n),
        rcode=texts(["NOERROR"] * n),
        answers=texts([tuple(stage.internet.claim_address(rng) for _ in range(5)) for _ in range(n)]),
        ttl_s=np.full(n, _FLUX_TTL_S, dtype=np.int64),
        rtt_us=rng.integers(15_000, 90_000, n),
    )
    head = LabelHead(
        "dns-fast-flux", "dns-fast-flux", MALICIOUS, "fast-flux", False, "fast flux", ("T1568.001",), {"domain": domain}
    )
    flows = ask(stage, queries)
    return [label_flows(head, victim, flows, (domain,))] if len(flows) else []


SCENARIOS = (
    Scenario(
        "dga-random", "forty random names until one resolves", lambda stage, slot: _plant_dga(stage, "dga-random", slot, False)
    ),
    Scenario(
        "dga-words", "forty names of two words until one resolves", lambda stage, slot: _plant_dga(stage, "dga-words", slot, True)
    ),
    Scenario("dns-own-resolver", "a host that asks an outside resolver", _plant_own_resolver),
    Scenario("dns-over-tls", "DNS over TLS, port 853", lambda stage, slot: _plant_hidden(stage, "dns-over-tls", slot, 853)),
    Scenario("dns-over-https", "DNS over HTTPS", lambda stage, slot: _plant_hidden(stage, "dns-over-https", slot, 443)),
    Scenario("dns-fast-flux", "a domain on ever other addresses", _plant_flux),
)
