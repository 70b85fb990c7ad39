"""Serves viz/harness and the built bundle on loopback: the page on which tests and the benchmark draw the graph."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools.graph_view import VIZ

_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
FLAGS = (
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--hide-scrollbars", "--font-render-hinting=none"),
)
WITH_WEBGL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WITHOUT_WEBGL = ("--disable-gpu", "--disable-software-rasterizer")


def chromium_path() -> str | None:
    """ZEEK_HUNTING_CHROMIUM, or the first on PATH."""
    named = os.environ.get("ZEEK_HUNTING_CHROMIUM")
    return named or next((found for found in map(shutil.which, BROWSERS) if found), None)


@contextmanager
def serving(bundle: Path, policy: str = "") -> Iterator[str]:
    """The address of the harness page while the block runs. policy: a Content-Security-Policy to send, empty for none."""
    folders = {"harness": VIZ / "harness", "dist": bundle}

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            folder, _, name = self.path.split("?")[0].strip("/").partition("/")
            path = folders.get(folder, VIZ) / name
            if folder not in folders or "/" in name or not path.is_file():
                self.send_error(404)
                return
            content = path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", _TYPES.get(path.suffix, "text/plain"))
            self.send_header("Content-Length", str(len(content)))
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet: the tests read what the page says, not what it fetched."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/harness/index.html"
        finally:
            server.shutdown()
            thread.join()
