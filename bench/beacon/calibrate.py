"""``python -m bench.beacon.calibrate``: what random gaps earn, by rate and number of intervals; the source of law_random_nats.

For each cell the 99.9 % quantile over memoryless series of E (timing: nats, weighed by nats per interval) and of T, best of all
tau.
"""

from __future__ import annotations

import sys

import numpy as np
from rich.console import Console
from rich.table import Table
from zeekhunt.beacon.series import Series
from zeekhunt.beacon.settings import BeaconSettings
from zeekhunt.beacon.timing import timing_evidence

RATES = (1, 10, 60, 600)  # events an hour
INTERVALS = (4, 5, 6, 8, 12, 20, 40, 100, 400)
SERIES = 4_000


def main() -> int:
    table = Table(title="99.9 % quantile of E / of T over memoryless series", title_justify="left")
    for title in ("intervals", *(f"{rate}/h" for rate in RATES)):
        table.add_column(title)
    settings = BeaconSettings()
    for intervals in INTERVALS:
        table.add_row(str(intervals), *(_cell(rate, intervals, settings) for rate in RATES))
    Console(width=100).print(table)
    return 0


def _cell(per_hour: int, intervals: int, settings: BeaconSettings) -> str:
    rng = np.random.default_rng([per_hour, intervals])
    gaps = rng.exponential(36_000 / per_hour, (SERIES, intervals + 1))
    ticks = (17_000_000_000 + gaps.cumsum(axis=1)).astype(np.int64)
    found = timing_evidence(Series(ticks.ravel(), np.arange(SERIES + 1, dtype=np.int64) * (intervals + 1)), settings)
    nats = np.nan_to_num(np.maximum(found.law.nats, 0))
    earned = nats * np.minimum(nats / np.maximum(found.intervals * settings.law_gain_full, 1), 1)
    return f"{np.quantile(earned, 0.999):.1f} / {np.quantile(found.timing, 0.999):.2f}"


if __name__ == "__main__":
    sys.exit(main())
