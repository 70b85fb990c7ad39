"""Real logs as pairs that | dnstunnel scores: benign ones, tunnels, and every popular name as if one client had asked it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from zeekhunt.dns.tunnel_pair import Pair
from zeekhunt.dns.tunnel_summary import TunnelSummary

Row = dict[str, str]
TUNNELS = ("dnscat2_cname", "iodine_cname", "dns2tcp_txt_netrack")
# captures of DNS tunnels among the real logs, and copies of a log in another format
NOT_BENIGN = ("zeek-baselines", "c2_dns_txt", "ORIGINAL", "/tsv/")
TUNNEL_ZONES = ("r-1x.com",)


class Rows:
    """Rows as the block that a summary reads."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._held = rows
        self.rows = len(rows)
        self.names = list(dict.fromkeys(name for row in rows for name in row))

    def cells(self, name: str) -> list[str] | None:
        return [row.get(name, "") for row in self._held]


def pairs_of(rows: Sequence[Row]) -> dict[tuple[str, str], Pair]:
    summary = TunnelSummary()
    summary.add(Rows(rows))
    return {key: pair for key, pair in summary.pairs.items() if pair.queries}


def zeek_rows(path: Path) -> Iterator[Row]:
    """Rows of a Zeek log, TSV or JSON, gzip or not; lists joined by commas. Lines that are neither are left out."""
    opened = gzip.open if path.read_bytes()[:2] == b"\x1f\x8b" else open
    fields: list[str] = []
    with opened(path, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("#fields"):
                fields = line.rstrip("\n").split("\t")[1:]
            elif line.startswith("{"):
                yield _texts(json.loads(line))
            elif fields and not line.startswith("#"):
                yield dict(zip(fields, line.rstrip("\n").split("\t")))


def _texts(record: dict[str, object]) -> Row:
    return {name: ",".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in record.items()}


def benign_pairs(data: Path) -> list[Pair]:
    """Pairs of every real dns log that holds no tunnel; one folder is one site."""
    pairs: list[Pair] = []
    folders: dict[Path, list[Row]] = {}
    for path in sorted(data.rglob("*dns*.log*")):
        if not any(part in str(path) for part in NOT_BENIGN):
            rows = [row for row in zeek_rows(path) if not row.get("query", "").endswith(TUNNEL_ZONES)]
            folders.setdefault(path.parent, []).extend(rows)
    for rows in folders.values():
        pairs += pairs_of(rows).values()
    return pairs


def asked(names: Sequence[str], qtype: str, zone: str = "") -> list[Row]:
    """Names as queries that a client makes one a second, under a zone."""
    return [
        {"ts": str(1_700_000_000 + at), "id.orig_h": "10.0.0.1", "query": name + zone, "qtype_name": qtype}
        for at, name in enumerate(names)
    ]


def stress_pairs(names: Sequence[str]) -> list[Pair]:
    return list(pairs_of(asked(names, "A")).values())


def capture(data: Path, name: str) -> list[Row]:
    """The rows of a tunnel in order, one per distinct name."""
    seen: set[str] = set()
    rows = []
    for row in zeek_rows(data / "dns" / f"{name}.jsonl.gz"):
        if row["query"] not in seen:
            seen.add(row["query"])
            rows.append(row)
    return rows
