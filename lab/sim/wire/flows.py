"""Sessions and their conn rows: five-tuple, duration, bytes, packets, state and history that agree with each other.

A packet model good to the byte that Zeek's identities hold: ip_bytes = payload bytes + headers of the packets counted.
TCP headers are 40 bytes and 12 more (options) on SYN and SYN-ACK, UDP headers 28 bytes, a segment carries 1460 bytes,
every second segment is acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Union

import numpy as np

from lab.sim.randomness import Flags, Ints, Texts, zeek_ids
from lab.sim.rendering import Column
from lab.sim.settings import SECOND_US

SEGMENT_B = 1460
TCP_HEADER_B = 40
SYN_OPTIONS_B = 12
UDP_HEADER_B = 28
EPHEMERAL_LOW, EPHEMERAL_PORTS = 49152, 16384

ATTEMPTS = ("S0", "REJ")
# SYN, again after 3 s, again after 9 s: Windows' retransmission.
_RETRY_SPAN_US = 9 * SECOND_US
_REFUSAL_US = (200, 60_000)
_SINGLE_SYN_SHARE = 0.4
_ENDINGS = {"SF": "Ff", "RSTO": "R", "RSTR": "r", "S1": ""}

IntColumn = Union[Ints, int]
TextColumn = Union[Texts, str, None]


@dataclass(frozen=True)
class FlowPlan:
    """Sessions to be dialled, (n,) columns or one value for all. `state`: SF, S1, RSTO, RSTR, S0 or REJ; for the last
    two, duration and bytes follow from the state. `source_port` None = ephemeral, rising per source."""

    start_us: Ints
    source: TextColumn
    dest: TextColumn
    dest_port: IntColumn
    duration_us: IntColumn
    orig_b: IntColumn
    resp_b: IntColumn
    proto: str = "tcp"
    service: TextColumn = None
    state: TextColumn = "SF"
    source_port: IntColumn | None = None


@dataclass(frozen=True)
class Flows:
    """Sessions as seen: (n,) columns. -1 = unset. `plan_row`: which row of the plan each is (the sensor loses some)."""

    start_us: Ints
    source: Texts
    source_port: Ints
    dest: Texts
    dest_port: Ints
    duration_us: Ints
    orig_b: Ints
    resp_b: Ints
    service: Texts
    state: Texts
    uid: Texts
    syn_packets: Ints
    plan_row: Ints
    proto: str

    def __len__(self) -> int:
        return len(self.start_us)

    @property
    def end_us(self) -> Ints:
        return self.start_us + np.maximum(self.duration_us, 0)

    @property
    def established(self) -> Flags:
        return ~np.isin(self.state.astype(str), ATTEMPTS)

    def take(self, chosen: Ints | Flags) -> Flows:
        """The flows at these positions (indices, or a mask)."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        return Flows(**{name: v if name == "proto" else v[chosen] for name, v in columns.items()})

    def tuple_columns(self) -> dict[str, Column]:
        """The five-tuple's columns of any log that belongs to these sessions."""
        return {
            "uid": self.uid,
            "id.orig_h": self.source,
            "id.orig_p": self.source_port,
            "id.resp_h": self.dest,
            "id.resp_p": self.dest_port,
        }

    def session(self, i: int) -> dict[str, Any]:
        """uid and five-tuple of the i-th flow, for logs whose rows are made one by one."""
        return {
            "uid": self.uid[i],
            "id.orig_h": self.source[i],
            "id.orig_p": int(self.source_port[i]),
            "id.resp_h": self.dest[i],
            "id.resp_p": int(self.dest_port[i]),
        }


def lay_out(rng: np.random.Generator, plan: FlowPlan) -> Flows:
    """Flows of a plan in the plan's order, with identifiers and source ports drawn."""
    n = len(plan.start_us)
    source, state = _full(plan.source, n), _full(plan.state, n)
    duration, orig, resp = (_whole(v, n) for v in (plan.duration_us, plan.orig_b, plan.resp_b))
    syns = np.ones(n, dtype=np.int64)
    if plan.proto == "tcp":
        names = state.astype(str)
        silent, refused = names == "S0", names == "REJ"
        single = silent & (rng.random(n) < _SINGLE_SYN_SHARE)
        syns[silent & ~single] = 3
        duration = np.where(silent, _RETRY_SPAN_US, np.where(refused, rng.integers(*_REFUSAL_US, n), duration))
        orig, resp = (np.where(silent | refused, 0, v) for v in (orig, resp))
        duration, orig, resp = (np.where(single, -1, v) for v in (duration, orig, resp))
    ports = _ephemeral_ports(rng, source, plan.start_us) if plan.source_port is None else _whole(plan.source_port, n)
    return Flows(
        start_us=plan.start_us,
        source=source,
        source_port=ports,
        dest=_full(plan.dest, n),
        dest_port=_whole(plan.dest_port, n),
        duration_us=duration,
        orig_b=orig,
        resp_b=resp,
        service=_full(plan.service, n),
        state=state,
        uid=zeek_ids(rng, n, "C"),
        syn_packets=syns,
        plan_row=np.arange(n, dtype=np.int64),
        proto=plan.proto,
    )


def conn_columns(rng: np.random.Generator, flows: Flows, local_prefix: str) -> dict[str, Column]:
    """Columns of the conn log. A session is local on a side whose address begins with `local_prefix`."""
    orig_pkts, resp_pkts, orig_ip, resp_ip = _packets(flows)
    service = flows.service.copy()
    service[~flows.established] = None
    return {
        "ts": flows.start_us,
        **flows.tuple_columns(),
        "proto": flows.proto,
        "service": service,
        "duration": flows.duration_us,
        "orig_bytes": flows.orig_b,
        "resp_bytes": flows.resp_b,
        "conn_state": flows.state,
        "local_orig": [address.startswith(local_prefix) for address in flows.source.tolist()],
        "local_resp": [address.startswith(local_prefix) for address in flows.dest.tolist()],
        "missed_bytes": 0,
        "history": _histories(rng, flows),
        "orig_pkts": orig_pkts,
        "orig_ip_bytes": orig_ip,
        "resp_pkts": resp_pkts,
        "resp_ip_bytes": resp_ip,
        "ip_proto": 6 if flows.proto == "tcp" else 17,
    }


def _packets(flows: Flows) -> tuple[Ints, Ints, Ints, Ints]:
    """Packets and IP bytes of originator and responder."""
    orig, resp = np.maximum(flows.orig_b, 0), np.maximum(flows.resp_b, 0)
    if flows.proto == "udp":
        orig_pkts = np.maximum(-(-orig // SEGMENT_B), 1)
        resp_pkts = -(-resp // SEGMENT_B)
        return orig_pkts, resp_pkts, orig + UDP_HEADER_B * orig_pkts, resp + UDP_HEADER_B * resp_pkts
    orig_segments, resp_segments = -(-orig // SEGMENT_B), -(-resp // SEGMENT_B)
    names = flows.state.astype(str)
    live, refused = flows.established, names == "REJ"
    orig_closes, resp_closes = np.isin(names, ("SF", "RSTO")), np.isin(names, ("SF", "RSTR"))
    orig_pkts = flows.syn_packets + np.where(live, 1 + orig_segments + (resp_segments + 1) // 2 + orig_closes, 0)
    resp_pkts = np.where(live, 1 + resp_segments + (orig_segments + 1) // 2 + resp_closes, refused)
    orig_ip = orig + TCP_HEADER_B * orig_pkts + SYN_OPTIONS_B * flows.syn_packets
    return orig_pkts, resp_pkts, orig_ip, resp + TCP_HEADER_B * resp_pkts + SYN_OPTIONS_B * live


def _histories(rng: np.random.Generator, flows: Flows) -> list[str]:
    """Zeek's history: S h A D a d F f R r, upper case for the originator, in the order of first sight."""
    if flows.proto == "udp":
        return ["Dd" if resp > 0 else "D" for resp in flows.resp_b.tolist()]
    server_closes = rng.random(len(flows)) < 0.2
    rows = zip(flows.state.tolist(), flows.orig_b.tolist(), flows.resp_b.tolist(), server_closes.tolist())
    return [_history(*row) for row in rows]


def _history(state: str, orig_b: int, resp_b: int, server_closes: bool) -> str:
    if state == "S0":
        return "S"
    if state == "REJ":
        return "Sr"
    data = ("D" if orig_b > 0 else "") + ("a" if orig_b > 0 else "") + ("d" if resp_b > 0 else "")
    ending = "fF" if server_closes and state == "SF" else _ENDINGS[state]
    return "ShA" + data + ending


def _ephemeral_ports(rng: np.random.Generator, source: Texts, start_us: Ints) -> Ints:
    """Per source a random first port, then rising by 1 to 4 in the order of time, wrapping round (Windows' range)."""
    n = len(source)
    codes: dict[str, int] = {}
    group = np.asarray([codes.setdefault(name, len(codes)) for name in source.tolist()], dtype=np.int64)
    order = np.lexsort((start_us, group))
    steps = np.cumsum(rng.integers(1, 5, n))
    sorted_group = group[order]
    first_of_group = np.searchsorted(sorted_group, np.arange(len(codes)))
    base = rng.integers(0, EPHEMERAL_PORTS, len(codes))
    ports = np.empty(n, dtype=np.int64)
    if n:
        ports[order] = (base[sorted_group] + steps - steps[first_of_group][sorted_group]) % EPHEMERAL_PORTS
    return ports + EPHEMERAL_LOW


def _full(value: TextColumn, n: int) -> Texts:
    if isinstance(value, np.ndarray):
        return value
    return np.full(n, value, dtype=object)


def _whole(value: IntColumn, n: int) -> Ints:
    if isinstance(value, np.ndarray):
        return value.astype(np.int64)
    return np.full(n, value, dtype=np.int64)
