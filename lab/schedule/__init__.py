"""When saved searches run: cron times, and a replay of them over the data of a store."""

from __future__ import annotations

from lab.schedule.cron import Cron, CronError
from lab.schedule.replay import MAX_RUNS, Planned, TooManyRuns, plan

__all__ = ["MAX_RUNS", "Cron", "CronError", "Planned", "TooManyRuns", "plan"]
