"""CPU and memory of | zeeklateral: start of the map, the map over events of admin sessions, and the merge of what it sends.

``python -m bench.lateral [--sessions N] [--events N]``. Whole processes over the chunked protocol; CPU is user and system time.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from rich.console import Console

from bench.feeder import PRODUCT, Command, Measured, play

sys.path.insert(0, str(PRODUCT / "bin"))

from zeekhunt.graph.session_summary import COLUMNS, Session, session_row
from zeekhunt.spl.encode import encode_rows

START_TICK = 17_724_096_000
DAY_TICKS = 864_000
DAYS = 7
CHUNK_ROWS = 50_000
HOSTS, ADMINISTRATORS, ACCOUNTS = 3_000, 60, 80
ADMINISTRATORS_SHARE = 0.7  # of all sessions; the others come from anywhere, so nearly every host leads on
KINDS = (("3389", "rdp"), ("5985", "http"), ("22", "ssh"), ("445", "smb"))
MUST_MERGE_S, MUST_START_MS = 15.0, 130.0


def sessions(count: int, seed: int = 7) -> Iterator[tuple[str, Session]]:
    """Answered sessions under different uids, at random moments of a week, up to half an hour long."""
    chance = random.Random(seed)
    hosts = [f"10.0.{number // 250}.{number % 250}" for number in range(HOSTS)]
    for number in range(count):
        src = hosts[chance.randrange(ADMINISTRATORS if chance.random() < ADMINISTRATORS_SHARE else HOSTS)]
        dest = hosts[chance.randrange(HOSTS)]
        start = START_TICK + chance.randrange(DAYS * DAY_TICKS)
        port, service = chance.choice(KINDS)
        told = {f"account=u{chance.randrange(ACCOUNTS)}"} | ({"share=admin$"} if port == "445" else set())
        end = start + chance.randrange(1, 20_000)
        uid = f"C{number:07d}{chance.getrandbits(40):010x}"
        yield uid, Session(src, dest, start, end, port, frozenset((service,)), "0", 1_000, 2_000, frozenset(told))


def partial_rows(count: int) -> Iterator[bytes]:
    """The sessions as a map sends them."""
    rows = []
    for number, (uid, session) in enumerate(sessions(count), 1):
        rows.append(session_row(uid, session))
        if number % CHUNK_ROWS == 0 or number == count:
            yield encode_rows(dict(zip(COLUMNS, zip(*rows))))
            rows = []


def events(count: int) -> Iterator[bytes]:
    """The conn events of as many sessions, as splunkd hands them to a map."""
    rows: list[dict[str, str]] = []
    for number, (uid, session) in enumerate(sessions(count), 1):
        rows.append(
            {
                "_time": f"{session.start / 10:.6f}",
                "uid": uid,
                "src": session.src,
                "dest": session.dest,
                "dest_port": session.port,
                "service": "".join(session.services),
                "conn_state": "SF",
                "duration": f"{(session.end - session.start) / 10:.6f}",
                "orig_bytes": str(session.request),
                "orig_ip_bytes": str(session.request + 400),
                "resp_bytes": str(session.reply),
                "resp_ip_bytes": str(session.reply + 400),
            }
        )
        if number % CHUNK_ROWS == 0 or number == count:
            yield encode_rows({name: [row[name] for row in rows] for name in rows[0]})
            rows = []


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.lateral", description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--python", default=sys.executable, type=lambda name: str(Path(name).absolute()))
    options = parser.parse_args(argv)
    console = Console()
    starts = [1000 * _run(options, ("phase=map",), ()).cpu_s for _ in range(7)]
    console.print(f"start of the map: {median(starts):.0f} ms CPU (must {MUST_START_MS:.0f})")
    mapped = _run(options, ("phase=map",), list(events(options.events)))
    console.print(
        f"map of {options.events:,} events: {mapped.cpu_s:.2f} s CPU, {mapped.peak_mb:.0f} MB, {mapped.sent_b:,} bytes out"
    )
    for name, sent in (
        ("sessions with accounts and shares", list(partial_rows(options.sessions))),
        ("what that map sent", [body for body in mapped.bodies if body]),
    ):
        merged = _run(options, (), sent)
        console.print(f"merge of {name}: {merged.cpu_s:.2f} s CPU (must {MUST_MERGE_S:.0f}), {merged.peak_mb:.0f} MB")
        for message in merged.messages:
            console.print(f"  {message}", style="dim")
    return 0


def _run(options: argparse.Namespace, arguments: tuple[str, ...], sent: Sequence[bytes]) -> Measured:
    return play(Command(PRODUCT, "zeeklateral", arguments, options.python), sent)


if __name__ == "__main__":
    sys.exit(main())
