"""CPU and memory of | graphistry: 50,000 edges and their nodes to a loopback server, as a process over the chunked protocol.

``python3 -m bench.graphistry [--edges N] [--runs N]``. The servers run in this process; only the command's own is measured.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

REPO = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO / "tests"), str(REPO / "zeek_hunting" / "bin")]

import graphistry_server as loopback  # noqa: E402
from graphistry_server import GraphistryServer, State, graphistry_server  # noqa: E402
from splunkd_double import ADMIN, HUNTER, Splunkd, splunkd  # noqa: E402
from zeekhunt.spl.rest import SplunkRest  # noqa: E402

from lab.driver import Invocation, Rows, RunOptions, SearchInfo, run  # noqa: E402

HOSTS = 10_000
MUST_CPU_S, MUST_MB = 1.0, 80.0


# Stands in for the interpreter: runs the command in its own process and leaves that process's figures in a file at its end. The
# peak of a child as its parent sees it would hold the parent's own size, from before the program was loaded.
_GAUGE = """#!{python}
import atexit, pathlib, resource, runpy, sys
def leave():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    peak_kb = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    pathlib.Path({figures!r}).write_text(f"{{usage.ru_utime + usage.ru_stime}} {{peak_kb}}")
atexit.register(leave)
sys.argv = sys.argv[1:]
sys.path[0] = str(pathlib.Path(sys.argv[0]).parent)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@dataclass(frozen=True)
class Measured:
    """cpu_s: user and system time of the command's process. peak_mb: its largest resident size."""

    cpu_s: float
    peak_mb: float


def rows_of(edges: int) -> Rows:
    """Edges with 8 columns as zeekgraph's are: ends, service, counts, bytes, times."""
    dice = random.Random(7)
    ends = [f"host::10.{number >> 8}.{number & 255}.9" for number in range(HOSTS)]
    start = 1_760_000_000
    return Rows(
        {
            "src": [ends[int(HOSTS * dice.random() ** 3)] for _ in range(edges)],
            "dst": [dice.choice(ends) for _ in range(edges)],
            "service": [dice.choice(("dns", "ssl", "http", "smb", "")) for _ in range(edges)],
            "count": [str(dice.randrange(1, 5_000)) for _ in range(edges)],
            "bytes_out": [str(dice.randrange(1 << 30)) for _ in range(edges)],
            "bytes_in": [str(dice.randrange(1 << 30)) for _ in range(edges)],
            "first": [f"{start + dice.random() * 86_400:.6f}" for _ in range(edges)],
            "last": [f"{start + 86_400 + dice.random() * 86_400:.6f}" for _ in range(edges)],
        },
        edges,
    )


def gauge(folder: Path) -> tuple[Path, Path]:
    """(the stand-in for the interpreter, where it leaves the figures)."""
    program, figures = folder / "python", folder / "figures"
    program.write_text(_GAUGE.format(python=sys.executable, figures=str(figures)), encoding="utf-8")
    program.chmod(0o755)
    return program, figures


def measure(server: GraphistryServer, double: Splunkd, rows: Rows, folder: Path) -> Measured:
    server.state = State()
    program, figures = gauge(folder)
    search = SearchInfo(session_key=HUNTER, splunkd_uri=double.uri)
    call = Invocation(REPO / "zeek_hunting", "graphistry", (), search, python=str(program))
    found = run(call, rows, RunOptions(chunk_rows=50_000)).rows
    (dataset,) = server.state.datasets.values()
    if dataset["edges"].num_rows != rows.count or found.count != 1:
        raise SystemExit(f"{rows.count:,} edges were sent, {dataset['edges'].num_rows:,} arrived")
    cpu_s, peak_kb = figures.read_text(encoding="utf-8").split()
    return Measured(float(cpu_s), int(peak_kb) / 1024)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.graphistry", description="CPU and memory of | graphistry.")
    parser.add_argument("--edges", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(arguments)
    rows = rows_of(options.edges)
    with (
        graphistry_server() as server,
        tempfile.TemporaryDirectory() as folder,
        splunkd(REPO / "zeek_hunting", Path(folder)) as double,
    ):
        values = {"name": "default", "url": server.url, "login": "key", "user": loopback.KEY_ID, "secret": loopback.KEY_SECRET}
        SplunkRest(double.uri, ADMIN).post("/services/zeek_hunting/graphistry/profiles", values)
        taken = [measure(server, double, rows, Path(folder)) for _ in range(options.runs)]
    cpu_s, peak_mb = median(each.cpu_s for each in taken), max(each.peak_mb for each in taken)
    met = cpu_s < MUST_CPU_S and peak_mb < MUST_MB
    sys.stdout.write(
        f"Python {sys.version_info[0]}.{sys.version_info[1]}, {options.edges:,} edges, {os.cpu_count()} cores: {cpu_s:.2f} s CPU "
        f"(must {MUST_CPU_S}), {peak_mb:.0f} MB (must {MUST_MB:.0f}): {'met' if met else 'MISSED'}\n"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
