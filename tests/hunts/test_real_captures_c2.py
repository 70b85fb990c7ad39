"""Hunts for command and control, TLS and tools over captures of others: what is in them is found, ordinary hours give little."""

from __future__ import annotations

from pathlib import Path

import pytest
from hunt_runs import fits
from real_captures import Capture, Site

from tools.hunts.playbook import read_hunts

GROUP = (
    "c2_beacon_group",
    "c2_beacon_name",
    "c2_beacon_proxy",
    "c2_long_connection",
    "c2_program_download",
    "c2_rare_agent",
    "c2_remote_access",
    "c2_strobe",
    "c2_tor",
    "tls_certificate",
    "tls_rare_client",
    "tls_tool_certificate",
)
HUNTS = {hunt.id: hunt for hunt in read_hunts()[0] if hunt.id in GROUP}
KNOWN = ("ja3", "remote_tool")

APT29 = Capture(("apt29-day1",), "2020-04-30T12:00:00", ("192.168.0.0/16,external,attackers",), KNOWN)
TOR = Capture(("zat/data/tor_ssl.log",), "2013-12-31T00:00:00")

FOUND = [
    pytest.param(
        APT29,
        {
            "tls_certificate": [
                {"src": "10.0.1.6", "dest": "192.168.0.4", "events": 376, "score": 85},
                {"dest": "192.168.0.5", "score": 75},
            ],
            "tls_rare_client": [{"src": "10.0.1.6", "dest": "192.168.0.4", "score": ">=75"}],
            "c2_rare_agent": [{"src": "10.0.1.4", "dest": "192.168.0.4", "agent": "Microsoft-WebDAV-MiniRedir/10.0.18362"}],
            "c2_program_download": [{"src": "10.0.1.4", "dest": "192.168.0.4", "score": 60, "named": "python.exe"}],
        },
        id="apt29-servers",
    ),
    pytest.param(TOR, {"c2_tor": [{"src": "10.0.0.126", "score": 75, "relays": 54, "confidence": "high"}]}, id="tor-relays"),
]


def test_every_hunt_of_the_group_is_there() -> None:
    assert sorted(HUNTS) == sorted(GROUP)


@pytest.mark.parametrize(("capture", "wanted"), FOUND)
def test_what_is_in_a_capture_is_found(
    capture: Capture, wanted: dict[str, list[dict[str, object]]], shared_data: Path, tmp_path: Path
) -> None:
    site = Site(capture, shared_data, tmp_path)
    for name, rows in wanted.items():
        found = site.findings(HUNTS[name])
        missing = [row for row in rows if not any(fits(each, row) for each in found)]
        assert not missing, (name, found)
