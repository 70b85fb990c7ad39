"""A small conn log with a beacon, a popular service, browsing, attempts and internal traffic, as rows that splunkd would send."""

from __future__ import annotations

import random

Row = dict[str, str]
START_S = 1_700_000_000


def event(seconds: float, src: str, dest: str, port: int = 443, state: str = "SF", size: int = 500) -> Row:
    return {
        "_time": f"{seconds:.6f}",
        "id.orig_h": src,
        "id.resp_h": dest,
        "id.resp_p": str(port),
        "proto": "tcp",
        "service": "ssl",
        "conn_state": state,
        "orig_bytes": str(size),
        "orig_ip_bytes": str(size + 200),
        "resp_bytes": str(3 * size),
        "resp_ip_bytes": str(3 * size + 300),
        "uid": "CtestUid",
    }


def office(seed: int = 7) -> list[Row]:
    """Newest first. 10.0.0.5 -> 203.0.113.9 is the beacon: 60 s, 20 % jitter, for 4 hours."""
    rng = random.Random(seed)
    rows, now = [], float(START_S)
    while now < START_S + 4 * 3600:
        rows.append(event(now, "10.0.0.5", "203.0.113.9", size=420))
        now += 60 * rng.uniform(0.8, 1.0)
    for host in range(1, 9):
        rows += [
            event(START_S + rng.random() * 14_400, f"10.0.0.{host}", "198.51.100.1", size=rng.randrange(100, 9000))
            for _ in range(20)
        ]
        rows += [event(START_S + rng.random() * 14_400, f"10.0.0.{host}", "10.0.0.250", 445) for _ in range(5)]
        rows += [event(START_S + 900 * beat, f"10.0.0.{host}", "198.51.100.2", 123, size=48) for beat in range(16)]
    rows += [event(START_S + 300 * beat, "10.0.0.3", "203.0.113.77", 8080, "S0", 0) for beat in range(30)]
    return sorted(rows, key=lambda row: -float(row["_time"]))
