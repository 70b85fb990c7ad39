"""CPU and memory of | zeekgraph: start of the map, the map over conn events, and the merge of as many edges.

``python -m bench.graph [--edges N] [--events N]``. Whole processes over the chunked protocol; CPU is user and system time.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from rich.console import Console

from bench.feeder import PRODUCT, Command, Measured, play
from bench.traffic import bodies

sys.path.insert(0, str(PRODUCT / "bin"))

from zeekhunt.graph import edge_row
from zeekhunt.graph.edge_row import CONN, Edge, Key
from zeekhunt.spl.encode import encode_rows

START_TICK = 17_724_096_000
DAY_TICKS = 864_000
CHUNK_ROWS = 50_000
SERVICES = ("ssl", "http", "dns", "smb", "krb", "ldap", "tcp/8443")
MUST_MERGE_S, MUST_START_MS = 10.0, 130.0


def partial_rows(edges: int, seed: int = 7) -> Iterator[bytes]:
    """Bodies of different edges between edges / 5 hosts, a fifth of them internal, over 30 days."""
    chance = random.Random(seed)
    hosts = [f"host::10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in range(max(edges // 25, 2))]
    hosts += [f"host::{198 + n % 20}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in range(max(edges // 6, 2))]
    seen: set[Key] = set()
    rows: list[tuple[str, ...]] = []
    while len(seen) < edges:
        source = hosts[int(len(hosts) * chance.random() ** 3)]
        key = Key(CONN, source, hosts[chance.randrange(len(hosts))], chance.choice(SERVICES))
        if key in seen:
            continue
        seen.add(key)
        edge = Edge()
        first = START_TICK + chance.randrange(30 * DAY_TICKS)
        for tick in (first, first + chance.randrange(DAY_TICKS)):
            edge.take(tick, chance.randrange(10_000), chance.randrange(1_000_000))
            edge.remember(tick, f"C{chance.getrandbits(96):024x}"[:18])
        rows.append(edge_row.edge_row(key, edge))
        if len(rows) == CHUNK_ROWS or len(seen) == edges:
            yield encode_rows(dict(zip(edge_row.COLUMNS, zip(*rows))))
            rows = []


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.graph", description=__doc__)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--python", default=sys.executable, type=lambda name: str(Path(name).absolute()))
    options = parser.parse_args(argv)
    console = Console()
    starts = [1000 * _run(options, ("phase=map",), ()).cpu_s for _ in range(7)]
    console.print(f"start of the map: {median(starts):.0f} ms CPU (must {MUST_START_MS:.0f})")
    mapped = _run(options, ("phase=map",), bodies(options.events, CHUNK_ROWS))
    console.print(
        f"map of {options.events:,} events: {mapped.cpu_s:.2f} s CPU, {mapped.peak_mb:.0f} MB, {mapped.sent_b:,} bytes out"
    )
    sent = list(partial_rows(options.edges))
    for arguments in ((), ("since=-2d",), ("output=summary",)):
        merged = _run(options, arguments, sent)
        console.print(
            f"merge of {options.edges:,} edges {' '.join(arguments)}: {merged.cpu_s:.2f} s CPU (must {MUST_MERGE_S:.0f}), "
            f"{merged.peak_mb:.0f} MB, {merged.sent_b:,} bytes out"
        )
        for message in merged.messages:
            console.print(f"  {message}", style="dim")
    return 0


def _run(options: argparse.Namespace, arguments: tuple[str, ...], sent: Sequence[bytes]) -> Measured:
    return play(Command(PRODUCT, "zeekgraph", arguments, options.python), sent)


if __name__ == "__main__":
    sys.exit(main())
