"""Generating: rows numbered 0 to count-1."""

import sys

from splunklib.searchcommands import Configuration, GeneratingCommand, Option, dispatch, validators


@Configuration()
class Counted(GeneratingCommand):
    count = Option(default=3, validate=validators.Integer(0))

    def generate(self):
        for number in range(self.count):
            yield {"_time": str(1000 + number), "n": str(number)}


dispatch(Counted, sys.argv, sys.stdin, sys.stdout, __name__)
