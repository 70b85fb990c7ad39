"""The runs that a schedule asks for between two moments, in order of time.

Splunk may start a run later than planned (``schedule_window``, ``allow_skew``, load) but hands it the planned time; the lab
starts all at their planned time, so neither changes a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.savedsearch.definition import SavedSearch
from lab.schedule.cron import Cron, CronError

MAX_RUNS = 10_000


class TooManyRuns(ValueError):
    """More runs than anybody waits for; the text says which search asks for most."""


@dataclass(frozen=True)
class Planned:
    """One run. at_s: what ``now`` means for it, epoch seconds."""

    at_s: int
    saved: SavedSearch


def plan(searches: Sequence[SavedSearch], from_s: float, to_s: float, most: int = MAX_RUNS) -> list[Planned]:
    """All runs of searches that have a cron_schedule; of the same moment, in the order given. Raises CronError, TooManyRuns."""
    planned: list[Planned] = []
    for saved in searches:
        if not saved.cron:
            continue
        try:
            cron = Cron.of(saved.cron)
        except CronError as error:
            raise CronError(f"[{saved.name}] {error}") from error
        for at_s in cron.times(from_s, to_s):
            planned.append(Planned(at_s, saved))
            if len(planned) > most:
                raise TooManyRuns(f"more than {most:,} runs by {saved.name!r}; take a shorter time or name fewer searches")
    return sorted(planned, key=lambda each: each.at_s)
