"""From when on an edge is new, as a hunter types it: epoch seconds, a UTC date or time, or how long before the end of the
search."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..zeek import event_time

_BACK = re.compile(r"-(\d{1,6})(m|h|d|w)(?:in|ours?|ays?|eeks?)?")
_UNIT_S = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Since(NamedTuple):
    """tick: the moment in ticks of 0.1 s. back: ticks before the newest event, where the search itself has no end; one is 0."""

    tick: int = 0
    back: int = 0

    def resolved(self, newest: int) -> int:
        return self.tick or max(newest - self.back, 1)


def since(text: str | None, search_end_s: float = 0.0) -> Since | None:
    """None where nothing is typed. search_end_s: the latest time of the search, 0 for none. Raises ValueError."""
    if text is None or not text.strip():
        return None
    typed = text.strip()
    back = _BACK.fullmatch(typed)
    if back is not None:
        ticks = int(back[1]) * _UNIT_S[back[2]] * event_time.TICKS_PER_S
        end = int(search_end_s * event_time.TICKS_PER_S)
        if ticks and (not end or ticks < end):
            return Since(tick=end - ticks) if end else Since(back=ticks)
    else:
        tick = event_time.ticks(f"{typed}T00:00:00Z" if _DAY.fullmatch(typed) else typed)
        if tick:
            return Since(tick=tick)
    raise ValueError(
        "since= takes -24h or -7d (before the end of the search), 2026-03-02, 2026-03-02T08:00:00Z or epoch seconds, "
        f"got {text[:40]!r}"
    )
