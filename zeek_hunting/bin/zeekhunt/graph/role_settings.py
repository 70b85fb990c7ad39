"""Every threshold of the roles that hosts are given, in one table, with its source.

No labelled network is at hand to fit them on. Where hunts.md names a published value, that is the default; the others are set so
that a role is given for what an ordinary client never does.
"""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 36_000  # ticks of 0.1 s


@dataclass(frozen=True)
class RoleSettings:
    """Counts are of distinct hosts unless the name says otherwise."""

    scan_hosts: int = 25  # without an answer on one port: Zeek's policy/misc/scan of 6.0
    scan_ports: int = 15  # without an answer on one host: the same
    scan_failed_share: float = 0.8  # of the hosts tried on the same side of the border (hunts.md §4.7)
    sweep_hosts: int = 25  # answered, by one service, first met within sweep_within
    sweep_share: float = 0.5  # of the internal hosts, where the network is small
    sweep_least: int = 10
    sweep_within: int = HOUR
    sweep_light_b: int = 100_000  # sent per session: below it a look round, above it a delivery
    controller_clients: int = 10  # Kerberos and LDAP both (hunts.md §4.3)
    controller_share: float = 0.2  # of the internal hosts, where the network is small
    controller_least: int = 3
    resolver_clients: int = 3
    proxy_clients: int = 5
    proxy_outside: int = 20
    proxy_relayed_share: float = 0.25  # sessions that came in, of those that went out
    proxy_client_outside: float = 0.2  # outside hosts that its middle client reaches itself, of those that the proxy reaches
    jump_sources: int = 3
    jump_hosts: int = 5
    print_clients: int = 2
    backup_hosts: int = 2
    backup_session_b: int = 50_000_000  # received in a session on average
    backup_one_way: float = 5.0  # times what went back
    server_clients: int = 3
    server_share: float = 0.5  # of the internal hosts that it opens sessions to itself
