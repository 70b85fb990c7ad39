"""Serves an application on loopback, in this thread or in another one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

ADDRESS = "127.0.0.1"
_STOP_S = 30
_WAITING = 64


class ServingFailed(RuntimeError):
    """The port cannot be had, or the server did not start; the text says what to do."""


def listening(port: int) -> socket.socket:
    """A socket on loopback; port 0 takes a free one. Raises ServingFailed."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen(_WAITING)  # from here on connections wait in its queue until the server is ready
    except (OSError, OverflowError) as error:
        listener.close()
        raise ServingFailed(
            f"port {port} of {ADDRESS} cannot be had ({error}); choose another: --port 0 takes a free one"
        ) from error
    return listener


def serve(application: ASGIApp, listener: socket.socket) -> None:
    """Until the process is told to stop."""
    _server(application).run(sockets=[listener])


@contextmanager
def running(application: ASGIApp, port: int = 0) -> Iterator[int]:
    """Serves in a thread while the block runs; gives the port."""
    listener = listening(port)
    server = _server(application)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="lab-rest", daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(_STOP_S)
        listener.close()


def _server(application: ASGIApp) -> uvicorn.Server:
    settings = uvicorn.Config(
        application, log_level="warning", access_log=False, server_header=False, lifespan="on", timeout_graceful_shutdown=3
    )
    return uvicorn.Server(settings)
