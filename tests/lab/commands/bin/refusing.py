"""Streaming: refuses in prepare() or at the second chunk, as a command does that finds bad input."""

import sys

from splunklib.searchcommands import Configuration, Option, StreamingCommand, dispatch


@Configuration()
class Refusing(StreamingCommand):
    when = Option(default="prepare")

    def prepare(self):
        if self.when == "prepare":
            self.error_exit(ValueError("bad"), "refusing: when=prepare is not allowed here")

    def stream(self, records):
        self.write_warning("looked at the chunk")
        if self.when == "stream":
            self.error_exit(ValueError("bad"), "refusing: this chunk is not to my taste")
        yield from records


dispatch(Refusing, sys.argv, sys.stdin, sys.stdout, __name__)
