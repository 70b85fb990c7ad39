"""Mail: people poll the mail server over TLS, the server exchanges mail with others outside over SMTP."""

from __future__ import annotations

import numpy as np

from lab.sim.internet import Certificate, Site, SiteWish
from lab.sim.labels import Label
from lab.sim.office import Host
from lab.sim.randomness import texts
from lab.sim.settings import HOUR_US, MINUTE_US, SECOND_US
from lab.sim.spans import moments
from lab.sim.stage import Stage
from lab.sim.wire.calls import Calls, Client, draw_client, place_calls

_POLLS_PER_HOUR = 6
_PEERS = 12
_MAILS_PER_PERSON = 6


def emit(stage: Stage) -> list[Label]:
    server = stage.office.serving("mail")[0]
    _people_read(stage, server)
    _servers_exchange(stage, server)
    return []


def _people_read(stage: Stage, server: Host) -> None:
    rng = stage.rng
    site = _mail_site(stage, server)
    client = draw_client(rng)
    at, source = [], []
    for host in stage.office.people:
        for span in host.attended:
            times = moments(rng, span, _POLLS_PER_HOUR * (span[1] - span[0]) / HOUR_US)
            at += times
            source += [host.address] * len(times)
    n = len(at)
    request, reply = (np.rint(rng.lognormal(np.log(median), 1.2, n)).astype(np.int64) for median in (900, 6_000))
    duration = np.rint(np.minimum(rng.lognormal(np.log(4), 1.2, n), 50) * SECOND_US).astype(np.int64) + 50_000
    begun, only = np.asarray(at, dtype=np.int64), np.zeros(n, dtype=np.int64)
    place_calls(stage, Calls(begun, texts(source), (site,), only, request, reply, duration, client))


def _mail_site(stage: Stage, server: Host) -> Site:
    """The mail server's web service, with a certificate of the company's own authority that clients trust."""
    drawn = stage.internet.draw_certificate(stage.rng, server.full_name, 0.0)
    certificate = Certificate(
        fingerprint=drawn.fingerprint,
        serial=drawn.serial,
        subject=drawn.subject,
        names=(server.full_name,),
        not_before_us=drawn.not_before_us,
        not_after_us=drawn.not_after_us,
        status="unable to get local issuer certificate",
        key_b=2048,
        authority=drawn.authority,
    )
    return Site(server.full_name, (server.address,), "https", 443, 1200, 600, certificate, server_ja3=stage.rng.bytes(16).hex())


def _servers_exchange(stage: Stage, server: Host) -> None:
    rng = stage.rng
    peers = tuple(stage.internet.draw_site(rng, SiteWish("https", port=25)) for _ in range(_PEERS))
    inbound = Site(server.full_name, (server.address,), "tcp", 25, round_trip_us=30_000)
    window = stage.capture.window
    count = max(_MAILS_PER_PERSON * len(stage.office.people) * window.days, 1)
    for outgoing in (True, False):
        at = np.sort(rng.integers(window.start_us + MINUTE_US, window.end_us - 3 * MINUTE_US, count))
        peer = rng.integers(0, _PEERS, count)
        size = np.rint(rng.lognormal(np.log(18_000), 1.5, count)).astype(np.int64) + 800
        talk = rng.integers(500, 1500, count), rng.integers(500_000, 9_000_000, count)
        if outgoing:
            client = Client("", rng.bytes(16).hex())
            place_calls(stage, Calls(at, server.address, peers, peer, size, *talk, client, service="smtp,ssl"))
        else:
            senders = texts([peers[i].addresses[0] for i in peer.tolist()])
            nobody_asks = Site(None, inbound.addresses, inbound.channel, inbound.port)
            place_calls(stage, Calls(at, senders, (nobody_asks,), np.zeros(count, dtype=np.int64), size, *talk, service="smtp"))
