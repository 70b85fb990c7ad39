"""What a simulated world is made from: seed, first day, number of days and hosts, planted scenarios.

The same settings and the same GENERATOR_VERSION give the same bytes. Raise GENERATOR_VERSION with every change of the
generator that changes a row, so that a folder written by an older generator is written anew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

GENERATOR_VERSION = 2
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US

MIN_HOSTS, MAX_HOSTS = 10, 2000
MAX_DAYS = 31
# One sampled beacon per host at most, and two roles (directory, resolver) are never infected.
MAX_SAMPLED_BEACONS = MAX_HOSTS - 2


class SimulationError(Exception):
    """Settings or a target folder that cannot be used; the text says what to change."""


@dataclass(frozen=True)
class SimSettings:
    """`start`: first day, ISO date, UTC (the office's clock is UTC). `scenarios`: ids to plant, None = all of the registry.
    `sampled_beacons`: further beacons drawn at random from the evaluation protocol's families (for benchmarks)."""

    seed: int = 7
    start: str = "2026-03-02"
    days: int = 1
    hosts: int = 60
    scenarios: tuple[str, ...] | None = None
    sampled_beacons: int = 0

    def __post_init__(self) -> None:
        _check_whole("seed", self.seed, 0, 2**63 - 1)
        _check_whole("days", self.days, 1, MAX_DAYS)
        _check_whole("hosts", self.hosts, MIN_HOSTS, MAX_HOSTS)
        _check_whole("sampled_beacons", self.sampled_beacons, 0, min(MAX_SAMPLED_BEACONS, self.hosts - 2))
        self.first_day()

    def first_day(self) -> dt.date:
        try:
            return dt.date.fromisoformat(self.start)
        except ValueError:
            raise SimulationError(f'start must be a day like 2026-03-02, got "{self.start}"') from None

    def window(self) -> Window:
        first = dt.datetime.combine(self.first_day(), dt.time(), tzinfo=dt.timezone.utc)
        start_us = int(first.timestamp()) * SECOND_US
        return Window(start_us, start_us + self.days * DAY_US)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the manifest; tuples become lists as JSON will make them."""
        plain = asdict(self)
        if self.scenarios is not None:
            plain["scenarios"] = list(self.scenarios)
        return plain


@dataclass(frozen=True)
class Window:
    """The time the sensor ran: start inclusive, end exclusive, microseconds since the epoch."""

    start_us: int
    end_us: int

    @property
    def days(self) -> int:
        return (self.end_us - self.start_us) // DAY_US

    def day_name(self, day: int) -> str:
        moment = dt.datetime.fromtimestamp(self.start_us // SECOND_US, dt.timezone.utc) + dt.timedelta(days=day)
        return moment.date().isoformat()

    def is_weekend(self, day: int) -> bool:
        return dt.date.fromisoformat(self.day_name(day)).weekday() >= 5


def _check_whole(name: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise SimulationError(f'{name} must be a whole number from {low} to {high}, got "{value}"')
