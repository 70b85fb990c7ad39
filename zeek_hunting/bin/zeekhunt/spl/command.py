"""The two kinds of command: one that adds fields to events as they stream by, one that maps on indexers and merges on the
head."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Protocol

from .body import BLOCK_B, Columns, Known, blocks, read_header
from .chunk import Chunk, ChunkError, read_chunk
from .encode import Cell, append_tails, encode_cell, encode_parts, encode_rows, encode_tail
from .options import OneOf
from .plan import MAP, MERGE, Exchange
from .sdk import Configuration, Option, PlannedCommand, SearchMetric

__all__ = ["Configuration", "MapMergeCommand", "Mapper", "Merger", "Option", "StreamingCommand", "dispatch"]

Rows = Mapping[str, Sequence[Cell]]


class Mapper(Protocol):
    """Gathers events into partial rows on an indexer."""

    def add(self, block: Columns) -> None: ...

    def full(self) -> bool:
        """Whether the memory bound is reached and the rows gathered so far must go out."""

    def drain(self) -> Iterable[Rows]:
        """The partial rows gathered since the last drain, in a fixed order, in parts."""


class Merger(Protocol):
    """Gathers raw events and partial rows, in any mixture and order, on the search head."""

    def add(self, table: Any) -> None:
        """One block of events or partial rows, an arrays.ByteTable."""

    def finish(self) -> Rows: ...

    @property
    def messages(self) -> Sequence[tuple[str, str]]:
        """(level, sentence) for the user, after finish()."""


class ExecuteLoop(PlannedCommand):
    """Request by request: read a chunk, answer it, until splunkd says finished or closes the pipe."""

    def execute(self, stdin: BinaryIO, stdout: BinaryIO) -> None:
        try:
            answer = None
            for request in self._requests(stdin):
                # not before there is a request: an error at the start is its answer
                answer = answer or self.start()
                finished = bool(request[0].metadata.get("finished", False))
                # taken out: a body that nobody holds any more is memory for what is written
                self.reply(stdout, {}, answer(request.pop().body, finished), finished)
        except (ChunkError, ValueError) as error:
            self.write_error(f"{self.plan.name}: {error}")
            self.reply(stdout, {}, finished=True, failed=True)
        except (BrokenPipeError, SystemExit):
            raise
        except Exception as error:  # noqa: BLE001  the command boundary: one line for the user, the traceback to search.log
            self.report_unexpected(error)
            self.reply(stdout, {}, finished=True, failed=True)

    def start(self) -> Callable[[bytes, bool], bytes]:
        """Called once before the first request; returns the function (body, finished) -> body of the reply."""
        raise NotImplementedError("ExecuteLoop.start")

    def _requests(self, stdin: BinaryIO) -> Iterator[list[Chunk]]:
        """Each request as a list of one, for its reader to take out."""
        finished = False
        while not finished:
            chunk = read_chunk(stdin)
            if chunk is None:
                return
            action = chunk.metadata.get("action")
            if action != "execute":
                raise ChunkError(f"expected Splunk's execute, got action {action!r}")
            request, finished = [chunk], bool(chunk.metadata.get("finished"))
            del chunk
            yield request


class StreamingCommand(ExecuteLoop):
    """Adds fields to events and leaves everything else, ``_chunked_idx`` first of all, as it came.

    A subclass gives ``added_fields()`` and ``add(block)``: one list of wire text per added field. A field of that name that
    splunkd already sent is overwritten.
    """

    def added_fields(self) -> Sequence[str]:
        raise NotImplementedError("StreamingCommand.added_fields")

    def add(self, block: Columns) -> Sequence[Sequence[str]]:
        raise NotImplementedError("StreamingCommand.add")

    def tails(self, block: Columns) -> Iterable[str]:
        """The added cells of each record, encoded and joined; a command that remembers them need not ask add() again."""
        return map(encode_tail, zip(*self.add(block)))

    def start(self) -> Callable[[bytes, bool], bytes]:
        self._known: Known = {}
        return self._answer

    def _answer(self, body: bytes, finished: bool) -> bytes:
        added = list(self.added_fields())
        if not body:
            return b""
        header, records_at = read_header(body)
        if not set(added).isdisjoint(header):
            return self._rewritten(body, added)
        parts = [body[:records_at].decode("latin-1").rstrip("\r\n"), *(f",{encode_cell(name)}" for name in added), "\r\n"]
        pieces = ["".join(parts).encode("latin-1")]
        filled = (block for block in blocks(body, few=True, known=self._known) if block.rows)
        pieces.extend(append_tails(block.records, self.tails(block)).encode("latin-1") for block in filled)
        return b"".join(pieces)

    def _rewritten(self, body: bytes, added: Sequence[str]) -> bytes:
        """The slow way, for a body that already holds one of the added fields: encode every cell again."""
        columns: dict[str, list[Cell]] = {}
        for block in blocks(body, max(BLOCK_B, len(body))):
            for name in block.names:
                columns[name] = [_cell(block, name, row) for row in range(block.rows)]
            columns.update(zip(added, map(list, self.add(block) if block.rows else [[] for _ in added])))
        return encode_rows(columns)


class MapMergeCommand(ExecuteLoop):
    """Partial rows from the indexers, one result on the search head; the merge takes raw events as well (DESIGN §4.4).

    A subclass gives ``mapper()`` and ``merger()``; the merger may import numpy, the mapper must not.
    """

    phase = Option(default=MERGE, validate=OneOf(MAP, MERGE))

    def mapper(self) -> Mapper:
        raise NotImplementedError("MapMergeCommand.mapper")

    def merger(self) -> Merger:
        raise NotImplementedError("MapMergeCommand.merger")

    def start(self) -> Callable[[bytes, bool], bytes]:
        if self.phase == MAP:
            return self._map(self.mapper())
        from . import numeric

        numeric.require()
        return self._merge(self.merger())

    @classmethod
    def settle(cls, getinfo: Chunk) -> None:
        """Before anything is answered: move to the add-on's interpreter when only that one has numpy."""
        if cls.plan.phase(getinfo.metadata["searchinfo"]) != MERGE:
            return
        from . import numeric

        python = None if numeric.found() else numeric.add_on_python()
        if python is not None:
            numeric.run_again_under(python, getinfo)

    def _map(self, mapper: Mapper) -> Callable[[bytes, bool], bytes]:
        known: Known = {}

        def answer(body: bytes, finished: bool) -> bytes:
            for block in blocks(body, known=known):
                mapper.add(block)
            del body
            # held back as long as memory allows: few large partial rows are several times smaller than many small ones
            return encode_parts(mapper.drain()) if finished or mapper.full() else b""

        return answer

    def _merge(self, merger: Merger) -> Callable[[bytes, bool], bytes]:
        from . import arrays  # numpy

        started = time.monotonic()
        known: Known = {}

        def answer(body: bytes, finished: bool) -> bytes:
            for table in arrays.tables(body, known):
                merger.add(table)
            if not finished:
                return b""
            rows = merger.finish()
            for level, sentence in merger.messages:
                self._write(level, f"{self.plan.name}: {sentence}")
            found = len(next(iter(rows.values()), ()))
            self.write_metric(f"{self.plan.name}.merge", SearchMetric(round(time.monotonic() - started, 3), 1, None, found))
            return encode_rows(rows)

        return answer


def dispatch(command: type[ExecuteLoop], exchange: Exchange) -> None:
    """Run the command over this process's stdin and stdout, from the getinfo that open_exchange() has read."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    # nothing here makes reference cycles, and the collector would walk hundreds of thousands of live lists over and over:
    # a fifth of the map's time
    gc.disable()
    try:
        if issubclass(command, MapMergeCommand) and not exchange.handed_over:
            command.settle(exchange.getinfo)
        command().run(exchange.getinfo, stdin, stdout)
    except BrokenPipeError:
        # the search was cancelled and nobody reads any more; devnull keeps the interpreter's own last flush from complaining
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())


def _cell(block: Columns, name: str, row: int) -> Cell:
    values: Any = block.values(name, row)
    return values if len(values) > 1 else (values[0] if values else "")
