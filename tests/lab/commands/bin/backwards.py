"""Type events: whole records, sorted by n, answered on the last chunk."""

import sys

from splunklib.searchcommands import Configuration, EventingCommand, dispatch


@Configuration()
class Backwards(EventingCommand):
    held = ()

    def transform(self, records):
        self.held = [*self.held, *records]
        if self._finished:
            yield from sorted(self.held, key=lambda record: int(record.get("n") or 0))


dispatch(Backwards, sys.argv, sys.stdin, sys.stdout, __name__)
