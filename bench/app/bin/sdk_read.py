"""The SDK's reporting command that reads and does nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from splunklib.searchcommands import Configuration, ReportingCommand, dispatch


@Configuration(required_fields=["*"])
class SdkReadCommand(ReportingCommand):  # type: ignore[misc]
    def reduce(self, records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        rows = sum(1 for _ in records)
        if self._finished:
            yield {"rows": rows}


dispatch(SdkReadCommand, sys.argv, sys.stdin, sys.stdout, __name__)
