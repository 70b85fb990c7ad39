"""What ingesting did, for the person who must act: counts, and a sentence for every file that was not read whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.ingest.escapes import shown

# Why a row is skipped. The texts are what a user reads and what the table `files` counts.
NO_TIMESTAMP = "no timestamp"
WRONG_CELLS = "wrong number of cells"
BEFORE_HEADER = "before any #fields header"
NOT_JSON = "not valid JSON"
NOT_ZEEK = "not a Zeek event"
DUPLICATE_KEY = "a key given twice"
TOO_DEEP = "nested too deep"
TOO_MANY_FIELDS = "too many fields"
TOO_MANY_LOGS = "one log more than a store holds"
TOO_LONG = "line too long"
NUL_BYTE = "NUL byte"
CUT_OFF = "cut off at the end of the file"

LOADED, PARTLY, SKIPPED = "loaded", "partly", "skipped"


@dataclass
class Tally:
    """Counts of one file while it is read. ``rows_read`` = rows stored + rows skipped, always."""

    rows_stored: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first_seen: dict[str, str] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    logs: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    def skip(self, reason: str, line: int, found: str = "", rows: int = 1) -> None:
        """Counts skipped rows; the first of each reason is remembered with its line and what was found there."""
        if rows:
            self.reasons[reason] += rows
            self.first_seen.setdefault(reason, f"line {line:,}" + (f", {found}" if found else ""))

    def store(self, log: str, rows: int) -> None:
        self.rows_stored += rows
        self.logs[log] += rows

    @property
    def rows_skipped(self) -> int:
        return sum(self.reasons.values())

    @property
    def rows_read(self) -> int:
        return self.rows_stored + self.rows_skipped

    @property
    def status(self) -> str:
        if not self.rows_stored:
            return SKIPPED
        return PARTLY if self.reasons or self.troubles else LOADED

    def message(self) -> str:
        """Why rows or the whole file were skipped and what is odd about the rest; '' for a file read without a remark."""
        parts = list(self.troubles)
        if self.reasons:
            causes = "; ".join(f"{rows:,} {reason} (first: {self.first_seen[reason]})" for reason, rows in self.reasons.items())
            parts.append(f"{self.rows_skipped:,} of {self.rows_read:,} rows skipped: {causes}")
        parts += [f"{rows:,} {'row' if rows == 1 else 'rows'} {note}" for note, rows in self.notes.items()]
        return ". ".join(parts)


@dataclass(frozen=True)
class FileReport:
    """One candidate file. ``source``: its path below the ingested folder; ``status``: loaded, partly or skipped."""

    path: str
    source: str
    size_b: int
    fingerprint: str
    log_format: str
    logs: Sequence[str]
    rows_read: int
    rows_stored: int
    rows_skipped: int
    reasons: Mapping[str, int]
    status: str
    message: str
    unchanged: bool = False

    def sentence(self) -> str | None:
        """What the user should know of this file; None when there is nothing to tell."""
        if self.status == LOADED and not self.message:
            return None
        lead = {LOADED: "read", PARTLY: "read in part", SKIPPED: "skipped"}[self.status]
        return f"{shown(self.source)}: {lead}. {self.message}."


@dataclass(frozen=True)
class Progress:
    """How far ingesting is; bytes as they lie on disk (compressed), over all files."""

    path: Path
    bytes_done: int
    bytes_total: int


@dataclass(frozen=True)
class IngestReport:
    """The whole of one ``ingest`` call. Files unchanged since an earlier call count with what was read of them then."""

    files: Sequence[FileReport]
    gone: Sequence[str] = ()

    @property
    def rows_read(self) -> int:
        return sum(report.rows_read for report in self.files)

    @property
    def rows_stored(self) -> int:
        return sum(report.rows_stored for report in self.files)

    @property
    def rows_skipped(self) -> int:
        return sum(report.rows_skipped for report in self.files)

    @property
    def reasons(self) -> dict[str, int]:
        """Skipped rows by reason, the most frequent first."""
        total: Counter[str] = Counter()
        for report in self.files:
            total.update(report.reasons)
        return dict(total.most_common())

    def sentences(self) -> list[str]:
        """The summary, then one sentence per file that was skipped, read in part, is odd or is gone."""
        lines = [self._summary()]
        lines += [sentence for report in self.files if (sentence := report.sentence())]
        lines += [f"{shown(path)}: the file is gone; its rows were removed from the store." for path in self.gone]
        return lines

    def _summary(self) -> str:
        if not self.files:
            return "No file found: the folder is empty."
        statuses = Counter(report.status for report in self.files)
        unchanged = sum(report.unchanged for report in self.files)
        causes = ", ".join(f"{rows:,} {reason}" for reason, rows in self.reasons.items())
        return (
            f"Files: {len(self.files):,}; {statuses[LOADED]:,} read, {statuses[PARTLY]:,} in part, {statuses[SKIPPED]:,} skipped"
            + (f", {unchanged:,} of them unchanged since the last time" if unchanged else "")
            + f". Rows: {self.rows_read:,} read, {self.rows_stored:,} stored, {self.rows_skipped:,} skipped"
            + (f" ({causes})." if causes else ".")
        )
