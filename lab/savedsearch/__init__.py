"""The app's saved searches: read from ``savedsearches.conf`` and run as they stand, at a moment of choice.

run = dispatch(store, named(app, "Zeek Hunting - C2 - Beacons by address"), SearchSettings(app=app))
"""

from __future__ import annotations

from lab.savedsearch.definition import SavedSearch, SavedSearchAbsent, named, saved_searches
from lab.savedsearch.dispatch import SavedRun, dispatch, dispatched_text

__all__ = ["SavedRun", "SavedSearch", "SavedSearchAbsent", "dispatch", "dispatched_text", "named", "saved_searches"]
