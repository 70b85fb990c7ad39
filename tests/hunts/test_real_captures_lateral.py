"""Hunts for lateral movement and credentials over captures of others: intruders are found."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hunt_runs import APP, NOTE, fill, fits

from lab.ingest import Store, ingest
from lab.savedsearch import dispatch, named
from lab.spl import SearchSettings
from tools.hunts.playbook import Hunt, read_hunts

HUNTS = {hunt.id: hunt for hunt in read_hunts()[0] if hunt.raw["area"] in ("Lateral", "Credentials")}
DAY_S = 86_400


@dataclass(frozen=True)
class Capture:
    """files: below the folder of captures. day: hunted in from one in the morning to one in the next.

    networks: rows of zeek_networks above those that ship.
    """

    files: tuple[str, ...]
    day: str
    networks: str = ""

    @property
    def now_s(self) -> float:
        """Two hours after the day, so that the hunts' window, 25 hours up to an hour ago, holds it."""
        return dt.datetime.fromisoformat(f"{self.day}T00:00:00+00:00").timestamp() + DAY_S + 7200


APT29 = Capture(("apt29-day1",), "2020-04-29", "192.168.0.0/16,external,attackers")
SHARPRDP = Capture(("parsezeeklogs/rdp_sharprdp/json",), "2020-07-20")
RDP_FLOOD = Capture(("vast/integration-json/rdp.log.json.gz",), "2011-08-14", "147.32.0.0/16,internal,the university")


class Site:
    """A site that holds one capture and has known its own edges for longer than hunts wait."""

    def __init__(self, capture: Capture, data: Path, folder: Path) -> None:
        self.app = folder / APP.name
        shutil.copytree(APP, self.app, ignore=shutil.ignore_patterns("appserver", "__pycache__"))
        networks = self.app / "lookups" / "zeek_networks.csv"
        header, rest = networks.read_text(encoding="utf-8").split("\n", 1)
        networks.write_text("\n".join([header, *([capture.networks] if capture.networks else []), rest]), encoding="utf-8")
        self.store = Store(folder / "store.duckdb")
        ingest([data / name for name in capture.files], self.store)
        self.settings = SearchSettings(self.app, now_s=capture.now_s, state=folder / "state")
        since = capture.now_s - 40 * DAY_S
        known = [{"_key": kind, "kind": kind, "since": since, "keys": 1} for kind in ("edge", "rpc", "account")]
        fill(self.store, self.settings, "zeek_baselines", known)

    def findings(self, hunt: Hunt) -> Sequence[dict[str, Any]]:
        rows = dispatch(self.store, named(self.app, hunt.title), self.settings).rows.records()
        return [row for row in rows if row.get("severity") != NOTE]


FOUND = [
    pytest.param(APT29, "lateral_path", {"src": "10.0.1.4", "dest": "10.0.1.6", "score": ">=35"}, id="apt29-winrm-then-smb"),
    pytest.param(APT29, "lateral_winrm_new", {"src": "10.0.1.4", "dest": "10.0.1.6"}, id="apt29-winrm"),
    pytest.param(SHARPRDP, "lateral_rdp_new", {"src": "192.168.56.1", "dest": "192.168.56.101"}, id="sharprdp"),
    pytest.param(RDP_FLOOD, "cred_rdp_guessing", {"src": "178.77.71.27", "guesses": ">=10"}, id="rdp-flood-guesses"),
    pytest.param(RDP_FLOOD, "lateral_rdp_internet", {"src": "178.77.71.27", "score": ">=60"}, id="rdp-flood-reachable"),
]


@pytest.mark.parametrize(("capture", "hunt", "wanted"), FOUND)
def test_what_is_in_a_capture_is_found(
    capture: Capture, hunt: str, wanted: dict[str, str], shared_data: Path, tmp_path: Path
) -> None:
    found = Site(capture, shared_data, tmp_path).findings(HUNTS[hunt])
    assert [row for row in found if fits(row, wanted)], found


def test_workstations_that_talk_to_their_domain_controller_are_no_thieves(shared_data: Path, tmp_path: Path) -> None:
    """APT29's capture holds logons with drsuapi, samr and lsarpc to the controller, but neither DCSync nor hive dumps."""
    site = Site(APT29, shared_data, tmp_path)
    for name in ("cred_dcsync", "cred_rpc_single", "cred_coerced", "lateral_zerologon", "cred_kerberoasting"):
        assert not site.findings(HUNTS[name]), name
