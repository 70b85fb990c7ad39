"""zeekbeacon on the search head, reading on the SDK's loop: records into dicts, then the product's own scores over arrays."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
from sdk_gathering import Gathering
from splunklib.searchcommands import Configuration, ReportingCommand, dispatch
from zeekhunt.beacon import summary
from zeekhunt.beacon.pairs import Pairs
from zeekhunt.beacon.ranking import Ranking, Request
from zeekhunt.beacon.series import Series
from zeekhunt.beacon.traits import TraitSet
from zeekhunt.zeek.site import Site


class Gathered:
    """Stands where Ranking keeps its PairTable: the pairs are there already."""

    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering
        self.tally = Counter({"read": gathering.read, "used": gathering.read})
        self.traits = TraitSet()

    def finish(self) -> tuple[Pairs, Pairs]:
        return _pairs(self._gathering.columns), _pairs({})


def _pairs(gathered: dict[summary.Key, dict[str, list[list[int]]]]) -> Pairs:
    keys = sorted(gathered)
    services = [gathered[key] for key in keys]
    columns = [_distinct(each) for each in services]
    ticks, request, reply = (np.array(list(chain.from_iterable(each[at] for each in columns)), np.int64) for at in range(3))
    return Pairs(
        src=[key[0] for key in keys],
        dest=[key[1] for key in keys],
        attempt=np.array([key[2] == "1" for key in keys], bool),
        name=[key[3] for key in keys],
        via=["" for _ in keys],
        services=[[(name, len(summary.distinct(each[name])[0])) for name in summary.lowest_services(each)] for each in services],
        series=Series(ticks, _starts([len(each[0]) for each in columns])),
        request_b=request,
        reply_b=reply,
        port=np.zeros(len(ticks), np.int64),
        ip=None,
    )


def _distinct(services: dict[str, list[list[int]]]) -> list[list[int]]:
    """Ticks, requests and replies of a pair, every event once."""
    return summary.distinct([list(chain.from_iterable(column)) for column in zip(*services.values())])


def _starts(lengths: list[int]) -> np.ndarray:
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)


@Configuration(required_fields=["*"])
class SdkWholeCommand(ReportingCommand):  # type: ignore[misc]
    gathering = Gathering()

    def reduce(self, records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        self.gathering.add(records)
        if not self._finished:
            return
        ranking = Ranking(Request(), Site(), lambda columns, flags: np.zeros(0))
        ranking._table = Gathered(self.gathering)  # type: ignore[assignment]
        columns = ranking.finish()
        for cells in zip(*columns.values()):
            yield dict(zip(columns, cells))


dispatch(SdkWholeCommand, sys.argv, sys.stdin, sys.stdout, __name__)
