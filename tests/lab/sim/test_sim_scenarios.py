"""A scenario is one small function over the emitters: here a lateral movement and a DNS tunnel as later ones will be."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.sim.capture import Capture
from lab.sim.generate import settle
from lab.sim.internet import build_internet
from lab.sim.labels import MALICIOUS, Label, LabelHead, label_flows, write_labels
from lab.sim.office import DESKTOP, build_office
from lab.sim.randomness import component_rng, texts
from lab.sim.scenarios import SCENARIOS
from lab.sim.settings import HOUR_US, MINUTE_US, SECOND_US, SimSettings
from lab.sim.stage import Stage
from lab.sim.wire.kerberos import TicketRequest, request_tickets
from lab.sim.wire.rdp import DesktopSession, log_desktop_sessions
from lab.sim.wire.resolver import Queries, ask
from lab.sim.wire.rpc import Operation
from lab.sim.wire.smb import FileTouch, ShareVisit, log_share_visits

Rows = list[dict[str, Any]]
OPERATIONS = (Operation("svcctl", "CreateServiceW"), Operation("svcctl", "StartServiceW"))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    settings = SimSettings(seed=9, hosts=10)
    capture = Capture(settings.window(), tmp_path)
    return Stage(settings, build_office(settings), build_internet(settings), capture, component_rng(9, "test"), "test")


def close(stage: Stage, folder: Path) -> dict[str, Rows]:
    settle(stage)
    stage.capture.close(folder)
    read = {path.name.split(".")[0]: gzip.decompress(path.read_bytes()).decode().splitlines() for path in folder.glob("*.gz")}
    return {log: [json.loads(line) for line in lines] for log, lines in read.items()}


def test_a_lateral_movement_leaves_its_traces_in_every_log(stage: Stage, tmp_path: Path) -> None:
    first, second = stage.office.with_role(DESKTOP)[:2]
    at = stage.capture.window.start_us + 11 * HOUR_US
    desktop = DesktopSession(at, 20 * MINUTE_US, first, second, "aabel", 90_000, 2_000_000)
    tool = FileTouch("Windows\\tool.exe", 90_000, written_b=90_000, mime_type="application/x-dosexec")
    copy = ShareVisit(at + MINUTE_US, 4 * SECOND_US, first, second, "aabel", "ADMIN$", files=(tool,))
    run = ShareVisit(at + 2 * MINUTE_US, SECOND_US, first, second, "aabel", "IPC$", pipe="\\pipe\\svcctl", operations=OPERATIONS)
    flows = log_desktop_sessions(stage, [desktop])
    shares = log_share_visits(stage, [copy, run])
    head = LabelHead("lateral", "lateral", MALICIOUS, "lateral", False, technique=("T1021.001",))
    label = label_flows(head, first, flows, (second.full_name,))
    rows = close(stage, tmp_path)
    assert (label.src, label.dests, label.port, label.service) == (first.address, (second.address,), 3389, "rdp,ssl")
    assert rows["rdp"][0]["uid"] == label.sample_uids[0]
    assert [row["path"] for row in rows["smb_mapping"]] == [rf"\\{second.full_name}\ADMIN$", rf"\\{second.full_name}\IPC$"]
    assert [(row["endpoint"], row["operation"]) for row in rows["dce_rpc"]] == list(OPERATIONS)
    assert (rows["files"][0]["is_orig"], rows["files"][0]["seen_bytes"]) == (True, 90_000)
    assert {row["uid"] for row in rows["smb_mapping"]} == set(shares.uid.tolist())
    tickets = {row["service"] for row in rows["kerberos"] if row.get("request_type") == "TGS"}
    assert tickets == {f"TERMSRV/{second.full_name}", f"cifs/{second.full_name}"}
    assert {row["query"] for row in rows["dns"]} == {second.full_name, stage.office.controllers[0].full_name}


def test_a_dns_tunnel_is_asked_through_the_internal_resolver(stage: Stage, tmp_path: Path) -> None:
    host = stage.office.with_role(DESKTOP)[0]
    n = 50
    queries = Queries(
        start_us=stage.capture.window.start_us + HOUR_US + np.arange(n) * SECOND_US,
        source=np.full(n, host.address, dtype=object),
        query=texts([f"{i:032x}.t.riverweb.example" for i in range(n)]),
        qtype=np.full(n, "TXT", dtype=object),
        rcode=np.full(n, "NOERROR", dtype=object),
        answers=texts([(f"{i:064x}",) for i in range(n)]),
        ttl_s=np.zeros(n, dtype=np.int64),
        rtt_us=np.full(n, 30_000),
    )
    assert len(ask(stage, queries)) == n
    rows = close(stage, tmp_path)["dns"]
    assert len(rows) == 2 * n
    assert sum(row["id.orig_h"] == host.address for row in rows) == n


def test_a_refused_and_a_weak_ticket_look_as_zeek_shows_them(stage: Stage, tmp_path: Path) -> None:
    at = stage.capture.window.start_us + HOUR_US
    source = stage.office.with_role(DESKTOP)[0].address
    refused = TicketRequest(at, source, "AS", "aabel", "krbtgt/CORP.EXAMPLE", error="KDC_ERR_PREAUTH_FAILED")
    weak = TicketRequest(at + SECOND_US, source, "TGS", "aabel", "MSSQLSvc/db1.corp.example", cipher="rc4-hmac")
    request_tickets(stage, [refused, weak])
    first, second = close(stage, tmp_path)["kerberos"]
    assert (first["success"], first["error_msg"]) == (False, "KDC_ERR_PREAUTH_FAILED")
    assert "cipher" not in first
    assert (second["success"], second["cipher"], second["client"]) == (True, "rc4-hmac", "aabel/CORP.EXAMPLE")


def test_emitters_take_an_empty_plan(stage: Stage) -> None:
    assert len(log_desktop_sessions(stage, [])) == len(log_share_visits(stage, [])) == len(request_tickets(stage, [])) == 0


def test_ids_are_unique_and_every_title_says_something() -> None:
    assert len({scenario.id for scenario in SCENARIOS}) == len(SCENARIOS)
    assert all(len(scenario.title) > 10 for scenario in SCENARIOS)


def test_labels_are_written_sorted_by_id(stage: Stage, tmp_path: Path) -> None:
    def label(name: str) -> Label:
        at = stage.capture.window.start_us + HOUR_US
        host, other = stage.office.with_role(DESKTOP)[:2]
        flows = log_desktop_sessions(stage, [DesktopSession(at, MINUTE_US, host, other, "aabel", 900, 900)])
        return label_flows(LabelHead(name, name, MALICIOUS, "lateral", False), host, flows, ())

    write_labels(tmp_path / "labels.json", [label("b"), label("a")])
    body = json.loads((tmp_path / "labels.json").read_text())
    assert body["schema"] == 1
    assert [entry["id"] for entry in body["labels"]] == ["a", "b"]
