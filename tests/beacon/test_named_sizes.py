"""Which connection a TLS name takes its sizes from: the one of the same addresses and source port, as its uid would say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from beacon.test_summary import as_body
from zeekhunt.beacon.entities import tls_sizes
from zeekhunt.beacon.pairs import PairTable
from zeekhunt.spl import arrays

AT_S = 1_700_000_000
ENDS = {"id.orig_h": "10.0.0.1", "id.resp_h": "203.0.113.9", "id.resp_p": "443"}


def conn(begun_s: float, port: str, request_b: int) -> dict[str, str]:
    row = {**ENDS, "_time": f"{AT_S + begun_s:.1f}", "conn_state": "SF", "orig_bytes": str(request_b)}
    return {**row, "id.orig_p": port} if port else row


def hello(shaken_s: float, port: str, name: str) -> dict[str, str]:
    row = {**ENDS, "_time": f"{AT_S + shaken_s:.1f}", "server_name": name, "established": "T"}
    return {**row, "id.orig_p": port} if port else row


@pytest.mark.parametrize(
    ("rows", "requests"),
    [
        pytest.param(
            [conn(0, "50001", 7), conn(0, "50002", 9), hello(0.1, "50001", "a.example"), hello(0.1, "50002", "b.example")],
            {"a.example": 7, "b.example": 9},
            id="two-at-once-keep-apart-by-their-ports",
        ),
        pytest.param(
            [conn(0, "50001", 7), conn(5, "50002", 9), hello(6, "50001", "a.example")],
            {"a.example": 7},
            id="an-older-connection-of-its-port-goes-before-a-newer-one",
        ),
        pytest.param(
            [conn(0, "", 7), conn(5, "", 9), hello(6, "", "a.example")],
            {"a.example": 9},
            id="without-ports-the-newest",
        ),
        pytest.param(
            [conn(0, "50001", 7), conn(70, "50001", 9), hello(60, "50001", "a.example"), hello(131, "50001", "b.example")],
            {"a.example": 7, "b.example": -1},
            id="at-most-a-minute-old",
        ),
        pytest.param([hello(0, "50001", "a.example")], {"a.example": -1}, id="no-connection-at-all"),
    ],
)
def test_a_name_takes_the_sizes_of_its_own_connection(rows: Sequence[Mapping[str, str]], requests: Mapping[str, int]) -> None:
    table = PairTable(arrays.keys)
    for block in arrays.tables(as_body(rows), {}, 4096):
        table.add(block)
    connections, names = table.finish()
    assert dict(zip(names.name, tls_sizes(names, connections)[0].tolist())) == requests
