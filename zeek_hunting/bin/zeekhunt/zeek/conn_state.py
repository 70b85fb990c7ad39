"""Attempt or session, by conn_state (Zeek's base/protocols/conn/main.zeek).

An attempt has no established connection: nobody answered, or the answer was a refusal. ``SHR`` and ``OTH`` are sessions here: a
one-way or midstream capture writes whole C2 sessions that way (zeek-fields.md §4). A row without conn_state counts as a session.
"""

from __future__ import annotations

ATTEMPT = frozenset(("S0", "REJ", "RSTOS0", "RSTRH", "SH"))
SESSION = frozenset(("SF", "S1", "S2", "S3", "RSTO", "RSTR", "SHR", "OTH"))


def is_attempt(conn_state: str) -> bool:
    return conn_state in ATTEMPT
