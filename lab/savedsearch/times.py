"""Moments as text, UTC."""

from __future__ import annotations

from datetime import datetime, timezone


def utc(epoch_s: float) -> str:
    """ISO 8601 with milliseconds, as splunkd writes times: ``2026-01-31T12:00:00.000+00:00``."""
    return datetime.fromtimestamp(epoch_s, timezone.utc).isoformat(timespec="milliseconds")
