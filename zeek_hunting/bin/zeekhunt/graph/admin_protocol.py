"""By which protocol one host administers another, and what an operation of remote procedure calls stands for in ATT&CK.

Sources: hunts.md §4.1–4.4; operations after BZAR's sets under the names that stock Zeek writes (§4.3). Matching ignores case.
"""

from __future__ import annotations

from collections.abc import Collection

RDP, SMB, WINRM, SSH, RPC, VNC, TELNET, AGENT = "rdp", "smb", "winrm", "ssh", "rpc", "vnc", "telnet", "agent"

SHELLS = frozenset((WINRM, SSH))  # a session is a command that runs on the other side

PORTS = {
    "22": SSH,
    "23": TELNET,
    "135": RPC,
    "139": SMB,
    "445": SMB,
    "3389": RDP,
    "4899": AGENT,
    "5900": VNC,
    "5985": WINRM,
    "5986": WINRM,
}
SERVICES = {"rdp": RDP, "rdpeudp": RDP, "ssh": SSH, "smb": SMB, "dce_rpc": RPC, "rfb": VNC, "telnet": TELNET, "rlogin": TELNET}
TECHNIQUES = {
    RDP: "T1021.001",
    SMB: "T1021.002",
    WINRM: "T1021.006",
    SSH: "T1021.004",
    RPC: "T1021.003",
    VNC: "T1021.005",
    TELNET: "T1021",
    AGENT: "T1021",
}
# the class of a service ticket that a client asks for before it uses the protocol
TICKETS = {"cifs": SMB, "http": WINRM, "wsman": WINRM, "termsrv": RDP, "host": RPC, "rpcss": RPC}

EXECUTION = {
    **dict.fromkeys(
        (
            "svcctl::createservicew",
            "svcctl::createservicea",
            "svcctl::createservicewow64w",
            "svcctl::createservicewow64a",
            "svcctl::startservicew",
            "svcctl::startservicea",
        ),
        "T1569.002",
    ),
    **dict.fromkeys(("iwbemservices::execmethod", "iwbemservices::execmethodasync"), "T1047"),
    **dict.fromkeys(("atsvc::netrjobadd", "atsvc::jobadd"), "T1053.002"),
    **dict.fromkeys(
        (
            "itaskschedulerservice::schrpcregistertask",
            "itaskschedulerservice::schrpcrun",
            "itaskschedulerservice::schrpcenabletask",
        ),
        "T1053.005",
    ),
}
WEAK_EXECUTION = {"iremotescmactivator::remotecreateinstance": "T1021.003"}
SINGLE_SHOTS = {
    **dict.fromkeys(
        ("drsuapi::drsgetncchanges", "drsuapi::drsreplicasync", "drsuapi::drsreplicaadd", "drsuapi::drsaddentry"), "T1003.006"
    ),
    **dict.fromkeys(("winreg::baseregsavekey", "winreg::baseregsavekeyex"), "T1003.002"),
    **dict.fromkeys(("eventlog::elfrclearelfw", "eventlog::elfrclearelfa", "ieventservice::evtrpcclearlog"), "T1070.001"),
    **dict.fromkeys(
        (
            "spoolss::rpcaddmonitor",
            "spoolss::rpcaddprintprocessor",
            "iremotewinspool::rpcasyncaddmonitor",
            "iremotewinspool::rpcasyncaddprintprocessor",
        ),
        "T1547.010",
    ),
    **dict.fromkeys(("iseclogon::seclcreateprocesswithlogonw", "iseclogon::seclcreateprocesswithlogonexw"), "T1547.004"),
}
OPERATIONS = {**EXECUTION, **WEAK_EXECUTION, **SINGLE_SHOTS}
_NOT_ADMIN_SHARES = frozenset(("ipc$", "print$", "fax$"))


def of_session(port: str, services: Collection[str]) -> str:
    """The protocol of a conn event by its analyzers, else by its port; '' for none. Remote procedure calls lose to what
    carries them."""
    named = [SERVICES[service] for service in sorted(services) if service in SERVICES]  # a set has no order of its own
    carriers = [protocol for protocol in named if protocol != RPC]
    if carriers:
        return carriers[0]
    return PORTS.get(port) or (named[0] if named else "")


def is_blind(port: str, services: Collection[str]) -> bool:
    """Whether only the port says what the session is."""
    return port in PORTS and not any(service in SERVICES for service in services)


def admin_share(path: str) -> str:
    r"""``ADMIN$`` of ``\\host\ADMIN$``; '' for a share that is for ordinary users."""
    share = path.replace("/", "\\").rstrip("\\").rsplit("\\", 1)[-1]
    return share.upper() if share.endswith("$") and share.lower() not in _NOT_ADMIN_SHARES and len(share) <= 40 else ""
