"""The part of Splunk's SPL that the lab runs (SUPPORTED.md), over the events of a store.

    result = run_search(store, "`zeek_conn` | zeekbeacon | head 10", SearchSettings(app=Path("zeek_hunting")))

A search is parsed with a grammar and becomes one DuckDB query; custom commands run as real processes in between. What is not
supported is refused with its place, never guessed.
"""

from __future__ import annotations

from lab.spl.commands import COMMANDS
from lab.spl.failure import Place, SplError
from lab.spl.search import SearchResult, run_search
from lab.spl.session import SearchSettings

__all__ = ["COMMANDS", "Place", "SearchResult", "SearchSettings", "SplError", "run_search"]
