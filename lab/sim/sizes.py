"""Message sizes of programs that call home. The one model for implants and for benign heartbeats: if the two drew from
different models, a detector could read the label off the size columns and its measured quality would mean nothing.

A profile is drawn once per program; sizes are then drawn per call. Bytes are those of the application's request and reply.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.sim.randomness import Ints, log_uniform

_REQUEST_B = (250.0, 1800.0)
_REPLY_B = (180.0, 6000.0)
_PAD_B = (64.0, 4096.0)
_PADDED_SHARE = 0.35  # of all programs, evaluation protocol
_KINDS = ("constant", "modes", "spread")
_KIND_SHARES = (0.5, 0.2, 0.3)  # of those without padding
_WORK_FACTOR = (3.0, 60.0)  # a call that carries work (a task's output, a synchronised file) against a quiet one


@dataclass(frozen=True)
class SizeProfile:
    """`kind`: constant, modes (few fixed lengths), spread (log-normal, sigma .05-.4), padded (uniform, 0..pad_b added)."""

    kind: str
    request_b: int
    reply_b: int
    pad_b: int
    sigma: float
    modes: tuple[int, ...]


@dataclass(frozen=True)
class MessageSizes:
    """(n,) bytes of request and reply of each call."""

    request_b: Ints
    reply_b: Ints


def draw_profile(rng: np.random.Generator, padded: bool | None = None) -> SizeProfile:
    """A program's habit. `padded` forces padding on or off; None draws it with the protocol's share."""
    is_padded = bool(rng.random() < _PADDED_SHARE)
    kind = str(rng.choice(_KINDS, p=_KIND_SHARES))
    request, reply = (int(log_uniform(rng, *bounds, 1)[0]) for bounds in (_REQUEST_B, _REPLY_B))
    pad = int(log_uniform(rng, *_PAD_B, 1)[0])
    sigma = float(rng.uniform(0.05, 0.4))
    modes = tuple(int(step) for step in rng.integers(8, 900, int(rng.integers(2, 5))))
    chosen = is_padded if padded is None else padded
    return SizeProfile("padded" if chosen else kind, request, reply, pad, sigma, modes)


def draw_sizes(rng: np.random.Generator, profile: SizeProfile, n: int, work: Ints | None = None) -> MessageSizes:
    """Sizes of n calls. `work`: positions of calls that carry work and are larger in one direction."""
    request = np.full(n, profile.request_b, dtype=np.int64)
    reply = np.full(n, profile.reply_b, dtype=np.int64)
    if profile.kind == "modes":
        steps = np.asarray((0, *profile.modes), dtype=np.int64)
        request += steps[rng.integers(0, len(steps), n)]
        reply += steps[rng.integers(0, len(steps), n)]
    elif profile.kind == "spread":
        request = np.rint(request * rng.lognormal(0, profile.sigma, n)).astype(np.int64)
        reply = np.rint(reply * rng.lognormal(0, profile.sigma, n)).astype(np.int64)
    elif profile.kind == "padded":
        request += rng.integers(0, profile.pad_b + 1, n)
        reply += rng.integers(0, profile.pad_b + 1, n)
    if work is not None and len(work):
        _enlarge(rng, request, reply, work)
    return MessageSizes(request, reply)


def _enlarge(rng: np.random.Generator, request: Ints, reply: Ints, work: Ints) -> None:
    factors = log_uniform(rng, *_WORK_FACTOR, len(work))
    uploads = rng.random(len(work)) < 0.5
    up, down = work[uploads], work[~uploads]
    request[up] = np.rint(request[up] * factors[uploads]).astype(np.int64)
    reply[down] = np.rint(reply[down] * factors[~uploads]).astype(np.int64)
