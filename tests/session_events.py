"""Admin sessions for tests: rows of conn and of the logs beside it, and one movement over two hops."""

from __future__ import annotations

Row = dict[str, str]
START = 1_772_450_000
A, B, C, D, E = (f"10.1.0.{last}" for last in range(1, 6))


def conn(uid: str, src: str, dest: str, port: int, at: float, **more: str) -> Row:
    row = {"uid": uid, "id.orig_h": src, "id.resp_h": dest, "id.resp_p": str(port), "_time": f"{START + at:.6f}"}
    return {**row, "conn_state": "SF", "service": "", "duration": "60", "orig_bytes": "900", "resp_bytes": "900", **more}


def log(uid: str, src: str, dest: str, at: float, **fields: str) -> Row:
    return {"uid": uid, "id.orig_h": src, "id.resp_h": dest, "_time": f"{START + at:.6f}", **fields}


NESTED = [
    conn("C1", A, B, 3389, 0, service="rdp,ssl", duration="900"),
    log("C1", A, B, 10, cookie="alice", security_protocol="HYBRID_EX"),
    conn("C2", B, C, 445, 300, service="gssapi,smb,ntlm"),
    log("C2", B, C, 301, share_type="DISK", path=r"\\C\ADMIN$"),
    log("C2", B, C, 302, username=r"CORP\admin", domainname="CORP", server_nb_computer_name="C", success="true"),
    log("C2", B, C, 303, source="SMB", is_orig="T", fuid="F1"),
    conn("C3", B, C, 445, 330, service="gssapi,smb,ntlm,dce_rpc"),
    log("C3", B, C, 331, endpoint="svcctl", operation="CreateServiceW", named_pipe="svcctl"),
]
