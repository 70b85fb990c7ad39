"""splunkd as far as | graphistry needs it: the lab's REST with its password store and KV store, and in front of it the app's own
REST handlers, found, guarded and called as restmap.conf says.

Two sessions exist: ADMIN, who may do all, and HUNTER, who has the capability to send and may read no password.
"""

from __future__ import annotations

import importlib
import json
import sys
import types
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.rest import RestSettings, application, running
from tools.conf_file import read_conf

ADMIN, HUNTER, NOBODY = "token-of-admin", "token-of-hunter", "token-of-nobody"
CAPABILITIES = {
    ADMIN: {"zeek_hunting_graphistry_send", "zeek_hunting_graphistry_setup"},
    HUNTER: {"zeek_hunting_graphistry_send"},
    NOBODY: set(),
}


def rest_module() -> Any:
    """graphistry_rest.py as splunkd's driver imports it: with Splunk's own module there."""
    double = types.ModuleType("splunk.persistconn.application")
    double.PersistentServerConnectionApplication = type("PersistentServerConnectionApplication", (), {})  # type: ignore[attr-defined]
    for name in ("splunk", "splunk.persistconn"):
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.modules.setdefault("splunk.persistconn.application", double)
    before = list(sys.path)
    try:
        return importlib.import_module("graphistry_rest")
    finally:
        sys.path[:] = before


@dataclass
class Splunkd:
    """uri: what a search is given. answers: status and text of every answer of the app's handlers."""

    uri: str = ""
    answers: list[tuple[int, str]] = field(default_factory=list)


class _Front:
    """The handlers of restmap.conf before the lab's own routes."""

    def __init__(self, inner: Any, app: Path, splunkd: Splunkd) -> None:
        self._inner, self._splunkd, self._module = inner, splunkd, rest_module()
        stanzas = read_conf(app / "default" / "restmap.conf").stanzas.values()
        self._by_path = {"/services" + stanza.settings["match"]: stanza.settings for stanza in stanzas}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        settings = self._by_path.get(scope.get("path", ""))
        if settings is None:
            await self._inner(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        token = headers.get("authorization", "").partition(" ")[2]
        # the handler calls back over REST: not in this thread, which serves those calls
        import anyio

        status, text = await anyio.to_thread.run_sync(self._called, settings, scope, token, body)
        self._splunkd.answers.append((status, text))
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": text.encode()})

    def _called(self, settings: Any, scope: Any, token: str, body: bytes) -> tuple[int, str]:
        if token not in CAPABILITIES:
            return 401, '{"messages":[{"type":"WARN","text":"call not properly authenticated"}]}'
        if settings["capability"] not in CAPABILITIES[token]:
            return 403, '{"messages":[{"type":"ERROR","text":"insufficient permission to access this resource"}]}'
        request = {
            "method": scope["method"],
            "query": [list(pair) for pair in urllib.parse.parse_qsl(scope["query_string"].decode())],
            "form": [list(pair) for pair in urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)],
            "server": {"rest_uri": self._splunkd.uri},
            "session": {"user": "somebody", "authtoken": token},
            **({"system_authtoken": ADMIN} if settings.get("passSystemAuth") == "true" else {}),
        }
        module, name = settings["handler"].split(".")
        assert module == self._module.__name__
        answer = getattr(self._module, name)("", "").handle(json.dumps(request))
        return answer["status"], answer["payload"]


@contextmanager
def splunkd(app: Path, folder: Path) -> Iterator[Splunkd]:
    """Runs until the block ends; folder keeps its state."""
    double = Splunkd()
    lab = application(RestSettings(app, folder / "no.duckdb", ADMIN, state=folder / "state"))
    with running(_Front(lab, app, double)) as port:
        double.uri = f"http://127.0.0.1:{port}"
        yield double
