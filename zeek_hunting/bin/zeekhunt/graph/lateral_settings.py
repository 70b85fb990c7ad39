"""Every constant of the lateral-movement score in one table. Points are added; 100 is the most a path can have.

No labelled set of real lateral movement is at hand to fit them on. They are set by three rules: an edge that was there before
and executes nothing cannot reach 20 by itself; two new hops with a change of account reach 60 (Hopper's rule); copying and
executing on a host over a new edge reaches 40 alone. Windows are those of hunts.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 600  # ticks
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True)
class LateralSettings:
    """Times in ticks of 0.1 s, points on the scale of the score."""

    gap: int = 30 * MINUTE  # a hop may start this long after the one before ended
    new_for: int = DAY  # an edge stays new for a day after it was first seen
    history: int = 14 * DAY  # with less before a session, a new edge counts in part
    least_of_new: float = 0.4
    new_edge: float = 16.0
    known_edge: float = -6.0
    execution: float = 14.0
    weak_execution: float = 4.0
    copied_and_executed: float = 24.0
    single_shot: float = 14.0
    wrote: float = 6.0
    copy_within: int = 10 * MINUTE
    several_protocols: float = 5.0
    from_outside: float = 8.0
    blind: float = -3.0
    fan_out_hosts: int = 5
    fan_out_within: int = 30 * MINUTE
    fan_out: float = -14.0
    usual_server_sources: int = 10
    usual_server: float = -8.0
    admin_source_hosts: int = 5  # destinations a day, on at least admin_source_days days
    admin_source_days: int = 3
    admin_source: float = -12.0
    jump_sources: int = 3  # a host that so many reach and that reaches so many is a jump host
    jump_hosts: int = 5
    jump: float = -16.0
    next_hop: float = 8.0
    account_change: float = 12.0
    unreached_before: float = 8.0
    own_logon: float = -12.0  # what a change of account adds, taken off where the account came by itself
    protocol_change: float = 3.0
    during: float = 3.0
    soon: float = 2.0
    soon_after: int = 5 * MINUTE
    branch: float = 30.0  # what a branch off a stronger path must add to be a finding of its own
    most_hops: int = 12
    states_of_host: int = 128
    base: tuple[tuple[str, float], ...] = (
        ("rdp", 7.0),
        ("smb", 8.0),
        ("winrm", 9.0),
        ("ssh", 6.0),
        ("rpc", 4.0),
        ("vnc", 6.0),
        ("telnet", 4.0),
        ("agent", 6.0),
    )
