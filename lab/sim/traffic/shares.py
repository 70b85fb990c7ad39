"""People and the file server: opening, saving, renaming documents on shares; printing through the print server."""

from __future__ import annotations

import numpy as np

from lab.sim.labels import Label
from lab.sim.office import Host
from lab.sim.randomness import words
from lab.sim.settings import MINUTE_US, SECOND_US
from lab.sim.spans import moments
from lab.sim.stage import Stage
from lab.sim.wire.rpc import Operation
from lab.sim.wire.smb import DELETE, OPEN, RENAME, FileTouch, ShareVisit, log_share_visits

_VISITS_PER_DAY = 9
_PRINTS_PER_DAY = 2
_NTLM_SHARE = 0.07  # mapped by address: no Kerberos
_SHARES = ("projects", "sales", "finance", "public", "templates")
_STEMS = words("budget report minutes contract invoice plan draft roster price-list drawing offer memo")
_KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/plain",
    "png": "image/png",
}
_PRINTING = tuple(
    Operation("spoolss", name) for name in ("RpcGetPrinter", "RpcStartDocPrinter", "RpcWritePrinter", "RpcEndDocPrinter")
)


def emit(stage: Stage) -> list[Label]:
    file_servers, print_servers = stage.office.serving("files"), stage.office.serving("print")
    visits: list[ShareVisit] = []
    for host in stage.office.people:
        for span in host.attended:
            documents = moments(stage.rng, span, _VISITS_PER_DAY, 3 * MINUTE_US)
            visits += [_documents(stage.rng, host, file_servers[0], at) for at in documents]
            prints = moments(stage.rng, span, _PRINTS_PER_DAY, 3 * MINUTE_US)
            visits += [_print(stage.rng, host, print_servers[0], at) for at in prints]
    log_share_visits(stage, visits)
    return []


def _documents(rng: np.random.Generator, host: Host, server: Host, at: int) -> ShareVisit:
    files = tuple(_touch(rng) for _ in range(1 + rng.poisson(1.5)))
    duration_us = int(min(rng.lognormal(np.log(20), 1.0), 150) * SECOND_US)
    kerberos = bool(rng.random() >= _NTLM_SHARE)
    share = _SHARES[int(rng.integers(len(_SHARES)))]
    return ShareVisit(at, duration_us, host, server, host.user, share, kerberos, files)


def _touch(rng: np.random.Generator) -> FileTouch:
    extension = str(rng.choice(tuple(_KINDS)))
    name = f"{2024 + int(rng.integers(3))}\\{_STEMS[int(rng.integers(len(_STEMS)))]}-{rng.integers(1, 60):02d}.{extension}"
    size_b = int(min(rng.lognormal(np.log(120_000), 1.5), 60_000_000))
    action = str(rng.choice((OPEN, RENAME, DELETE), p=(0.94, 0.04, 0.02)))
    if action != OPEN:
        return FileTouch(name, size_b, action)
    saves = rng.random() < 0.3
    return FileTouch(name, size_b, OPEN, 0 if saves else size_b, size_b if saves else 0, _KINDS[extension])


def _print(rng: np.random.Generator, host: Host, server: Host, at: int) -> ShareVisit:
    duration_us = int(rng.uniform(1, 12) * SECOND_US)
    return ShareVisit(at, duration_us, host, server, host.user, "IPC$", pipe="\\pipe\\spoolss", operations=_PRINTING)
