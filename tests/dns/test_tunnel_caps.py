"""What bounds the memory of | dnstunnel: each cap from both sides, and the words when one is crossed."""

from __future__ import annotations

from pathlib import Path

import pytest
from dns.tunnel_rows import Row, query, tunnel
from zeekhunt.dns import tunnel_sample, tunnel_summary
from zeekhunt.dns.tunnel_ranking import Ranking, Request
from zeekhunt.dns.tunnel_sample import KEPT
from zeekhunt.dns.tunnel_table import TunnelTable
from zeekhunt.spl import arrays, body
from zeekhunt.spl.encode import encode_parts, encode_rows
from zeekhunt.zeek.site import Site, site_of

HELD = 20


@pytest.fixture
def site(repo: Path) -> Site:
    return site_of(str(repo / "zeek_hunting"), None, None)


def as_body(rows: list[Row]) -> bytes:
    return encode_rows({name: [row[name] for row in rows] for name in rows[0]})


def domains(count: int) -> list[Row]:
    """One query to each of so many domains, the last of them the one with most information."""
    names = [f"www.site{at}.com" for at in range(count - 1)]
    return [query(at, "10.0.0.1", name) for at, name in enumerate([*names, "mzxw6ytboi2dmnrrgazdgnbvgy3tqojq.evil.example"])]


def partial(rows: list[Row]) -> bytes:
    """What an indexer sends of them."""
    gathering = tunnel_summary.TunnelSummary()
    for block in body.blocks(as_body(rows)):
        gathering.add(block)
    return encode_parts(gathering.drain())


@pytest.mark.parametrize("make", [pytest.param(as_body, id="raw-events"), pytest.param(partial, id="summaries")])
@pytest.mark.parametrize(
    ("count", "kept", "let_go"),
    [
        pytest.param(HELD, HELD, 0, id="at-the-bound-nothing-goes"),
        pytest.param(HELD + 1, HELD // 2, HELD + 1 - HELD // 2, id="one-more-and-the-poorer-half-goes"),
    ],
)
def test_the_pairs_held_by_the_merge(site: Site, make: object, count: int, kept: int, let_go: int) -> None:
    table = TunnelTable(pairs_held=HELD)
    ranking = Ranking(Request(min_queries=1), site, table)
    for block in arrays.tables(make(domains(count)), {}):  # type: ignore[operator]
        ranking.add(block)
    rows = ranking.finish()
    assert (len(rows["dns_domain"]), table.let_go) == (kept, let_go)
    assert rows["dns_domain"][0] == "evil.example", "what carries most stays"
    warnings = [text for level, text in ranking.messages if level == "WARN"]
    expected = (
        f"{let_go} pairs of source and domain with the least information were let go to bound the memory: "
        "ask for a shorter time or fewer sources to see all"
    )
    assert warnings == ([expected] if let_go else [])


@pytest.mark.parametrize("cap", ["PAIRS_HELD", "NAMES_HELD"])
def test_the_map_sends_its_rows_at_the_bound_and_starts_afresh(monkeypatch: pytest.MonkeyPatch, cap: str) -> None:
    monkeypatch.setattr(tunnel_summary, cap, 5)
    gathering = tunnel_summary.TunnelSummary()
    for count, full in ((4, False), (5, True)):
        for block in body.blocks(as_body(domains(5)[:count])):
            gathering.add(block)
        assert gathering.full() is full
    sent = [part for part in gathering.drain() if part["zh_kind"][0] == "dns_pair"]
    assert sum(len(part["zh_kind"]) for part in sent) == 5, "every pair goes out, none is lost"
    assert not gathering.full()


@pytest.mark.parametrize(
    ("count", "exact"),
    [
        pytest.param(KEPT - 1, True, id="below-the-cap-all-is-counted"),
        pytest.param(KEPT, False, id="at-the-cap-an-estimate-begins"),
        pytest.param(KEPT + 1, False, id="above-the-cap"),
    ],
)
def test_the_names_kept_of_a_pair(site: Site, count: int, exact: bool) -> None:
    ranking = Ranking(Request(), site)
    for block in arrays.tables(as_body(tunnel("10.0.0.1", "t.example", count)), {}):
        ranking.add(block)
    rows = ranking.finish()
    (estimated,), (names,) = rows["estimated"], rows["distinct_names"]
    assert estimated == int(not exact)
    assert names == count if exact else names == pytest.approx(count, rel=0.2)


def test_a_sample_never_holds_more_than_twice_what_counts() -> None:
    sample = tunnel_sample.Sample()
    for item in range(10 * KEPT):
        sample.add(item * 2_654_435_761 % 2**88)  # Knuth's multiplicative hash: no order
        assert len(sample) < 2 * KEPT


@pytest.mark.parametrize(
    ("count", "words"),
    [
        pytest.param(3, "", id="at-the-limit-nothing-is-said"),
        pytest.param(4, "more than 3 findings; those with lower scores are left out: raise limit=", id="one-more-is-said"),
    ],
)
def test_the_findings_returned(site: Site, count: int, words: str) -> None:
    ranking = Ranking(Request(min_queries=1, limit=3), site)
    for block in arrays.tables(as_body(domains(count)), {}):
        ranking.add(block)
    assert len(ranking.finish()["score"]) == 3
    said = " ".join(text for level, text in ranking.messages if level == "WARN")
    assert words in said if words else not said
