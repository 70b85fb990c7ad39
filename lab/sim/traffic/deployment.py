"""What looks like an intruder's path and is none: the night's patch run from one server to all desktops and servers, and the
vulnerability scanner that logs on everywhere. Both write or list admin shares; the patch run starts a service."""

from __future__ import annotations

import numpy as np

from lab.sim.labels import BENIGN, Label, LabelHead, label_flows
from lab.sim.office import Host
from lab.sim.settings import DAY_US, HOUR_US, SECOND_US
from lab.sim.stage import Stage
from lab.sim.wire.rpc import Operation
from lab.sim.wire.smb import FileTouch, ShareVisit, log_share_visits

_PATCH_HOUR, _SCAN_HOUR = 10.4, 13.2  # while desktops are on
_PATCH_B = (4_000_000, 60_000_000)
_SERVICE = (Operation("svcctl", "OpenSCManagerW"), Operation("svcctl", "CreateServiceW"), Operation("svcctl", "StartServiceW"))
_INVENTORY = (Operation("srvsvc", "NetrShareEnum"), Operation("samr", "SamrEnumerateDomainsInSamServer"))


def emit(stage: Stage) -> list[Label]:
    backup, jump = stage.office.serving("backup")[0], stage.office.serving("jump")[0]
    labels = []
    for day in range(stage.capture.window.days):
        midnight = stage.capture.window.start_us + day * DAY_US
        labels += _patch_run(stage, backup, midnight + int(_PATCH_HOUR * HOUR_US), day)
        labels += _scan(stage, jump, midnight + int(_SCAN_HOUR * HOUR_US), day)
    return labels


def _awake(stage: Stage, but: Host, at: int) -> list[Host]:
    hosts = [host for host in stage.office.hosts if host is not but and any(low <= at < high for low, high in host.online)]
    return [hosts[place] for place in stage.rng.permutation(len(hosts)).tolist()]


def _patch_run(stage: Stage, server: Host, at: int, day: int) -> list[Label]:
    visits = []
    for host in _awake(stage, server, at):
        size_b = int(stage.rng.integers(*_PATCH_B))
        package = FileTouch(f"ccmcache\\kb{5_000_000 + day}.msu", size_b, written_b=size_b)
        copied_us = size_b * SECOND_US // 60_000_000 + SECOND_US
        account = server.machine_account
        visits.append(ShareVisit(at, copied_us, server, host, account, "ADMIN$", files=(package,)))
        visits.append(
            ShareVisit(
                at + copied_us + 2 * SECOND_US,
                SECOND_US,
                server,
                host,
                account,
                "IPC$",
                pipe="\\pipe\\svcctl",
                operations=_SERVICE,
            )
        )
        at += int(stage.rng.uniform(1, 9) * SECOND_US)
    return _labelled(stage, "patch-run", server, visits, day)


def _scan(stage: Stage, scanner: Host, at: int, day: int) -> list[Label]:
    visits = []
    for host in _awake(stage, scanner, at):
        look = FileTouch("Windows\\system32\\ntoskrnl.exe", 0)
        visits.append(ShareVisit(at, 2 * SECOND_US, scanner, host, "svc_scan", "C$", kerberos=False, files=(look,)))
        visits.append(
            ShareVisit(
                at + 3 * SECOND_US,
                SECOND_US,
                scanner,
                host,
                "svc_scan",
                "IPC$",
                kerberos=False,
                pipe="\\pipe\\srvsvc",
                operations=_INVENTORY,
            )
        )
        at += int(stage.rng.uniform(4, 20) * SECOND_US)
    return _labelled(stage, "vulnerability-scan", scanner, visits, day)


def _labelled(stage: Stage, kind: str, server: Host, visits: list[ShareVisit], day: int) -> list[Label]:
    flows = log_share_visits(stage, visits)
    if not len(flows):
        return []
    head = LabelHead(f"{kind}/{server.address}/{day}", "deployment", BENIGN, kind, True, None, (), {"hosts": len(visits) // 2})
    return [label_flows(head, server, flows, tuple(np.unique([visit.server.full_name for visit in visits]).tolist()))]
