"""Simulated connections through the whole merge of ``| zeekbeacon``: partial rows in, ranked findings out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from zeekhunt.beacon import names, summary
from zeekhunt.beacon.ranking import Ranking, Request
from zeekhunt.finding import Cell
from zeekhunt.spl import arrays
from zeekhunt.spl.encode import encode_rows
from zeekhunt.zeek.site import Site

from lab.sim.randomness import Floats

START_S = 1_700_006_400  # a Wednesday, 00:00 UTC
Row = dict[str, Cell]


@dataclass(frozen=True)
class Flow:
    """Connections of two addresses. kind: what made them; service: port/protocol/service; times_s: since START_S, any order;
    request, reply: (connections,) bytes; name: what the source calls the destination in TLS, if anything."""

    kind: str
    src: str
    dest: str
    service: str
    times_s: Floats
    request: Floats
    reply: Floats
    attempt: bool = False
    name: str = ""


def findings(flows: Sequence[Flow], request: Request, internal: Sequence[str] = ("10.0.0.0/8",)) -> list[Row]:
    """Rows of the search, the most suspicious first."""
    hunt = Ranking(request, Site(internal), arrays.keys)
    rows = [row for flow in flows for row in _partial(flow)]
    for block in arrays.tables(encode_rows(dict(zip(summary.COLUMNS, zip(*rows)))), {}, 1 << 24):
        hunt.add(block)
    found = hunt.finish()
    return [dict(zip(found, cells)) for cells in zip(*found.values())]


def _partial(flow: Flow) -> list[tuple[str, ...]]:
    if not len(flow.times_s):
        return []
    order = np.argsort(flow.times_s, kind="stable")
    ticks = ((np.asarray(flow.times_s)[order] + START_S) * 10).astype(np.int64)
    columns = [ticks.tolist(), *(np.asarray(each)[order].astype(np.int64).tolist() for each in (flow.request, flow.reply))]
    rows = [summary.partial_row((flow.src, flow.dest, str(int(flow.attempt)), ""), {flow.service: columns}, ported=False)]
    if flow.name and not flow.attempt:
        unknown = [-1] * len(ticks)
        columns = [ticks.tolist(), unknown, unknown]
        rows.append(summary.partial_row((flow.src, flow.dest, names.TLS, flow.name), {flow.service: columns}, ported=False))
    return rows
