"""The notation in which a hunt's tests write Zeek events: a few lines stand for hundreds of rows, the same ones every time.

A series is a mapping: ``log``, ``set`` (field -> value), ``at`` (after the start of the hunt's window, or before it: -3d),
``repeat`` (how many), ``every`` (between them), ``jitter`` (each moved by up to this, either way), ``for`` (name -> 1..20 or a
list: one series for every combination). Fields that are not set get those of an ordinary event of their log; ``null`` unsets.

In texts: ``{name}`` of ``for``; ``{n}``, 1 to repeat; ``{x}`` of a threshold test; ``{hex:8}``, ``{letters:8}``, ``{base32:50}``
characters that differ from event to event; ``{pick:a|b|c}`` one of them.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Event = dict[str, Any]
MOST_EVENTS = 20_000
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_SPAN = re.compile(r"(-?[0-9.]+)(ms|s|m|h|d)")
_PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")
_ALPHABETS = {"hex": "0123456789abcdef", "letters": "abcdefghijklmnopqrstuvwxyz", "base32": "abcdefghijklmnopqrstuvwxyz234567"}

_ENDS: Event = {"id.orig_h": "10.0.0.10", "id.orig_p": "{ephemeral}", "id.resp_h": "198.51.100.7"}
_RPC_ENDS: Event = {**_ENDS, "id.resp_h": "10.0.0.3"}
# what an ordinary event of a log looks like
ORDINARY: dict[str, Event] = {
    "conn": {
        **_ENDS,
        **{"id.resp_p": 443, "proto": "tcp", "service": "ssl", "duration": 1.5, "orig_bytes": 900, "resp_bytes": 4200},
        **{"conn_state": "SF", "local_orig": True, "local_resp": False, "missed_bytes": 0, "history": "ShADadfF"},
        **{"orig_pkts": 10, "orig_ip_bytes": 1420, "resp_pkts": 12, "resp_ip_bytes": 4824},
    },
    "dns": {
        **_ENDS,
        **{"id.resp_h": "10.0.0.2", "id.resp_p": 53, "proto": "udp", "query": "www.example.com", "qclass_name": "C_INTERNET"},
        **{"qtype_name": "A", "rcode_name": "NOERROR", "answers": ["198.51.100.7"], "TTLs": [300.0], "rejected": False},
    },
    "http": {
        **_ENDS,
        **{"id.resp_p": 80, "trans_depth": 1, "method": "GET", "host": "www.example.com", "uri": "/", "version": "1.1"},
        **{"user_agent": "Mozilla/5.0", "request_body_len": 0, "response_body_len": 5000, "status_code": 200, "status_msg": "OK"},
    },
    "ssl": {
        **_ENDS,
        **{"id.resp_p": 443, "version": "TLSv12", "cipher": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "resumed": False},
        **{"server_name": "www.example.com", "established": True, "ja3": "e7d705a3286e19ea42f587b344ee6865"},
        **{"validation_status": "ok"},
    },
    "x509": {
        **{"fingerprint": "{hex:64}", "certificate.version": 3, "certificate.serial": "{hex:16}"},
        **{"certificate.subject": "CN=www.example.com", "certificate.issuer": "CN=Example CA,O=Example,C=US"},
    },
    "files": {**_ENDS, "source": "HTTP", "fuid": "F{hex:16}", "mime_type": "text/html", "seen_bytes": 5000, "is_orig": False},
    "smb_files": {**_RPC_ENDS, "id.resp_p": 445, "action": "SMB::FILE_OPEN", "path": "\\\\files\\data", "name": "report.docx"},
    "smb_mapping": {**_RPC_ENDS, "id.resp_p": 445, "path": "\\\\files\\data", "share_type": "DISK"},
    "rdp": {
        **_RPC_ENDS,
        **{"id.resp_p": 3389, "cookie": "alice", "result": "encrypted", "security_protocol": "HYBRID"},
    },
    "ssh": {
        **_RPC_ENDS,
        **{"id.resp_p": 22, "version": 2, "auth_success": True, "auth_attempts": 1, "client": "SSH-2.0-OpenSSH_9.6"},
        **{"server": "SSH-2.0-OpenSSH_9.6"},
    },
    "kerberos": {
        **_RPC_ENDS,
        **{"id.resp_p": 88, "request_type": "TGS", "client": "alice/EXAMPLE.COM", "service": "host/files.example.com"},
        **{"success": True, "cipher": "aes256-cts-hmac-sha1-96"},
    },
    "ntlm": {**_RPC_ENDS, "id.resp_p": 445, "username": "alice", "hostname": "WS10", "domainname": "EXAMPLE", "success": True},
    "dce_rpc": {**_RPC_ENDS, "id.resp_p": 49667, "named_pipe": "49667", "endpoint": "epmapper", "operation": "ept_map"},
}
_WITHOUT_UID = ("x509", "software", "known_hosts")


class NotationError(ValueError):
    """A series that cannot be read; the text says what to write."""


def span_s(text: str | int | float) -> float:
    """Seconds of 90s, 1.5h, -3d, 250ms; 0 as it stands. Raises NotationError."""
    if text in (0, "0"):
        return 0.0
    match = _SPAN.fullmatch(str(text))
    if match is None:
        raise NotationError(f"{text!r} is no span of time; write a number and one of ms s m h d, like 90s")
    return float(match[1]) * _UNITS_S[match[2]]


def written(series: Sequence[Mapping[str, Any]], start_s: float, x: float | None = None) -> dict[str, list[Event]]:
    """log -> its events, oldest first. start_s: start of the hunt's window, epoch seconds. Raises NotationError."""
    logs: dict[str, list[Event]] = {}
    total = 0
    for number, one in enumerate(series):
        for event in _of_series(one, number, start_s, x):
            total += 1
            if total > MOST_EVENTS:
                raise NotationError(f"more than {MOST_EVENTS:,} events; a test of a hunt is small")
            logs.setdefault(str(one["log"]), []).append(event)
    return {log: sorted(events, key=lambda event: event["ts"]) for log, events in logs.items()}


def _of_series(one: Mapping[str, Any], number: int, start_s: float, x: float | None) -> Iterator[Event]:
    x_values = {} if x is None else {"x": f"{x:.15g}"}
    rng = random.Random(f"series {number}")
    loops = [[(name, value) for value in _values(str(name), each, x_values)] for name, each in one.get("for", {}).items()]
    repeat = _whole(_filled(str(one.get("repeat", 1)), x_values, rng), "repeat")
    at, every, jitter = (_filled(str(one.get(key, "0")), x_values, rng) for key in ("at", "every", "jitter"))
    at_s, every_s, jitter_s = span_s(at), span_s(every), span_s(jitter)
    fields = {**ORDINARY.get(str(one["log"]), _ENDS), **one["set"]}
    steps = 0
    for combination in itertools.product(*loops):
        for n in range(1, repeat + 1):
            # without repeat, what `for` makes is a series in time
            step = n - 1 if "repeat" in one else steps
            steps += 1
            values = {
                **x_values,
                **dict(combination),
                "n": dict(combination).get("n", str(n)),
                "ephemeral": str(rng.randint(49152, 65535)),
            }
            moment = at_s + step * every_s + (rng.uniform(-jitter_s, jitter_s) if jitter_s else 0.0)
            event: Event = {"ts": round(start_s + moment, 6)}
            if one["log"] not in _WITHOUT_UID:
                event["uid"] = "C" + "".join(rng.choices("0123456789abcdefghijkmnp", k=16))
            event.update({name: _set(value, values, rng) for name, value in fields.items() if value is not None})
            yield event


def _values(name: str, each: Any, x_values: Mapping[str, str]) -> list[str]:
    if isinstance(each, list):
        return [str(value) for value in each]
    match = _RANGE.fullmatch(_filled(str(each), x_values, random.Random(0)))
    if match is None:
        raise NotationError(f"for {name}: {each!r} is neither a list nor a range like 1..20")
    return [str(value) for value in range(int(match[1]), int(match[2]) + 1)]


def _whole(text: str, what: str) -> int:
    if not text.isdigit():
        raise NotationError(f"{what} is {text!r}; write a whole number")
    return int(text)


def _set(value: Any, values: Mapping[str, str], rng: random.Random) -> Any:
    if isinstance(value, list):
        return [_set(each, values, rng) for each in value]
    if not isinstance(value, str):
        return value
    text = _filled(value, values, rng)
    # what came of a place is a number where the field's value is nothing else: ports, sizes
    return int(text) if text != value and text.isdigit() and len(text) < 16 else text


def _filled(text: str, values: Mapping[str, str], rng: random.Random) -> str:
    def one(match: re.Match[str]) -> str:
        name, option = match[1], match[2]
        if option is None and name in values:
            return values[name]
        if name == "pick" and option:
            return rng.choice(option.split("|"))
        if name in _ALPHABETS and option and option.isdigit():
            return "".join(rng.choices(_ALPHABETS[name], k=int(option)))
        known = ", ".join([*values, "hex:8", "letters:8", "base32:50", "pick:a|b"])
        raise NotationError(f"{match[0]} in {text!r} is unknown; there are {known}")

    return _PLACE.sub(one, text)


def without_field(logs: Mapping[str, list[Event]], log: str, field: str) -> dict[str, list[Event]]:
    """The same events, the field unset in one log."""
    return {
        name: [{key: value for key, value in event.items() if not (name == log and key == field)} for event in events]
        for name, events in logs.items()
    }


def attempts(logs: Mapping[str, list[Event]]) -> dict[str, list[Event]]:
    """The same connections, none answered: conn as S0 without a byte, and no other log, since nothing was spoken."""
    nothing = {"conn_state": "S0", "history": "S", "orig_bytes": 0, "resp_bytes": 0, "resp_pkts": 0, "resp_ip_bytes": 0}
    dropped = ("service", "duration")
    return {
        "conn": [
            {**{key: value for key, value in event.items() if key not in dropped}, **nothing} for event in logs.get("conn", [])
        ]
    }
