"""RDP: remote desktops with network-level authentication, as current Windows does it: the rdp row shows the account's
first nine characters and "encrypted", TLS shows the server's self-signed certificate, Kerberos the TERMSRV ticket."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from lab.sim.internet import Certificate, Site
from lab.sim.office import Host
from lab.sim.randomness import texts
from lab.sim.settings import DAY_US
from lab.sim.stage import Lookup, Stage, TicketNeed
from lab.sim.wire.flows import FlowPlan, Flows
from lab.sim.wire.tls import Handshakes, log_handshakes

_COOKIE_LETTERS = 9
_WRITTEN_AFTER_US = 10_000_000  # Zeek writes the row about ten seconds into the session
_CLIENT_JA3 = hashlib.md5(b"simulated remote desktop client", usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class DesktopSession:
    """`orig_b`, `resp_b`: keys and mouse, and the picture. `account` of the person who logs on."""

    start_us: int
    duration_us: int
    client: Host
    server: Host
    account: str
    orig_b: int
    resp_b: int
    port: int = 3389
    kerberos: bool = True


def log_desktop_sessions(stage: Stage, sessions: list[DesktopSession]) -> Flows:
    """Rows of conn, rdp, ssl, x509; look-ups and tickets noted. Out: the sessions, for a label."""
    plan = FlowPlan(
        start_us=np.asarray([s.start_us for s in sessions], dtype=np.int64),
        source=texts([s.client.address for s in sessions]),
        dest=texts([s.server.address for s in sessions]),
        dest_port=np.asarray([s.port for s in sessions], dtype=np.int64),
        duration_us=np.asarray([s.duration_us for s in sessions], dtype=np.int64),
        orig_b=np.asarray([s.orig_b for s in sessions], dtype=np.int64),
        resp_b=np.asarray([s.resp_b for s in sessions], dtype=np.int64),
        service="rdp,ssl",
    )
    flows = stage.dial(plan)
    sites = tuple(_desktop_site(stage, s.server) for s in sessions)
    log_handshakes(stage, Handshakes(flows, sites, flows.plan_row, np.zeros(len(flows), dtype=bool), _CLIENT_JA3))
    rows, written = [], []
    for i, plan_row in enumerate(flows.plan_row.tolist()):
        session = sessions[plan_row]
        logon = {"ts": session.start_us + session.duration_us // 50, "cookie": session.account[:_COOKIE_LETTERS]}
        rows.append({**flows.session(i), **logon, "result": "encrypted", "security_protocol": "HYBRID_EX", "cert_count": 0})
        written.append(min(session.start_us + _WRITTEN_AFTER_US, int(flows.end_us[i])))
        source, server = session.client.address, session.server
        stage.lookups.append(Lookup(session.start_us, source, server.full_name, (server.address,), 1200))
        if session.kerberos:
            stage.tickets.append(TicketNeed(session.start_us, source, session.account, f"TERMSRV/{server.full_name}"))
    stage.capture.add_rows("rdp", rows, written)
    return flows


def _desktop_site(stage: Stage, server: Host) -> Site:
    """The server's desktop service; its certificate is the server's own and the same in every session."""
    digest = hashlib.sha256(f"{stage.settings.seed} desktop {server.full_name}".encode()).hexdigest()
    begun = stage.capture.window.start_us - 60 * DAY_US
    certificate = Certificate(
        fingerprint=digest,
        serial=digest[:32].upper(),
        subject=f"CN={server.full_name}",
        names=(),
        not_before_us=begun,
        not_after_us=begun + 183 * DAY_US,
        status="self signed certificate",
        key_b=2048,
    )
    return Site(server.full_name, (server.address,), "https", 3389, round_trip_us=600, certificate=certificate)
