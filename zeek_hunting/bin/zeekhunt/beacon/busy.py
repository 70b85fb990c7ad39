"""A busy pair in the map: its packed events go through in slices, and no more than sampling keeps of them are held.

Events that agree in tick, source port and sizes count as one against the cap, whatever their service: which services a row names
hangs on all events of a pair, and what is kept must not. Plain Python: indexers run it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from . import sampling, summary

SLICE_EVENTS = 20_000  # taken in at once; as lists of numbers they hold 3 MB
Columns = list[list[int]]


def slices(values: array[int], stride: int) -> Iterator[array[int]]:
    """Packed events of one service, some at a time."""
    for low in range(0, len(values), SLICE_EVENTS * stride):
        yield values[low : low + SLICE_EVENTS * stride]


class BusyPair:
    """``add`` takes events of one key, ``rows()`` gives their partial row, none without an event. ported: as in
    summary.partial_row."""

    def __init__(self, key: summary.Key, ported: bool) -> None:
        self._key, self._ported = key, ported
        self._text = summary.pair_text(key)
        self._services: dict[str, int] = {}  # service -> its number in the events
        self._numbers = 1  # 0 is that of all services beyond the lowest
        self._held: Columns = [[], [], [], []]  # moments, request, reply, number of the service
        self._waiting: Columns = [[], [], [], []]
        self._marks: list[int] = []
        self._whole = True

    def add(self, service: str, columns: Columns) -> None:
        """columns: moments, request and reply of events of one service, maybe none."""
        if not columns[0]:
            return
        number = self._services.get(service)
        if number is None:
            number = self._services[service] = self._numbers
            self._numbers += 1
        for waiting, column in zip(self._waiting, (*columns, [number] * len(columns[0]))):
            waiting += column
        if len(self._waiting[0]) >= SLICE_EVENTS:
            self._settle()

    def rows(self) -> list[tuple[str, ...]]:
        self._settle()
        if not self._held[0]:
            return []
        by_service: dict[str, Columns] = {service: [[], [], []] for service in self._services}
        of_number = {number: by_service[service] for service, number in self._services.items()}
        for moment, request, reply, number in zip(*self._held):
            for column, value in zip(of_number[number], (moment, request, reply)):
                column.append(value)
        return [summary.partial_row(self._key, by_service, self._ported, self._marks)]

    def _settle(self) -> None:
        """What waits joins what is held, and what sampling does not keep goes."""
        one, other = self._held, self._waiting
        if not other[0]:
            return
        if one[0] and one[0][0] > other[0][-1]:  # newest first is how splunkd sends: little is left to sort
            one, other = other, one
        columns = [before + after for before, after in zip(one, other)]
        self._waiting = [[], [], [], []]
        columns[3] = self._without_high_services(columns[3])
        columns = summary.distinct(columns)
        ticks = [moment >> summary.PORT_BITS for moment in columns[0]] if self._ported else columns[0]
        firsts = self._firsts(columns)
        stretches = sampling.kept(self._text, [ticks[at] for at in firsts], sampling.EVENTS_KEPT)
        self._whole &= stretches == [(0, len(firsts))]
        if not self._whole:
            self._marks = sampling.marks(sorted({*self._marks, *sampling.marks(ticks)}))
        firsts.append(len(ticks))
        self._held = [[value for low, high in stretches for value in column[firsts[low] : firsts[high]]] for column in columns]

    def _firsts(self, columns: Columns) -> list[int]:
        """The places of events that differ from the one before in more than the service."""
        count = len(columns[0])
        if len(self._services) == 1:
            return list(range(count))
        events = list(zip(*columns[:3]))
        return [0, *(at for at in range(1, count) if events[at] != events[at - 1])]

    def _without_high_services(self, numbers: list[int]) -> list[int]:
        """The numbers of services, with one for all beyond the lowest: a scan of a host's ports has thousands."""
        named = [service for service in self._services if service != summary.BEYOND]
        if len(named) <= summary.SERVICES_KEPT:
            return numbers
        lowest = set(summary.lowest_services(named))
        self._services[summary.BEYOND] = 0
        number_of = {number: number if service in lowest else 0 for service, number in self._services.items()}
        self._services = {service: number for service, number in self._services.items() if number_of[number] == number}
        return [number_of[number] for number in numbers]
