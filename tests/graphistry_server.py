"""A Graphistry server on loopback, as far as an upload goes (the calls that PyGraphistry 0.61.2 was seen to make).

It keeps users, tokens, data sets and their privacy, records what came in with tokens redacted, and reads Arrow bodies with
pyarrow. A fault replaces the answer to the paths that begin with a given text, for a number of calls.
"""

from __future__ import annotations

import io
import json
import socket
import ssl
import struct
import threading
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.ipc
import pyarrow.parquet

USER, PASSWORD = "hunter", "p4ss-word-of-tests"
KEY_ID, KEY_SECRET = "KEYID123", "key-secret-of-tests"
TOKEN = "head.payload.signature-of-tests"
ORGANIZATION = "blue"
SECRETS = (PASSWORD, KEY_SECRET, TOKEN)


@dataclass(frozen=True)
class Recorded:
    """content: JSON or form of the body; table: of an Arrow body, checked in full."""

    method: str
    path: str
    headers: dict[str, str]
    content: Any = None
    table: Any = None


@dataclass
class Fault:
    """calls: how many more are answered so. answer: (status, body, headers), or what is done with the connection."""

    path: str
    answer: tuple[int, bytes, dict[str, str]] | Callable[[_Handler], None]
    calls: int = 1_000


@dataclass
class State:
    recorded: list[Recorded] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    privacy: Callable[[str], str] = lambda mode: mode
    active: str = ORGANIZATION

    def paths(self) -> list[str]:
        return [f"{each.method} {each.path}" for each in self.recorded]

    def of(self, part: str) -> Recorded:
        """The one request whose path holds part."""
        (found,) = [each for each in self.recorded if part in each.path]
        return found


class GraphistryServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    state: State

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, which the fault tests provoke."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: GraphistryServer
    timeout = 10

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_DELETE = do_GET

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        state = self.server.state
        state.recorded.append(self._read(body))
        for fault in state.faults:
            if self.path.startswith(fault.path) and fault.calls > 0:
                fault.calls -= 1
                if callable(fault.answer):
                    fault.answer(self)
                else:
                    self.send(*fault.answer)
                return
        self.send(*self._usual(state, state.recorded[-1]))

    def _read(self, body: bytes) -> Recorded:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if body.startswith(b"ARROW1"):
            table = pyarrow.ipc.open_file(body).read_all()
            table.validate(full=True)
            return Recorded(self.command, self.path, headers, table=table)
        kind = headers.get("content-type", "")
        content = dict(urllib.parse.parse_qsl(body.decode())) if "form" in kind else json.loads(body or b"null")
        return Recorded(self.command, self.path, headers, content)

    def _usual(self, state: State, call: Recorded) -> tuple[int, Any]:
        path = call.path.split("?")[0]
        if path == "/api-token-auth/":
            if (call.content.get("username"), call.content.get("password")) != (USER, PASSWORD):
                return 400, {"non_field_errors": [f"Unable to log in with {call.content}."]}
            return 200, self._token(state, call.content)
        if path == "/api/v2/auth/pkey/jwt/":
            if call.headers.get("authorization") != f"PersonalKey {KEY_ID}:{KEY_SECRET}":
                return 401, {"detail": "Invalid key."}
            return 200, self._token(state, call.content or {})
        if path in ("/api/v2/auth/token/refresh", "/api-token-verify/"):
            if call.content.get("token") != TOKEN:
                return 400, {"non_field_errors": ["Token has expired."]}
            return 200, {"token": TOKEN}
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"detail": "Authentication credentials were not provided."}
        return self._authorized(state, call, path)

    def _authorized(self, state: State, call: Recorded, path: str) -> tuple[int, Any]:
        parts = path.strip("/").split("/")
        if parts[:3] == ["api", "v2", "o"] and parts[-1] == "switch":
            return (200, {}) if parts[3] == state.active else (404, {})
        if path == "/api/v2/upload/datasets/":
            identity = f"d{len(state.datasets):031d}"
            state.datasets[identity] = {"mode": "public", **call.content}
            return 200, {"success": True, "data": {"dataset_id": identity}}
        if parts[:4] == ["api", "v2", "upload", "datasets"] and parts[-1] == "arrow" and parts[4] in state.datasets:
            state.datasets[parts[4]][parts[5]] = call.table
            return 200, {"success": True}
        if path == "/api/v2/share/link/" and call.content["obj_pk"] in state.datasets:
            mode = state.privacy(call.content["mode"])
            state.datasets[call.content["obj_pk"]]["mode"] = mode
            return 200, {**call.content, "mode": mode}
        if parts[:4] == ["api", "v2", "etl", "datasets"] and parts[5:] == ["gfql", "all"] and parts[4] in state.datasets:
            return 200, _zipped(state.datasets[parts[4]])
        if call.method == "DELETE" and parts[:3] == ["api", "v2", "datasets"] and parts[3] in state.datasets:
            del state.datasets[parts[3]]
            return 204, None
        return 404, {"detail": "Not found."}

    def _token(self, state: State, content: dict[str, Any]) -> dict[str, Any]:
        active = {"slug": state.active, "is_found": True, "is_member": True}
        return {"token": TOKEN, **({"active_organization": active} if content.get("org_name") else {})}

    def send(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """Close so that the client sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


def _zipped(dataset: dict[str, Any]) -> bytes:
    """Nodes and edges as the server answers a query for all of a data set: parquet in a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in ("nodes", "edges"):
            content = io.BytesIO()
            pyarrow.parquet.write_table(dataset[part], content)
            archive.writestr(f"{part}.parquet", content.getvalue())
    return packed.getvalue()


def reset(handler: _Handler) -> None:
    handler.reset()


def half(handler: _Handler) -> None:
    """An answer that ends before its announced length."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"token":')
    handler.close_connection = True


@contextmanager
def graphistry_server(certificate: Path | None = None) -> Iterator[GraphistryServer]:
    """A server that runs until the block ends. certificate: a PEM file with key and certificate, for TLS."""
    server = GraphistryServer(("127.0.0.1", 0), _Handler)
    server.state = State()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
