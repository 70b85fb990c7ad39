"""``python -m bench.dns``: DGA scores on families and names held out, beside entropy; and names per second.

Needs pymispwarninglists. Five folds by family: a family is scored by a model fitted without it. Benign names are the held-out
quarter of each list (see tools/dns_model/sources.py), as the command reads them, without labels that occur among the shown ones
(cloud names: without registered names, private suffixes counted, that do). ``--speed``: only the speed.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from pathlib import Path

import numpy as np
from publicsuffixlist import PublicSuffixList
from rich.console import Console

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "zeek_hunting" / "bin"))

from zeekhunt.dns import annotate  # noqa: E402
from zeekhunt.dns.entropy import entropy  # noqa: E402
from zeekhunt.dns.names import Name, parse  # noqa: E402

from bench.dns import hosts  # noqa: E402
from bench.dns.measures import Array, auc, recall  # noqa: E402
from tools.dns_model import sources  # noqa: E402
from tools.dns_model.__main__ import SHARED, families_as_labels, fit_labels  # noqa: E402
from tools.dns_model.fitting import COLUMNS, Model, rows  # noqa: E402

LISTS = (sources.TRANCO, sources.CRUX, sources.UMBRELLA)
SIDES = ("popular", "long tail", "cloud")
WORDLISTS = {"banjori", "charbot", "fosniw", "gozi", "rovnix_words"}
SAMPLE = 30_000
BLOCK = 4_000  # names of a block of a chunk's body
HOST_NAMES, QUIET_HOSTS, INFECTED_HOSTS = (10, 20, 50), 20_000, 500
NAME_COLUMNS = ("AUC popular", "long tail", "cloud", "recall 1 %", ".1 %", "entropy AUC")
HOST_COLUMNS = (
    "10 names, recall .1 %, popular", "long tail", "20 names, popular", "long tail", "20 names, AUC, popular", "long tail",
    "50 names, popular", "long tail",
)  # fmt: skip


def benign(shown: dict[str, list[Name]]) -> dict[str, list[str]]:
    """side -> distinct held-out labels."""
    seen = {name.label for names in shown.values() for name in names}
    held_out = {listing: sources.benign(listing).held_out for listing in LISTS}
    found: dict[str, list[str]] = {}
    popular_domains = {parse(name).domain for name in held_out[sources.TRANCO]}
    for side, listing in zip(SIDES[:2], LISTS):
        names = [parse(name) for name in held_out[listing]]
        if listing == sources.CRUX:
            names = [name for name in names if name.domain not in popular_domains]
        labels = sorted({name.label for name in names if name.domain and name.kind != "idn"} - seen)
        found[side] = random.Random(1).sample(labels, min(SAMPLE, len(labels)))
    package = PublicSuffixList()
    cloud: dict[str, str] = {}
    for query in held_out[sources.UMBRELLA]:
        registered = package.privatesuffix(query) or ""
        if registered.split(".")[0] not in seen:
            cloud.setdefault(registered, parse(query).label)
    found["cloud"] = [label for label in cloud.values() if label]
    return found


def scored(labels: list[str], model: Model, cells: bytes) -> Array:
    weights = np.array([model.weights[name] for name in COLUMNS])
    logits: Array = rows(labels, cells) @ weights + model.weights["intercept"]
    return logits


def evaluate(say: Console) -> None:
    shown = {listing: [parse(name) for name in sources.benign(listing).shown] for listing in LISTS}
    sides, families = benign(shown), families_as_labels(SHARED)
    order = sorted(families)
    random.Random(0).shuffle(order)
    quiet = {(side, names): hosts.drawn(sides[side], names, QUIET_HOSTS) for side in SIDES[:2] for names in HOST_NAMES}
    names_of: dict[str, list[float]] = {}
    hosts_of: dict[str, list[float]] = {}
    for fold in range(5):
        model = fit_labels(shown, {name: families[name] for name in order if name not in order[fold::5]})
        cells = model.table.tobytes()
        negative = {side: scored(labels, model, cells) for side, labels in sides.items()}
        benign_hosts = {key: hosts.scores(each, negative[key[0]]) for key, each in quiet.items()}
        plain = np.array([entropy(label) for label in sides["popular"]])
        for name in order[fold::5]:
            found = scored(families[name], model, cells)
            names_of[name] = [
                *(auc(found, negative[side]) for side in SIDES),
                *(recall(found, negative["popular"], share) for share in (0.01, 0.001)),
                auc(np.array([entropy(label) for label in families[name]]), plain),
            ]
            hosts_of[name] = _hosts(families[name], found, benign_hosts)
    _table(say, NAME_COLUMNS, names_of)
    _table(say, HOST_COLUMNS, hosts_of)
    say.print("held-out names: " + ", ".join(f"{side} {len(labels):,}" for side, labels in sides.items()))


def _hosts(labels: list[str], logits: Array, benign_hosts: dict[tuple[str, int], Array]) -> list[float]:
    """Of one family, in the order of HOST_COLUMNS: recall at .1 % for 10 and 20 names, AUC for 20 and 50, on either side."""
    infected = {names: hosts.scores(hosts.drawn(labels, names, INFECTED_HOSTS), logits) for names in HOST_NAMES}
    return [
        *(recall(infected[names], benign_hosts[side, names], 0.001) for names in HOST_NAMES[:2] for side in SIDES[:2]),
        *(auc(infected[names], benign_hosts[side, names]) for names in HOST_NAMES[1:] for side in SIDES[:2]),
    ]


def _table(say: Console, columns: tuple[str, ...], lines: dict[str, list[float]]) -> None:
    say.print("| family | " + " | ".join(columns) + " |", style="bold")
    say.print("|---" * (len(columns) + 1) + "|")
    for name in sorted(lines):
        say.print(_line(f"{name}{' (words)' if name in WORDLISTS else ''}", np.array(lines[name])))
    for title, members in (("**mean of all**", set(lines)), ("**without words**", set(lines) - WORDLISTS)):
        say.print(_line(title, np.mean([lines[name] for name in sorted(members)], axis=0)))
    say.print(_line("**worst with words**", np.min([lines[name] for name in sorted(WORDLISTS)], axis=0)))
    say.print()


def _line(title: str, values: Array) -> str:
    return f"| {title} | " + " | ".join(f"{value:.3f}" for value in values) + " |"


def speed(say: Console) -> None:
    """Names per second of the whole row, in blocks as the command has them: all new, then 20,000 of them again and again."""
    names = [name for listing in LISTS for name in sources.benign(listing).held_out[:60_000]]
    names += [name for members in sources.families(SHARED).values() for name in members]
    names = random.Random(2).sample(sorted(set(names)), 100_000)
    annotate.rows(["www.example.com"], [""])  # the tables are read with the first name
    gc.disable()  # as the command does
    new_s = _seconds(names)
    again = names[:20_000]
    _seconds(again)
    again_s = _seconds(again * 20)
    say.print(
        f"names/s, one core, Python {sys.version.split()[0]}: new {len(names) / new_s:,.0f}, repeating {400_000 / again_s:,.0f}"
    )


def _seconds(names: list[str]) -> float:
    blocks = [names[at : at + BLOCK] for at in range(0, len(names), BLOCK)]
    started = time.process_time()
    for block in blocks:
        annotate.rows(block, [""] * len(block))
    return time.process_time() - started


if __name__ == "__main__":
    console = Console(width=200, highlight=False)
    if "--speed" not in sys.argv:
        evaluate(console)
    speed(console)
