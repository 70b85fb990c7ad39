"""Hunts for scans, exfiltration, odd protocols and intelligence over captures of others: what is in them is found."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hunt_runs import fits
from real_captures import Capture, Site, feed_rows

from tools.hunts.playbook import read_hunts

HUNTS = {hunt.id: hunt for hunt in read_hunts()[0] if hunt.raw["area"] in ("Discovery", "Exfiltration", "Network", "Intel")}
KNOWN = ("edge", "pair", "service", "volume", "serve")  # so that everything counts as new, the worst that a site can see

HORIZONTAL = Capture(("slips/port-scans/horizontal/conn.log",), "1970-01-01T20:00:00")
SLIPS_LIMITS = (("disc_scan_hosts_hosts", "6"), ("disc_scan_hosts_share", "0.3"))
VERTICAL = Capture(("slips/port-scans/vertical/conn.log",), "2023-11-24T13:00:00")
NMAP = Capture(("ctu-port-scanning/conn.log.gz",), "2022-09-29T16:00:00")
BOT = Capture(("vast/integration-json/conn.log.json.gz",), "2011-08-15T05:00:00", ("147.32.0.0/16,internal,the university",))
GRE = Capture(("slips/test14-malicious-zeek-dir",), "1970-01-01T20:00:00")
APT29 = Capture(("apt29-day1",), "2020-04-30T02:00:00", ("192.168.0.0/16,external,attackers",), KNOWN)

FOUND = [
    pytest.param(
        VERTICAL, "disc_scan_ports", {"src": "192.168.1.9", "dest": "45.33.32.156", "ports": 44}, id="ports-of-one-host"
    ),
    pytest.param(NMAP, "disc_scan_ports", {"src": "172.16.1.11", "dest": "10.0.2.5", "score": ">=75"}, id="nmap-ports"),
    pytest.param(NMAP, "disc_scan_hosts", {"src": "172.16.1.11", "dest_port": 443, "score": ">=75"}, id="nmap-hosts"),
    pytest.param(BOT, "disc_scan_hosts", {"src": "147.32.84.165", "dest_port": 22, "score": ">=90"}, id="bot-scans-ssh"),
    pytest.param(GRE, "net_tunnel", {"src": "10.0.2.15", "dest": "115.112.11.30", "score": ">=60"}, id="gre"),
    pytest.param(APT29, "net_unknown", {"src": "10.0.1.4", "dest": "192.168.0.5", "dest_port": 1234}, id="apt29-first-channel"),
    # 19 of its 29 web servers answered: with Zeek's limits, which ship, that is no scan; with those of Slips it is
    pytest.param(
        replace(HORIZONTAL, macros=SLIPS_LIMITS), "disc_scan_hosts", {"src": "10.0.2.112", "dest_port": 80}, id="slips-limits"
    ),
]


@pytest.mark.parametrize(("capture", "hunt", "wanted"), FOUND)
def test_what_is_in_a_capture_is_found(
    capture: Capture, hunt: str, wanted: dict[str, str], shared_data: Path, tmp_path: Path
) -> None:
    found = Site(capture, shared_data, tmp_path).findings(HUNTS[hunt])
    assert [row for row in found if fits(row, wanted)], found


def test_nobody_but_the_scanner_scans(shared_data: Path, tmp_path: Path) -> None:
    site = Site(NMAP, shared_data, tmp_path)
    assert {row["src"] for name in ("disc_scan_hosts", "disc_scan_ports") for row in site.findings(HUNTS[name])} == {
        "172.16.1.11"
    }


def test_a_feed_finds_contact_with_what_it_lists(shared_data: Path, tmp_path: Path) -> None:
    """The feeds hold none of the captures' servers, so one of APT29's is added to 31,000 of others."""
    site = Site(APT29, shared_data, tmp_path)
    rows = [*feed_rows(shared_data / "intel" / "zeek-intelligence-feeds"), ("192.168.0.5", "Intel::ADDR", "report", "", "", "")]
    with (site.app / "lookups" / "zeek_intel.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    found = site.findings(HUNTS["intel_contact"])
    assert {row["candidate"] for row in found} == {"192.168.0.5"}
    assert all(float(row["score"]) < 60 for row in found), "a match alone ranks low"
