"""The hunt for DNS tunnels over a capture of others, as its stanza stands."""

from __future__ import annotations

from pathlib import Path

from hunt_runs import fits
from real_captures import Capture, Site

from tools.hunts.playbook import read_hunts

DNSCAT2 = Capture(("rita/json_with_all_fields",), "2018-01-30T20:00:00")


def test_dnscat2_over_txt_is_found(shared_data: Path, tmp_path: Path) -> None:
    hunt = next(each for each in read_hunts()[0] if each.id == "dns_tunnel")
    found = Site(DNSCAT2, shared_data, tmp_path).findings(hunt)
    assert [row for row in found if fits(row, {"src": "192.168.88.2", "dns_domain": "r-1x.com"})], found
