"""A cron expression as Splunk reads it: five fields, minute hour day month weekday, numbers only, UTC in the lab.

``N``, ``I-J``, ``*``, each with ``/STEP``, and lists of these. Weekday 0 is Sunday, 7 too. A day must fit the day of the month
or the weekday where both are restricted, as in every cron. Source: Splunk's alerting manual, "Use cron expressions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")
_DAY = timedelta(days=1)


class CronError(ValueError):
    """An expression that cannot be read; the text says which field and what is allowed."""


@dataclass(frozen=True)
class Cron:
    """The values of each field. any_day, any_weekday: the field begins with ``*`` and restricts nothing by itself."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    @classmethod
    def of(cls, expression: str) -> Cron:
        """Reads an expression. Raises CronError."""
        words = expression.split()
        if len(words) != len(_FIELDS):
            raise CronError(
                f"cron_schedule {expression[:60]!r} has {len(words)} fields, not 5: minute hour day month weekday (17 4 * * *)"
            )
        minutes, hours, days, months, weekdays = (_values(word, *limits) for word, limits in zip(words, _FIELDS))
        return cls(
            tuple(sorted(minutes)),
            tuple(sorted(hours)),
            frozenset(days),
            frozenset(months),
            frozenset(day % 7 for day in weekdays),
            words[2].startswith("*"),
            words[4].startswith("*"),
        )

    def times(self, from_s: float, to_s: float) -> Iterator[int]:
        """Moments from_s <= t < to_s, epoch seconds, rising."""
        day = datetime.fromtimestamp(from_s, timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
        while day.timestamp() < to_s:
            if self._fits(day):
                midnight_s = int(day.timestamp())
                for hour in self.hours:
                    for minute in self.minutes:
                        moment_s = midnight_s + hour * 3600 + minute * 60
                        if from_s <= moment_s < to_s:
                            yield moment_s
            day += _DAY

    def _fits(self, day: datetime) -> bool:
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return in_month and in_week
        return in_month or in_week


def _values(word: str, name: str, least: int, most: int) -> set[int]:
    values: set[int] = set()
    for part in word.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise CronError(f"{name} {word[:40]!r}: write numbers, I-J, * or */N, separated by commas (no names, no @daily)")
        first, last, step = (int(each) if each else None for each in match.groups())
        start = least if first is None else first
        # N/STEP goes on to the end of the field
        stop = last if last is not None else most if first is None or step is not None else start
        if not least <= start <= stop <= most or step == 0:
            raise CronError(f"{name} {part[:40]!r}: values go from {least} to {most}, first below last, steps from 1")
        values.update(range(start, stop + 1, step or 1))
    return values
