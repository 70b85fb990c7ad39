"""How many findings of each hunt an ordinary network gives a day: ``zeek_hunting/lookups/zeek_hunt_priors.csv``.

Counted over simulated offices without an intruder, whose baselines know two days, by the least score of a band. A hunt that gave
nothing has a row of zeros: it was measured. A hunt without a row was not; the macro zeek_calibrated takes it as one
that gave nothing.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.hunts.networks import APP, DAYS, hunted
from lab.sim import SimSettings
from tools.hunts.playbook import read_hunts

TARGET = APP / "lookups" / "zeek_hunt_priors.csv"
BANDS = (0, 60, 75, 90)  # least score: any, medium, high, critical
COLUMNS = ("hunt", "hosts_days", *(f"found_{band}" for band in BANDS))
SEEDS, HOSTS = (301, 302), 60


def measured(seeds: Sequence[int], hosts: int) -> tuple[str, dict[str, str]]:
    """(the file, hunt -> why it could not run)."""
    found: Counter[tuple[str, int]] = Counter()
    failed: dict[str, str] = {}
    for seed in seeds:
        world = SimSettings(seed=seed, hosts=hosts, days=DAYS, scenarios=())
        with tempfile.TemporaryDirectory() as folder, hunted(world, Path(folder)) as network:
            failed.update(network.failed)
            for row in network.rows("| inputlookup zeek_findings"):
                found.update((row["hunt"], band) for band in BANDS if float(row["score"]) >= band)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for hunt in sorted(hunt.id for hunt in read_hunts()[0] if hunt.id not in failed):
        writer.writerow((hunt, len(seeds) * hosts, *(found[hunt, band] for band in BANDS)))
    return text.getvalue(), failed
