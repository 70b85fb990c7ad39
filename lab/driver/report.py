"""What a command did: its rows, what it said, and what each of its processes moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.driver.failure import Message
from lab.driver.process import CommandProcess
from lab.driver.rows import Rows


@dataclass(frozen=True)
class ProcessReport:
    """One process. bytes_in: requests written to it; bytes_out: replies read from it."""

    name: str
    rows_in: int
    rows_out: int
    bytes_in: int
    bytes_out: int
    requests: int
    exit_code: int
    stderr: str

    @classmethod
    def of(cls, process: CommandProcess, rows_in: int, rows_out: int, requests: int) -> ProcessReport:
        code = process.exit_code if process.exit_code is not None else -1
        return cls(process.name, rows_in, rows_out, process.bytes_in, process.bytes_out, requests, code, process.stderr)


@dataclass(frozen=True)
class RunResult:
    """The whole run. processes: the one on the search head first, then those on indexers."""

    rows: Rows
    messages: Sequence[Message] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)
    processes: Sequence[ProcessReport] = ()

    @property
    def stderr(self) -> str:
        return "".join(report.stderr for report in self.processes)

    @property
    def exit_code(self) -> int:
        return max((report.exit_code for report in self.processes), default=0)

    @property
    def bytes_in(self) -> int:
        return sum(report.bytes_in for report in self.processes)

    @property
    def bytes_out(self) -> int:
        return sum(report.bytes_out for report in self.processes)
