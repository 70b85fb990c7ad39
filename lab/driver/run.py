"""A whole command over a whole set of rows: which processes there are, who gets which rows, and in which order answers count."""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Callable

from lab.driver.body import CHUNKED_IDX, decode_body, encode_body
from lab.driver.failure import BrokenReply, CommandFailed, NotACommand
from lab.driver.invocation import Invocation, app_commands, split_arguments
from lab.driver.process import CommandInfo, CommandProcess
from lab.driver.report import ProcessReport, RunResult
from lab.driver.rows import Rows
from lab.driver.sending import EMPTY_BODY, WITH_ROWS, Chunker, RunOptions, merged_back, narrowed

_QUEUED_BATCHES = 2  # per process: enough to keep it busy, little enough to bound memory


class Lane:
    """One process and the thread that feeds it, so that several processes work at once."""

    def __init__(self, process: CommandProcess, info: CommandInfo, options: RunOptions) -> None:
        self.process, self.info, self._options = process, info, options
        self._rows_in = self._rows_out = self._requests = 0
        sizes = options.map_chunk_rows if process.invocation.remote and options.map_chunk_rows else options.chunk_rows
        self._chunker = Chunker(sizes)
        self._last_header = Rows({}, 0)
        self._answers: list[Rows] = []
        self._failure: BaseException | None = None
        self._ended = False
        self._queue: queue.Queue[Rows | None] = queue.Queue(_QUEUED_BATCHES)
        self._thread = threading.Thread(target=self._work, name=process.name, daemon=True)
        self._thread.start()

    def put(self, rows: Rows) -> None:
        """Hand over rows; raises what went wrong with earlier ones."""
        if self._failure is not None:
            raise self._failure
        self._queue.put(rows)

    def finish(self) -> Rows:
        """Everything the process answered, after its end."""
        self.stop()
        if self._failure is not None:
            raise self._failure
        self.process.close()
        return Rows.concat(self._answers)

    def stop(self) -> None:
        """End the thread after what is queued."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    @property
    def report(self) -> ProcessReport:
        return ProcessReport.of(self.process, self._rows_in, self._rows_out, self._requests)

    def _work(self) -> None:
        try:
            self._feed(self._batches())
        except CommandFailed as error:
            self._failure = error
            self._discard()
        except BaseException as error:  # noqa: BLE001  a thread's only way to hand an exception to the one who waits
            self._failure = error
            self._discard()
            self.process.kill()

    def _batches(self) -> Iterator[Rows]:
        while not self._ended:
            batch = self._queue.get()
            if batch is None:
                self._ended = True
            else:
                yield batch

    def _discard(self) -> None:
        """Take what still comes, so that the one who puts never waits; nothing comes after the end."""
        for _ in self._batches():
            pass

    def _feed(self, batches: Iterator[Rows]) -> None:
        held: Rows | None = None
        for batch in batches:
            for chunk in self._chunker.push(batch):
                if held is not None and self._send(held, finished=False):
                    self._discard()
                    return
                held = chunk
        rest = self._chunker.rest()
        if held is not None and rest.count:
            if self._send(held, finished=False):
                return
            held = rest
        held = rest if held is None else held
        if self._options.last_request == WITH_ROWS:
            self._send(held, finished=True)
        elif not (held.count and self._send(held, finished=False)):
            self._send(self._last_header if held.count else held.slice(0, 0), finished=True)

    def _send(self, chunk: Rows, finished: bool) -> bool:
        """One request and its answer; True when the command says that it needs no more."""
        streaming = self.info.type in ("streaming", "stateful")
        sent = narrowed(chunk, None if self.info.type == "events" else self.info.required_fields, self._options)
        self._last_header = sent.slice(0, 0)
        empty = finished and not chunk.count and self._options.last_request == EMPTY_BODY
        body = b"" if empty else encode_body(sent, with_index=streaming and bool(chunk.columns), row_end=self._options.row_end)
        reply = self.process.execute(body, finished)
        self._requests += 1
        self._rows_in += chunk.count
        answer = self._answer(reply.body)
        self._rows_out += answer.count
        if self._rows_out > self.process.invocation.limits.max_rows:
            raise CommandFailed(f"{self.process.name} answered more than {self.process.invocation.limits.max_rows:,} rows")
        if answer.count:
            self._answers.append(merged_back(chunk, sent, answer) if streaming else answer)
        return bool(reply.metadata.get("finished", False)) and not finished

    def _answer(self, body: bytes) -> Rows:
        try:
            return decode_body(body)
        except BrokenReply as error:
            raise BrokenReply(
                f"{self.process.name}: {error}", self.process.name, self.process.messages, self.process.stderr
            ) from error


class CommandRun:
    """A command that has answered getinfo. ``fields`` are what its rows must hold; then feed() runs it, once."""

    def __init__(self, invocation: Invocation, options: RunOptions | None = None) -> None:
        self.invocation, self.options = invocation, options or RunOptions()
        self._lanes: list[Lane] = []
        self._processes: list[CommandProcess] = []
        self._generated_rows = self._generated_requests = 0
        try:
            self._head = self._start(invocation, "")
            self.info = self._head.getinfo()
            self.mapped = bool(self.info.type == "reporting" and self.info.streaming_preop and not self.options.skip_map)
            self._workers = self._start_workers()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> CommandRun:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def fields(self) -> tuple[str, ...] | None:
        """The fields that the processes reading raw rows ask for; None means all."""
        info = self._workers[0][1]
        return None if info.type == "events" else info.required_fields

    def feed(self, source: Rows | Iterable[Rows], progress: Callable[[int], None] | None = None) -> RunResult:
        """Run over the rows, given in the order splunkd would hand them out. progress(rows) is called after each batch."""
        if self.info.finished:
            self._head.close()
            return self._result(Rows({}, 0))
        if self.info.generating:
            return self._result(self._generated())
        answers = self._through(self._workers, [source] if isinstance(source, Rows) else source, progress)
        if self.mapped:
            answers = self._through([(self._head, self.info)], [answers], None)
        return self._result(answers)

    def close(self) -> None:
        """End every process that still runs."""
        for lane in self._lanes:
            lane.process.kill()
            lane.stop()
        for process in self._processes:
            process.kill()

    def _start(self, invocation: Invocation, suffix: str) -> CommandProcess:
        process = CommandProcess(invocation, invocation.command + suffix)
        self._processes.append(process)
        return process

    def _start_workers(self) -> Sequence[tuple[CommandProcess, CommandInfo]]:
        """The processes that read the raw rows: those of the map, N of a streaming command, or the one there is."""
        count = self.options.indexers
        if not self.mapped and (self.info.type != "streaming" or self.info.generating or count == 1):
            return [(self._head, self.info)]
        invocation = replace(self._preop() if self.mapped else self.invocation, remote=True)
        workers = []
        for number in range(1, count + 1):
            process = self._start(invocation, f" on indexer {number}")
            info = process.getinfo()
            if info.type != "streaming":
                raise BrokenReply(f"{process.name}: a streaming_preop must be a streaming command, this one answered {info.type}")
            workers.append((process, info))
        if not self.mapped:
            self._head.close()  # it only said what kind of command this is
        return workers

    def _preop(self) -> Invocation:
        text = self.info.streaming_preop
        name, *args = split_arguments(text) or ("",)
        if "|" in args or name not in app_commands(self.invocation.app):
            raise NotACommand(
                f"{self.invocation.command}: streaming_preop {text!r} is not a command of this app; only such run here"
            )
        return replace(self.invocation, command=name, raw_args=tuple(args))

    def _through(
        self,
        workers: Sequence[tuple[CommandProcess, CommandInfo]],
        source: Iterable[Rows],
        progress: Callable[[int], None] | None,
    ) -> Rows:
        """Deal the rows out to the processes and put their answers one behind the other."""
        lanes = [Lane(process, info, self.options) for process, info in workers]
        self._lanes += lanes
        for number, batch in enumerate(source):
            for lane, share in zip(lanes, self._shares(batch, len(lanes), number)):
                lane.put(share)
            if progress is not None:
                progress(batch.count)
        return Rows.concat([lane.finish() for lane in lanes])

    def _shares(self, batch: Rows, lanes: int, number: int) -> Iterable[Rows]:
        if lanes == 1:
            return [batch]
        if self.options.shard_seed is None:
            return [
                Rows({name: cells[k::lanes] for name, cells in batch.columns.items()}, len(range(k, batch.count, lanes)))
                for k in range(lanes)
            ]
        dice = random.Random(f"{self.options.shard_seed}/{number}")
        shares: list[list[int]] = [[] for _ in range(lanes)]
        for row in range(batch.count):
            shares[dice.randrange(lanes)].append(row)
        return [batch.take(share) for share in shares]

    def _generated(self) -> Rows:
        answers: list[Rows] = []
        header = Rows({name: [] for name in self.info.required_fields or ()}, 0)
        body = encode_body(header, with_index=bool(header.columns), row_end=self.options.row_end)
        finished = False
        while not finished:
            reply = self._head.execute(body, True)
            answer = decode_body(reply.body)
            self._generated_rows += answer.count
            self._generated_requests += 1
            if self._generated_rows > self.invocation.limits.max_rows:
                raise CommandFailed(f"{self.invocation.command} generated more than {self.invocation.limits.max_rows:,} rows")
            answers.append(answer.pick([name for name in answer.columns if name != CHUNKED_IDX]))
            finished = bool(reply.metadata.get("finished", False))
        self._head.close()
        return Rows.concat(answers)

    def _result(self, rows: Rows) -> RunResult:
        reports = {lane.process: lane.report for lane in self._lanes}
        made, requests = self._generated_rows, self._generated_requests  # 0 unless the head process is a generating command
        idle = [ProcessReport.of(process, 0, made, requests) for process in self._processes if process not in reports]
        messages = [message for process in self._processes for message in process.messages]
        metrics = {f"{process.name}: {name}": value for process in self._processes for name, value in process.metrics.items()}
        for process in self._processes:
            if process.exit_code is None:
                process.close()
        return RunResult(rows, messages, metrics, [*(reports[p] for p in self._processes if p in reports), *idle])


def run(
    invocation: Invocation,
    source: Rows | Iterable[Rows],
    options: RunOptions | None = None,
    progress: Callable[[int], None] | None = None,
) -> RunResult:
    """Run a command as splunkd would. source: rows newest first, whole or in batches. Raises CommandFailed."""
    with CommandRun(invocation, options) as command:
        return command.feed(source, progress)
