"""Recall after n distinct queries at 1 % and 0.1 % of benign pairs, and alerts at the shipped threshold."""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from zeekhunt.dns.tunnel_pair import Pair
from zeekhunt.dns.tunnel_score import Around, TunnelSettings, score

from bench.dns_tunnels import captures, tools

COUNTS = (5, 10, 20, 50, 100)
WINDOWS = 40
SHARES = (0.01, 0.001)
SEED = 7


def scores(pairs: Sequence[Pair]) -> np.ndarray:
    """As the command would score each pair for one source of a large site."""
    return score(pairs, Around(np.ones(len(pairs)), 1000, np.zeros(len(pairs))), TunnelSettings()).score


def tunnels(data: Path, rng: random.Random) -> dict[str, list[captures.Row]]:
    found = {name: captures.capture(data, name) for name in captures.TUNNELS}
    for name, qtype, write in tools.TOOLS:
        found[f"{name} (format)"] = captures.asked([write(rng, at) for at in range(400)], qtype, ".t.example")
    return found


def windows(rows: list[captures.Row], count: int, rng: random.Random) -> list[Pair]:
    """Pairs of count consecutive names each, from random places."""
    starts = [rng.randrange(max(1, len(rows) - count)) for _ in range(WINDOWS)]
    return [max(captures.pairs_of(rows[at : at + count]).values(), key=lambda pair: pair.queries) for at in starts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--popular", type=Path, help="file of popular host names, one a line (the stress test)")
    options = parser.parse_args()
    console, rng = Console(), random.Random(SEED)
    benign = {"Zeek pairs": scores(captures.benign_pairs(options.data))}
    if options.popular:
        benign["popular"] = scores(captures.stress_pairs(options.popular.read_text().split()))
    for name, values in benign.items():
        over = int((values >= TunnelSettings().suspicious).sum())
        console.print(f"{name}: {len(values):,} pairs, {1000 * over / len(values):.2f} per 1,000 at the shipped threshold")
    found = tunnels(options.data, rng)
    table = Table("tunnel", *(f"{name} {share:.1%} n={n}" for n in COUNTS for name in benign for share in SHARES), "n alert")
    recalls = []
    for name, rows in found.items():
        cells, first = [], ""
        for count in COUNTS:
            reached = scores(windows(rows, count, rng))
            cells += [float((reached > np.quantile(values, 1 - share)).mean()) for values in benign.values() for share in SHARES]
            if not first and (reached >= TunnelSettings().suspicious).mean() >= 0.95:
                first = str(count)
        recalls.append(cells)
        table.add_row(name, *(f"{cell:.2f}" for cell in cells), first or "-")
    table.add_row("mean", *(f"{cell:.2f}" for cell in np.mean(recalls, axis=0)), "")
    console.print(table)


if __name__ == "__main__":
    main()
