"""Presence evidence of one pair, in plain sets of hours."""

from __future__ import annotations


def evidence(ticks: list[int], online_hours: list[int]) -> tuple[float, int, int]:
    """(K, hours with events, online hours from the first to the last of them)."""
    if not ticks:
        return 0.0, 0, 0
    active = {tick // 36_000 for tick in ticks}
    online = {hour for hour in online_hours if min(active) <= hour <= max(active)}
    seen = max(len(online), len(active))
    return len(active) / seen * min(1.0, (max(ticks) - min(ticks)) / 10 / 14_400), len(active), seen
