"""Stanzas of ``savedsearches.conf``: what is searched, over which time, when, and what becomes of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from lab.driver import app_conf

_TRUE = ("1", "true", "t", "yes")
_NOT_SEARCHES = ("default",)
_MARKER = "action.summary_index."
_OWN_SETTINGS = frozenset(
    (
        "_name",
        "command",
        "inline",
        "maxresults",
        "maxtime",
        "track_alert",
        "ttl",
        "force_realtime_schedule",
        "_type",
        "_metric_dims",
    )
)


class SavedSearchAbsent(LookupError):
    """No saved search has this name; the text says which there are."""


@dataclass(frozen=True)
class SavedSearch:
    """One stanza. settings: all its keys as they stand, over those of ``[default]``."""

    name: str
    settings: Mapping[str, str]

    @property
    def search(self) -> str:
        return self.settings.get("search", "")

    @property
    def earliest(self) -> str | None:
        return self.settings.get("dispatch.earliest_time") or None

    @property
    def latest(self) -> str | None:
        return self.settings.get("dispatch.latest_time") or None

    @property
    def cron(self) -> str:
        return self.settings.get("cron_schedule", "").strip()

    @property
    def scheduled(self) -> bool:
        """Whether Splunk would run it by itself: ``enableSched``, older ``is_scheduled``."""
        return self.flag("enableSched")

    @property
    def disabled(self) -> bool:
        return self.flag("disabled")

    @property
    def summary_index(self) -> str | None:
        """The index that the rows go to, None without the action."""
        return (self.settings.get("action.summary_index._name") or "summary") if self.flag("action.summary_index") else None

    @property
    def summary_markers(self) -> dict[str, str]:
        """Fields that the action adds to every row."""
        found = {key[len(_MARKER) :]: value for key, value in self.settings.items() if key.startswith(_MARKER)}
        return {name: value for name, value in found.items() if name not in _OWN_SETTINGS}

    @property
    def max_count(self) -> int | None:
        """``dispatch.max_count``, rows at most; None without one or 0."""
        text = self.settings.get("dispatch.max_count", "")
        return int(text) or None if text.isascii() and text.isdigit() else None

    def flag(self, key: str) -> bool:
        return self.settings.get(key, "0").strip().lower() in _TRUE


def saved_searches(app: Path) -> list[SavedSearch]:
    """All of the app that have a search, in the order of the file."""
    stanzas = app_conf(app, "savedsearches")
    general = stanzas.get("default", {})
    merged = [SavedSearch(name, {**general, **keys}) for name, keys in stanzas.items() if name not in _NOT_SEARCHES]
    return [saved for saved in merged if saved.search]


def named(app: Path, name: str) -> SavedSearch:
    """The saved search of this name. Raises SavedSearchAbsent."""
    found = {saved.name: saved for saved in saved_searches(app)}
    if name in found:
        return found[name]
    alike = get_close_matches(name, found, n=3, cutoff=0.4) or list(found)[:3]
    hint = f"nearest: {'; '.join(alike)}" if alike else "the app has none"
    raise SavedSearchAbsent(f"no saved search {name!r} in {app.name}/default/savedsearches.conf; {hint}")
