"""Rows of a finished search on disk, page by page, so that any part of them can be read without holding all in memory."""

from __future__ import annotations

import json
import tempfile
import threading
import zlib
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from lab.driver import Cell, Rows
from lab.rest.refusal import Refused

PAGE_ROWS = 2_000


@dataclass
class ResultPages:
    """fields: in display order. count: rows kept; cut: rows beyond ``most`` that were left out."""

    fields: Sequence[str]
    count: int = 0
    cut: int = 0
    _places: list[tuple[int, int]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        # a nameless file: the system frees it when it is closed, whatever happens to this process
        self._file = tempfile.TemporaryFile(prefix="lab-results-")  # noqa: SIM115  (it lives as long as the job)

    @classmethod
    def of(cls, fields: Sequence[str], batches: Iterable[Rows], most: int) -> ResultPages:
        """Keeps the rows of all batches, at most ``most``."""
        pages = cls(list(fields))
        with ExitStack() as closing:
            closing.callback(pages.close)
            for batch in batches:
                kept = min(batch.count, most - pages.count)
                pages.cut += batch.count - kept
                for start in range(0, kept, PAGE_ROWS):
                    pages._add(batch.slice(start, min(start + PAGE_ROWS, kept)))
            closing.pop_all()
        return pages

    def _add(self, rows: Rows) -> None:
        columns = [list(rows.columns.get(name, [None] * rows.count)) for name in self.fields]
        packed = zlib.compress(json.dumps([rows.count, columns]).encode("ascii"), 1)
        self._places.append((self._file.seek(0, 2), self.count))
        self._file.write(packed)
        self.count += rows.count

    def rows(self, offset: int = 0, count: int | None = None) -> Rows:
        """``count`` rows from ``offset`` on, all the rest without a count."""
        stop = self.count if count is None else min(self.count, offset + count)
        parts = [Rows({name: [] for name in self.fields}, 0)]
        for number, (at, first) in enumerate(self._places):
            last = self._places[number + 1][1] if number + 1 < len(self._places) else self.count
            if first < stop and last > offset:
                parts.append(self._page(number, at).slice(max(0, offset - first), stop - first))
        return Rows.concat(parts)

    def _page(self, number: int, at: int) -> Rows:
        end = self._places[number + 1][0] if number + 1 < len(self._places) else None
        with self._lock:
            if self._file.closed:
                raise Refused(404, "The job was cancelled while its rows were read.")
            self._file.seek(at)
            packed = self._file.read(-1 if end is None else end - at)
        count, columns = json.loads(zlib.decompress(packed))
        cells: dict[str, list[Cell]] = dict(zip(self.fields, columns))
        return Rows(cells, int(count))

    def close(self) -> None:
        with self._lock:
            self._file.close()
