"""The measurements: each plays a candidate and its peer in turn and keeps the medians."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.feeder import PEERS, PRODUCT, Command, Measured, play
from bench.traffic import bodies, raw_event_b


@dataclass(frozen=True)
class Figure:
    """One line of the result. value: the figure; must, aim: what it is held against; higher: whether more is better."""

    name: str
    value: float
    unit: str
    must: float | None = None
    aim: float | None = None
    higher: bool = True
    note: str = ""

    def met(self, goal: float | None) -> str:
        if goal is None:
            return ""
        return "yes" if (self.value >= goal if self.higher else self.value <= goal) else "no"


@dataclass
class Bench:
    """rows: events of the large runs; runs: repetitions of each; say: called with what is being measured."""

    rows: int
    runs: int
    python: str
    say: Callable[[str], None]
    figures: list[Figure] = field(default_factory=list)

    def run(self) -> list[Figure]:
        self.start()
        self.streaming(50_000)
        self.streaming(2_500)
        partial = self.map()
        self.merge(partial)
        self.whole()
        self.scaling()
        return self.figures

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)

    def paired(self, candidate: Callable[[], Measured], *peers: Callable[[], Measured]) -> list[list[Measured]]:
        """Each in turn, self.runs times: [[candidate, …], [peer, …], …]."""
        everyone = (candidate, *peers)
        taken: list[list[Measured]] = [[] for _ in everyone]
        for _ in range(self.runs):
            for each, results in zip(everyone, taken):
                results.append(each())
        return taken

    def start(self) -> None:
        """CPU from start to the getinfo answer and the end of the process, which has nothing else to do."""
        self.say("start to getinfo")
        kinds = (
            ("parse-time probe", PRODUCT, "zeekbeacon", (), "searchparsetmp_1", 50, 40),
            ("map", PRODUCT, "zeekbeacon", ("phase=map",), "1.1", 130, 60),
            ("merge (numpy comes with the first events)", PRODUCT, "zeekbeacon", (), "1.1", 250, 150),
            ("dnsentropy", PRODUCT, "dnsentropy", (), "1.1", 130, 60),
            ("map of dnstunnel", PRODUCT, "dnstunnel", ("phase=map",), "1.1", 130, 60),
            ("map of zeeklateral", PRODUCT, "zeeklateral", ("phase=map",), "1.1", 130, 60),
            ("SDK, doing nothing", PEERS, "sdkpass", (), "1.1", None, None),
        )
        for name, app, command, args, sid, must, aim in kinds:
            cpu_ms = [1000 * play(Command(app, command, args, self.python, sid), ()).cpu_s for _ in range(4 * self.runs + 1)]
            self.add(Figure(f"start: {name}", median(cpu_ms), "ms CPU", must, aim, higher=False))

    def streaming(self, chunk_rows: int) -> None:
        self.say(f"streaming, chunks of {chunk_rows:,}")
        sent = bodies(self.rows, chunk_rows, with_index=True)
        ours, same, nothing = self.paired(
            lambda: play(Command(PEERS, "addone", (), self.python), sent),
            lambda: play(Command(PEERS, "sdkaddone", (), self.python), sent),
            lambda: play(Command(PEERS, "sdkpass", (), self.python), sent),
        )
        label = f"streaming, chunks of {chunk_rows:,}"
        self.speed(label, ours)
        self.speed(f"{label}, SDK same work", same)
        self.speed(f"{label}, SDK doing nothing", nothing)
        self.add(Figure(f"{label}: times the SDK", ratio(same, ours), "x", 5, 8))

    def map(self) -> list[bytes]:
        self.say("map")
        sent = bodies(self.rows, 50_000)
        ours, same, nothing = self.paired(
            lambda: play(Command(PRODUCT, "zeekbeacon", ("phase=map",), self.python), sent),
            lambda: play(Command(PEERS, "sdkmap", (), self.python), sent),
            lambda: play(Command(PEERS, "sdkread", (), self.python), sent),
        )
        self.speed("map", ours, peak_must=100)
        self.speed("map, SDK same work", same)
        self.speed("map, SDK reading only", nothing)
        self.add(Figure("map: times the SDK", ratio(same, ours), "x", 2.2, 4))
        shipped = ours[0].sent_b / self.rows
        needed = sum(map(len, sent)) / self.rows
        raw = raw_event_b()
        self.add(
            Figure("shipped per event", shipped, "bytes", higher=False, note=f"raw event {raw:.0f}, needed fields {needed:.0f}")
        )
        self.add(Figure("shipped: times smaller than raw events", raw / shipped, "x", 30, 90))
        self.add(Figure("shipped: times smaller than the needed fields", needed / shipped, "x", 4, 12))
        return [body for body in ours[0].bodies if body]

    def merge(self, partial: Sequence[bytes]) -> None:
        self.say("merge of the map's rows")
        (ours,) = self.paired(lambda: play(Command(PRODUCT, "zeekbeacon", (), self.python), partial))
        self.speed("merge of partial rows", ours)

    def whole(self) -> None:
        self.say("whole on the search head")
        sent = bodies(self.rows, 50_000)
        ours, same = self.paired(
            lambda: play(Command(PRODUCT, "zeekbeacon", (), self.python), sent),
            lambda: play(Command(PEERS, "sdkwhole", (), self.python), sent),
        )
        self.speed("whole, raw events, no map", ours)
        self.speed("whole, SDK same work", same)
        self.add(Figure("whole: times the SDK", ratio(same, ours), "x", 4, 6))

    def scaling(self) -> None:
        self.say("scaling")
        few, many = self.rows // 10, self.rows
        for name, args in (("map", ("phase=map",)), ("whole", ())):
            costs = [self.fastest(args, rows) for rows in (few, many)]
            exponent = math.log(max(costs[1], 1e-3) / max(costs[0], 1e-3)) / math.log(many / few)
            self.add(
                Figure(f"{name}: scaling exponent", exponent, "", 1.1, 1.0, higher=False, note=f"{few:,} to {many:,} events")
            )

    def fastest(self, args: Sequence[str], rows: int) -> float:
        """CPU seconds without the start of the process, the least of the runs."""
        sent = bodies(rows, 50_000)
        start = min(play(Command(PRODUCT, "zeekbeacon", tuple(args), self.python), bodies(4, 4)).cpu_s for _ in range(self.runs))
        return min(play(Command(PRODUCT, "zeekbeacon", tuple(args), self.python), sent).cpu_s for _ in range(self.runs)) - start

    def speed(self, name: str, taken: Sequence[Measured], peak_must: float | None = None) -> None:
        self.add(Figure(name, self.rows / median(each.cpu_s for each in taken), "rows per CPU s"))
        self.add(Figure(f"{name}, peak memory", median(each.peak_mb for each in taken), "MB", peak_must, higher=False))


def ratio(peer: Sequence[Measured], candidate: Sequence[Measured]) -> float:
    """Median of the pair-by-pair ratios of CPU time."""
    return median(slow.cpu_s / fast.cpu_s for slow, fast in zip(peer, candidate))
