"""Who may call: requests to this machine's own address, with the token. Stands before every route, pages included.

The token comes as ``Authorization: Splunk|Bearer <token>``, as basic authentication of the user admin, or in a cookie. A page's
address may carry it once (``?token=``): the answer sets the cookie and leads to the address without it. A wrong Host header is
refused (a foreign name that was made to point here), as is a foreign Origin; no answer allows other origins to read it.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.rest.answer import said_in
from lab.rest.settings import USER, RestSettings

COOKIE = "zeek_hunting_lab"
RAW = "/splunkd/__raw"
_OPEN = "/auth/login"
_ALWAYS = {"x-content-type-options": "nosniff", "x-frame-options": "SAMEORIGIN"}
_WITH_TOKEN = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


class Guard:
    """sessions: further keys that open the door, handed out by ``auth/login``; shared with the site."""

    def __init__(self, inner: ASGIApp, settings: RestSettings, sessions: set[str]) -> None:
        self._inner, self._settings, self._sessions = inner, settings, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets here
            return
        scope = {**scope, "path": plain_path(scope)}
        answer = self._refusal(scope)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (answer or self._inner)(scope, receive, marked)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), str(scope["path"])
        mode = "json" if RAW in path or b"output_mode=json" in scope["query_string"] else "xml"
        host = headers.get("host", "")
        if host.rpartition(":")[0] not in self._settings.hosts and host not in self._settings.hosts:
            return said_in(mode, [("WARN", f"the lab answers to {', '.join(self._settings.hosts)} alone")], 403)
        origin = headers.get("origin", "")
        if origin and urlsplit(origin).netloc != host:  # "null", of a sandboxed frame, is foreign too
            return said_in(mode, [("WARN", "the lab answers no page of another origin")], 403)
        if self._known(headers):
            return None
        if path.endswith(_OPEN) and scope["method"] == "POST":
            return None
        return self._let_in(scope) or said_in(mode, [("WARN", "call not properly authenticated")], 401)

    def _let_in(self, scope: Scope) -> Response | None:
        """The way in by a page's address: the cookie, and the address without the token."""
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in pairs if name == "token"]
        if scope["method"] != "GET" or not any(self._opens(value) for value in given):
            return None
        rest = urlencode([pair for pair in pairs if pair[0] != "token"])
        path = "/" + quote(str(scope["path"]).lstrip("/"), safe="/")  # never //host, which browsers read as another site
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303, headers=_WITH_TOKEN)
        answer.set_cookie(COOKIE, self._settings.token, httponly=True, samesite="strict", path="/")
        return answer

    def _known(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme in ("Splunk", "Bearer"):
            return self._opens(given.strip())
        if scheme == "Basic":
            return self._basic(given)
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(headers.get("cookie", ""))
        except CookieError:
            return False
        return any(name == COOKIE and self._opens(morsel.value) for name, morsel in jar.items())

    def _basic(self, given: str) -> bool:
        try:
            name, _, password = base64.b64decode(given, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return name == USER and self._opens(password)

    def _opens(self, given: str) -> bool:
        key = given.encode("utf-8", "replace")
        return any(secrets.compare_digest(key, each.encode("utf-8")) for each in (self._settings.token, *self._sessions))


def plain_path(scope: Scope) -> str:
    """The decoded path without a / at its end. The splunk-sdk writes a space as +, so in REST paths + is one."""
    raw = scope.get("raw_path")
    path = str(scope["path"])
    if isinstance(raw, bytes) and ("/services" in path):
        path = unquote_plus(raw.split(b"?")[0].decode("latin-1"))
    return path.rstrip("/") or "/"
