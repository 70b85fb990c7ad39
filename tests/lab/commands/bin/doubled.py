"""Streaming: adds twice=2n beside n, keeps the record."""

import sys

from splunklib.searchcommands import Configuration, Option, StreamingCommand, dispatch


@Configuration()
class Doubled(StreamingCommand):
    field = Option(default="n")
    keep = Option(default="all")

    def prepare(self):
        self.configuration.required_fields = [self.field]

    def stream(self, records):
        for record in records:
            value = record.get(self.field)
            values = value if isinstance(value, list) else [value] if value else []
            record["twice"] = [str(2 * int(item)) for item in values]
            if self.keep == "all" or values:
                yield record


dispatch(Doubled, sys.argv, sys.stdin, sys.stdout, __name__)
