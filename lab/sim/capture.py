"""The sensor's disk: takes rows of any log in any order, writes one gz file per log and day in the order of writing.

Rows are rendered at once and put aside in one scratch file per log and day, so that memory is bounded by one log of one
day however many days are simulated.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np

from lab.sim.randomness import Ints
from lab.sim.rendering import Column, columns_of, render
from lab.sim.schema import LOGS
from lab.sim.settings import DAY_US, Window

_GZIP_LEVEL = 4  # level 9 takes 5 times longer for 6 % fewer bytes


class Capture:
    """One simulated sensor. `still_open`: sessions left out because they were open when the sensor stopped (Zeek
    writes conn at a session's end); their application rows are left out with them."""

    def __init__(self, window: Window, scratch: Path) -> None:
        self.window = window
        self.still_open = 0
        self._scratch = scratch
        self._written: dict[tuple[str, int], list[Ints]] = {}

    def add(self, log: str, written_us: Ints, columns: dict[str, Column]) -> None:
        """Put rows aside. `written_us`: when the sensor wrote each row, which decides file and order."""
        if not len(written_us):
            return
        outside = (written_us < self.window.start_us) | (written_us >= self.window.end_us)
        if outside.any():
            raise ValueError(f"{log}: {int(outside.sum())} rows are written outside the window of the capture")
        lines = render(log, columns, len(written_us))
        days = (written_us - self.window.start_us) // DAY_US
        for day in np.unique(days).tolist():
            chosen = np.flatnonzero(days == day)
            self._written.setdefault((log, day), []).append(written_us[chosen])
            text = "".join([lines[i] + "\n" for i in chosen.tolist()])
            with self._scratch_file(log, day).open("ab") as handle:
                handle.write(text.encode())

    def add_rows(self, log: str, rows: list[dict[str, Any]], written_us: list[int]) -> None:
        """The same for rows made one by one; unset fields are missing keys."""
        self.add(log, np.asarray(written_us, dtype=np.int64), columns_of(rows))

    def close(self, out: Path) -> dict[str, dict[str, int]]:
        """Sort and compress. Every log gets a file per day on which it has rows. Out: log -> file name -> rows."""
        counts: dict[str, dict[str, int]] = {log: {} for log in LOGS}
        for log, day in sorted(self._written):
            written = np.concatenate(self._written[log, day])
            scratch = self._scratch_file(log, day)
            lines = scratch.read_bytes().split(b"\n")
            name = f"{log}.{self.window.day_name(day)}.log.gz"
            _write_gzip(out / name, [lines[i] for i in np.argsort(written, kind="stable").tolist()])
            scratch.unlink()
            counts[log][name] = len(written)
        return counts

    def _scratch_file(self, log: str, day: int) -> Path:
        return self._scratch / f"{log}.{day}.part"


def _write_gzip(path: Path, lines: list[bytes]) -> None:
    """No file name and no time in the gzip header: the same rows give the same bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0) as handle:
        for first in range(0, len(lines), 20_000):
            handle.write(b"\n".join(lines[first : first + 20_000]) + b"\n")
