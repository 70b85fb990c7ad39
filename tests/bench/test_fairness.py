"""The benchmark's peers do the same work: what they answer is what ours answer."""

from __future__ import annotations

import sys

from bench.feeder import PEERS, PRODUCT, Command, play
from bench.measures import Bench
from bench.traffic import bodies
from lab.driver import Rows, decode_body

ROWS = 3_000


def rows_of(app: str, name: str, *args: str, sent: list[bytes]) -> Rows:
    measured = play(Command(PRODUCT if app == "ours" else PEERS, name, args, sys.executable), sent)
    assert measured.cpu_s > 0 and measured.peak_mb > 0
    return Rows.concat([decode_body(body) for body in measured.bodies if body])


def test_the_sdk_streams_the_same_cells() -> None:
    sent = bodies(ROWS, 700, with_index=True)
    ours, peers = (rows_of("peers", name, sent=sent) for name in ("addone", "sdkaddone"))
    assert ours.count == peers.count == ROWS
    assert ours.columns["kilobytes"] == peers.columns["kilobytes"]
    assert ours.columns["id.orig_h"] == peers.columns["id.orig_h"]


def test_the_sdk_maps_to_the_same_partial_rows() -> None:
    sent = bodies(ROWS, 700)
    ours = rows_of("ours", "zeekbeacon", "phase=map", sent=sent)
    peers = rows_of("peers", "sdkmap", sent=sent)
    assert {name: cells for name, cells in ours.columns.items() if name in peers.columns} == dict(peers.columns)


def test_the_sdk_finds_the_same_beacons_on_the_search_head() -> None:
    sent = bodies(ROWS, 700)
    ours = rows_of("ours", "zeekbeacon", sent=sent)
    peers = rows_of("peers", "sdkwhole", sent=sent)
    assert ours.count > 10
    assert dict(ours.columns) == dict(peers.columns)


def test_every_measurement_runs() -> None:
    figures = Bench(2_000, 1, sys.executable, lambda what: None).run()
    names = [figure.name for figure in figures]
    assert len(names) == len(set(names)) and len(names) > 25
    assert all(figure.value > 0 for figure in figures if "exponent" not in figure.name)
