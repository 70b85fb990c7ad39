"""DCE-RPC over TCP: the endpoint mapper at 135, then the service's own port; rows of conn and dce_rpc.

Operations that travel in a pipe of an SMB session are logged by wire.smb with the same row builder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lab.sim.office import Host
from lab.sim.randomness import texts
from lab.sim.stage import Lookup, Stage, TicketNeed
from lab.sim.wire.flows import FlowPlan, Flows

MAPPER_PORT = 135


class Operation(NamedTuple):
    """Names as Zeek spells them: drsuapi, DRSBind."""

    endpoint: str
    name: str


@dataclass(frozen=True)
class RpcVisit:
    """A client asks the mapper of `server` for a service, then calls operations at `port`."""

    start_us: int
    client: Host
    server: Host
    account: str
    port: int
    operations: tuple[Operation, ...]


def log_rpc_visits(stage: Stage, visits: list[RpcVisit]) -> Flows:
    """Two sessions per visit; tickets for host/<server> and the server's name are noted. Out: the second sessions."""
    n = len(visits)
    begun = np.asarray([v.start_us for v in visits], dtype=np.int64)
    counts = np.asarray([len(v.operations) for v in visits], dtype=np.int64)
    source, dest = texts([v.client.address for v in visits]), texts([v.server.address for v in visits])
    mapping_us = stage.rng.integers(1_500, 4_000, n)
    mapped = stage.dial(FlowPlan(begun, source, dest, MAPPER_PORT, mapping_us, orig_b=276, resp_b=212, service="dce_rpc"))
    _log_operations(stage, mapped, [((Operation("epmapper", "ept_map"),), MAPPER_PORT) for _ in visits])
    plan = FlowPlan(
        start_us=begun + stage.rng.integers(4_500, 9_000, n),
        source=source,
        dest=dest,
        dest_port=np.asarray([v.port for v in visits], dtype=np.int64),
        duration_us=stage.rng.integers(10_000, 60_000, n),
        orig_b=900 + 260 * counts + stage.rng.integers(0, 200, n),
        resp_b=700 + 310 * counts + stage.rng.integers(0, 400, n),
        service="dce_rpc",
    )
    called = stage.dial(plan)
    _log_operations(stage, called, [(v.operations, v.port) for v in visits])
    for visit in visits:
        stage.lookups.append(Lookup(visit.start_us, visit.client.address, visit.server.full_name, (visit.server.address,), 1200))
        service = f"host/{visit.server.full_name}"
        stage.tickets.append(TicketNeed(visit.start_us, visit.client.address, visit.account, service))
    return called


def _log_operations(stage: Stage, flows: Flows, called: list[tuple[tuple[Operation, ...], int]]) -> None:
    rows: list[dict[str, Any]] = []
    for i, plan_row in enumerate(flows.plan_row.tolist()):
        operations, port = called[plan_row]
        rows += operation_rows(flows, i, operations, str(port))
    stage.capture.add_rows("dce_rpc", rows, [row["ts"] + row["rtt"] for row in rows])


def operation_rows(flows: Flows, i: int, operations: tuple[Operation, ...], pipe: str) -> list[dict[str, Any]]:
    """dce_rpc rows of the i-th flow, evenly over its middle half. `pipe`: pipe name, or the port as text."""
    session = flows.session(i)
    start_us, duration_us = int(flows.start_us[i]), int(flows.duration_us[i])
    step_us = duration_us // (2 * max(len(operations), 1))
    return [
        {
            **session,
            "ts": start_us + duration_us // 4 + step_us * place,
            "rtt": min(step_us // 2, 700),
            "named_pipe": pipe,
            "endpoint": operation.endpoint,
            "operation": operation.name,
        }
        for place, operation in enumerate(operations)
    ]
