"""The site's resolvers are learned from 30 kept days: many hosts make one, a few do not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from event_notation import written
from hunt_runs import APP, NOW_S

from lab.ingest import Store, ingest
from lab.savedsearch import dispatch, named
from lab.spl import SearchSettings
from lab.spl.time_modifier import epoch_s

KEEP, LEARN = "Zeek Hunting - Baseline - Keep resolvers of a day", "Zeek Hunting - Baseline - Learn resolvers"
DAY_S = 86_400


def test_servers_that_a_tenth_of_the_hosts_used_on_any_day_are_learned(tmp_path: Path) -> None:
    series = [
        {"log": "dns", "for": {"host": "1..30"}, "at": "-9d", "set": {"id.orig_h": "10.0.1.{host}", "id.resp_h": "192.0.2.53"}},
        {"log": "dns", "for": {"host": "1..3"}, "at": "1h", "set": {"id.orig_h": "10.0.1.{host}", "id.resp_h": "198.51.100.53"}},
        {"log": "dns", "for": {"host": "1..2"}, "at": "2h", "set": {"id.orig_h": "10.0.1.{host}", "id.resp_h": "203.0.113.9"}},
    ]
    events = written(series, epoch_s("-1d@d", NOW_S))["dns"]
    (tmp_path / "dns.log").write_text("".join(json.dumps({"_path": "dns", **event}) + "\n" for event in events), "utf-8")
    with Store(tmp_path / "store.duckdb") as store:
        ingest([tmp_path / "dns.log"], store)
        settings = SearchSettings(APP, now_s=NOW_S, state=tmp_path / "state")
        for days in (9, 0, 0):  # the last day twice: a search that runs again must not count it twice
            dispatch(store, named(APP, KEEP), replace(settings, now_s=NOW_S - days * DAY_S))
        rows = dispatch(store, named(APP, LEARN), settings).rows.records()
    assert {row["resolver"]: (row["hosts"], row["hosts_seen"]) for row in rows} == {
        "192.0.2.53": ("30", "30"),
        "198.51.100.53": ("3", "30"),
    }
