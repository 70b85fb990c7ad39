"""Lateral movement: an intruder goes from host to host, a step at a time, each with what its protocol leaves in the logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np

from lab.sim.internet import Site
from lab.sim.labels import MALICIOUS, Label, LabelHead, label_flows
from lab.sim.office import ALWAYS_ON, DESKTOP, SERVER, Host
from lab.sim.scenario import Scenario
from lab.sim.settings import MINUTE_US, SECOND_US
from lab.sim.stage import Stage, TicketNeed
from lab.sim.wire.calls import Calls, Client, place_calls
from lab.sim.wire.flows import Flows
from lab.sim.wire.rdp import DesktopSession, log_desktop_sessions
from lab.sim.wire.rpc import Operation, RpcVisit, log_rpc_visits
from lab.sim.wire.smb import FileTouch, ShareVisit, log_share_visits

WINRM_PORT = 5985
BY_HAND = "by hand"  # a person at a keyboard, whatever the tool
_DYNAMIC_PORT = 49_670
_SERVICE = (
    Operation("svcctl", "OpenSCManagerW"),
    Operation("svcctl", "CreateServiceW"),
    Operation("svcctl", "StartServiceW"),
)
_TASK = (
    Operation("ITaskSchedulerService", "SchRpcRegisterTask"),
    Operation("ITaskSchedulerService", "SchRpcRun"),
    Operation("ITaskSchedulerService", "SchRpcDelete"),
)
_WMI = (Operation("IWbemLevel1Login", "NTLMLogin"), Operation("IWbemServices", "ExecMethod"))
_FIRST_STEP = (0.15, 0.5)  # of the first attended span of the host it begins on


@dataclass(frozen=True)
class Step:
    """From where the intruder is to a host of a role and (of servers) a service. `by`: rdp, psexec, task, wmi or winrm.
    `account` under which the step is made: "own" (of the host it begins on), "admin" or "service". `after_minutes` since the
    step before began."""

    by: str
    role: str
    service: str = ""
    account: str = "own"
    after_minutes: float = 6.0


@dataclass(frozen=True)
class Movement:
    id: str
    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Hop:
    start_us: int
    client: Host
    server: Host
    account: str


def movement_scenario(movement: Movement) -> Scenario:
    """One label per hop, in order: <id>/hop-<n>."""

    def plant(stage: Stage, slot: int) -> list[Label]:
        return _plant(stage, movement, slot)

    return Scenario(movement.id, movement.title, plant)


def _plant(stage: Stage, movement: Movement, slot: int) -> list[Label]:
    people = stage.office.with_role(DESKTOP)
    order = stage.rng.permutation(len(people))
    start = next((people[place] for place in np.roll(order, -slot).tolist() if people[place].attended), None)
    if start is None:
        return []
    low, high = start.attended[0]
    at = int(low + (high - low) * stage.rng.uniform(*_FIRST_STEP))
    here, visited, labels = start, {start.address}, []
    for number, step in enumerate(movement.steps, 1):
        at += int(step.after_minutes * MINUTE_US * stage.rng.uniform(0.7, 1.3))
        target = _target(stage, step, visited, at)
        flows, technique = _BY[step.by](stage, _Hop(at, here, target, _account(stage, start, step)))
        if not len(flows):
            break
        parameters = {"by": step.by, "hop": number, "account": step.account}
        head = LabelHead(f"{movement.id}/hop-{number}", movement.id, MALICIOUS, "lateral", False, BY_HAND, technique, parameters)
        labels.append(label_flows(head, here, flows, (target.full_name,)))
        here = target
        visited.add(target.address)
    return labels


def _target(stage: Stage, step: Step, visited: set[str], at: int) -> Host:
    """A host of the wanted kind that is on and was not visited; where there is none, any server that was not."""
    role = stage.office.with_role(step.role)
    wanted = [host for host in role if host.address not in visited and (not step.service or host.service == step.service)]
    awake = [host for host in wanted if any(low <= at < high for low, high in host.online)]
    others = [host for host in stage.office.with_role(SERVER, ALWAYS_ON) if host.address not in visited]
    chosen = awake or others
    return chosen[int(stage.rng.integers(len(chosen)))]


def _account(stage: Stage, start: Host, step: Step) -> str:
    return {"own": start.user, "admin": stage.office.admins[0].user, "service": "svc_deploy"}[step.account]


def _by_rdp(stage: Stage, hop: _Hop) -> tuple[Flows, tuple[str, ...]]:
    duration_us = int(stage.rng.uniform(12, 35) * MINUTE_US)
    seconds = duration_us // SECOND_US
    session = DesktopSession(
        hop.start_us, duration_us, hop.client, hop.server, hop.account, 50_000 + 600 * seconds, 300_000 + 8_000 * seconds
    )
    return log_desktop_sessions(stage, [session]), ("T1021.001",)


def _by_psexec(stage: Stage, hop: _Hop) -> tuple[Flows, tuple[str, ...]]:
    return _copy_and_run(stage, hop, "svcctl", _SERVICE), ("T1021.002", "T1569.002", "T1570")


def _by_task(stage: Stage, hop: _Hop) -> tuple[Flows, tuple[str, ...]]:
    return _copy_and_run(stage, hop, "atsvc", _TASK), ("T1021.002", "T1053.005", "T1570")


def _copy_and_run(stage: Stage, hop: _Hop, pipe: str, operations: tuple[Operation, ...]) -> Flows:
    size_b = int(stage.rng.integers(40_000, 900_000))
    tool = FileTouch("Temp\\update.exe", size_b, written_b=size_b, mime_type="application/x-dosexec")
    copy = ShareVisit(hop.start_us, 4 * SECOND_US, hop.client, hop.server, hop.account, "ADMIN$", files=(tool,))
    run_us = hop.start_us + int(stage.rng.uniform(6, 40) * SECOND_US)
    run = ShareVisit(
        run_us, 3 * SECOND_US, hop.client, hop.server, hop.account, "IPC$", pipe=f"\\pipe\\{pipe}", operations=operations
    )
    return log_share_visits(stage, [copy, run])


def _by_wmi(stage: Stage, hop: _Hop) -> tuple[Flows, tuple[str, ...]]:
    visit = RpcVisit(hop.start_us, hop.client, hop.server, hop.account, _DYNAMIC_PORT, _WMI)
    return log_rpc_visits(stage, [visit]), ("T1021.003", "T1047")


def _by_winrm(stage: Stage, hop: _Hop) -> tuple[Flows, tuple[str, ...]]:
    site = Site(
        hop.server.full_name,
        (hop.server.address,),
        "http",
        WINRM_PORT,
        1200,
        600,
        path="/wsman",
        method="POST",
        mime_type="multipart/encrypted",
    )
    plan = Calls(
        start_us=np.asarray([hop.start_us], dtype=np.int64),
        source=hop.client.address,
        sites=(site,),
        site=np.zeros(1, dtype=np.int64),
        request_b=stage.rng.integers(9_000, 40_000, 1),
        reply_b=stage.rng.integers(4_000, 60_000, 1),
        duration_us=stage.rng.integers(20_000_000, 240_000_000, 1),
        client=Client("Microsoft WinRM Client", ""),
        requests=int(stage.rng.integers(4, 14)),
    )
    stage.tickets.append(TicketNeed(hop.start_us, hop.client.address, hop.account, f"HTTP/{hop.server.full_name}"))
    return place_calls(stage, plan), ("T1021.006",)


_BY: dict[str, Callable[[Stage, _Hop], tuple[Flows, tuple[str, ...]]]] = {
    "rdp": _by_rdp,
    "psexec": _by_psexec,
    "task": _by_task,
    "wmi": _by_wmi,
    "winrm": _by_winrm,
}
