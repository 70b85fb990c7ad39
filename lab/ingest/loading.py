"""From paths to a filled store: which files are new, changed, unchanged or gone, and the reading of each."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Callable

from lab.ingest import jsonl, tsv
from lab.ingest.batch import Batch
from lab.ingest.discovery import Candidate, discover
from lab.ingest.event_time import FIRST_ABSOLUTE_S
from lab.ingest.lines import ByteSource, line_blocks
from lab.ingest.report import CUT_OFF, NOT_JSON, NOT_ZEEK, TOO_MANY_LOGS, FileReport, IngestReport, Progress, Tally
from lab.ingest.sniff import JSON, sniff
from lab.ingest.store import MAX_LOGS, Store

COMMIT_B = 64 << 20  # candidate bytes per transaction: commits of single small files would cost more than reading them
_UNDATED = "dated before 1971; their time seems to count from the start of a capture"

ProgressHook = Callable[[Progress], None]


def ingest(paths: Sequence[Path], store: Store, progress: ProgressHook | None = None) -> IngestReport:
    """Brings the store in step with the files below ``paths``.

    Unchanged files (same size and modification time) are not read again; a changed one replaces its rows; the rows of a file that
    is gone are removed. Files of earlier calls elsewhere stay. Raises ``PathMissing`` for a path that does not exist; whatever is
    wrong with a file is in the report.
    """
    found = discover(paths, excluded=store.path)
    known = store.files.reports()
    present = {candidate.key for candidate in found.files}
    gone = [report for path, report in known.items() if path not in present and (found.covers(path) or not Path(path).exists())]
    reports = {candidate.key: known.get(candidate.key) for candidate in found.files}
    todo = [candidate for candidate in found.files if not _is_unchanged(candidate, reports[candidate.key])]
    ticker = _Ticker(progress, sum(candidate.size_b for candidate in found.files))
    ticker.finished(sum(candidate.size_b for candidate in found.files) - sum(candidate.size_b for candidate in todo))
    if gone:
        with store.transaction():
            store.forget(gone)
    for group in _transactions(todo):
        with store.filling(), _collector_paused(), store.transaction():
            store.forget([report for candidate in group if (report := reports[candidate.key])])
            for file_id, candidate in enumerate(group, store.files.next_id()):
                reports[candidate.key] = _load(candidate, store, file_id, ticker)
    return IngestReport([report for report in reports.values() if report], [report.path for report in gone])


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Millions of short-lived dicts without cycles make Python's cycle collector take a third of the time for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Ticker:
    """Tells the caller how many bytes of all files are done."""

    def __init__(self, progress: ProgressHook | None, total_b: int) -> None:
        self._progress = progress
        self._total_b = total_b
        self._done_b = 0

    def finished(self, size_b: int) -> None:
        self._done_b += size_b

    def tell(self, path: Path, of_file_b: int) -> None:
        if self._progress:
            self._progress(Progress(path, min(self._done_b + of_file_b, self._total_b), self._total_b))


def _is_unchanged(candidate: Candidate, report: FileReport | None) -> bool:
    """A file that could not be opened is tried each time: permissions change without a new modification time."""
    if report is None or report.source != candidate.source:
        return False
    if candidate.refusal:
        return report.message == candidate.refusal
    return bool(report.fingerprint) and report.fingerprint == _fingerprint(candidate)


def _fingerprint(candidate: Candidate) -> str:
    return f"{candidate.size_b}:{candidate.mtime_ns}"


def _transactions(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    sizes_b, total_b = [], 0
    for candidate in candidates:
        sizes_b.append(total_b)
        total_b += candidate.size_b
    for _, group in groupby(zip(candidates, sizes_b), key=lambda pair: pair[1] // COMMIT_B):
        yield [candidate for candidate, _ in group]


@dataclass(frozen=True)
class _Load:
    """One file on its way into the store."""

    candidate: Candidate
    store: Store
    file_id: int
    tally: Tally
    ticker: _Ticker


def _load(candidate: Candidate, store: Store, file_id: int, ticker: _Ticker) -> FileReport:
    tally = Tally()
    log_format, fingerprint = "", _fingerprint(candidate)
    if candidate.refusal:
        tally.troubles.append(candidate.refusal)
        fingerprint = ""
    else:
        try:
            with ByteSource(candidate.path) as source:
                log_format = _read(source, _Load(candidate, store, file_id, tally, ticker))
        except OSError as error:
            tally.troubles.append(f"cannot be read: {error.strerror}; check its permissions")
            fingerprint = ""
    report = FileReport(
        path=candidate.key,
        source=candidate.source,
        size_b=candidate.size_b,
        fingerprint=fingerprint,
        log_format=log_format,
        logs=tuple(sorted(tally.logs)),
        rows_read=tally.rows_read,
        rows_stored=tally.rows_stored,
        rows_skipped=tally.rows_skipped,
        reasons=dict(tally.reasons),
        status=tally.status,
        message=tally.message(),
    )
    store.files.add(file_id, report)
    ticker.finished(candidate.size_b)
    ticker.tell(candidate.path, 0)
    return report


def _read(source: ByteSource, load: _Load) -> str:
    """Reads one opened file into the store; returns its format, '' when it is no Zeek log."""
    tally, path = load.tally, load.candidate.path
    verdict = sniff(source.peek())
    if verdict.refusal:
        tally.troubles.append(source.damage or verdict.refusal)
        return ""
    if verdict.log_format == JSON:
        read, backslash = jsonl.batches, "\\\\"
    else:
        read, backslash = tsv.batches, "\\"
    for batch in read(line_blocks(source, tally, backslash), path.name, tally):
        _keep(batch, load)
        load.ticker.tell(path, source.consumed_b)
    if source.damage:
        tally.troubles.append(source.damage)
    if not tally.rows_read and not tally.troubles:
        tally.troubles.append("no rows (only a header)")
    if tally.reasons.keys() <= {NOT_JSON, NOT_ZEEK, CUT_OFF} and tally.reasons and not tally.rows_stored and not tally.troubles:
        tally.troubles.append("not a Zeek log")
    return verdict.log_format


def _keep(batch: Batch, load: _Load) -> None:
    tally = load.tally
    if not load.store.has_room_for(batch.log):
        tally.skip(TOO_MANY_LOGS, batch.numbers[0], f"log {batch.log}; the limit is {MAX_LOGS}", rows=len(batch.raw))
        return
    remarks = load.store.insert(load.file_id, load.candidate.source, batch)
    tally.store(batch.log, len(batch.raw))
    for remark, rows in remarks.items():
        tally.notes[remark] += rows
    undated = sum(time < FIRST_ABSOLUTE_S for time in batch.times)
    if undated:
        tally.notes[_UNDATED] += undated
