"""What one name adds, and how pairs and hosts are scored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dns.tunnel_rows import generated, query
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.dns import hosts, tunnel_name, tunnel_sample
from zeekhunt.dns.tunnel_pair import Pair
from zeekhunt.dns.tunnel_score import Around, TunnelSettings, score

from bench.dns_tunnels import captures

MIXED = [f"{at * 2654435761 % 2**40:010x}q" for at in range(1, 201)]  # Knuth's multiplicative hash: letters without order


@pytest.mark.parametrize(
    ("name", "domain", "subdomain"),
    [
        pytest.param("a.b.example.co.uk", "example.co.uk", "a.b", id="public-suffix-of-two-labels"),
        pytest.param("example.com", "example.com", "", id="nothing-in-front"),
        pytest.param("d1x.cloudfront.net", "d1x.cloudfront.net", "", id="a-cloud-tenant-is-its-own-domain"),
        pytest.param("data.d1x.cloudfront.net", "d1x.cloudfront.net", "data", id="in-front-of-a-tenant"),
        pytest.param("_ldap._tcp.dc.example.com", "example.com", "dc", id="service-labels-go"),
        pytest.param(f"_{'k' * 20}.example.com", "example.com", f"_{'k' * 20}", id="too-long-to-name-a-service"),
    ],
)
def test_a_name_splits_into_domain_and_subdomain(name: str, domain: str, subdomain: str) -> None:
    looked = tunnel_name.look_at(name, "A", "53", "10.0.0.2")
    assert not isinstance(looked, str)
    assert (looked.domain, looked.subdomain) == (domain, subdomain)


@pytest.mark.parametrize(
    ("subdomain", "tool"),
    [
        pytest.param("4bff015fd375169c68f8.dnsc", "dnscat2", id="dnscat2"),
        pytest.param("paazev3q.www", "iodine", id="iodine-ping"),
        pytest.param("50-23309.id-14644.down", "ozymandns", id="ozymandns"),
        pytest.param("q+z8anwaba", "dns2tcp", id="dns2tcp"),
        pytest.param("api.06eb28.e5713009", "cobalt-strike", id="cobalt-strike"),
        pytest.param("www", "", id="www"),
        pytest.param("a6709203f34992a5095d2bc7ceaf2ec504f651a8.cws", "", id="a-hash-is-no-tool"),
        pytest.param("storeedgefd.dsx.mp.microsoft", "", id="words"),
    ],
)
def test_a_tools_names_are_recognised_and_others_are_not(subdomain: str, tool: str) -> None:
    assert tunnel_name.SHAPES[tunnel_name.shape(subdomain)] == tool


def test_oddness_tells_data_from_words() -> None:
    words = [tunnel_name.oddness(name) for name in ("www", "static.images", "mail-relay.office", "api-gateway", "r17")]
    data = [tunnel_name.oddness(name) for name in ("paazev3q", "q+z8anwaba", "mzxw6ytboi2dmnrrgazdgnbv")]
    assert max(words) < 60 < 100 < min(data)


@given(st.text(max_size=300))
def test_any_name_is_looked_at_without_an_error(text: str) -> None:
    looked = tunnel_name.look_at(text.encode("utf-8", "surrogatepass").decode("latin-1"), "A", "53", "")
    if isinstance(looked, str):
        assert looked in tunnel_name.NOT_HUNTED
    elif looked.item >= 0:
        assert tunnel_sample.decode(tunnel_sample.encode([looked.item])) == [looked.item]


def scored(pairs: list[Pair], sources: float = 1, forwarded: float = 0) -> np.ndarray:
    n = len(pairs)
    result = score(pairs, Around(np.full(n, sources), 1000, np.full(n, forwarded)), TunnelSettings())
    assert np.allclose(result.points.sum(axis=1), result.score, atol=1e-9), "parts sum to the score"
    assert ((result.score >= 0) & (result.score <= 100)).all()
    return result.score


def test_more_names_never_score_lower() -> None:
    pairs = [
        next(iter(captures.pairs_of(captures.asked(MIXED[:count], "A", ".t.example")).values()))
        for count in (5, 10, 20, 50, 100, 200)
    ]
    scores = scored(pairs)
    assert (np.diff(scores) >= -2.5).all(), "the mean oddness of a few names moves a little"
    assert scores[-1] > scores[0]


def test_prevalence_and_a_resolver_lower_the_score() -> None:
    pair = next(iter(captures.pairs_of(captures.asked(MIXED[:60], "TXT", ".t.example")).values()))
    alone = scored([pair])[0]
    assert scored([pair], sources=600)[0] <= alone - 40 + 1e-9
    assert scored([pair], forwarded=1)[0] < 60


@pytest.mark.parametrize("name", captures.TUNNELS)
def test_twenty_distinct_queries_of_a_real_tunnel_outrank_every_real_benign_pair(shared_data: Path, name: str) -> None:
    rows = captures.capture(shared_data, name)
    tunnels = [next(iter(captures.pairs_of(rows[at : at + 20]).values())) for at in range(0, 2000, 100)]
    benign = scored(captures.benign_pairs(shared_data))
    assert scored(tunnels).min() > benign.max()
    assert (benign >= TunnelSettings().suspicious).sum() == 0


def failing_host(names: list[str]) -> hosts.Host:
    rows = [query(at, "10.0.0.9", name, rcode_name="NXDOMAIN", answers="-") for at, name in enumerate(names)]
    (host,), _ = hosts.find(captures.pairs_of(rows), frozenset(), 1, hosts.HostSettings())
    return host


def test_one_odd_name_among_words_does_not_make_a_host_of_generated_names() -> None:
    words = ["cornfield", "bluehouse", "tablecloth", "rainwater", "greenhill", "lampshade", "goldfinch", "milkround", "oakwood"]
    odd = failing_host([f"{name}.example" for name in [*words, "xwudtsqydmltvxnohqbu"]])
    every = failing_host(generated(10))
    assert odd.mean is not None and every.mean is not None
    assert odd.mean < 0.1 < 0.9 < every.mean
    assert odd.score < 30 < 60 < every.score


@pytest.mark.parametrize(
    ("value", "points"),
    [
        pytest.param(0.02, 0.0, id="at-the-lower-bound-none"),
        pytest.param(0.3, 60.0, id="at-the-upper-bound-all"),
        pytest.param(0.16, 30.0, id="between-in-proportion"),
    ],
)
def test_points_for_randomness_rise_between_the_bounds(value: float, points: float) -> None:
    earned = hosts.points_of(hosts.Signs(10, value, 0.0, False, False), hosts.HostSettings())
    assert earned[hosts.PARTS.index("randomness")] == pytest.approx(points)
