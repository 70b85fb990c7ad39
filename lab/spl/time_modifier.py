"""Splunk's time modifiers: epoch seconds, ``now``, ``-24h``, ``-1d@d``, ``@w0``, ``-7d@w1+2h``. Days begin at midnight UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_EPOCH = re.compile(r"\d{1,11}(?:\.\d{1,9})?")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?::(\d{1,2}):(\d{2}):(\d{2}))?")
_STEP = re.compile(r"([+-])(\d{0,9})([a-z]+)|@([a-z]+)([0-7]?)")
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **dict.fromkeys(("mon", "month", "months"), "mon"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "y"),
}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
SYNTAX = "epoch seconds, now, or offsets and snaps like -24h, -7d@d, @w1 (units s m h d w mon y; days are UTC)"


def epoch_s(modifier: str, now_s: float) -> float:
    """The moment a modifier means, in epoch seconds. Raises ValueError with what is allowed."""
    text = modifier.strip()
    if _EPOCH.fullmatch(text):
        return float(text)
    date = _DATE.fullmatch(text)
    try:
        if date:
            month, day, year, hour, minute, second = (int(part or 0) for part in date.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc).timestamp()
        return _stepped(text.lower(), datetime.fromtimestamp(now_s, timezone.utc)).timestamp()
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{modifier[:40]!r} is not a time the lab can read; write {SYNTAX}") from error


def _stepped(text: str, moment: datetime) -> datetime:
    rest = text[3:] if text.startswith("now") else text
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None:
            raise ValueError(text)
        sign, amount, unit, snap, weekday = match.groups()
        if snap:
            moment = _snapped(moment, snap, weekday)
        else:
            moment = _moved(moment, (-1 if sign == "-" else 1) * int(amount or 1), _UNITS.get(unit, ""))
        at = match.end()
    if not rest and not text:
        raise ValueError(text)
    return moment


def _moved(moment: datetime, amount: int, unit: str) -> datetime:
    if unit in _SECONDS:
        return moment + timedelta(seconds=amount * _SECONDS[unit])
    if unit not in ("mon", "y"):
        raise ValueError(unit)
    months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "y" else 1)
    first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
    last_day = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(moment.day, last_day.day))


def _snapped(moment: datetime, unit: str, weekday: str) -> datetime:
    kind = _UNITS.get(unit)
    if kind is None or (weekday and unit != "w"):
        raise ValueError(unit)
    moment = moment.replace(microsecond=0)
    if kind == "s":
        return moment
    if kind == "m":
        return moment.replace(second=0)
    if kind == "h":
        return moment.replace(second=0, minute=0)
    midnight = moment.replace(second=0, minute=0, hour=0)
    if kind == "w":
        return midnight - timedelta(days=(midnight.isoweekday() - int(weekday or 0)) % 7)
    if kind == "mon":
        return midnight.replace(day=1)
    return midnight if kind == "d" else midnight.replace(day=1, month=1)
