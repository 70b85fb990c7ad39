"""``python -m bench.beacon``: recall and triage on worlds of held-out seeds, this score beside RITA's.

--publish puts the tables into docs/beacon.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from zeekhunt.beacon.rita import rita_scores
from zeekhunt.beacon.score import score
from zeekhunt.beacon.settings import BeaconSettings

from bench.beacon import measures, worlds
from bench.beacon.columns import pair_columns
from bench.beacon.measures import Triage
from bench.beacon.worlds import PERSON, RANDOM, Seen
from lab.sim.randomness import Floats

HELD_OUT = 1000  # seeds from here on were never looked at while constants were chosen; 1 to 6 were
PAGE = Path(__file__).resolve().parents[2] / "docs" / "beacon.md"
MARK = "<!-- figures: python -m bench.beacon --publish -->"


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
    seen: list[Seen] = []
    scores: dict[str, list[Floats]] = {"ours": [], "rita": []}
    triages: dict[str, list[Triage]] = {"ours": [], "rita": []}
    for seed in seeds:
        world = worlds.build(seed)
        columns = pair_columns(world)
        ours = score(columns, BeaconSettings())
        last_s = int(columns.series.ticks.max()) // 10 + 1
        rita = np.nan_to_num(rita_scores(columns.series, columns.request_sizes, worlds.START_S, last_s).score)
        seen += world.seen
        for name, value, rank in (("ours", ours.beacon_score, ours.rank), ("rita", 100 * rita, rita)):
            scores[name].append(value)
            triages[name].append(measures.triage(world.seen, rank, value))
    both = {name: np.concatenate(parts) for name, parts in scores.items()}
    return _page(seeds, seen, both, triages)


def _page(seeds: Sequence[int], seen: list[Seen], scores: dict[str, Floats], triages: dict[str, list[Triage]]) -> str:
    lines = [f"{len(seeds)} worlds, seeds {seeds[0]} to {seeds[-1]}: {len(seen):,} series.", ""]
    lines += ["| recall of C2 series at .1 % false positives | series | zeekbeacon | RITA v5 |", "| --- | --- | --- | --- |"]
    rows = zip(measures.recall(seen, scores["ours"]), measures.recall(seen, scores["rita"]))
    lines += [f"| {name} | {count} | {ours:.2f} | {theirs:.2f} |" for (name, ours, count), (_, theirs, _) in rows]
    lines += ["", "| triage, mean over worlds | zeekbeacon | RITA v5 |", "| --- | --- | --- |"]
    for field, name in (
        ("average_precision", "average precision"),
        ("precision_25", "precision in the first 25 rows"),
        ("infected_50", "infected hosts in the first 50 rows"),
    ):
        means = [np.mean([getattr(each, field) for each in triages[who]]) for who in ("ours", "rita")]
        lines.append(f"| {name} | {means[0]:.2f} | {means[1]:.2f} |")
    lines += ["", "| 99.9 % quantile of beacon_score | zeekbeacon | RITA v5 |", "| --- | --- | --- |"]
    for kind, name in ((RANDOM, "memoryless traffic"), (PERSON, "browsing")):
        chosen = np.array([each.kind == kind for each in seen])
        lines.append(
            f"| {name} | {np.quantile(scores['ours'][chosen], 0.999):.0f} | {np.quantile(scores['rita'][chosen], 0.999):.0f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
