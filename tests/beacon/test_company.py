"""Company and successions: many destinations on one timer are a service of their host, or one implant on the move."""

from __future__ import annotations

import numpy as np
import pytest
from zeekhunt.beacon.ranking import Request

from bench.beacon.hunted import Flow, findings

HOUR_S = 3600.0


def polls(dest: str, from_h: float, to_h: float, period_s: float = 300.0, **more: object) -> Flow:
    """A call every period, a second early or late."""
    rng = np.random.default_rng(len(dest) + int(from_h))
    times = np.arange(from_h * HOUR_S, to_h * HOUR_S, period_s)
    times = times + rng.uniform(-1, 1, len(times)) + rng.uniform(0, period_s / 3)
    sizes = np.full(len(times), 300.0)
    settings = {"kind": "", "src": "10.0.0.5", "service": "51413/udp/-", "attempt": False, **more}
    return Flow(dest=dest, times_s=times, request=sizes, reply=sizes, **settings)  # type: ignore[arg-type]


SWARM = [polls(f"198.18.0.{peer}", 0, 20 - peer / 2, 300 + peer / 10) for peer in range(1, 25)]
ALONE = polls("203.0.113.9", 0, 20, 900)


def test_the_peers_of_a_swarm_do_not_stand_before_what_is_done_with_one_destination() -> None:
    rows = findings([*SWARM, ALONE], Request(by="ip"))
    assert rows[0]["dest"] == "203.0.113.9"
    peer = rows[1]
    assert float(str(peer["beacon_score"])) > 90 > float(str(peer["score"])), "the pattern is as strong, its standing is not"
    assert any("does the same with 24 destinations" in str(line) for line in peer["evidence"])  # type: ignore[union-attr]
    assert "its source does the same with 23 other destinations: peers of one program" in peer["why_not"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param([polls(f"198.18.0.{peer}", 0, 20) for peer in range(1, 5)], id="no-more-than-an-implant-has-servers"),
        pytest.param([polls(f"198.18.0.{peer}", 0, 20, 40.0 * 1.2**peer) for peer in range(1, 25)], id="each-its-own-timer"),
        pytest.param([polls(f"198.18.0.{peer}", 0, 20, src=f"10.0.1.{peer}") for peer in range(1, 25)], id="of-others"),
        pytest.param([polls(f"198.18.0.{peer}", 0, 20, service="443/tcp/ssl") for peer in range(1, 25)], id="another-protocol"),
    ],
)
def test_what_is_not_alike_is_no_company(beside: list[Flow]) -> None:
    (row,) = [row for row in findings([*beside, polls("203.0.113.9", 0, 20)], Request(by="ip")) if row["dest"] == "203.0.113.9"]
    assert not any("does the same" in str(line) for line in row["evidence"])  # type: ignore[union-attr]


def moving(hours: float, servers: int, **more: object) -> list[Flow]:
    return [polls(f"198.18.1.{at + 1}", at * hours, (at + 1) * hours, **more) for at in range(servers)]


@pytest.mark.parametrize(
    ("flows", "destinations"),
    [
        pytest.param(moving(4, 12), 12, id="server-after-server"),
        pytest.param([*moving(4, 12), polls("203.0.113.9", 0, 48)], 12, id="beside-a-timer-of-the-same-period"),
        pytest.param(
            [flow for at in range(5) for flow in moving(4, 12, src=f"10.0.0.{at + 5}")],
            12,
            id="one-list-of-servers-for-five-hosts",
        ),
        pytest.param(
            [
                *moving(4, 6, service="443/tcp/ssl"),
                *(polls(f"198.18.2.{at}", at * 4, at * 4 + 4, service="8443/tcp/ssl") for at in range(6, 12)),
            ],
            12,
            id="a-port-for-each-server",
        ),
    ],
)
def test_an_implant_on_the_move_is_one_group(flows: list[Flow], destinations: int) -> None:
    rows = findings(flows, Request())
    group = rows[0]
    assert (group["by"], group["destinations"]) == ("group", destinations)
    told = {row["dest"] for row in rows if row["by"] == "ip" and row["src"] == group["src"]}
    assert told <= {"203.0.113.9"}, "its members are not told again"


def test_two_timers_at_once_are_no_group() -> None:
    rows = findings([polls("198.18.1.1", 0, 20), polls("198.18.1.2", 0, 20, 310)], Request())
    assert [row["by"] for row in rows] == ["ip", "ip"]


def test_an_external_source_is_compared_with_external_sources() -> None:
    flows = [polls("10.0.0.5", 0, 20, 60.0 * at, src=f"203.0.113.{at}", service="22/tcp/ssh") for at in range(1, 40)]
    rows = findings([*flows, ALONE], Request(direction="all"))
    assert rows[0]["dest"] == "203.0.113.9"
    assert (rows[1]["sources"], rows[1]["sources_seen"]) == (39, 39)
    assert any("39 of 39 external sources go there" in str(line) for line in rows[1]["evidence"])  # type: ignore[union-attr]
