"""``_time`` of a Zeek event: DOUBLE seconds since the epoch from the text of ``ts``.

Forms met: epoch seconds (``1547188415.857497``), ISO 8601 with a zone or in UTC (``2020-08-16T06:26:03.553287Z``), epoch
milliseconds (``LogAscii::json_timestamps = JSON::TS_MILLIS``). The exact text stays in the field ``ts``; a double holds
microseconds until the year 2242.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import lru_cache

LATEST_S = 4_102_444_800.0  # the year 2100: a larger number is milliseconds
FIRST_ABSOLUTE_S = 31_536_000.0  # the year 1971: a smaller number counts from the start of a capture without a date
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?", re.ASCII)


def epoch_seconds(texts: Sequence[str | None]) -> list[float | None]:
    """Seconds of every text; None where it is no time (unset, masked, negative, beyond what milliseconds can mean)."""
    try:
        seconds = list(map(float, texts))  # type: ignore[arg-type]  # None raises TypeError and takes the slow way
    except (ValueError, TypeError):
        return [_one(text) for text in texts]
    if seconds and min(seconds) >= 0 and max(seconds) <= LATEST_S and not any(s != s for s in seconds) and _plain(texts):
        return list(seconds)
    return [_one(text) for text in texts]


def _plain(texts: Sequence[str | None]) -> bool:
    """float() also takes ``1_0``, blanks and the digits of other scripts; a timestamp has none of them."""
    joined = "".join(text or "" for text in texts)
    return joined.isascii() and "_" not in joined and not re.search(r"\s", joined)


def _one(text: str | None) -> float | None:
    if not text or not _plain((text,)):
        return _iso(text) if text else None
    try:
        seconds = float(text)
    except ValueError:
        return _iso(text)
    if seconds > LATEST_S:
        seconds /= 1000
    return seconds if 0 <= seconds <= LATEST_S else None


def _iso(text: str) -> float | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    whole_s = _whole_seconds(match[1], match[2], match[4] or "Z")
    if whole_s is None:
        return None
    return float(f"{whole_s}.{match[3] or 0}")


@lru_cache(maxsize=4096)
def _whole_seconds(day: str, clock: str, zone: str) -> int | None:
    """Epoch seconds of a whole second; None before 1970 or where the calendar has no such day."""
    offset = "+0000" if zone == "Z" else zone.replace(":", "")
    try:
        moment = datetime.strptime(f"{day} {clock} {offset}", "%Y-%m-%d %H:%M:%S %z")
        whole_s = int(moment.astimezone(timezone.utc).timestamp())
    except (ValueError, OverflowError):
        return None
    return whole_s if 0 <= whole_s <= LATEST_S else None
