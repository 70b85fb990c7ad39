"""What programs show of themselves, and what is new: each flag with its look-alikes, the same for any split."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from zeekhunt.beacon.pairs import PairTable
from zeekhunt.beacon.ranking import Ranking, Request
from zeekhunt.beacon.stored import SummaryWriter
from zeekhunt.beacon.traits import KEPT, TraitSet, words
from zeekhunt.spl import arrays
from zeekhunt.spl.encode import encode_rows
from zeekhunt.zeek.partial import SummaryError
from zeekhunt.zeek.site import Site

from tests.beacon.test_summary import Row, as_body, mapped

START_S = 1_700_000_000
OWN, BAD, NEW = "a program that goes nowhere else", "a certificate that is not valid", "not known to the site before"


def tls(
    server: int, name: str = "", ja3: str = "browser", validation: str = "ok", src: str = "10.0.0.5", at: int = 0
) -> list[Row]:
    """Twenty handshakes with a server."""
    ends = {"id.orig_h": src, "id.resp_h": f"203.0.113.{server}", "id.resp_p": "443"}
    shown = {"server_name": name, "established": "T", "ja3": ja3, "validation_status": validation}
    rows = []
    for beat in range(20):
        began = START_S + at + 60 * beat
        rows += [
            {**ends, "_time": f"{began}", "conn_state": "SF", "proto": "tcp", "service": "ssl"},
            {**ends, **shown, "_time": f"{began}.2"},
        ]
    return rows


def requested(server: int, agent: str) -> list[Row]:
    ends = {
        "id.orig_h": "10.0.0.5",
        "id.resp_h": f"203.0.113.{server}",
        "id.resp_p": "80",
        "method": "GET",
        "host": f"h{server}.example",
    }
    return [{**ends, "user_agent": agent, "_time": f"{START_S + 60 * beat}"} for beat in range(20)]


def context_of(bodies: Sequence[bytes], dest: str) -> str:
    """The context line of the row about a destination."""
    ranking = Ranking(Request(by="name" if dest.endswith(".example") else "ip"), Site(), arrays.keys)
    for data in bodies:
        for block in arrays.tables(data, {}, 4096):
            ranking.add(block)
    found = ranking.finish()
    at = list(found["dest"]).index(dest)
    lines = found["evidence"][at]
    assert isinstance(lines, list)
    return next((line for line in lines if line.startswith("context: ")), "")


OTHERS = [*tls(1), *tls(2)]
FLAGS = [
    pytest.param([*OTHERS, *tls(9, ja3="implant")], "203.0.113.9", {OWN}, id="a-client-of-its-own"),
    pytest.param([*OTHERS, *tls(9)], "203.0.113.9", set(), id="the-client-of-all"),
    pytest.param([*tls(1), *tls(9, ja3="implant")], "203.0.113.9", set(), id="too-few-others-to-tell"),
    pytest.param([*OTHERS, *tls(9, ja3="implant"), *tls(9, ja3="other")], "203.0.113.9", set(), id="a-client-that-changes"),
    pytest.param([*OTHERS, *tls(9, "c2.example", ja3="implant")], "c2.example", {OWN}, id="under-a-name"),
    pytest.param(
        [*OTHERS, *tls(8, "c2.example", ja3="implant"), *tls(9, "c2.example", ja3="implant")],
        "c2.example",
        {OWN},
        id="one-name-of-two-addresses",
    ),
    pytest.param(
        [*requested(1, "curl"), *requested(2, "curl"), *requested(9, "odd")], "h9.example", {OWN}, id="an-agent-of-its-own"
    ),
    pytest.param([*OTHERS, *tls(9, ja3="implant", src="10.0.0.6")], "203.0.113.9", set(), id="all-that-another-source-has"),
    pytest.param(tls(9, validation="self signed certificate"), "203.0.113.9", {BAD}, id="self-signed"),
    pytest.param(tls(9, validation="certificate has expired"), "203.0.113.9", {BAD}, id="expired"),
    pytest.param(
        tls(9, validation="unable to get local issuer certificate"), "203.0.113.9", set(), id="an-issuer-that-the-sensor-lacks"
    ),
    pytest.param(tls(9, validation="-"), "203.0.113.9", set(), id="tls-1.3"),
    pytest.param([*tls(1), *tls(9, at=20 * 86_400)], "203.0.113.9", {NEW}, id="new-in-the-last-week-of-three"),
    pytest.param([*tls(1), *tls(9, at=12 * 86_400), *tls(1, at=20 * 86_400)], "203.0.113.9", set(), id="nine-days-old"),
    pytest.param([*tls(1), *tls(9, at=10 * 86_400)], "203.0.113.9", set(), id="a-search-that-remembers-too-little"),
    pytest.param(
        [*tls(1), *tls(9, src="10.0.0.7"), *tls(9, at=20 * 86_400)], "203.0.113.9", set(), id="another-source-was-there-before"
    ),
]


@pytest.mark.parametrize(("rows", "dest", "flags"), FLAGS)
def test_a_flag_holds_where_it_should_and_not_beside_it(rows: list[Row], dest: str, flags: set[str]) -> None:
    told = context_of([as_body(rows)], dest)
    assert {flag for flag in (OWN, BAD, NEW) if flag in told} == flags
    shuffled = random.Random(1).sample(rows, len(rows))
    assert context_of(mapped(shuffled, 7, rita=False), dest) == told, "through the map, in pieces"
    writer = SummaryWriter(arrays.keys)
    for block in arrays.tables(as_body([*rows, *rows[:9]]), {}, 4096):
        writer.add(block)
    assert context_of([encode_rows(writer.finish())], dest) == told, "from stored summaries"


def test_a_client_that_shows_ever_new_signatures_fills_no_memory() -> None:
    held = TraitSet()
    for at in range(1_000):
        for row in as_rows(f"ja3-{at}"):
            held.add_cells({name: [cell] for name, cell in row.items()}, 0)
    assert len(held.told()) == KEPT
    assert held.told() == sorted(held.told())


def as_rows(ja3: str) -> list[dict[str, str]]:
    (word,) = words("", ja3, "-", "ok")
    return [{"src": "10.0.0.5", "dest": "203.0.113.9", "zh_name": "", "zh_attempt": word, "_time": "1700000000.0"}]


def test_a_forged_trait_is_refused() -> None:
    table = PairTable(arrays.keys)
    forged = {
        "zh_kind": "trait",
        "zh_version": "3",
        "_time": "1.0",
        "src": "10.0.0.5",
        "dest": "203.0.113.9",
        "zh_attempt": "evil=1",
    }
    with pytest.raises(SummaryError, match="the trait 'evil=1'"):
        for block in arrays.tables(as_body([forged]), {}, 4096):
            table.add(block)
