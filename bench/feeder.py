"""Plays encoded requests to a command process and measures the whole process."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lab.driver import Invocation, SearchInfo, encode_request

REPO = Path(__file__).resolve().parent.parent
PRODUCT = REPO / "zeek_hunting"
PEERS = Path(__file__).resolve().parent / "app"


@dataclass(frozen=True)
class Command:
    """What is measured: a command of an app with its arguments, under an interpreter; sid decides whether it is a probe."""

    app: Path
    name: str
    args: tuple[str, ...]
    python: str
    sid: str = "1700000000.1"


@dataclass(frozen=True)
class Measured:
    """One process. cpu_s: user and system; peak_mb: resident set; sent_b: bytes of its answers; bodies: the answers' CSV."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    sent_b: int
    bodies: tuple[bytes, ...]
    messages: tuple[str, ...]


def play(command: Command, bodies: Sequence[bytes]) -> Measured:
    """getinfo, then one execute request per body, the last one finished. Raises RuntimeError on an error of the command."""
    invocation = Invocation(command.app, command.name, command.args, SearchInfo(sid=command.sid), python=command.python)
    # the product allows linear algebra one thread (spl.numeric), and so must its peer, or the waiting threads count against it
    threads = {"OPENBLAS_NUM_THREADS": "1"}
    environment = {
        **invocation.process_environment(),
        **threads,
        "PYTHONPATH": os.pathsep.join((str(REPO), str(PRODUCT / "bin"))),
    }
    pipe = subprocess.PIPE
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as errors:
        started = time.monotonic()
        line = [command.python, str(invocation.script())]
        with subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=errors, cwd=folder, env=environment) as process:
            assert process.stdin and process.stdout
            watch = _Watch(process.pid)
            getinfo = encode_request(invocation.getinfo(Path(folder)), b"")
            replies, sent_b = _exchange(command, process.stdin, process.stdout, [getinfo, *_executes(bodies)])
            peak_mb = watch.peak_mb()
            process.stdin.close()
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0  # reaped here, for its resource usage
        wall_s = time.monotonic() - started
    messages = tuple(text for metadata, _ in replies for _, text in metadata.get("inspector", {}).get("messages", ()))
    return Measured(
        usage.ru_utime + usage.ru_stime,
        wall_s,
        peak_mb or usage.ru_maxrss / 1024,
        sent_b,
        tuple(body for _, body in replies),
        messages,
    )


def _executes(bodies: Sequence[bytes]) -> list[bytes]:
    """One request per body; the last one is the end."""
    return [
        encode_request({"action": "execute", "finished": number == len(bodies)}, body) for number, body in enumerate(bodies, 1)
    ]


def _exchange(
    command: Command, stdin: IO[bytes], stdout: IO[bytes], requests: Sequence[bytes]
) -> tuple[list[tuple[dict[str, Any], bytes]], int]:
    """The answers to all requests, and their bytes on the wire."""
    replies, sent_b = [], 0
    for request in requests:
        stdin.write(request)
        stdin.flush()
        metadata, body, size_b = _reply(stdout)
        sent_b += size_b
        if "error" in metadata:
            raise RuntimeError(f"{command.name}: {metadata['error']}")
        replies.append((metadata, body))
    return replies, sent_b


class _Watch:
    """High-water mark of a process's resident set, read every 5 ms while it lives; getrusage would count what the parent held
    when it forked. 0 without /proc."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._peak_mb = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def peak_mb(self) -> float:
        self._done.set()
        self._thread.join()
        return self._peak_mb

    def _run(self) -> None:
        while True:
            self._read()
            if self._done.wait(0.005):
                self._read()
                return

    def _read(self) -> None:
        try:
            lines = self._status.read_text().splitlines()
        except OSError:  # gone, or no /proc here
            return
        for line in lines:
            if line.startswith("VmHWM"):
                self._peak_mb = max(self._peak_mb, int(line.split()[1]) / 1024)


def _reply(stream: IO[bytes]) -> tuple[dict[str, Any], bytes, int]:
    header = stream.readline()
    if not header.startswith(b"chunked 1.0,"):
        raise RuntimeError(f"no answer: {header[:200]!r}")
    metadata_b, body_b = (int(part) for part in header.split(b",")[1:])
    metadata = json.loads(stream.read(metadata_b) or b"{}")
    return metadata, stream.read(body_b), len(header) + metadata_b + body_b
