"""Every SPL command of the lab, in one table. A command is one file: how its tree is read, and what it makes of a relation."""

from __future__ import annotations

from collections.abc import Mapping

from lab.spl.commands import calculate, dedup, ends, find, projection, sort, stats
from lab.spl.commands.command import SplCommand

COMMANDS: Mapping[str, SplCommand] = {
    command.name: command
    for command in (
        dedup.DEDUP,
        calculate.EVAL,
        projection.FIELDS,
        ends.HEAD,
        projection.RENAME,
        find.SEARCH,
        sort.SORT,
        stats.STATS,
        projection.TABLE,
        ends.TAIL,
        calculate.WHERE,
    )
}

__all__ = ["COMMANDS", "SplCommand"]
