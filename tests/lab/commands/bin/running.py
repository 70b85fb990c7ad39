"""Stateful: the running total of n, in the order the rows come."""

import sys

from splunklib.searchcommands import Configuration, StreamingCommand, dispatch


@Configuration(distributed=False, required_fields=["n"])
class Running(StreamingCommand):
    total = 0

    def stream(self, records):
        for record in records:
            self.total += int(record.get("n") or 0)
            record["total"] = str(self.total)
            yield record


dispatch(Running, sys.argv, sys.stdin, sys.stdout, __name__)
