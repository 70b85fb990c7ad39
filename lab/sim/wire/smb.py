"""SMB: share sessions with the rows of smb_mapping, smb_files, files, ntlm or kerberos, and dce_rpc for pipes.

As on a stock sensor, smb_files shows opens, renames and deletes; what was read or written shows in files (source SMB).
A session that logs on with Kerberos leaves a kerberos row with nothing but its five-tuple, as in real captures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.sim.office import DOMAIN, LOCAL_PREFIX, Host
from lab.sim.randomness import texts, zeek_ids
from lab.sim.settings import DAY_US
from lab.sim.stage import Lookup, Stage, TicketNeed
from lab.sim.wire.flows import FlowPlan, Flows
from lab.sim.wire.rpc import Operation, operation_rows

OPEN, RENAME, DELETE = "SMB::FILE_OPEN", "SMB::FILE_RENAME", "SMB::FILE_DELETE"
_NEGOTIATION_B = (1_900, 1_500)  # dialect, logon and tree connect: originator, responder
_PER_FILE_B = (620, 540)
_PER_OPERATION_B = (410, 460)
_KERBEROS_ORDERS = ("gssapi,smb,krb", "gssapi,smb,krb", "gssapi,smb,krb", "smb,krb,gssapi", "krb,smb,gssapi")


@dataclass(frozen=True)
class FileTouch:
    """`read_b` or `written_b` bytes of one file; `name` with backslashes, as Zeek shows it below the share."""

    name: str
    size_b: int
    action: str = OPEN
    read_b: int = 0
    written_b: int = 0
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True)
class ShareVisit:
    """One SMB session. `share` DISK names a folder, "IPC$" a pipe tree (then `pipe` and `operations`).
    `kerberos` False = NTLM, and then by address, without a look-up."""

    start_us: int
    duration_us: int
    client: Host
    server: Host
    account: str
    share: str
    kerberos: bool = True
    files: tuple[FileTouch, ...] = ()
    pipe: str = ""
    operations: tuple[Operation, ...] = ()
    server_name: str = ""

    @property
    def path(self) -> str:
        return f"\\\\{self.server_name or (self.server.full_name if self.kerberos else self.server.address)}\\{self.share}"


def log_share_visits(stage: Stage, visits: list[ShareVisit]) -> Flows:
    """Log every row of these sessions; note their look-ups and tickets. Out: the sessions, for a label."""
    n = len(visits)
    noise = stage.rng.integers(0, 300, (2, n))
    plan = FlowPlan(
        start_us=np.asarray([v.start_us for v in visits], dtype=np.int64),
        source=texts([v.client.address for v in visits]),
        dest=texts([v.server.address for v in visits]),
        dest_port=445,
        duration_us=np.asarray([v.duration_us for v in visits], dtype=np.int64),
        orig_b=np.asarray([_bytes(v, 0) for v in visits], dtype=np.int64) + noise[0],
        resp_b=np.asarray([_bytes(v, 1) for v in visits], dtype=np.int64) + noise[1],
        service=texts([_services(stage, v) for v in visits]),
    )
    flows = stage.dial(plan)
    rows: dict[str, list[dict[str, Any]]] = {
        log: [] for log in ("smb_mapping", "smb_files", "files", "ntlm", "kerberos", "dce_rpc")
    }
    for i, plan_row in enumerate(flows.plan_row.tolist()):
        visit = visits[plan_row]
        _session_rows(rows, visit, flows, i)
        rows["files"] += _transfers(stage, visit, flows, i)
        if visit.kerberos:
            _note_needs(stage, visit)
    for log, made in rows.items():
        stage.capture.add_rows(log, made, [row["ts"] + row.get("duration", row.get("rtt", 0)) for row in made])
    return flows


def _bytes(visit: ShareVisit, side: int) -> int:
    carried = sum(f.read_b if side else f.written_b for f in visit.files)
    return _NEGOTIATION_B[side] + _PER_FILE_B[side] * len(visit.files) + _PER_OPERATION_B[side] * len(visit.operations) + carried


def _services(stage: Stage, visit: ShareVisit) -> str:
    order = _KERBEROS_ORDERS[int(stage.rng.integers(len(_KERBEROS_ORDERS)))] if visit.kerberos else "gssapi,ntlm,smb"
    return order + (",dce_rpc" if visit.operations else "")


def _note_needs(stage: Stage, visit: ShareVisit) -> None:
    source, name = visit.client.address, visit.server_name or visit.server.full_name
    stage.lookups.append(Lookup(visit.start_us, source, name, (visit.server.address,), 1200))
    stage.tickets.append(TicketNeed(visit.start_us, source, visit.account, f"cifs/{visit.server.full_name}"))


def _session_rows(rows: dict[str, list[dict[str, Any]]], visit: ShareVisit, flows: Flows, i: int) -> None:
    session, start_us, duration_us = flows.session(i), visit.start_us, visit.duration_us
    logon_us = start_us + min(4_000, duration_us // 8)
    if visit.kerberos:
        rows["kerberos"].append({**session, "ts": logon_us})
    else:
        rows["ntlm"].append({**session, "ts": logon_us, **_ntlm_fields(visit)})
    share_type = "PIPE" if visit.share == "IPC$" else "DISK"
    rows["smb_mapping"].append(
        {**session, "ts": start_us + min(6_000, duration_us // 6), "path": visit.path, "share_type": share_type}
    )
    for place, touch in enumerate(visit.files):
        changed_us = start_us - start_us % DAY_US - (len(touch.name) * 7919 % 400) * DAY_US
        times = dict.fromkeys(("times.modified", "times.accessed", "times.created", "times.changed"), changed_us)
        rows["smb_files"].append(
            {
                **session,
                "ts": _touched_us(visit, place),
                "action": touch.action,
                "path": visit.path,
                "name": touch.name,
                "size": touch.size_b,
                **times,
            }
        )
    rows["dce_rpc"] += operation_rows(flows, i, visit.operations, visit.pipe)


def _touched_us(visit: ShareVisit, place: int) -> int:
    """Files are opened one after the other from a quarter to three quarters of the session."""
    return visit.start_us + visit.duration_us // 4 + visit.duration_us * place // (2 * len(visit.files))


def _ntlm_fields(visit: ShareVisit) -> dict[str, Any]:
    return {
        "username": visit.account,
        "hostname": visit.client.name.upper(),
        "domainname": DOMAIN.split(".", maxsplit=1)[0].upper(),
        "server_nb_computer_name": visit.server.name.upper(),
        "server_dns_computer_name": visit.server.full_name,
        "server_tree_name": DOMAIN,
        "success": True,
    }


def _transfers(stage: Stage, visit: ShareVisit, flows: Flows, i: int) -> list[dict[str, Any]]:
    session = flows.session(i)
    moved = [(place, touch) for place, touch in enumerate(visit.files) if touch.read_b or touch.written_b]
    fuids = zeek_ids(stage.rng, len(moved), "F").tolist()
    out = []
    for (place, touch), fuid in zip(moved, fuids):
        is_orig = touch.written_b > 0
        sender = visit.client if is_orig else visit.server
        size_b = touch.written_b or touch.read_b
        row = {**session, "ts": _touched_us(visit, place) + 200, "fuid": fuid, "source": "SMB", "depth": 0, "analyzers": ()}
        row |= {"mime_type": touch.mime_type, "filename": touch.name, "duration": visit.duration_us // (8 * len(visit.files))}
        row |= {
            "local_orig": sender.address.startswith(LOCAL_PREFIX),
            "is_orig": is_orig,
            "seen_bytes": size_b,
            "total_bytes": size_b,
        }
        out.append(row | {"missing_bytes": 0, "overflow_bytes": 0, "timedout": False})
    return out
