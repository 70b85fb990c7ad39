"""The map of zeekbeacon on the SDK's loop: records in, the same partial rows out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from sdk_gathering import Gathering
from splunklib.searchcommands import Configuration, StreamingCommand, dispatch
from zeekhunt.beacon import summary


@Configuration(required_fields=["*"])
class SdkMapCommand(StreamingCommand):  # type: ignore[misc]
    """A streaming command, which is what a ReportingCommand becomes in its map phase."""

    gathering = Gathering()

    def stream(self, records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        self.gathering.add(records)
        if not self._finished:
            return
        for key in sorted(self.gathering.columns):
            cells = summary.partial_row(key, self.gathering.columns[key], ported=False)
            yield dict(zip(summary.COLUMNS, cells))
        tally = f"read:{self.gathering.read} used:{self.gathering.read}"
        row = dict.fromkeys(summary.COLUMNS, "")
        yield {**row, summary.KIND: summary.TALLY, "zh_version": str(summary.VERSION), "zh_tally": tally}


dispatch(SdkMapCommand, sys.argv, sys.stdin, sys.stdout, __name__)
