"""Nodes and edges to a Graphistry server by its REST API 3: login, data set, edges, nodes, privacy, in PyGraphistry's order.

Private by default, and said to be so only when the server's answer says it: a plan without sharing lowers the request to public.
What was begun and cannot be finished is deleted on the server again; where that fails too, the error names it. Calls and answers
as recorded from PyGraphistry 0.61.2 (docs/graphistry.md); tests/graph/test_graphistry_contract.py compares both.
"""

from __future__ import annotations

import re
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import arrow_file
from .graphistry_http import Call, GraphistryHttp
from .graphistry_profile import KEY, LONGEST_SECRET, TOKEN, Credentials, GraphistryError, Profile

PRIVATE, ORGANIZATION, PUBLIC = "private", "organization", "public"
AGENT, AGENT_VERSION = "zeek_hunting", "1"
_EDIT = "20"  # what an invited user may do; nobody is invited, PyGraphistry sends it all the same
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

Columns = Mapping[str, Sequence[arrow_file.Value]]


@dataclass(frozen=True)
class Drawing:
    """How the columns are shown. *_bindings: Graphistry's simple bindings, edges need source and destination, nodes node.
    *_encodings: its complex ones by name. parameters: of the page's address."""

    edge_bindings: Mapping[str, str]
    node_bindings: Mapping[str, str]
    edge_encodings: Mapping[str, Any] = field(default_factory=dict)
    node_encodings: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """What is sent: columns of edges and of nodes (none: Graphistry derives them from the edges) and how to draw them."""

    title: str
    edges: Columns
    nodes: Columns
    drawing: Drawing


@dataclass(frozen=True)
class Sent:
    """url opens the picture; privacy: the mode that the server confirmed."""

    url: str
    dataset_id: str
    privacy: str


class GraphistryClient:
    """One login, then uploads. token: of a login made elsewhere. pause(seconds) waits between tries."""

    def __init__(self, profile: Profile, token: str = "", pause: Callable[[float], None] = time.sleep) -> None:
        self._profile, self._token = profile, token
        self._http = GraphistryHttp(profile, pause)
        self._http.secrets.append(token)

    def login(self, credentials: Credentials) -> str:
        """The token. Raises GraphistryError when the server refuses, or logs in to another organization than the profile's."""
        self._http.secrets.append(credentials.secret)
        self._token = self._logged_in(credentials)
        self._http.secrets.append(self._token)
        if self._profile.organization:
            path = f"/api/v2/o/{urllib.parse.quote(self._profile.organization, safe='')}/switch/"
            self._call("organization", path, {"slug": self._profile.organization}, form=True)
        return self._token

    def send(self, picture: Picture, privacy: str = PRIVATE) -> Sent:
        """Upload and share. Raises GraphistryError; nothing of a failed upload stays on the server unless the error says so."""
        edges = arrow_file.write(picture.edges)
        nodes = arrow_file.write(picture.nodes) if picture.nodes else b""
        dataset_id = self._create(picture)
        try:
            self._upload("edges", dataset_id, edges)
            if nodes:
                self._upload("nodes", dataset_id, nodes)
            self._share(dataset_id, privacy)
        except GraphistryError as error:
            raise GraphistryError(f"{error}; {self._undone(dataset_id)}") from error
        query = {"dataset": dataset_id, "type": "arrow", "splashAfter": "false", "info": "true", **picture.drawing.parameters}
        shown = self._profile.client_url or self._profile.url
        return Sent(f"{shown}/graph/graph.html?{urllib.parse.urlencode(query)}", dataset_id, privacy)

    def _logged_in(self, credentials: Credentials) -> str:
        profile = self._profile
        organization = {"org_name": profile.organization} if profile.organization else {}
        if profile.login == TOKEN:
            self._http.call(Call("token check", "/api-token-verify/", {"token": credentials.secret}))
            return credentials.secret
        if profile.login == KEY:
            header = {"Authorization": f"PersonalKey {profile.user}:{credentials.secret}"}
            answer = self._http.call(Call("login", "/api/v2/auth/pkey/jwt/", organization, "GET", header))
        else:
            known = {"username": profile.user, "password": credentials.secret, **organization}
            answer = self._http.call(Call("login", "/api-token-auth/", known))
        token = answer.get("token")
        if not isinstance(token, str) or not re.fullmatch(r"[!-~]+", token) or len(token) > LONGEST_SECRET:
            raise GraphistryError("login: the server answered without a token; is this a Graphistry server?")
        active = answer.get("active_organization")
        slug = active.get("slug") if isinstance(active, dict) else None
        if profile.organization and slug != profile.organization:
            raise GraphistryError(
                f"login: asked for the organization {profile.organization!r}, the server chose {str(slug)[:80]!r}; check its "
                "name and that the account is a member"
            )
        return token

    def _create(self, picture: Picture) -> str:
        body: dict[str, Any] = {
            "node_encodings": _encodings(picture.drawing.node_bindings, picture.drawing.node_encodings),
            "edge_encodings": _encodings(picture.drawing.edge_bindings, picture.drawing.edge_encodings),
            "metadata": {"agent": AGENT, "apiversion": "3", "agentversion": AGENT_VERSION},
            "name": picture.title,
            "description": "",
        }
        if self._profile.organization:
            body["org_name"] = self._profile.organization
        answer = self._call("data set", "/api/v2/upload/datasets/", body)
        data = answer.get("data")
        dataset_id = data.get("dataset_id") if isinstance(data, dict) else None
        if not answer.get("success") or not isinstance(dataset_id, str) or not _ID.fullmatch(dataset_id):
            raise GraphistryError("data set: the server did not accept it and gave no id; nothing was uploaded")
        return dataset_id

    def _upload(self, part: str, dataset_id: str, content: bytes) -> None:
        what = f"upload of {part}"
        answer = self._call(what, f"/api/v2/upload/datasets/{dataset_id}/{part}/arrow", content)
        if not answer.get("success"):
            raise GraphistryError(f"{what}: the server did not say that it took them")

    def _share(self, dataset_id: str, privacy: str) -> None:
        body = {
            "obj_pk": dataset_id,
            "obj_type": "dataset",
            "mode": privacy,
            "notify": False,
            "invited_users": [],
            "mode_action": _EDIT,
            "message": "",
        }
        answer = self._call("privacy", "/api/v2/share/link/", body)
        data = answer.get("data")
        confirmed = answer.get("mode") or (data.get("mode") if isinstance(data, dict) else None)
        if confirmed != privacy:
            raise GraphistryError(f"privacy: asked for {privacy}, the server answered {str(confirmed)[:40]!r}")

    def _undone(self, dataset_id: str) -> str:
        """Delete what was begun; the sentence says whether that worked."""
        try:
            self._call("deletion", f"/api/v2/datasets/{dataset_id}/", None, "DELETE")
        except GraphistryError as error:
            return (
                f"delete the data set {dataset_id} on the server, whoever has its address may open it (deleting it from here "
                f"failed: {error})"
            )
        return "what was uploaded so far was deleted again"

    def _call(self, what: str, path: str, body: Any, method: str = "POST", form: bool = False) -> dict[str, Any]:
        return self._http.call(Call(what, path, body, method, {"Authorization": f"Bearer {self._token}"}, form))


def _encodings(bindings: Mapping[str, str], encodings: Mapping[str, Any]) -> dict[str, Any]:
    return {"bindings": dict(bindings), **({"complex": {"default": dict(encodings)}} if encodings else {})}
