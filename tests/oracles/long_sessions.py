"""Long sessions of a set of conn events by plain loops: no arrays, no partial rows."""

from __future__ import annotations

from typing import Any

ATTEMPTS = ("S0", "REJ", "RSTOS0", "RSTRH", "SH")
LEAST_TICKS = 100


def sessions(rows: list[dict[str, str]], kept: int) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """(source, destination) -> its longest sessions as (start, duration, closed, out, in, port, service), longest first. Rows are
    well formed: every field is set or absent."""
    by_pair: dict[tuple[str, str], dict[str, tuple[Any, ...]]] = {}
    for row in rows:
        if row["conn_state"] in ATTEMPTS:
            continue
        pair = by_pair.setdefault((row["id.orig_h"], row["id.resp_h"]), {})
        duration = int(float(row["duration"]) * 10) if "duration" in row else 0
        if duration < LEAST_TICKS:
            continue
        closed = 0 if row.get("_path") in ("open_conn", "conn_long") else 1
        out, back, port = (int(row[name]) if name in row else -1 for name in ("orig_bytes", "resp_bytes", "id.orig_p"))
        service = f"{row['id.resp_p']}/{row['proto']}/{row.get('service', '-')}"
        report = (duration, int(float(row["_time"]) * 10), closed, out, back, port, service)
        pair[row["uid"]] = max(pair.get(row["uid"], report), report)
    found = {}
    for key, reports in by_pair.items():
        ordered = sorted(reports.values(), reverse=True)[:kept]
        found[key] = [(start, duration, *rest) for duration, start, *rest in ordered]
    return found


def union_ticks(listed: list[tuple[Any, ...]]) -> int:
    """Ticks of 0.1 s in which at least one session was open, counted one by one."""
    covered: set[int] = set()
    for start, duration, *_ in listed:
        covered.update(range(start, start + duration))
    return len(covered)
