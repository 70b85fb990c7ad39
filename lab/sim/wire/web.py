"""Plain HTTP: http rows (one per request of a session) and the files they carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.sim.internet import Site
from lab.sim.office import LOCAL_PREFIX
from lab.sim.randomness import Flags, Ints, Texts, texts, zeek_ids
from lab.sim.stage import Stage
from lab.sim.wire.flows import Flows, TextColumn

REQUEST_HEADER_B = 210
REPLY_HEADER_B = 170
_UPLOAD_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Requests:
    """HTTP of these flows, all established: (n,) `site` positions in `sites`, `count` requests of each session, the
    client's `user_agent`. Bytes come from the flows, shared evenly among a session's requests."""

    flows: Flows
    sites: tuple[Site, ...]
    site: Ints
    count: Ints
    user_agent: TextColumn


@dataclass(frozen=True)
class _Bodies:
    """(requests,) columns: which flow, place in it, when sent and answered, body bytes each way."""

    flow: Ints
    depth: Ints
    sent_us: Ints
    answered_us: Ints
    request_b: Ints
    reply_b: Ints


def log_requests(stage: Stage, requests: Requests) -> None:
    """Rows of http, and of files for every body with bytes."""
    if not len(requests.flows):
        return
    bodies = _spread(requests)
    flows = requests.flows.take(bodies.flow)
    site = requests.site[bodies.flow]
    up, down = _file_ids(stage, bodies.request_b), _file_ids(stage, bodies.reply_b)
    mime = texts([s.mime_type for s in requests.sites])[site]
    agent = requests.user_agent
    columns = {
        "ts": bodies.sent_us,
        **flows.tuple_columns(),
        "trans_depth": bodies.depth,
        "method": texts([s.method for s in requests.sites])[site],
        "host": texts([s.name or s.addresses[0] for s in requests.sites])[site],
        "uri": texts([s.path for s in requests.sites])[site],
        "version": "1.1",
        "user_agent": agent[bodies.flow] if isinstance(agent, np.ndarray) else agent,
        "request_body_len": bodies.request_b,
        "response_body_len": bodies.reply_b,
        "status_code": 200,
        "status_msg": "OK",
        "tags": texts([()] * len(flows)),
        "orig_fuids": _vectors(up, bodies.request_b),
        "orig_mime_types": _vectors(np.full(len(flows), _UPLOAD_TYPE, dtype=object), bodies.request_b),
        "resp_fuids": _vectors(down, bodies.reply_b),
        "resp_mime_types": _vectors(mime, bodies.reply_b),
    }
    stage.capture.add("http", bodies.answered_us, columns)
    _log_bodies(stage, flows, bodies, _Transfer(True, bodies.request_b, up, _UPLOAD_TYPE))
    _log_bodies(stage, flows, bodies, _Transfer(False, bodies.reply_b, down, mime))


def _spread(requests: Requests) -> _Bodies:
    """Requests evenly over the session: request i of k is sent at (i + 1/4)/k of the duration, answered at (i + 3/4)/k."""
    flows, count = requests.flows, requests.count
    flow = np.repeat(np.arange(len(flows)), count)
    place = np.arange(len(flow)) - np.repeat(np.cumsum(count) - count, count)
    shares = count[flow]
    duration, start = flows.duration_us[flow], flows.start_us[flow]
    posts = np.asarray([s.method == "POST" for s in requests.sites])[requests.site[flow]]
    request = np.maximum(flows.orig_b[flow] // shares - REQUEST_HEADER_B, 0)
    return _Bodies(
        flow=flow,
        depth=place + 1,
        sent_us=start + duration * (4 * place + 1) // (4 * shares),
        answered_us=start + duration * (4 * place + 3) // (4 * shares),
        request_b=np.where(posts, request, 0),
        reply_b=np.maximum(flows.resp_b[flow] // shares - REPLY_HEADER_B, 0),
    )


def _file_ids(stage: Stage, body_b: Ints) -> Texts:
    """An identifier for every body with bytes, None for the others."""
    out = np.full(len(body_b), None, dtype=object)
    carried = body_b > 0
    out[carried] = zeek_ids(stage.rng, int(carried.sum()), "F")
    return out


def _vectors(values: Texts, body_b: Ints) -> Texts:
    """A vector of one value for every body with bytes, unset for the others."""
    return texts([(value,) if size_b > 0 else None for value, size_b in zip(values.tolist(), body_b.tolist())])


@dataclass(frozen=True)
class _Transfer:
    """One direction of the requests: (requests,) body bytes, file identifier (None = no body), MIME type."""

    is_orig: bool
    body_b: Ints
    fuid: Texts
    mime: TextColumn


def _log_bodies(stage: Stage, flows: Flows, bodies: _Bodies, transfer: _Transfer) -> None:
    carried: Flags = transfer.body_b > 0
    some, is_orig, mime = flows.take(carried), transfer.is_orig, transfer.mime
    begun, ended = bodies.sent_us[carried], bodies.answered_us[carried]
    first_us = begun if is_orig else (begun + ended) // 2
    columns = {
        "ts": first_us,
        "fuid": transfer.fuid[carried],
        **some.tuple_columns(),
        "source": "HTTP",
        "depth": 0,
        "analyzers": texts([()] * len(some)),
        "mime_type": mime[carried] if isinstance(mime, np.ndarray) else mime,
        "duration": ended - first_us,
        "local_orig": [a.startswith(LOCAL_PREFIX) for a in (some.source if is_orig else some.dest).tolist()],
        "is_orig": is_orig,
        "seen_bytes": transfer.body_b[carried],
        "total_bytes": transfer.body_b[carried],
        "missing_bytes": 0,
        "overflow_bytes": 0,
        "timedout": False,
    }
    stage.capture.add("files", ended, columns)
