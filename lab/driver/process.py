"""One process of a custom command, driven request by request."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from lab.driver.failure import BrokenReply, CommandFailed, Message, ReplyTimeout
from lab.driver.invocation import Invocation
from lab.driver.wire import Reply, ReplyBuffer, encode_request

TYPES = ("streaming", "stateful", "events", "reporting")
_READ_B = 1 << 20
_WRITE_B = 1 << 16
_LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "FATAL")


@dataclass(frozen=True)
class CommandInfo:
    """The getinfo reply. required_fields None: every field (left out, or ``*`` among them)."""

    type: str
    generating: bool
    finished: bool
    required_fields: tuple[str, ...] | None
    streaming_preop: str
    reply: Mapping[str, Any]


class CommandProcess:
    """A running command. Not for several threads at once. Use as a context manager, or call close().

    Every trouble ends in CommandFailed or one of its kinds, with the messages and stderr so far; the process is then dead.
    """

    def __init__(self, invocation: Invocation, name: str = "") -> None:
        self.invocation = invocation
        self.name = name or invocation.command
        self.messages: list[Message] = []
        self.metrics: dict[str, list[Any]] = {}
        self.bytes_in = self.bytes_out = self.stderr_dropped_b = 0
        self.exit_code: int | None = None
        self._stderr = bytearray()
        self._doing = "start"
        script = invocation.script()
        self._folder = tempfile.TemporaryDirectory(prefix="lab-dispatch-")
        try:
            # a session of its own, so that killing it takes the children it may have started along
            self._process = subprocess.Popen(
                [invocation.python, str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder.name,
                env=invocation.process_environment(),
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            self._folder.cleanup()
            raise CommandFailed(f"cannot start {invocation.python}: {error}", self.name) from error
        self._replies = ReplyBuffer(invocation.limits.max_reply_b)
        self._selector = selectors.DefaultSelector()
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._stdin, self._stdout, self._stderr_pipe = self._process.stdin, self._process.stdout, self._process.stderr
        for pipe in (self._stdin, self._stdout, self._stderr_pipe):
            os.set_blocking(pipe.fileno(), False)
        for pipe in (self._stdout, self._stderr_pipe):
            self._selector.register(pipe, selectors.EVENT_READ)

    def __enter__(self) -> CommandProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill() if kind else self.close()

    @property
    def dispatch_dir(self) -> Path:
        return Path(self._folder.name)

    @property
    def stderr(self) -> str:
        """The last bytes of stderr, at most limits.max_stderr_b; ``stderr_dropped_b`` counts those before."""
        return self._stderr.decode("utf-8", errors="replace")

    def getinfo(self) -> CommandInfo:
        """Ask what the command is."""
        self._doing = "getinfo"
        metadata = self._request(encode_request(self.invocation.getinfo(self.dispatch_dir))).metadata
        kind, required = metadata.get("type", "streaming"), metadata.get("required_fields")
        if kind not in TYPES:
            raise self._failure(BrokenReply, f"getinfo answered type {kind!r}; Splunk knows {', '.join(TYPES)}")
        if required is not None and not (isinstance(required, list) and all(isinstance(name, str) for name in required)):
            raise self._failure(BrokenReply, f"getinfo answered required_fields {required!r}; Splunk wants a list of names")
        return CommandInfo(
            type=str(kind),
            generating=bool(metadata.get("generating", False)),
            finished=bool(metadata.get("finished", False)),
            required_fields=None if required is None or "*" in required else tuple(dict.fromkeys(required)),
            streaming_preop=str(metadata.get("streaming_preop") or ""),
            reply=metadata,
        )

    def execute(self, body: bytes, finished: bool) -> Reply:
        """Send one chunk and return the answer to it."""
        self._doing = "an execute request"
        return self._request(encode_request({"action": "execute", "finished": finished}, body))

    def close(self) -> int:
        """End the input, wait for the end of the process, return 0. A process that ends otherwise failed the search."""
        if self.exit_code is not None:
            return self.exit_code
        self._doing = "the end of its input"
        self._close_stdin()
        self._pump(b"", time.monotonic() + self.invocation.limits.exit_s, whole_reply=False)
        trailing_b, shown = self._replies.waiting_b, self._replies.shown()
        self._reap()
        if trailing_b:
            raise self._failure(BrokenReply, f"{trailing_b:,} bytes follow the last reply: {shown}")
        if self.exit_code:
            raise self._unexpected_exit("")
        return 0

    def kill(self) -> None:
        """End the process and everything it started, now."""
        if self.exit_code is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._reap()

    def _request(self, data: bytes) -> Reply:
        if self.exit_code is not None:
            raise self._failure(CommandFailed, f"the process of '{self.invocation.command}' has ended already")
        reply = self._pump(data, time.monotonic() + self.invocation.limits.reply_s, whole_reply=True)
        if reply is None:
            missing = self._replies.missing()
            self.kill() if self._process.poll() is None else self._reap()
            raise self._unexpected_exit(missing)
        self._inspect(reply.metadata)
        return reply

    def _pump(self, data: bytes, deadline: float, whole_reply: bool) -> Reply | None:
        """Write data while reading both outputs, until the reply is whole (or, whole_reply False, until both outputs end)."""
        waiting = memoryview(data)
        self.bytes_in += len(data)
        if data and not self._stdin.closed:
            self._selector.register(self._stdin, selectors.EVENT_WRITE)
        reply: Reply | None = None
        while self._selector.get_map():
            if whole_reply and not waiting and reply is None:
                reply = self._take()
            if reply is not None and not waiting:
                break
            if whole_reply and self._stdout.closed:
                break
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                self._timed_out()
            for key, _ in self._selector.select(left_s):
                if key.fileobj is self._stdin:
                    waiting = self._write(waiting)
                else:
                    self._read(key.fileobj)
        return reply

    def _take(self) -> Reply | None:
        try:
            return self._replies.take()
        except BrokenReply as error:
            raise self._failure(BrokenReply, str(error)) from error

    def _write(self, waiting: memoryview) -> memoryview:
        try:
            waiting = waiting[os.write(self._stdin.fileno(), waiting[:_WRITE_B]) :]
        except BlockingIOError:
            return waiting
        except BrokenPipeError:
            # it stopped reading; what it said last, or its silence, is on the other pipe
            self._selector.unregister(self._stdin)
            self._close_stdin()
            return memoryview(b"")
        if not waiting:
            self._selector.unregister(self._stdin)
        return waiting

    def _read(self, pipe: Any) -> None:
        try:
            data = os.read(pipe.fileno(), _READ_B)
        except BlockingIOError:
            return
        if not data:
            self._selector.unregister(pipe)
            pipe.close()
        elif pipe is self._stdout:
            self.bytes_out += len(data)
            self._replies.feed(data)
        else:
            self._stderr += data
            excess_b = max(0, len(self._stderr) - self.invocation.limits.max_stderr_b)
            self.stderr_dropped_b += excess_b
            del self._stderr[:excess_b]

    def _inspect(self, metadata: Mapping[str, Any]) -> None:
        """Keep messages and metrics; an error among them ends the search."""
        inspector = metadata.get("inspector") or {}
        if not isinstance(inspector, dict):
            raise self._failure(BrokenReply, f"the reply's inspector is no object: {str(inspector)[:80]!r}")
        new = [self._message(entry) for entry in inspector.get("messages") or []]
        self.messages += new
        for key, value in inspector.items():
            if key.startswith("metric."):
                self.metrics[key[len("metric.") :]] = value
        texts = [message.text for message in new if message.fatal]
        error = metadata.get("error")
        if error:
            texts = [*(text for text in texts if text != error), str(error)]
        if texts:
            raise self._failure(CommandFailed, "\n".join(texts))

    def _message(self, entry: Any) -> Message:
        if isinstance(entry, list) and len(entry) == 2 and entry[0] in _LEVELS and isinstance(entry[1], str):
            return Message(entry[0], entry[1], self.name)
        raise self._failure(
            BrokenReply, f"a message must be [LEVEL, text] with LEVEL of {', '.join(_LEVELS)}, found {str(entry)[:80]}"
        )

    def _timed_out(self) -> None:
        limits = self.invocation.limits
        seconds = limits.exit_s if self._stdin.closed else limits.reply_s
        raise self._failure(
            ReplyTimeout, f"no answer to {self._doing} within {seconds:g} s ({self._replies.missing()}); it was ended"
        )

    def _unexpected_exit(self, missing: str) -> CommandFailed:
        kind = BrokenReply if self.exit_code == 0 else CommandFailed
        where = f" at {self._doing}" + (f": {missing}" if missing else "")
        return self._failure(kind, f"the external search command exited unexpectedly with code {self.exit_code}{where}")

    def _failure(self, kind: type[CommandFailed], text: str) -> CommandFailed:
        """The exception to raise; the process is ended first, so that its stderr is complete."""
        if self.exit_code is None:
            with contextlib.suppress(ReplyTimeout):
                self._drain_briefly()
            self.kill()
        said = any(message.fatal and message.text in text for message in self.messages)
        lead = "" if said or text.startswith(f"{self.invocation.command}:") else f"{self.invocation.command}: "
        return kind(lead + text, self.name, self.messages, self.stderr)

    def _drain_briefly(self) -> None:
        """What is in the pipes already; a dying process has mostly written its last words by now."""
        self._close_stdin()
        deadline = time.monotonic() + 1.0
        while self._selector.get_map() and time.monotonic() < deadline:
            ready = self._selector.select(0.2 if self._process.poll() is None else 0)
            if not ready:
                break
            for key, _ in ready:
                self._read(key.fileobj)

    def _close_stdin(self) -> None:
        if not self._stdin.closed:
            if self._stdin in (key.fileobj for key in self._selector.get_map().values()):
                self._selector.unregister(self._stdin)
            self._stdin.close()

    def _reap(self) -> None:
        self._close_stdin()
        try:
            self.exit_code = self._process.wait(self.invocation.limits.exit_s)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self.exit_code = self._process.wait()
        for pipe in (self._stdout, self._stderr_pipe):
            if not pipe.closed:
                pipe.close()
        self._selector.close()
        self._folder.cleanup()
