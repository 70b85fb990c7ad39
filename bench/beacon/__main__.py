"""``python -m bench.beacon``: recall and triage on worlds of held-out seeds, this score beside its prototype and RITA's; a
beacon among the noise of a server, implants on the move for a week, and real captures (ZEEK_HUNTING_SHARED, or shared/ beside
the checkout).

--publish puts the tables into docs/beacon.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from bench.beacon import captures, internet_facing, measures, rotation, worlds
from bench.beacon.columns import pair_columns
from bench.beacon.measures import Triage
from bench.beacon.programs import HARDER, PROTOCOL, Habits
from bench.beacon.worlds import PERSON, RANDOM, Seen
from bench.beacon.yardsticks import NAMES, judged
from lab.sim.randomness import Floats

HELD_OUT = 1000  # seeds from here on are not looked at while something is chosen; 1 to 55 were
PAGE = Path(__file__).resolve().parents[2] / "docs" / "beacon.md"
SHARED = Path(os.environ.get("ZEEK_HUNTING_SHARED", PAGE.parents[2] / "shared")) / "data"
MARK = "<!-- figures: python -m bench.beacon --publish -->"
TRIAGE = (
    ("average_precision", "average precision"),
    ("precision_25", "precision in the first 25 rows"),
    ("infected_50", "infected hosts in the first 50 rows"),
)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.beacon", description=__doc__)
    parser.add_argument("--worlds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=HELD_OUT, help="of the first world")
    parser.add_argument("--publish", action="store_true")
    arguments = parser.parse_args(argv)
    text = figures(range(arguments.seed, arguments.seed + arguments.worlds))
    Console().print(text, markup=False, highlight=False, soft_wrap=True)
    if arguments.publish:
        kept = PAGE.read_text(encoding="utf-8").split(MARK)[0]
        PAGE.write_text(f"{kept}{MARK}\n\n{text}", encoding="utf-8")
    return 0


def figures(seeds: Sequence[int]) -> str:
    """The tables, in Markdown."""
    servers = range(seeds[0], seeds[0] + 4 * len(seeds))
    parts = [
        "## Networks of the protocol",
        *network_figures(seeds, PROTOCOL),
        "## Harder networks",
        *network_figures(seeds, HARDER),
        "## A server on the internet",
        f"{len(servers)} servers, seeds {servers[0]} to {servers[-1]}.",
        "\n".join(internet_facing.table(servers)),
        "## Implants on the move, seven days",
        f"{len(seeds)} networks, seeds {seeds[0]} to {seeds[-1]}; places among the rows of the infected host.",
        "\n".join(rotation.table(seeds)),
    ]
    if SHARED.is_dir():
        parts += ["## Real captures", "\n".join(captures.table(SHARED))]
    return "\n\n".join(parts) + "\n"


def network_figures(seeds: Sequence[int], habits: Habits) -> list[str]:
    """Paragraphs: what was built, recall, triage, quantiles."""
    seen: list[Seen] = []
    strengths: dict[str, list[Floats]] = {name: [] for name in NAMES}
    triages: dict[str, list[Triage]] = {name: [] for name in NAMES}
    for seed in seeds:
        world = worlds.build(seed, habits=habits)
        seen += world.seen
        for name, one in judged(pair_columns(world), worlds.START_S).items():
            strengths[name].append(one.strength)
            triages[name].append(measures.triage(world.seen, one.rank, one.strength))
    whole = {name: np.concatenate(parts) for name, parts in strengths.items()}
    built = f"{len(seeds)} worlds, seeds {seeds[0]} to {seeds[-1]}: {len(seen):,} series."
    return [built, _recall(seen, whole), _triage(triages), _quantiles(seen, whole)]


def _recall(seen: list[Seen], strengths: dict[str, Floats]) -> str:
    columns = [measures.recall(seen, strengths[name]) for name in NAMES]
    lines = _head("recall of C2 series at .1 % false positives", "series", *NAMES)
    for cells in zip(*columns):
        shares = " | ".join(f"{share:.2f}" for _, share, _ in cells)
        lines.append(f"| {cells[0][0]} | {cells[0][2]} | {shares} |")
    return "\n".join(lines)


def _triage(triages: dict[str, list[Triage]]) -> str:
    lines = _head("triage, mean over worlds", *NAMES)
    for field, words in TRIAGE:
        means = " | ".join(f"{np.mean([getattr(each, field) for each in triages[name]]):.2f}" for name in NAMES)
        lines.append(f"| {words} | {means} |")
    return "\n".join(lines)


def _quantiles(seen: list[Seen], strengths: dict[str, Floats]) -> str:
    lines = _head("99.9 % quantile of the score", *NAMES)
    for kind, words in ((RANDOM, "memoryless traffic"), (PERSON, "browsing")):
        chosen = np.array([each.kind == kind for each in seen])
        quantiles = " | ".join(f"{np.quantile(strengths[name][chosen], 0.999):.0f}" for name in NAMES)
        lines.append(f"| {words} | {quantiles} |")
    return "\n".join(lines)


def _head(*names: str) -> list[str]:
    return ["| " + " | ".join(names) + " |", "| " + " | ".join("---" for _ in names) + " |"]


if __name__ == "__main__":
    sys.exit(main())
