"""The SDK's streaming command that adds the same number as addone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from splunklib.searchcommands import Configuration, StreamingCommand, dispatch


@Configuration(required_fields=["*"])
class SdkAddOneCommand(StreamingCommand):  # type: ignore[misc]
    def stream(self, records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for record in records:
            size = record["orig_bytes"]
            record["kilobytes"] = int(size) / 1024 if size else ""
            yield record


dispatch(SdkAddOneCommand, sys.argv, sys.stdin, sys.stdout, __name__)
