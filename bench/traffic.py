"""Seeded conn traffic as splunkd would send it: newest first, heavy-tailed pairs, all twins, 7 % of rows without byte counts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lab.driver import Rows, encode_body

SERVICES = (
    ("443", "tcp", "ssl"),
    ("80", "tcp", "http"),
    ("53", "udp", "dns"),
    ("445", "tcp", "gssapi,smb,krb"),
    ("8443", "tcp", ""),
)
STATES = ("SF", "SF", "SF", "S1", "RSTO", "S0")
_OTHER_FIELDS = (
    '"uid":"CHhAvVGS1DHFjwGM9","local_orig":true,"local_resp":false,"missed_bytes":0,"history":"ShADadFf",'
    '"tunnel_parents":[],"orig_pkts":12,"resp_pkts":10'
)
NEWEST_US = 1_770_000_000_000_000


def chunks(rows: int, chunk_rows: int, pairs: int = 16_000, seed: int = 1) -> Iterator[Rows]:
    """Events in chunks. The pair of an event is drawn with weight 1/rank^0.9; half of the pairs have one constant size."""
    rng = np.random.default_rng(seed)
    weight = 1 / np.arange(1, pairs + 1) ** 0.9
    bounds = np.cumsum(weight / weight.sum())
    # outbound traffic: internal sources, external destinations; every pair keeps its service
    src = [f"10.{a}.{b}.{c}" for a, b, c in rng.integers(0, 256, (pairs, 3)).tolist()]
    dest = [f"203.{a}.{b}.{c}" for a, b, c in rng.integers(0, 256, (pairs, 3)).tolist()]
    service = rng.integers(0, len(SERVICES), pairs)
    constant = np.where(rng.random(pairs) < 0.5, rng.integers(100, 2000, pairs), 0)
    time_us = NEWEST_US
    for start in range(0, rows, chunk_rows):
        count = min(chunk_rows, rows - start)
        pair = np.searchsorted(bounds, rng.random(count)).clip(max=pairs - 1)
        times = time_us - np.cumsum(rng.integers(1_000, 160_000, count))
        time_us = int(times[-1])
        request = np.where(constant[pair] > 0, constant[pair], rng.integers(80, 3000, count))
        reply = np.where(constant[pair] > 0, constant[pair] * 3, rng.integers(200, 60_000, count))
        unset = rng.random(count) < 0.07
        columns: dict[str, list[str | None]] = {
            "_time": [f"{us // 10**6}.{us % 10**6:06d}" for us in times.tolist()],
            "id.orig_h": [src[at] for at in pair.tolist()],
            "id.resp_h": [dest[at] for at in pair.tolist()],
        }
        for place, name in enumerate(("id.resp_p", "proto", "service")):
            columns[name] = [SERVICES[at][place] for at in service[pair].tolist()]
        columns["conn_state"] = [STATES[at] for at in rng.integers(0, len(STATES), count).tolist()]
        for name, size in (
            ("orig_bytes", request),
            ("orig_ip_bytes", request + 240),
            ("resp_bytes", reply),
            ("resp_ip_bytes", reply + 320),
        ):
            columns[name] = [
                "" if not known and not name.endswith("ip_bytes") else str(value)
                for known, value in zip((~unset).tolist(), size.tolist())
            ]
        yield Rows.of(columns)


def bodies(rows: int, chunk_rows: int, with_index: bool = False, seed: int = 1) -> list[bytes]:
    """The chunks as splunkd encodes them; with _chunked_idx for streaming commands."""
    return [encode_body(chunk, with_index=with_index) for chunk in chunks(rows, chunk_rows, seed=seed)]


def raw_event_b(rows: int = 2_000) -> float:
    """Mean size of such an event with its _raw, as csv: what would travel without a map and without required fields."""
    (chunk,) = chunks(rows, rows)
    raw = []
    for at in range(rows):
        cells = ",".join(f'"{name}":"{column[at]}"' for name, column in chunk.columns.items() if name != "_time")
        raw.append('{"ts":' + str(chunk.columns["_time"][at]) + "," + cells + "," + _OTHER_FIELDS + "}")
    return len(encode_body(Rows.of({**chunk.columns, "_raw": raw}))) / rows
