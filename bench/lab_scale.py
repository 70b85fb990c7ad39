"""What the lab costs at size: loading conn rows, and the pair count that every hunt begins with.

    python -m bench.lab_scale --rows 5000000 [--form json]

The rows are made by a fixed seed (30,000 pairs over one day, a few of them busy), written to a temporary folder and measured as
the user runs it: ``lab ingest``, then ``lab search``, each a process of its own. CPU seconds are those of the process and all its
children (wait4); memory is the largest sum of resident pages over the tree, sampled every 50 ms, which counts shared pages twice.
Exit code 1 when a must of issue 3 is missed: 60 s and 5 s for 5 million rows, in proportion for others, and 2 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

SEARCH = "sourcetype=zeek:conn* | stats count by id.orig_h id.resp_h"
_LOAD_S, _SEARCH_S, _ROWS, _PEAK_B = 60.0, 5.0, 5_000_000, 2_000_000_000
_START_S = 1_769_900_000
_PAIRS = 30_000
_BLOCK_ROWS = 50_000
_SAMPLE_S = 0.05
_PAGE_B = os.sysconf("SC_PAGE_SIZE")
_NAMES = (
    *("ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration", "orig_bytes"),
    *("resp_bytes", "conn_state", "local_orig", "local_resp", "missed_bytes", "history", "orig_pkts", "orig_ip_bytes"),
    *("resp_pkts", "resp_ip_bytes"),
)
_TYPES = "time string addr port addr port enum string interval count count string bool bool count string count count count count"
_TEXTS = frozenset(("uid", "id.orig_h", "id.resp_h", "proto", "service", "conn_state", "history"))


@dataclass(frozen=True)
class Cost:
    """What a process and its children took."""

    cpu_s: float
    peak_b: int


def rows(count: int) -> Iterator[list[str]]:
    """Rows of conn.log in the order of time, values as TSV writes them."""
    chance = random.Random(3)
    pairs = [
        (f"10.{number % 4}.{number // 4 % 250}.{number % 199 + 1}", f"203.{number % 113}.{number // 7 % 250}.{number % 251}")
        for number in range(_PAIRS)
    ]
    for number in range(count):
        source, destination = pairs[int(chance.random() ** 3 * _PAIRS)]
        sent, received = chance.randrange(4_000), chance.randrange(90_000)
        time_s = _START_S + 86_400 * number / count
        yield [
            *(f"{time_s:.6f}", f"C{number:016x}", source, str(1024 + number * 7 % 60_000), destination, "443", "tcp", "ssl"),
            *(f"{chance.random() * 90:.6f}", str(sent), str(received), "SF", "T", "F", "0", "ShADadFf", "9", str(sent + 360)),
            *("12", str(received + 480)),
        ]


def write_log(path: Path, count: int, form: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        if form == "tsv":
            head = [r"#separator \x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", "#path\tconn"]
            file.write("\n".join([*head, "#fields\t" + "\t".join(_NAMES), "#types\t" + _TYPES.replace(" ", "\t")]) + "\n")
        block: list[str] = []
        for cells in rows(count):
            block.append("\t".join(cells) if form == "tsv" else _as_json(cells))
            if len(block) == _BLOCK_ROWS:
                file.write("\n".join(block) + "\n")
                block = []
        file.write("".join(line + "\n" for line in block))


def _as_json(cells: Sequence[str]) -> str:
    flags = {"T": "true", "F": "false"}
    return (
        "{"
        + ",".join(
            f'"{name}":{json.dumps(cell) if name in _TEXTS else flags.get(cell, cell)}' for name, cell in zip(_NAMES, cells)
        )
        + "}"
    )


def cost(arguments: Sequence[str], output: Path) -> Cost:
    """Runs the lab's command line. Raises RuntimeError with its last words when it fails."""
    words = [sys.executable, "-c", "import sys; from lab.cli import main; sys.exit(main())", *arguments]
    with output.open("wb") as file:
        process = subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT)
    peak = [0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLE_S):
            peak[0] = max(peak[0], _resident_b(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    ended.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"lab {arguments[0]} failed: {output.read_text('utf-8', 'replace')[-400:]}")
    return Cost(usage.ru_utime + usage.ru_stime, max(peak[0], usage.ru_maxrss * 1024))


def _resident_b(pid: int) -> int:
    """Resident bytes of a process and its children; 0 for one that ended meanwhile."""
    try:
        own = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE_B
        children = [
            child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text("ascii").split()
        ]
    except (OSError, IndexError):
        return 0
    return own + sum(_resident_b(int(child)) for child in children)


def measured(count: int, form: str, console: Console) -> bool:
    """Whether all musts are met."""
    share = count / _ROWS
    with tempfile.TemporaryDirectory(prefix="lab-scale-") as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        log, store = folder / "logs" / "conn.log", folder / "store.duckdb"
        write_log(log, count, form)
        console.print(f"{count:,} conn rows, {form}, {log.stat().st_size / 1e6:,.0f} MB")
        load = cost(["ingest", str(folder / "logs"), "--store", str(store)], folder / "load.txt")
        console.print(f"load    {load.cpu_s:6.1f} s CPU (must {_LOAD_S * share:.1f}), peak {load.peak_b / 1e6:,.0f} MB")
        console.print(f"store   {store.stat().st_size / 1e6:,.0f} MB")
        search = cost(["search", SEARCH, "--store", str(store), "--format", "csv"], folder / "rows.csv")
        found = (folder / "rows.csv").read_text("utf-8").count("\n")
        must = f"must {_SEARCH_S * share:.1f}"
        console.print(f"search  {search.cpu_s:6.1f} s CPU ({must}), peak {search.peak_b / 1e6:,.0f} MB, {found:,} lines")
    peak_b = max(load.peak_b, search.peak_b)
    return load.cpu_s < _LOAD_S * share and search.cpu_s < _SEARCH_S * share and peak_b < _PEAK_B


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=_ROWS)
    parser.add_argument("--form", choices=("tsv", "json"), default="tsv")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    met = measured(arguments.rows, arguments.form, console)
    console.print("all musts met" if met else "a must is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
