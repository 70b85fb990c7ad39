"""The SDK's streaming command that does nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from splunklib.searchcommands import Configuration, StreamingCommand, dispatch


@Configuration(required_fields=["*"])
class SdkPassCommand(StreamingCommand):  # type: ignore[misc]
    def stream(self, records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        yield from records


dispatch(SdkPassCommand, sys.argv, sys.stdin, sys.stdout, __name__)
