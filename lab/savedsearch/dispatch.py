"""Runs a saved search: its text, its time range, and its action that writes rows to a summary index.

Alert conditions and other actions (e-mail, webhooks, notable events) are not taken: the lab tells nobody. What a stanza asks
for beyond that is named in ``SavedRun.left_out``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lab.driver import Message, Rows
from lab.ingest import Store
from lab.savedsearch.definition import SavedSearch
from lab.spl import SearchSettings, run_search

_KEPT_ROWS = 1_000


@dataclass(frozen=True)
class SavedRun:
    """What came of it. rows: the first thousand; count: of all; left_out: what of the stanza the lab does not do."""

    name: str
    now_s: float | None
    count: int
    events_found: int
    seconds: float
    messages: list[Message] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    rows: Rows = field(default_factory=lambda: Rows({}, 0))


def dispatch(store: Store, saved: SavedSearch, settings: SearchSettings) -> SavedRun:
    """Runs it at ``settings.now_s``. Raises SplError and CommandFailed like any search."""
    started = time.perf_counter()
    timed = replace(settings, earliest=saved.earliest, latest=saved.latest, saved_search=saved.name)
    result = run_search(store, dispatched_text(saved), timed)
    try:
        rows = Rows.concat(_first(result.batches()))
        seconds = time.perf_counter() - started
        return SavedRun(
            saved.name, settings.now_s, result.count, result.events_found, seconds, list(result.messages), left_out(saved), rows
        )
    finally:
        result.close()


def dispatched_text(saved: SavedSearch) -> str:
    """The search with what Splunk adds to it: the most rows, then the summary index."""
    text = saved.search.rstrip()
    if saved.max_count is not None:
        text += f" | head {saved.max_count}"
    if saved.summary_index is not None:
        marker = ", ".join(f"{name}={_quoted(value)}" for name, value in saved.summary_markers.items())
        text += f" | collect index={_quoted(saved.summary_index)}{f' marker={_quoted(marker)}' if marker else ''}"
    return text


def left_out(saved: SavedSearch) -> list[str]:
    """Actions and conditions that are not taken."""
    actions = [
        key[len("action.") :]
        for key in saved.settings
        if key.startswith("action.") and key.count(".") == 1 and saved.flag(key) and key != "action.summary_index"
    ]
    conditions = ["the alert's condition"] if saved.settings.get("alert_condition") or saved.settings.get("counttype") else []
    return [*(f"action {name}" for name in actions), *conditions]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _first(batches: Iterator[Rows]) -> Iterator[Rows]:
    left = _KEPT_ROWS
    for batch in batches:
        yield batch.slice(0, left)
        left -= batch.count
        if left <= 0:
            return
