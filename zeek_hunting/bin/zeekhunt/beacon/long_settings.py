"""Every number of the scores of long connections and strobes: unit, range, default, source. Points sum to 100 at most."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

RITA = "steps of long connections in RITA v5 (1, 4, 8, 12 h)"
NOTICE = "steps of corelight/zeek-long-connections (10 min, 30 min, 1 h, 12 h, 24 h, 3 d)"
CHOSEN = "default without a published source: what it weighs against the steps"


class SettingsError(ValueError):
    """A threshold out of its range, or steps that do not ascend."""


def _number(default: Any, unit: str, low: float, high: float, source: str) -> Any:
    return field(default=default, metadata={"unit": unit, "low": low, "high": high, "source": source})


@dataclass(frozen=True)
class _Checked:
    """Raises SettingsError when a number is out of its range."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            low, high = each.metadata["low"], each.metadata["high"]
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(low <= number <= high for number in numbers):
                raise SettingsError(f"{each.name} must lie in {low} to {high} {each.metadata['unit']}, got {value}")
            if isinstance(value, tuple) and list(value) != sorted(value):
                raise SettingsError(f"{each.name} must ascend, got {value}")


@dataclass(frozen=True)
class LongSettings(_Checked):
    """Thresholds and points of long connections. ``*_points`` of a ladder begin with those below its first step."""

    total_steps_s: tuple[float, ...] = _number((3_600, 14_400, 28_800, 43_200), "s, ascending", 60, 31_622_400, RITA)
    total_points: tuple[float, ...] = _number((0, 12, 18, 24, 30), "points", 0, 100, RITA)
    single_steps_s: tuple[float, ...] = _number(
        (600, 1_800, 3_600, 43_200, 86_400, 259_200), "s, ascending", 60, 31_622_400, NOTICE
    )
    single_points: tuple[float, ...] = _number((0, 4, 8, 12, 20, 26, 30), "points", 0, 100, NOTICE)
    rarity_points: float = _number(20, "points", 0, 100, CHOSEN + "; at 10 % of the sources 0, at 1 % all, at 100 % all off")
    trickle_points: float = _number(12, "points", 0, 100, CHOSEN + "; a backup loses what an idle channel earns")
    neutral_b_per_h: float = _number(1e7, "bytes per open hour", 1, 1e15, CHOSEN + "; a call or a remote desktop moves more")
    trickle_decades: float = _number(2, "powers of ten", 0.1, 10, CHOSEN + "; 100 kB/h earns all, 1 GB/h loses all")
    unrecognised_points: float = _number(4, "points", 0, 100, CHOSEN + "; no analyzer knew the protocol")
    open_points: float = _number(4, "points", 0, 100, CHOSEN + "; it can still be looked at and cut off")
    usual_points: float = _number(
        20, "points", 0, 100, CHOSEN + "; taken off for services that stay open by design: what rarity may earn"
    )


@dataclass(frozen=True)
class StrobeSettings(_Checked):
    """Points of strobes."""

    base_points: float = _number(40, "points", 0, 100, "a strobe is Medium in RITA v5 before its modifiers")
    rate_points: float = _number(15, "points", 0, 100, CHOSEN + "; all at ten times the threshold")
    lasting_points: float = _number(15, "points", 0, 100, CHOSEN + "; all when it is there in every hour of the time searched")
    rarity_points: float = _number(20, "points", 0, 100, CHOSEN + "; as of long connections")
    small_points: float = _number(
        10, "points", 0, 100, CHOSEN + "; connections that carry next to nothing are made for their own sake"
    )
    small_b: float = _number(1_000, "bytes per connection", 1, 1e9, CHOSEN)
    large_b: float = _number(100_000, "bytes per connection", 1, 1e12, CHOSEN)
    unanswered_points: float = _number(20, "points", 0, 100, "taken off: nobody answers, so nothing is carried")
