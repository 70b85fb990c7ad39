"""Requests to a Graphistry server: TLS verified, no redirects, bounded in time and size, tried again when the server is busy.

Errors say which step failed and what to do. What the server says of it is quoted only after every secret of this connection was
taken out of it.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .graphistry_profile import GraphistryError, Profile

TRIED_AGAIN = frozenset((429, 500, 502, 503, 504))
MOST_TRIES = 4
LONGEST_PAUSE_S = 20.0
MOST_ANSWER_B = 1_000_000
QUOTED = 200
_MEANING = {
    401: "not logged in; the credentials are wrong or have expired",
    403: "not allowed for this account; check its rights and its plan",
    404: "no such address on this server; is the url of the profile right, and does this release have the feature?",
    407: "the proxy wants a login, which is not supported; let this host through without",
    408: "the server gave up waiting; try again",
    413: "too much for this server or a proxy before it; send fewer edges (max_edges=)",
    429: "the server asks for fewer requests; try later",
}


@dataclass(frozen=True)
class Call:
    """One request. what: the step, for errors. body: bytes as they are, a mapping as JSON (form: as a form), None for none."""

    what: str
    path: str
    body: Any = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: bool = False


class GraphistryHttp:
    """Sends calls to the server of a profile. pause(seconds) waits between tries. secrets: what no error may show."""

    def __init__(self, profile: Profile, pause: Callable[[float], None] = time.sleep) -> None:
        self._profile, self._pause = profile, pause
        self.secrets: list[str] = []
        self._opener = urllib.request.build_opener(*_handlers(profile))

    def call(self, call: Call) -> dict[str, Any]:
        """The answer's JSON object ({} for an empty one). Raises GraphistryError."""
        data, kind = _encoded(call)
        headers = {"Accept": "application/json", **kind, **call.headers}
        make = _WithoutType if isinstance(call.body, bytes) else urllib.request.Request
        request = make(self._profile.url + call.path, data, headers, method=call.method)
        for attempt in range(1, MOST_TRIES + 1):
            status, text, wait_s = self._answer(call.what, request)
            if status not in TRIED_AGAIN or attempt == MOST_TRIES:
                break
            self._pause(min(wait_s if wait_s is not None else 2.0**attempt, LONGEST_PAUSE_S))
        return self._read(call.what, status, text)

    def _answer(self, what: str, request: urllib.request.Request) -> tuple[int, bytes, float | None]:
        """(HTTP status, body, seconds the server asks to wait)."""
        try:
            try:
                with self._opener.open(request, timeout=self._profile.timeout_s) as answer:
                    return answer.status, _body(answer, self._profile.timeout_s), None
            except urllib.error.HTTPError as error:
                with error:
                    after = error.headers.get("Retry-After", "")
                    return error.code, _body(error, self._profile.timeout_s), float(after) if after.isdecimal() else None
        except (OSError, http.client.HTTPException) as error:
            raise GraphistryError(f"{what}: {self._reason(error)}") from error

    def _reason(self, error: BaseException) -> str:
        cause = getattr(error, "reason", error)
        host = self._profile.url
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {host} is not trusted ({cause.verify_message}); put its CA into the profile's ca_file"
        if isinstance(cause, ssl.SSLError):
            return f"TLS with {host} failed ({cause.reason or type(cause).__name__}); is the port of the url one with TLS?"
        if isinstance(cause, (TimeoutError, socket.timeout)):  # two classes before 3.10
            return (
                f"no whole answer from {host} in {self._profile.timeout_s} s; raise the profile's timeout_s or check the server"
            )
        if isinstance(cause, (ConnectionResetError, BrokenPipeError, http.client.HTTPException)):
            return f"{host} closed the connection before its answer was whole; try again, with fewer edges if it stays so"
        return f"no connection to {host} ({self.without_secrets(str(cause))}); check the profile's url and proxy"

    def _read(self, what: str, status: int, text: bytes) -> dict[str, Any]:
        said = self._said(text)
        if status >= 400:
            meaning = _MEANING.get(status, "the server failed" if status >= 500 else "the server refused the request")
            if "expired" in said.lower():
                meaning = "the login has expired; store a new token, or a password or personal key, which renew themselves"
            raise GraphistryError(f"{what}: {meaning} (HTTP {status}{said})")
        if status >= 300:
            raise GraphistryError(
                f"{what}: the server points to another address (HTTP {status}), where the login is not sent; put the final one "
                "into the profile's url"
            )
        if len(text) > MOST_ANSWER_B:
            raise GraphistryError(f"{what}: the answer has over {MOST_ANSWER_B:,} bytes; is this a Graphistry server?")
        try:
            answer = json.loads(text or b"{}")
        except ValueError as error:
            raise GraphistryError(f"{what}: the answer is not JSON; is this a Graphistry server, or a proxy's page?") from error
        if not isinstance(answer, dict) or answer.get("success") is False:
            raise GraphistryError(f"{what}: the server did not accept it{said and f' ({said[2:]})'}")
        return answer

    def _said(self, text: bytes) -> str:
        """What a JSON answer gives as its reason, ', …', bounded and without secrets; '' for anything else."""
        try:
            answer = json.loads(text or b"{}")
        except ValueError:
            return ""
        if not isinstance(answer, dict):
            return ""
        values = [answer[key] for key in ("non_field_errors", "detail", "message", "error", "errors") if answer.get(key)]
        words = " ".join(str(each) for value in values for each in (value if isinstance(value, list) else [value]))
        # the secrets go first: a cut could leave half of one that no longer matches
        printable = re.sub(r"[^ -~]+", " ", self.without_secrets(words))
        return f", {printable[:QUOTED]}" if printable else ""

    def without_secrets(self, text: str) -> str:
        for secret in sorted(filter(None, self.secrets), key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def _encoded(call: Call) -> tuple[bytes | None, dict[str, str]]:
    if call.body is None:
        return None, {}
    if isinstance(call.body, bytes):
        return call.body, {}
    if call.form:
        return urllib.parse.urlencode(call.body).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return json.dumps(call.body).encode(), {"Content-Type": "application/json"}


def _body(answer: Any, timeout_s: float) -> bytes:
    """Its beginning, to a part beyond MOST_ANSWER_B. A server that sends a byte now and then is given up after timeout_s."""
    until_s = time.monotonic() + timeout_s
    parts: list[bytes] = []
    size_b = 0
    while size_b <= MOST_ANSWER_B:
        part = answer.read1(65_536)
        if not part:
            if getattr(answer, "length", None):  # of what was announced; read1 alone takes an early end for the end
                raise http.client.IncompleteRead(b"")
            break
        parts.append(part)
        size_b += len(part)
        if time.monotonic() > until_s:
            raise TimeoutError("the answer took too long")
    return b"".join(parts)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the login to wherever it points."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class _WithoutType(urllib.request.Request):
    """An upload: PyGraphistry's has no content type, and a server may read another one as a form."""


class _TypeRemoved(urllib.request.BaseHandler):
    """Takes away the content type that urllib writes where none was given."""

    handler_order = 600  # behind urllib's own, which is at 500

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        if isinstance(request, _WithoutType):
            request.remove_header("Content-type")
        return request

    https_request = http_request


def _handlers(profile: Profile) -> list[urllib.request.BaseHandler]:
    try:
        context = ssl.create_default_context(cafile=profile.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise GraphistryError(f"the profile's ca_file cannot be read: {error.strerror or 'it holds no certificate'}") from error
    proxies = {"http": profile.proxy, "https": profile.proxy} if profile.proxy else None
    return [urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler(proxies), _NoRedirect(), _TypeRemoved()]
