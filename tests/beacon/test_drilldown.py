"""The search of a finding: bounded, escaped, of the events that were scored."""

from __future__ import annotations

import pytest
from zeekhunt.beacon import drilldown
from zeekhunt.beacon.entities import GROUP, IP, NAME, Entity


def entity(kind: str, dest: str = "203.0.113.9", attempt: bool = False, via: tuple[str, ...] = (), servers: int = 1) -> Entity:
    addresses = tuple(f"203.0.113.{at + 9}" for at in range(servers))
    return Entity(kind, "10.0.0.5", dest, attempt, (0,), addresses, (("443/tcp/ssl", 5),), 1, via)


@pytest.mark.parametrize(
    ("about", "words", "without"),
    [
        pytest.param(entity(IP), ["`zeek_conn` NOT conn_state IN (", 'id_resp_h="203.0.113.9"'], ["zeek_ssl"], id="sessions"),
        pytest.param(entity(IP, attempt=True), ["`zeek_conn` conn_state IN (REJ"], ["NOT"], id="attempts"),
        pytest.param(entity(GROUP, "", servers=3), ['src="10.0.0.5"', 'dest="203.0.113.11"'], [], id="every-member-of-a-group"),
        pytest.param(entity(NAME, "a.example", via=("ssl",)), ['`zeek_ssl` (server_name="a.example")'], ["zeek_http"], id="tls"),
        pytest.param(
            entity(NAME, "a.example", via=("connect", "http")),
            ['uri="a.example:*"', ') OR (`zeek_http` (http_host="a.example"'],
            ["zeek_ssl"],
            id="both-ways-of-http",
        ),
        pytest.param(entity(IP, '1" OR index=* "'), ['"10.0.0.5"'], ["index=*"], id="addresses-come-from-the-members"),
    ],
)
def test_a_drilldown_names_what_was_scored(about: Entity, words: list[str], without: list[str]) -> None:
    search = drilldown.search(about, 17_000_000_001, 17_000_000_019)
    assert search.endswith(" earliest=1700000000 latest=1700000002")
    assert all(word in search for word in words), search
    assert not any(word in search for word in without), search


def test_a_quote_in_a_name_cannot_leave_its_string() -> None:
    search = drilldown.search(entity(NAME, 'a" OR index=*', via=("ssl",)), 10, 20)
    assert 'server_name="a\\" OR index=*"' in search
