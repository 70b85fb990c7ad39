"""Conn events of long connections, and how the map and the merge take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zeekhunt.beacon.long_summary import LongSummary
from zeekhunt.beacon.long_table import LongPairs, LongTable
from zeekhunt.spl import arrays, body
from zeekhunt.spl.encode import encode_parts, encode_rows

Row = dict[str, str]
START_S = 1_700_000_000


def session(uid: str, start_s: float, duration_s: float, **given: str) -> Row:
    """10.0.0.5 -> 203.0.113.9 over TLS; given: fields that differ, '' for one that is unset."""
    row = {
        "_time": f"{START_S + start_s:.6f}",
        "id.orig_h": "10.0.0.5",
        "id.orig_p": "50000",
        "id.resp_h": "203.0.113.9",
        "id.resp_p": "443",
        "proto": "tcp",
        "service": "ssl",
        "conn_state": "SF",
        "duration": f"{duration_s:.6f}",
        "uid": uid,
        "orig_bytes": "1000",
        "resp_bytes": "2000",
    }
    # a port per uid: two connections of one pair never share it at one time
    row["id.orig_p"] = str(1024 + sum(map(ord, uid)) % 60_000)
    return {
        name: value
        for name, value in {**row, **{name.replace("__", "."): value for name, value in given.items()}}.items()
        if value
    }


def as_body(rows: Sequence[Row]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return encode_rows({name: [row.get(name, "") for row in rows] for name in names})


def mapped(rows: Sequence[Row], chunk: int) -> list[bytes]:
    """The bodies an indexer sends: one drain per 2 chunks, as if the memory bound were that low."""
    gathering, out = LongSummary(), []
    for number, at in enumerate(range(0, len(rows), chunk)):
        for block in body.blocks(as_body(rows[at : at + chunk]), 4096):
            gathering.add(block)
        if number % 2:
            out.append(encode_parts(gathering.drain()))
    return [*out, encode_parts(gathering.drain())]


def merged(bodies: Sequence[bytes]) -> LongPairs:
    return taken(bodies)[0]


def taken(bodies: Sequence[bytes]) -> tuple[LongPairs, dict[str, int]]:
    table = LongTable()
    for data in bodies:
        for block in arrays.tables(data, {}, 4096):
            table.add(block)
    pairs = table.finish()
    return pairs, {name: count for name, count in table.tally.items() if count}


def plain(pairs: LongPairs) -> list[Any]:
    """Everything a LongPairs holds, comparable."""
    sessions = {name: column.tolist() for name, column in sorted(pairs.sessions.items())}
    return [pairs.keys, pairs.starts.tolist(), sessions, pairs.services, pairs.capped.tolist()]


def listed(pairs: LongPairs) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """Per pair its sessions as the oracle has them, without their order."""
    names = ("start", "duration", "closed", "out_b", "in_b", "src_port", "service")
    columns = [pairs.of(name).tolist() for name in names]
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for at, key in enumerate(pairs.keys):
        part = range(int(pairs.starts[at]), int(pairs.starts[at + 1]))
        found[key] = [(*(column[row] for column in columns[:-1]), pairs.services[columns[-1][row]]) for row in part]
    return found
