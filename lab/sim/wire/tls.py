"""TLS: ssl rows of established sessions and the certificates they show (x509 once per certificate and day, as Zeek's
default "relog known certificates after one day")."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.sim.internet import Certificate, Site
from lab.sim.randomness import Flags, Ints, Texts, texts
from lab.sim.settings import DAY_US
from lab.sim.stage import Stage
from lab.sim.wire.flows import Flows, TextColumn

RESUMED_HANDSHAKE_B = 240
_CIPHERS = {"TLSv12": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLSv13": "TLS_AES_256_GCM_SHA384"}
_CURVES = {"TLSv12": "secp256r1", "TLSv13": "x25519"}
_HISTORIES = {"TLSv12": "CsxknGIti", "TLSv13": "CsiI"}


@dataclass(frozen=True)
class Handshakes:
    """TLS of these flows, all established: (n,) `site` positions in `sites`, whether `resumed`, the client's `ja3`."""

    flows: Flows
    sites: tuple[Site, ...]
    site: Ints
    resumed: Flags
    ja3: TextColumn


def handshake_bytes(sites: tuple[Site, ...], site: Ints, resumed: Flags) -> tuple[Ints, Ints]:
    """Bytes that a handshake adds to originator and responder, (n,) each."""
    hello = np.asarray([s.hello_b for s in sites], dtype=np.int64)[site]
    reply = np.asarray([s.handshake_b for s in sites], dtype=np.int64)[site]
    return hello, np.where(resumed, RESUMED_HANDSHAKE_B, reply)


def log_handshakes(stage: Stage, shakes: Handshakes) -> None:
    """Rows of ssl, and of x509 for certificates that the sensor can see (TLS 1.3 encrypts them, resumption omits them)."""
    flows, sites, site = shakes.flows, shakes.sites, shakes.site
    if not len(flows):
        return
    seen = _visible_certificates(sites, site, shakes.resumed)
    round_trip = np.asarray([s.round_trip_us for s in sites], dtype=np.int64)[site]
    hello_us = flows.start_us + np.minimum(round_trip, flows.duration_us // 4)
    done_us = flows.start_us + np.minimum(3 * round_trip, flows.duration_us // 2)
    versions = [s.tls_version for s in sites]
    columns = {
        "ts": hello_us,
        **flows.tuple_columns(),
        "version": texts(versions)[site],
        "cipher": texts([_CIPHERS[v] for v in versions])[site],
        "curve": texts([_CURVES[v] for v in versions])[site],
        "server_name": texts([s.name for s in sites])[site],
        "resumed": shakes.resumed,
        "next_protocol": texts(["http/1.1" if s.port == 443 else None for s in sites])[site],
        "established": True,
        "ssl_history": texts([_HISTORIES[v] for v in versions])[site],
        **_chain_columns(sites, site, seen),
        "ja3": shakes.ja3,
        "ja3s": texts([s.server_ja3 or None for s in sites])[site],
    }
    stage.capture.add("ssl", done_us, columns)
    _log_certificates(stage, sites, site[seen], done_us[seen])


def _visible_certificates(sites: tuple[Site, ...], site: Ints, resumed: Flags) -> Flags:
    shown = np.asarray([s.certificate is not None and s.tls_version == "TLSv12" for s in sites])
    return np.asarray(shown[site] & ~resumed)


def _chain_columns(sites: tuple[Site, ...], site: Ints, seen: Flags) -> dict[str, Texts]:
    """Fields that only a visible certificate fills."""
    shown = [s.certificate for s in sites]
    chains = [None if c is None else tuple(link.fingerprint for link in c.chain) for c in shown]
    statuses = [None if c is None else c.status for c in shown]
    matches = np.full(len(site), None, dtype=object)
    matches[seen] = [sites[i].name is not None for i in site[seen].tolist()]
    out = {"cert_chain_fps": texts(chains)[site], "validation_status": texts(statuses)[site], "sni_matches_cert": matches}
    out["client_cert_chain_fps"] = texts([()] * len(site))
    for column in ("cert_chain_fps", "validation_status", "client_cert_chain_fps"):
        out[column][~seen] = None
    return out


def _log_certificates(stage: Stage, sites: tuple[Site, ...], site: Ints, done_us: Ints) -> None:
    rows, written = [], []
    for i in np.argsort(done_us, kind="stable").tolist():
        moment_us = int(done_us[i])
        certificate = sites[int(site[i])].certificate
        assert certificate is not None  # chosen by _visible_certificates
        for place, link in enumerate(certificate.chain):
            key = (link.fingerprint, moment_us // DAY_US)
            if key not in stage.logged_certificates:
                stage.logged_certificates.add(key)
                rows.append(_certificate_row(link, moment_us, place == 0))
                written.append(moment_us)
    stage.capture.add_rows("x509", rows, written)


def _certificate_row(certificate: Certificate, moment_us: int, is_leaf: bool) -> dict[str, object]:
    return {
        "ts": moment_us,
        "fingerprint": certificate.fingerprint,
        "certificate.version": 3,
        "certificate.serial": certificate.serial,
        "certificate.subject": certificate.subject,
        "certificate.issuer": certificate.issuer,
        "certificate.not_valid_before": certificate.not_before_us,
        "certificate.not_valid_after": certificate.not_after_us,
        "certificate.key_alg": "rsaEncryption",
        "certificate.sig_alg": "sha256WithRSAEncryption",
        "certificate.key_type": "rsa",
        "certificate.key_length": certificate.key_b,
        "certificate.exponent": "65537",
        "san.dns": certificate.names or None,
        "basic_constraints.ca": not is_leaf,
        "host_cert": is_leaf,
        "client_cert": False,
    }
