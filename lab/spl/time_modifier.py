"""Splunk's time modifiers: epoch seconds, ``now``, ``-24h``, ``-1d@d``, ``@w0``, ``-7d@w1+2h``. Days begin at midnight UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Union

_EPOCH = re.compile(r"\d{1,11}(?:\.\d{1,9})?")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?::(\d{1,2}):(\d{1,2}):(\d{1,2}))?")
_STEP = re.compile(r"([+-])(\d{0,9})([a-z]+)|@([a-z]+)([0-7]?)")
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **dict.fromkeys(("mon", "month", "months"), "mon"),
    **dict.fromkeys(("q", "qtr", "qtrs", "quarter", "quarters"), "q"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "y"),
}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MONTHS = {"mon": 1, "q": 3, "y": 12}
_SQL_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mon": "month", "q": "quarter", "y": "year"}
_SPAN = re.compile(r"([+-]?)(\d{1,9})([a-z]+)")
SYNTAX = "epoch seconds, now, or offsets and snaps like -24h, -7d@d, @w1 (units s m h d w mon q y; days are UTC)"


@dataclass(frozen=True)
class Move:
    """Further by an amount of units, back where it is negative."""

    amount: int
    unit: str

    @property
    def sql_unit(self) -> str:
        return _SQL_UNITS[self.unit]


@dataclass(frozen=True)
class Snap:
    """Back to the beginning of a unit; of a week, to the weekday (0 and 7 are Sunday)."""

    unit: str
    weekday: int

    @property
    def sql_unit(self) -> str:
        return _SQL_UNITS[self.unit]


Step = Union[Move, Snap]


def epoch_s(modifier: str, now_s: float) -> float:
    """The moment a modifier means, in epoch seconds. Raises ValueError with what is allowed."""
    text = modifier.strip()
    if _EPOCH.fullmatch(text):
        return float(text)
    if text.lower().startswith("rt"):
        raise ValueError(f"{modifier[:40]!r} is a window of real time, which the lab has not; write {text[2:][:38] or 'now'}")
    date = _DATE.fullmatch(text)
    try:
        if date:
            month, day, year, hour, minute, second = (int(part or 0) for part in date.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc).timestamp()
        return _stepped(text.lower(), datetime.fromtimestamp(now_s, timezone.utc)).timestamp()
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{modifier[:40]!r} is not a time the lab can read; write {SYNTAX}") from error


def steps(modifier: str) -> Sequence[Step]:
    """The offsets and snaps of a modifier like -1d@d+2h, in their order. Raises ValueError."""
    text = modifier.strip().lower()
    rest = text[3:].removeprefix("()") if text.startswith("now") else text
    if not text:
        raise ValueError(modifier)
    found: list[Step] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None:
            raise ValueError(modifier)
        sign, amount, unit, snap, weekday = match.groups()
        kind = _UNITS.get(snap or unit)
        if kind is None or (weekday and kind != "w"):
            raise ValueError(modifier)
        if snap:
            found.append(Snap(kind, int(weekday or 0)))
        else:
            found.append(Move((-1 if sign == "-" else 1) * int(amount or 1), kind))
        at = match.end()
    return found


def span_of(text: str) -> int | None:
    """Seconds of a span like 5m or 7d (up to weeks); None for anything else."""
    match = _SPAN.fullmatch(text.strip().lower())
    unit = _UNITS.get(match[3]) if match else None
    if match is None or unit not in _SECONDS:
        return None
    return (-1 if match[1] == "-" else 1) * int(match[2]) * _SECONDS[unit]


def _stepped(text: str, moment: datetime) -> datetime:
    for step in steps(text):
        moment = _moved(moment, step) if isinstance(step, Move) else _snapped(moment, step)
    return moment


def _moved(moment: datetime, move: Move) -> datetime:
    if move.unit in _SECONDS:
        return moment + timedelta(seconds=move.amount * _SECONDS[move.unit])
    months = moment.year * 12 + moment.month - 1 + move.amount * _MONTHS[move.unit]
    first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
    last_day = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(moment.day, last_day.day))


def _snapped(moment: datetime, snap: Snap) -> datetime:
    moment = moment.replace(microsecond=0)
    if snap.unit == "s":
        return moment
    if snap.unit == "m":
        return moment.replace(second=0)
    if snap.unit == "h":
        return moment.replace(second=0, minute=0)
    midnight = moment.replace(second=0, minute=0, hour=0)
    if snap.unit == "w":
        return midnight - timedelta(days=(midnight.isoweekday() - snap.weekday) % 7)
    if snap.unit == "d":
        return midnight
    month = {"mon": midnight.month, "q": (midnight.month - 1) // 3 * 3 + 1, "y": 1}[snap.unit]
    return midnight.replace(day=1, month=month)
