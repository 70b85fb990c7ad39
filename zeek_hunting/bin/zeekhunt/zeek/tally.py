"""Events read, used and skipped, in words: what every hunt says before its findings, and why there may be none."""

from __future__ import annotations

from collections.abc import Mapping

from . import fields

READ, USED = "read", "used"


def sentence(tally: Mapping[str, int], skipped: Mapping[str, str]) -> str:
    """``read 10 events, used 8, skipped 2 (2 without a time)``. skipped: reason in the tally -> words."""
    read, used = tally.get(READ, 0), tally.get(USED, 0)
    reasons = ", ".join(f"{tally[reason]:,} {words}" for reason, words in skipped.items() if tally.get(reason))
    return f"read {read:,} events, used {used:,}, skipped {read - used:,}{f' ({reasons})' if reasons else ''}"


def why_nothing(tally: Mapping[str, int], log: str, needed: Mapping[str, str]) -> str:
    """Why no event could be used. needed: reason in the tally -> the canonical field that is missing then. Raises
    fields.FieldMissing when every event lacks the same one."""
    if not tally.get(READ):
        return f"no events reached the command: none in the time range, or the search does not match this site's {log} logs"
    for reason, field in needed.items():
        if tally.get(reason) == tally[READ]:
            raise fields.missing(field, log, tally[READ])
    return "no event could be used, see the reasons above"
