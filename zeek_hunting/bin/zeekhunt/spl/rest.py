"""Calls back to splunkd over REST: the password store and KV store collections of this app, and its own handlers.

The SDK's binding does the talking. Every path is inside the namespace nobody/<app>, so that names of other apps cannot be meant,
and a secret is read by its name: the list of all passwords is never asked for. splunkd's own certificate is not verified (as the
SDK has it): the address is the one that splunkd gave to this process, on the same machine.
"""

from __future__ import annotations

import hashlib
import json
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

APP = "zeek_hunting"
TIMEOUT_S = 120
PIECE_B = 200  # Splunk encrypts at most 255 characters of a password
MOST_PIECES = 100
MOST_DOCUMENTS = 1_000


class RestError(ValueError):
    """splunkd refused or could not be reached. status: of HTTP, 0 when there was no answer."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class SplunkRest:
    """splunkd as the holder of a session key sees it. uri: https://127.0.0.1:8089."""

    def __init__(self, uri: str, session_key: str, app: str = APP) -> None:
        from splunklib.binding import Context, handler  # half the cost of a start; few processes come here

        parts = urllib.parse.urlsplit(uri)
        self._context = Context(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port,
            token=f"Splunk {session_key}",
            owner="nobody",
            app=app,
            handler=handler(timeout=TIMEOUT_S),
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._json("get", path, output_mode="json", **query)

    def post(self, path: str, form: Mapping[str, str]) -> Any:
        return self._json("post", path, output_mode="json", body=dict(form))

    def post_json(self, path: str, content: object) -> Any:
        headers = [("Content-Type", "application/json")]
        return self._json("post", path, headers=headers, body=json.dumps(content))

    def delete(self, path: str) -> Any:
        return self._json("delete", path, output_mode="json")

    def _json(self, method: str, path: str, **arguments: Any) -> Any:
        from splunklib.binding import AuthenticationError, HTTPError

        try:
            answer = getattr(self._context, method)(path, **arguments)
            text = answer.body.read()
            return json.loads(text) if text else {}
        except HTTPError as error:
            raise RestError(_refusal(path, error.status, error.body), error.status) from error
        except AuthenticationError as error:
            raise RestError(f"splunkd does not take this search's session for {path}; log in again", 401) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise RestError(f"splunkd cannot be reached over REST ({reason}); {path} was asked for") from error
        except ValueError as error:
            raise RestError(f"splunkd answered {path} with something that is not JSON") from error


def _refusal(path: str, status: int, body: object) -> str:
    """The reason of a handler of this app when it gave one, else status and path."""
    try:
        answer = json.loads(body if isinstance(body, (bytes, str)) else b"")
        said = answer["error"]
    except (ValueError, KeyError, TypeError):
        return f"splunkd refused {path} (HTTP {status})"
    return str(said)[:1_000]


class Passwords:
    """Texts of one realm in storage/passwords. A long text lies in several entries, each with its place and the whole's digest,
    so that a half-written one is no text."""

    def __init__(self, rest: SplunkRest, realm: str) -> None:
        self._rest, self._realm = rest, realm

    def read(self, name: str) -> str | None:
        """None when there is none. Raises RestError, also for a text that is not whole."""
        first = self._entry(name, 1)
        if first is None:
            return None
        count = _head(first)[1]
        pieces = [first, *(self._entry(name, place) or "" for place in range(2, count + 1))]
        heads = [_head(piece) for piece in pieces]
        text = "".join(piece.partition(":")[2] for piece in pieces)
        if any(head != (place, count, _digest(text)) for place, head in enumerate(heads, 1)):
            raise RestError(f"the stored secret {name} is not whole; store it again")
        return text

    def write(self, name: str, text: str) -> None:
        """text: ASCII."""
        pieces = [text[start : start + PIECE_B] for start in range(0, len(text), PIECE_B)] or [""]
        if len(pieces) > MOST_PIECES:
            raise RestError(f"a secret of {len(text):,} characters is too long to be stored")
        for place, piece in enumerate(pieces, 1):
            self._put(name, place, f"{place}/{len(pieces)}/{_digest(text)}:{piece}")
        self._drop(name, len(pieces) + 1)

    def remove(self, name: str) -> None:
        self._drop(name, 1)

    def _put(self, name: str, place: int, password: str) -> None:
        try:
            self._rest.post(self._path(name, place), {"password": password})
        except RestError as error:
            if error.status != 404:
                raise
            entry = {"realm": self._realm, "name": f"{name}.{place}", "password": password}
            self._rest.post("storage/passwords", entry)

    def _drop(self, name: str, place: int) -> None:
        """The entry of this place and those behind it."""
        while place <= MOST_PIECES:
            try:
                self._rest.delete(self._path(name, place))
            except RestError as error:
                if error.status == 404:
                    return
                raise
            place += 1

    def _entry(self, name: str, place: int) -> str | None:
        try:
            answer = self._rest.get(self._path(name, place))
        except RestError as error:
            if error.status == 404:
                return None
            raise
        entries = answer.get("entry") or [{}]
        clear = entries[0].get("content", {}).get("clear_password")
        if not isinstance(clear, str):
            raise RestError(f"splunkd does not show the secret {name}; the capability list_storage_passwords is needed", 403)
        return clear

    def _path(self, name: str, place: int) -> str:
        return f"storage/passwords/{self._realm}:{name}.{place}:"  # the SDK encodes it


def _head(piece: str) -> tuple[int, int, str]:
    parts = piece.partition(":")[0].split("/")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()) or int(parts[1]) > MOST_PIECES:
        return 0, 0, ""
    return int(parts[0]), int(parts[1]), parts[2]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


class Collection:
    """JSON objects of a KV store collection by key."""

    def __init__(self, rest: SplunkRest, name: str) -> None:
        self._rest, self._path = rest, f"storage/collections/data/{name}"

    def read(self, key: str) -> dict[str, Any] | None:
        try:
            document = self._rest.get(f"{self._path}/{key}")
        except RestError as error:
            if error.status == 404:
                return None
            raise
        return document if isinstance(document, dict) else None

    def everything(self) -> list[dict[str, Any]]:
        documents: Sequence[Any] = self._rest.get(self._path, limit=MOST_DOCUMENTS)
        return [document for document in documents if isinstance(document, dict)]

    def write(self, key: str, document: Mapping[str, Any]) -> None:
        self._rest.post_json(f"{self._path}/batch_save", [{**document, "_key": key}])

    def remove(self, key: str) -> None:
        try:
            self._rest.delete(f"{self._path}/{key}")
        except RestError as error:
            if error.status != 404:
                raise
