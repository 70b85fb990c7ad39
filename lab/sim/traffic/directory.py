"""The domain: machines and people log on, refresh group policy, look up names and rights at the domain controllers."""

from __future__ import annotations

import numpy as np

from lab.sim.labels import Label
from lab.sim.laws import UniformAround, renewal, sleeps_to_cover
from lab.sim.office import DOMAIN, Host, Span
from lab.sim.randomness import Ints, texts
from lab.sim.settings import HOUR_US, SECOND_US
from lab.sim.spans import moments
from lab.sim.stage import Lookup, Stage, TicketNeed
from lab.sim.wire.flows import FlowPlan
from lab.sim.wire.rpc import Operation, RpcVisit, log_rpc_visits
from lab.sim.wire.smb import FileTouch, ShareVisit, log_share_visits

_POLICY_REFRESH = UniformAround(105 * 60, 0.142)  # Windows: every 90 min plus up to 30
_DIRECTORY_PORT = 49667
_LDAP_PORT = 389
_NAME_LOOKUPS_PER_DAY = 5
_NAME_CRACKING = tuple(Operation("drsuapi", name) for name in ("DRSBind", "DRSCrackNames", "DRSUnbind"))
_LOGON = tuple(
    Operation("netlogon", name) for name in ("NetrServerReqChallenge", "NetrServerAuthenticate3", "NetrLogonGetCapabilities")
)
_RIGHTS = (Operation("lsarpc", "LsarOpenPolicy2"), Operation("lsarpc", "LsarLookupSids3"))
_POLICY_FILES = ("gpt.ini", "Machine\\Microsoft\\Windows NT\\SecEdit\\GptTmpl.inf", "Machine\\Registry.pol", "User\\Registry.pol")
_POLICY = f"{DOMAIN}\\Policies\\{{31B2F340-016D-11D2-945F-00C04FB984F9}}\\"


def emit(stage: Stage) -> list[Label]:
    rpc: list[RpcVisit] = []
    shares: list[ShareVisit] = []
    ldap: list[tuple[int, Host, str]] = []
    for host in stage.office.hosts:
        if host.service == "dc":
            continue
        for span in host.online:
            refreshes = _refreshes(stage.rng, span)
            rpc += [_rpc(host, stage, span[0] + 9 * SECOND_US, _LOGON)]
            for at in refreshes.tolist():
                shares.append(_policy_visit(host, stage, at))
                rpc.append(_rpc(host, stage, at - 900_000, _NAME_CRACKING))
                ldap.append((at - 400_000, host, host.machine_account))
        for span in host.attended:
            for at in moments(stage.rng, span, _NAME_LOOKUPS_PER_DAY):
                rpc.append(_rpc(host, stage, at, _RIGHTS, host.user))
                ldap.append((at + 300_000, host, host.user))
    log_rpc_visits(stage, rpc)
    log_share_visits(stage, shares)
    _log_ldap(stage, ldap)
    return []


def _refreshes(rng: np.random.Generator, span: Span) -> Ints:
    first, end = span[0] + int(rng.uniform(15, 90) * SECOND_US), span[1] - 30 * SECOND_US
    sleeps = sleeps_to_cover(rng, _POLICY_REFRESH, max(end - first, HOUR_US))
    return renewal(first, end, sleeps, np.zeros(len(sleeps), dtype=np.int64)).start_us


def _rpc(host: Host, stage: Stage, at: int, operations: tuple[Operation, ...], account: str = "") -> RpcVisit:
    controller = stage.office.controller_of(host.address)
    return RpcVisit(at, host, controller, account or host.machine_account, _DIRECTORY_PORT, operations)


def _policy_visit(host: Host, stage: Stage, at: int) -> ShareVisit:
    count = int(stage.rng.integers(1, len(_POLICY_FILES) + 1))
    files = tuple(
        FileTouch(_POLICY + name, 120 * (i + 3), read_b=120 * (i + 3), mime_type="text/plain")
        for i, name in enumerate(_POLICY_FILES[:count])
    )
    controller = stage.office.controller_of(host.address)
    duration_us = int(stage.rng.integers(400_000, 12_000_000))
    return ShareVisit(at, duration_us, host, controller, host.machine_account, "sysvol", files=files)


def _log_ldap(stage: Stage, asked: list[tuple[int, Host, str]]) -> None:
    n = len(asked)
    controllers = [stage.office.controller_of(host.address) for _, host, _ in asked]
    plan = FlowPlan(
        start_us=np.asarray([at for at, _, _ in asked], dtype=np.int64),
        source=texts([host.address for _, host, _ in asked]),
        dest=texts([c.address for c in controllers]),
        dest_port=_LDAP_PORT,
        duration_us=stage.rng.integers(8_000, 900_000, n),
        orig_b=stage.rng.integers(2_300, 4_800, n),
        resp_b=stage.rng.integers(1_800, 26_000, n),
        service="ldap_tcp",
    )
    stage.dial(plan)
    for (at, host, account), controller in zip(asked, controllers):
        stage.lookups.append(Lookup(at, host.address, controller.full_name, (controller.address,), 1200))
        stage.tickets.append(TicketNeed(at, host.address, account, f"ldap/{controller.full_name}"))
