"""Ways from host to host that incident reports describe: services, tasks, WMI, remote desktops and shells, with stolen
accounts (ATT&CK T1021, T1047, T1053.005, T1569.002, T1570; the chain of four mixes them as APT29's did in its evaluation)."""

from __future__ import annotations

from lab.sim.movements import Movement, Step, movement_scenario
from lab.sim.office import DESKTOP, SERVER

MOVEMENTS = (
    Movement(
        "lateral-psexec",
        "a tool copied to ADMIN$ and run as a service, from desktop to desktop to the file server",
        (Step("psexec", DESKTOP, account="admin"), Step("psexec", SERVER, "files", account="admin")),
    ),
    Movement(
        "lateral-rdp-nested",
        "a remote desktop inside a remote desktop, as another account",
        (Step("rdp", DESKTOP), Step("rdp", SERVER, "database", account="admin")),
    ),
    Movement(
        "lateral-winrm",
        "remote shells to an application server and on to the domain controller",
        (Step("winrm", SERVER, "application"), Step("winrm", SERVER, "dc", account="service")),
    ),
    Movement(
        "lateral-wmi",
        "WMI to a desktop, then to the mail server",
        (Step("wmi", DESKTOP, account="admin"), Step("wmi", SERVER, "mail", account="admin")),
    ),
    Movement(
        "lateral-mixed-4",
        "remote desktop, service, shell and task: four hops in an hour",
        (
            Step("rdp", DESKTOP),
            Step("psexec", DESKTOP, account="admin", after_minutes=9),
            Step("winrm", SERVER, "backup", account="admin", after_minutes=14),
            Step("task", SERVER, "files", account="service", after_minutes=11),
        ),
    ),
)

SCENARIOS = tuple(movement_scenario(movement) for movement in MOVEMENTS)
