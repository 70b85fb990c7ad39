"""What is known of an entity besides its series: each flag with its look-alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from zeekhunt.beacon.canonical import Pairs
from zeekhunt.beacon.entities import GROUP, IP, NAME, Entity
from zeekhunt.beacon.facts import facts
from zeekhunt.beacon.series import Series


def entity(
    service: str, kind: str = IP, dest: str = "203.0.113.7", more: Sequence[tuple[str, int]] = (), attempt: bool = False
) -> Entity:
    return Entity(kind, "10.0.0.5", dest, attempt, (0,), ("203.0.113.7",), ((service, 10), *more), 1)


def named(*ends: tuple[str, str]) -> Pairs:
    count = len(ends)
    series = Series(np.arange(count, dtype=np.int64), np.arange(count + 1, dtype=np.int64))
    sizes = np.full(count, -1, np.int64)
    src, dest = [end[0] for end in ends], [end[1] for end in ends]
    none, services = np.zeros(count, bool), [[("443/tcp/ssl", 1)] for _ in ends]
    names, ports = ["example.com"] * count, np.zeros(count, np.int64)
    return Pairs(src, dest, none, names, ["ssl"] * count, services, series, sizes, sizes, ports, None)


NOBODY = named()
ELSEWHERE = named(("10.0.0.5", "198.51.100.1"))


@pytest.mark.parametrize(
    ("about", "names", "flags"),
    [
        pytest.param(entity("123/udp/ntp"), NOBODY, {"known_service"}, id="ntp"),
        pytest.param(entity("123/udp/-"), NOBODY, set(), id="something-unknown-on-the-port-of-ntp"),
        pytest.param(entity("123/tcp/ssl"), NOBODY, {"odd_port"}, id="tls-on-the-port-of-ntp"),
        pytest.param(entity("53/udp/dns"), NOBODY, {"known_service"}, id="dns"),
        pytest.param(entity("5053/udp/dns"), NOBODY, {"odd_port"}, id="dns-on-another-port"),
        pytest.param(entity("443/tcp/ssl"), NOBODY, set(), id="tls-without-any-names-in-the-search"),
        pytest.param(entity("443/tcp/ssl"), ELSEWHERE, {"unnamed"}, id="tls-to-an-address-without-a-name"),
        pytest.param(entity("443/tcp/ssl"), named(("10.0.0.5", "203.0.113.7")), set(), id="tls-to-a-named-address"),
        pytest.param(entity("443/tcp/ssl"), named(("10.0.0.6", "203.0.113.7")), {"unnamed"}, id="named-by-another-source-only"),
        pytest.param(entity("443/tcp/ssl", attempt=True), ELSEWHERE, set(), id="an-attempt-has-no-chance-to-be-named"),
        pytest.param(entity("443/tcp/ssl", NAME, "example.com"), ELSEWHERE, set(), id="a-name-is-named"),
        pytest.param(entity("443/tcp/ssl", GROUP, ""), ELSEWHERE, {"unnamed"}, id="a-group-of-unnamed-addresses"),
        pytest.param(entity("4444/tcp/-"), ELSEWHERE, set(), id="a-protocol-that-carries-no-names"),
        pytest.param(entity("8443/tcp/ssl"), NOBODY, set(), id="the-other-port-of-tls"),
        pytest.param(entity("4444/tcp/ssl"), NOBODY, {"odd_port"}, id="tls-on-an-odd-port"),
        pytest.param(
            entity("443/tcp/ssl", more=[("4444/tcp/ssl", 11)]), NOBODY, {"odd_port"}, id="the-service-of-most-events-decides"
        ),
        pytest.param(entity("443/tcp/-ssl"), NOBODY, set(), id="an-analyzer-that-gave-up-says-nothing"),
    ],
)
def test_a_flag_holds_where_it_should_and_not_beside_it(about: Entity, names: Pairs, flags: set[str]) -> None:
    assert {name for name, held in facts([about], names).items() if held.tolist() == [True]} == flags


def test_nothing_scored_has_no_facts() -> None:
    assert all(len(held) == 0 for held in facts([], ELSEWHERE).values())
