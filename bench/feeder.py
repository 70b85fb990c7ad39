"""Plays encoded requests to a command process and measures the whole process."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
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
class Measured:
    """One process. cpu_s: user and system; peak_mb: resident set; sent_b: bytes of its answers; bodies: the answers' CSV."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    sent_b: int
    bodies: tuple[bytes, ...]
    messages: tuple[str, ...]


def play(
    app: Path, command: str, args: Sequence[str], bodies: Sequence[bytes], python: str, sid: str = "1700000000.1"
) -> Measured:
    """getinfo, then one execute request per body, the last one finished. Raises RuntimeError when the command reports an error."""
    invocation = Invocation(app, command, tuple(args), SearchInfo(sid=sid), python=python)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as errors:
        started = time.monotonic()
        process = subprocess.Popen(
            [python, str(invocation.script())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder,
            env={**invocation.process_environment(), "PYTHONPATH": os.pathsep.join((str(REPO), str(PRODUCT / "bin")))},
        )
        assert process.stdin and process.stdout
        requests = [encode_request(invocation.getinfo(Path(folder)), b"")]
        requests += [
            encode_request({"action": "execute", "finished": number == len(bodies)}, body)
            for number, body in enumerate(bodies, 1)
        ]
        replies, sent_b = [], 0
        for request in requests:
            process.stdin.write(request)
            process.stdin.flush()
            metadata, body, size_b = _reply(process.stdout)
            sent_b += size_b
            if "error" in metadata:
                raise RuntimeError(f"{command}: {metadata['error']}")
            replies.append((metadata, body))
        peak_mb = _peak_mb(process.pid)
        process.stdin.close()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
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


def _peak_mb(pid: int) -> float:
    """High-water mark of the resident set. getrusage would count what this process held when it forked; 0 where /proc is absent."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def _reply(stream: IO[bytes]) -> tuple[dict[str, Any], bytes, int]:
    header = stream.readline()
    if not header.startswith(b"chunked 1.0,"):
        raise RuntimeError(f"no answer: {header[:200]!r}")
    metadata_b, body_b = (int(part) for part in header.split(b",")[1:])
    metadata = json.loads(stream.read(metadata_b) or b"{}")
    return metadata, stream.read(body_b), len(header) + metadata_b + body_b
