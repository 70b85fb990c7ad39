"""Spans of time (start, end in microseconds): when a program may run. Every function returns new spans in order."""

from __future__ import annotations

import numpy as np

from lab.sim.office import Span
from lab.sim.settings import DAY_US, HOUR_US, MINUTE_US, Window


def moments(rng: np.random.Generator, span: Span, mean_count: float, margin_us: int = MINUTE_US) -> list[int]:
    """Poisson many moments in the span, in order, none within the margin of its ends."""
    start, end = span[0] + margin_us, span[1] - margin_us
    if end <= start:
        return []
    return [int(at) for at in np.sort(rng.uniform(start, end, rng.poisson(mean_count))).tolist()]


def total_us(spans: tuple[Span, ...]) -> int:
    return sum(end - start for start, end in spans)


def within_hours(spans: tuple[Span, ...], window: Window, hours: tuple[float, float]) -> tuple[Span, ...]:
    """The parts between two hours of each day (UTC)."""
    out = []
    for start, end in spans:
        for day in range(window.days):
            midnight = window.start_us + day * DAY_US
            low = max(start, midnight + int(hours[0] * HOUR_US))
            high = min(end, midnight + int(hours[1] * HOUR_US))
            if low < high:
                out.append((low, high))
    return tuple(out)


def part(spans: tuple[Span, ...], skip_us: int, keep_us: int) -> tuple[Span, ...]:
    """What is left after the first skip_us of the spans' time, for keep_us of their time."""
    out = []
    for start, end in spans:
        skipped = min(skip_us, end - start)
        skip_us -= skipped
        kept = min(keep_us, end - start - skipped)
        keep_us -= kept
        if kept > 0:
            out.append((start + skipped, start + skipped + kept))
    return tuple(out)
