"""Administrators at work: remote desktops and WinRM from their desktops and the jump host to servers, now and then to a
person's machine; services calling the database; the nightly backup."""

from __future__ import annotations

import numpy as np

from lab.sim.beacons import play
from lab.sim.internet import Site
from lab.sim.labels import Label
from lab.sim.laws import Exponential
from lab.sim.office import SERVER, Host
from lab.sim.settings import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from lab.sim.spans import moments
from lab.sim.stage import Lookup, Stage, TicketNeed
from lab.sim.wire.calls import Calls, Client, place_calls
from lab.sim.wire.flows import FlowPlan
from lab.sim.wire.rdp import DesktopSession, log_desktop_sessions
from lab.sim.wire.smb import FileTouch, ShareVisit, log_share_visits

_DESKTOPS_PER_DAY = 5
_SHELLS_PER_DAY = 4
_TO_JUMP_SHARE = 0.4
_WINRM_PORT = 5985
_WINRM = Client("Microsoft WinRM Client", "")
_DATABASE_PORT = 1433
_DATABASE_GAP_S = 240.0
_BACKUP_HOUR = 1.5
_BACKUP_B = (300_000_000, 4_000_000_000)


def emit(stage: Stage) -> list[Label]:
    servers = stage.office.with_role(SERVER)
    sessions: list[DesktopSession] = []
    for admin in stage.office.admins:
        for span in admin.attended:
            sessions += [
                _desktop(stage, admin, servers, at) for at in moments(stage.rng, span, _DESKTOPS_PER_DAY, 40 * MINUTE_US)
            ]
            _shells(stage, admin, servers, moments(stage.rng, span, _SHELLS_PER_DAY, 5 * MINUTE_US))
    log_desktop_sessions(stage, sessions)
    _database(stage)
    _backup(stage)
    return []


def _desktop(stage: Stage, admin: Host, servers: list[Host], at: int) -> DesktopSession:
    rng = stage.rng
    jump = stage.office.serving("jump")[0]
    server = jump if rng.random() < _TO_JUMP_SHARE else servers[int(rng.integers(len(servers)))]
    duration_us = int(min(rng.lognormal(np.log(9), 0.8), 38) * MINUTE_US)
    seconds = duration_us // SECOND_US
    return DesktopSession(at, duration_us, admin, server, admin.user, 60_000 + 700 * seconds, 400_000 + 9_000 * seconds)


def _shells(stage: Stage, admin: Host, servers: list[Host], at: list[int]) -> None:
    """WinRM: HTTP POST to /wsman, encrypted inside by Kerberos."""
    rng = stage.rng
    for start in at:
        server = servers[int(rng.integers(len(servers)))]
        site = Site(
            server.full_name,
            (server.address,),
            "http",
            _WINRM_PORT,
            1200,
            600,
            path="/wsman",
            method="POST",
            mime_type="multipart/encrypted",
        )
        calls = int(rng.integers(3, 12))
        plan = Calls(
            start_us=np.asarray([start], dtype=np.int64),
            source=admin.address,
            sites=(site,),
            site=np.zeros(1, dtype=np.int64),
            request_b=rng.integers(1_800, 4_000, 1) * calls,
            reply_b=rng.integers(900, 9_000, 1) * calls,
            duration_us=rng.integers(2_000_000, 60_000_000, 1),
            client=_WINRM,
            requests=calls,
        )
        place_calls(stage, plan)
        stage.tickets.append(TicketNeed(start, admin.address, admin.user, f"HTTP/{server.full_name}"))


def _database(stage: Stage) -> None:
    database = stage.office.serving("database")[0]
    for host in stage.office.with_role(SERVER):
        if host.service != "application":
            continue
        series = play(stage.rng, Exponential(_DATABASE_GAP_S), host.online)
        n = len(series.start_us)
        sizes = stage.rng.integers(600, 9_000, n), stage.rng.integers(900, 240_000, n)
        flows = stage.dial(FlowPlan(series.start_us, host.address, database.address, _DATABASE_PORT, series.busy_us, *sizes))
        for start_us in flows.start_us.tolist():
            stage.lookups.append(Lookup(start_us, host.address, database.full_name, (database.address,), 1200))


def _backup(stage: Stage) -> None:
    """Each night the backup server reads images of the other servers' data, one after the other."""
    backup = stage.office.serving("backup")[0]
    targets = [
        host for host in stage.office.with_role(SERVER) if host.service in ("files", "database", "mail") and host is not backup
    ]
    visits = []
    for day in range(stage.capture.window.days):
        at = stage.capture.window.start_us + day * DAY_US + int(_BACKUP_HOUR * HOUR_US)
        for target in targets:
            size_b = int(stage.rng.integers(*_BACKUP_B))
            duration_us = size_b * SECOND_US // 90_000_000
            image = FileTouch(f"images\\{target.name}-{day:03d}.vhdx", size_b, read_b=size_b)
            visits.append(ShareVisit(at, duration_us, backup, target, backup.machine_account, "backup$", files=(image,)))
            at += duration_us + int(stage.rng.uniform(30, 300) * SECOND_US)
    log_share_visits(stage, visits)
