"""labels.json: what was planted where. The truth beside the logs, never a Zeek log itself.

{"schema": 1, "labels": [...]} sorted by id; each label:
  id            unique, e.g. "cobalt-strike-60s" or "heartbeat-007/10.20.10.14"
  scenario      id of the scenario or traffic component that planted it
  label         "malicious" or "benign" (benign ones are what a hunt may confuse with an intruder)
  kind          beacon, heartbeat, ntp, tab-refresh, api; in look-ups dns-tunnel, dga, resolver, hidden-dns, fast-flux,
                names-with-data
  machine_timed true when a timer spaces the sessions (false: memoryless or a person)
  framework     of an implant, else null
  src, src_host address and name of the source
  dests, names  addresses contacted; names they were contacted by (empty: by address only)
  port, proto, service
  first, last   start of the first and last session in the conn log, epoch seconds
  events        conn rows that belong to the label
  sample_uids   uids of up to five of them
  technique     ATT&CK ids (malicious only)
  parameters    of the generator: law, sleep, jitter, losses ...
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lab.sim.office import Host
from lab.sim.settings import SECOND_US
from lab.sim.wire.flows import Flows

MALICIOUS, BENIGN = "malicious", "benign"
_SAMPLE = 5
LABEL_SCHEMA = 1


@dataclass(frozen=True)
class LabelHead:
    """What the planter knows before its sessions exist."""

    id: str
    scenario: str
    label: str
    kind: str
    machine_timed: bool
    framework: str | None = None
    technique: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Label:
    id: str
    scenario: str
    label: str
    kind: str
    machine_timed: bool
    framework: str | None
    technique: tuple[str, ...]
    parameters: dict[str, Any]
    src: str
    src_host: str
    dests: tuple[str, ...]
    names: tuple[str, ...]
    port: int
    proto: str
    service: str | None
    first: float
    last: float
    events: int
    sample_uids: tuple[str, ...]


def label_flows(head: LabelHead, host: Host, flows: Flows, names: tuple[str, ...]) -> Label:
    """The label of these sessions, all of one host to one port. At least one session."""
    services = sorted({service for service in flows.service[flows.established].tolist() if service})
    return Label(
        **{name: getattr(head, name) for name in head.__dataclass_fields__},
        src=host.address,
        src_host=host.name,
        dests=tuple(sorted(set(flows.dest.tolist()))),
        names=tuple(sorted(names)),
        port=int(flows.dest_port[0]),
        proto=flows.proto,
        service=services[0] if services else None,
        first=int(flows.start_us.min()) / SECOND_US,
        last=int(flows.start_us.max()) / SECOND_US,
        events=len(flows),
        sample_uids=tuple(flows.uid[:_SAMPLE].tolist()),
    )


def write_labels(path: Path, labels: list[Label]) -> None:
    body = {"schema": LABEL_SCHEMA, "labels": [asdict(label) for label in sorted(labels, key=lambda label: label.id)]}
    path.write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
