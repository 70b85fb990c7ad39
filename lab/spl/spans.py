"""Widths of buckets: ``span=5m``, ``1d@d``, ``1mon``, ``10``, ``log2``, ``2log10``; and where the bucket of a value begins.

Buckets of seconds to weeks are counted from the epoch (weeks without a snap begin on a Thursday), months from January 1970.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from lab.spl.sql import number
from lab.spl.time_modifier import epoch_s

_SECONDS = {"us": 1e-6, "ms": 1e-3, "cs": 1e-2, "ds": 0.1, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_MONTHS = {"mon": 1, "q": 3, "y": 12}
_NAMES = {
    **dict.fromkeys(("us", "ms", "cs", "ds"), ""),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **dict.fromkeys(("mon", "month", "months"), "mon"),
    **dict.fromkeys(("q", "qtr", "qtrs", "quarter", "quarters"), "q"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "y"),
}
_TIME = re.compile(r"(\d{0,9})([a-z]+)(@[a-z0-9]+)?")
_LOG = re.compile(r"(\d+(?:\.\d+)?)?log(\d+(?:\.\d+)?)?")
_AUTOMATIC_S = (1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 86_400)
SYNTAX = "a number, a time like 5m, 1d@d or 1mon, or a logarithm like log2"


@dataclass(frozen=True)
class TimeSpan:
    """size_s seconds, or months where it is 0. offset_s: where a bucket begins after the epoch."""

    size_s: float
    months: int = 0
    offset_s: float = 0

    def begin(self, time: str) -> str:
        """SQL of the beginning of the bucket that an SQL time in epoch seconds lies in."""
        if self.months:
            moment = f"make_timestamp(CAST(floor({time}) AS BIGINT) * 1000000)"
            month = f"((year({moment}) - 1970) * 12 + month({moment}) - 1) // {self.months} * {self.months}"
            return f"CAST(epoch(make_date(1970 + ({month}) // 12, ({month}) % 12 + 1, 1)) AS DOUBLE)"
        if self.size_s < 1:
            return f"(floor({time} / {number(self.size_s)} + 1e-6) * {number(self.size_s)})"
        size, offset = number(self.size_s), number(self.offset_s)
        return f"(floor(({time} - {offset}) / {size}) * {size} + {offset})"

    def following(self, begin: str) -> str:
        """SQL of the beginning of the next bucket."""
        if not self.months:
            return f"({begin} + {number(self.size_s)})"
        return self.begin(f"({begin} + {self.months * 31.5 * 86_400})")


def time_span(text: str) -> TimeSpan:
    """Reads a width of time. Raises ValueError."""
    match = _TIME.fullmatch(text.strip())
    unit = _NAMES.get(match[2]) if match else None
    if match is None or unit is None:
        raise ValueError(f"{text[:40]!r} is no span of time; write one like 10s, 5m, 1h, 1d@d, 1w@w1, 1mon")
    count = int(match[1] or 1)
    if not count:
        raise ValueError("a span must be longer than 0")
    if unit in _MONTHS:
        return TimeSpan(0, months=count * _MONTHS[unit])
    offset_s = 0.0
    if match[3] and unit == "w":
        offset_s = epoch_s(match[3], 10 * 604_800) % 604_800
    return TimeSpan(count * _SECONDS[unit or match[2]], offset_s=offset_s)


def automatic(range_s: float, bins: int) -> TimeSpan:
    """The smallest of Splunk's spans that cuts a range into at most ``bins`` buckets; months beyond a day."""
    for size_s in _AUTOMATIC_S:
        if range_s <= size_s * bins:
            return TimeSpan(size_s)
    return TimeSpan(0, months=1)


def power_of_ten(width: float, bins: int) -> float:
    """The smallest power of ten that cuts a range of this width into at most ``bins`` buckets."""
    return 10.0 ** max(math.ceil(math.log10(max(width, 1e-9) / bins) - 1e-9), -9)


def numeric_bucket(value: str, text: str) -> str:
    """SQL of the range ``low-high`` that an SQL number lies in. Raises ValueError."""
    log = _LOG.fullmatch(text.strip())
    if log is not None and "log" in text:
        factor, base = float(log[1] or 1), float(log[2] or 10)
        if base <= 1 or not 1 <= factor < base:
            raise ValueError("the base must be above 1 and the factor from 1 up to the base")
        power = f"floor(ln({value} / {number(factor)}) / ln({number(base)}) + 1e-9)"
        low, high = (f"{number(factor)} * pow({number(base)}, {exponent})" for exponent in (power, f"{power} + 1"))
        return f"CASE WHEN {value} > 0 THEN spl_text({low}) || '-' || spl_text({high}) END"
    if not re.fullmatch(r"\d{1,15}(\.\d{1,9})?", text.strip()) or not float(text):
        raise ValueError(f"{text[:40]!r} is no span; write {SYNTAX}")
    size = number(float(text))
    low = f"floor({value} / {size}) * {size}"
    return f"spl_text({low}) || '-' || spl_text({low} + {size})"
