"""Every hunt over two captures of ordinary days, where each baseline calls everything new: the worst that a site can see."""

from __future__ import annotations

import csv
from pathlib import Path

from real_captures import Capture, Site, feed_rows

from tools.hunts.playbook import read_hunts

HUNTS = read_hunts()[0]
KNOWN = tuple(sorted({str(hunt.raw["baseline"]["kind"]) for hunt in HUNTS if hunt.raw.get("baseline")}))
DAYS = (
    Capture(("rita/proxy_rolling",), "2024-04-30T00:00:00", ("2601:19e:8200:91e0::/64,internal,home",), KNOWN),
    Capture(("vast/integration-zeek",), "2009-11-19T07:00:00", known=KNOWN),
)
# a page of scores that an open browser fetched anew every 20 s for two hours: a timer, and in these fields nothing else
POLLED = ("c2_beacon_name", "scores.espn.go.com")
HIGH, MOST = 75, 5


def test_two_ordinary_days_give_at_most_five_findings_of_severity_high(shared_data: Path, tmp_path: Path) -> None:
    high = []
    for at, capture in enumerate(DAYS):
        site = Site(capture, shared_data, tmp_path / str(at))
        with (site.app / "lookups" / "zeek_intel.csv").open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(feed_rows(shared_data / "intel" / "zeek-intelligence-feeds"))
        high += [(hunt.id, row["dest"]) for hunt in HUNTS for row in site.findings(hunt) if float(row["score"]) >= HIGH]
    assert len(high) <= MOST, high
    assert set(high) <= {POLLED}, "what is known today is better than the bound"
