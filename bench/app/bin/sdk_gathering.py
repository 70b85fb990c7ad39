"""What the SDK's map and whole share: pairs gathered record by record in plain dicts, PairSummary's work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zeekhunt.beacon import summary
from zeekhunt.zeek import byte_count
from zeekhunt.zeek.conn_state import is_attempt


class Gathering:
    """Key of a summary -> service -> ticks, request, reply."""

    def __init__(self) -> None:
        self.columns: dict[summary.Key, dict[str, list[list[int]]]] = {}
        self.read = 0

    def add(self, records: Iterator[dict[str, Any]]) -> None:
        for record in records:
            self.read += 1
            key = (record["id.orig_h"], record["id.resp_h"], "1" if is_attempt(record["conn_state"]) else "0", "")
            services = self.columns.setdefault(key, {})
            service = summary.service_text(record["id.resp_p"], record["proto"], record["service"])
            columns = services.get(service)
            if columns is None:
                columns = services[service] = [[], [], []]
            columns[0].append(int(float(record["_time"]) * 10))
            columns[1].append(smaller(record["orig_bytes"], record["orig_ip_bytes"]))
            columns[2].append(smaller(record["resp_bytes"], record["resp_ip_bytes"]))


def smaller(payload: str, ip_bytes: str) -> int:
    known = int(payload) if payload else byte_count.UNKNOWN
    seen = int(ip_bytes) if ip_bytes else byte_count.UNKNOWN
    return known if known <= seen or seen < 0 else seen
