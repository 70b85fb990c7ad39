"""Kerberos: tickets that sessions need. A ticket-granting ticket (AS) per account, source and ten hours, a service ticket
(TGS) per account, source, service and ten hours; both from the domain controller over TCP 88.

Zeek hides "pre-authentication needed" by default, so AS appears once; a mistyped password appears as a failed AS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.sim.office import REALM
from lab.sim.randomness import texts
from lab.sim.settings import HOUR_US, SECOND_US
from lab.sim.stage import Lookup, Stage, TicketNeed
from lab.sim.wire.flows import FlowPlan, Flows

TICKET_LIFE_US = 10 * HOUR_US
# How current Windows asks: until 2037-09-13 02:48:05 UTC.
_TILL_US = 2_136_422_885 * SECOND_US
_CIPHER = "aes256-cts-hmac-sha1-96"
_MISTYPED_SHARE = 0.03
_LEAD_US = (8_000, 60_000)  # from the ticket to the session that uses it


@dataclass(frozen=True)
class TicketRequest:
    """One exchange with the KDC. `error` None = granted."""

    start_us: int
    source: str
    kind: str
    account: str
    service: str
    error: str | None = None
    cipher: str = _CIPHER


def settle_tickets(stage: Stage, needs: list[TicketNeed]) -> None:
    """Emit the exchanges behind these needs: AS then TGS, each only when the last one has expired."""
    granting: dict[tuple[str, str], int] = {}
    service: dict[tuple[str, str, str], int] = {}
    requests: list[TicketRequest] = []
    needs = sorted(needs)
    for need, lead in zip(needs, stage.rng.integers(*_LEAD_US, len(needs)).tolist()):
        at = need.start_us - lead
        if at >= service.get((need.source, need.account, need.service), 0):
            if at >= granting.get((need.source, need.account), 0):
                requests += _logon(stage, need, at)
                granting[need.source, need.account] = at + TICKET_LIFE_US
            requests.append(TicketRequest(at, need.source, "TGS", need.account, need.service))
            service[need.source, need.account, need.service] = at + TICKET_LIFE_US
    request_tickets(stage, requests)


def _logon(stage: Stage, need: TicketNeed, at: int) -> list[TicketRequest]:
    granted = TicketRequest(at - 25_000, need.source, "AS", need.account, f"krbtgt/{REALM}")
    if need.account.endswith("$") or stage.rng.random() >= _MISTYPED_SHARE:
        return [granted]
    wrong = TicketRequest(at - 6 * SECOND_US, need.source, "AS", need.account, f"krbtgt/{REALM}", "KDC_ERR_PREAUTH_FAILED")
    return [wrong, granted]


def request_tickets(stage: Stage, requests: list[TicketRequest]) -> Flows:
    """Log exchanges in conn and kerberos, and the look-ups of the KDC. A controller's own tickets cross no wire."""
    requests = [r for r in requests if stage.office.controller_of(r.source).address != r.source]
    controllers = [stage.office.controller_of(r.source) for r in requests]
    n = len(requests)
    refused = np.asarray([r.error is not None for r in requests], dtype=bool)
    plan = FlowPlan(
        start_us=np.asarray([r.start_us for r in requests], dtype=np.int64),
        source=texts([r.source for r in requests]),
        dest=texts([c.address for c in controllers]),
        dest_port=88,
        duration_us=stage.rng.integers(1_200, 6_000, n),
        orig_b=stage.rng.integers(1_350, 1_900, n),
        resp_b=np.where(refused, 210, stage.rng.integers(1_400, 1_950, n)),
        service="krb_tcp",
    )
    flows = stage.dial(plan)
    rows = []
    for i, plan_row in enumerate(flows.plan_row.tolist()):
        request, controller = requests[plan_row], controllers[plan_row]
        stage.lookups.append(Lookup(request.start_us, request.source, controller.full_name, (controller.address,), 1200))
        replied_us = request.start_us + int(flows.duration_us[i]) // 4
        rows.append({**flows.session(i), "ts": replied_us, **_exchange_fields(request)})
    stage.capture.add_rows("kerberos", rows, flows.end_us.tolist())
    return flows


def _exchange_fields(request: TicketRequest) -> dict[str, Any]:
    asked = {"request_type": request.kind, "client": f"{request.account}/{REALM}", "service": request.service}
    if request.error is not None:
        return {**asked, "success": False, "error_msg": request.error}
    return {**asked, "success": True, "till": _TILL_US, "cipher": request.cipher, "forwardable": True, "renewable": True}
