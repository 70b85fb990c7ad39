"""Events for tests of graphs: rows of conn and other logs, and the ways by which they reach a merge."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zeekhunt.graph.edge_summary import EdgeSummary
from zeekhunt.graph.entities import Wanted
from zeekhunt.graph.network_graph import NetworkGraph, Request
from zeekhunt.spl import arrays, body
from zeekhunt.spl.encode import encode_parts, encode_rows
from zeekhunt.zeek.site import PRIVATE, Site

Row = dict[str, str]
START = 1_772_450_000
_PORTS = {"krb": 88, "ldap": 389, "dns": 53, "smb": 445, "rdp": 3389, "ssh": 22, "http": 80, "ssl": 443}


def conn(src: str, dst: str, service: str = "ssl", at: float = 0, **more: str) -> Row:
    """One answered session; its uid names the row."""
    port = str(_PORTS.get(service, 8443))
    row = {"uid": f"C{src[-2:]}{dst[-2:]}{service}{at:g}".replace(".", ""), "id.orig_h": src, "id.resp_h": dst, "id.resp_p": port}
    row = {**row, "_time": f"{START + at:.6f}", "proto": "tcp", "conn_state": "SF", "service": service}
    return {**row, "orig_bytes": "100", "resp_bytes": "900", **more}


def attempt(src: str, dst: str, port: int, at: float = 0, **more: str) -> Row:
    row = conn(src, dst, "", at, conn_state="S0", orig_bytes="", resp_bytes="", **more)
    return {**row, "id.resp_p": str(port), "uid": f"A{src[-2:]}{dst[-2:]}{port}".replace(".", "")}


def log(src: str, dst: str, at: float = 0, **fields: str) -> Row:
    return {"uid": f"L{at:g}".replace(".", ""), "id.orig_h": src, "id.resp_h": dst, "_time": f"{START + at:.6f}", **fields}


def as_body(rows: Sequence[Row]) -> bytes:
    names = sorted({name for row in rows for name in row})
    return encode_rows({name: [row.get(name, "") for row in rows] for name in names})


def mapped(rows: Sequence[Row], chunk: int, wanted: Wanted | None = None) -> bytes:
    gathering = EdgeSummary(wanted)
    for at in range(0, len(rows), chunk):
        for block in body.blocks(as_body(rows[at : at + chunk])):
            gathering.add(block)
    return encode_parts(gathering.drain())


class Picture:
    """What a graph returned. nodes: value -> row; edges: (source's value, destination's value, service) -> row."""

    def __init__(
        self, bodies: Sequence[bytes], request: Request | None = None, wanted: Wanted | None = None, **more: Any
    ) -> None:
        graph = NetworkGraph(request or Request(), more.get("site") or Site(PRIVATE), wanted)
        for each in bodies:
            for table in arrays.tables(each, {}):
                graph.add(table)
        self.columns = dict(graph.finish())
        self.messages = graph.messages
        rows = [dict(zip(self.columns, cells)) for cells in zip(*self.columns.values())]
        self.nodes: dict[str, dict[str, Any]] = {row["label"]: row for row in rows if row["kind"] == "node"}
        self.edges: dict[tuple[str, str, str], dict[str, Any]] = {
            (value_of(row["src"]), value_of(row["dst"]), row["service"]): row for row in rows if row["kind"] == "edge"
        }

    def said(self, words: str) -> bool:
        return any(words in sentence for _, sentence in self.messages)

    def roles(self, value: str) -> list[str]:
        roles: list[str] = self.nodes[value]["roles"]
        return roles


def value_of(node: str) -> str:
    return node.partition("::")[2]


def graph_of(rows: Sequence[Row], request: Request | None = None, wanted: Wanted | None = None, **more: Any) -> Picture:
    return Picture([as_body(rows)], request, wanted, **more)


def read_log(path: Path) -> list[Row]:
    """Rows of a Zeek log, TSV or JSON, as Splunk would hand them over; lines that are neither are passed over."""
    opened = gzip.open if path.suffix == ".gz" else open
    names: list[str] = []
    rows: list[Row] = []
    with opened(path, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            if line.startswith("{"):
                rows.append({name: _cell(value) for name, value in json.loads(line).items() if value is not None})
            elif cells[0] == "#fields":
                names = cells[1:]
            elif names and not line.startswith("#"):
                rows.append(dict(zip(names, cells)))
    return [{**row, "_time": row.get("ts", "")} for row in rows]


def _cell(value: Any) -> str:
    text = "\n".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.encode().decode("latin-1")
