"""Answers in splunkd's shapes: entries as Atom feed or JSON, messages, errors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.responses import Response

from lab.rest import atom
from lab.rest.call import Call
from lab.rest.settings import USER, VERSION

_JSON = "application/json; charset=UTF-8"
_XML = "text/xml; charset=UTF-8"
EPOCH = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True)
class Entry:
    """One object. path: of its collection, without namespace, for example ``saved/searches``. name: its own, also its title
    unless one is given. owner, app: the namespace that it lives in."""

    path: str
    name: str
    content: Mapping[str, object] = field(default_factory=dict)
    app: str = "system"
    owner: str = "nobody"
    title: str = ""
    updated: str = EPOCH

    @property
    def address(self) -> str:
        return f"/servicesNS/{quote(self.owner)}/{quote(self.app)}/{self.path}/{quote(self.name, safe='')}"

    @property
    def acl(self) -> dict[str, object]:
        return {
            "app": self.app,
            "can_change_perms": True,
            "can_list": True,
            "can_share_app": True,
            "can_share_global": True,
            "can_share_user": False,
            "can_write": True,
            "modifiable": True,
            "owner": self.owner,
            "perms": {"read": ["*"], "write": [USER]},
            "removable": False,
            "sharing": "app",
        }


def entries(call: Call, found: Sequence[Entry], status: int = 200) -> Response:
    """A list of objects, the page of it that ``count`` and ``offset`` ask for; count 0 or -1 is everything."""
    count, offset = call.whole("count", 30, least=-1), call.whole("offset", 0)
    chosen = found[offset : offset + count] if count > 0 else found[offset:]
    page = {"total": len(found), "perPage": count, "offset": offset}
    if call.mode != "xml":
        return json_response(
            {**_head(call.path), "entry": [_json(each) for each in chosen], "paging": page, "messages": []}, status
        )
    feed = atom.feed(call.path, page)
    for each in chosen:
        feed.append(_atom(each))
    return Response(atom.text(feed), status, media_type=_XML)


def entry(call: Call, found: Entry, status: int = 200) -> Response:
    """One object: a feed of one, as every collection but that of the jobs gives it."""
    return entries(_without_paging(call), [found], status)


def bare_entry(call: Call, found: Entry) -> Response:
    """One object at the root of the document, as splunkd gives a job."""
    if call.mode != "xml":
        return entry(call, found)
    return Response(atom.text(_atom(found)), media_type=_XML)


def sid(call: Call, number: str, status: int = 201) -> Response:
    if call.mode == "xml":
        return Response(atom.text(atom.element("response", [("sid", number)])), status, media_type=_XML)
    return json_response({"sid": number}, status)


def messages(call: Call, said: Sequence[tuple[str, str]], status: int = 200) -> Response:
    """level and text of each message."""
    return said_in(call.mode, said, status)


def said_in(mode: str, said: Sequence[tuple[str, str]], status: int) -> Response:
    if mode == "xml":
        return Response(atom.text(atom.messages(said)), status, media_type=_XML)
    return json_response({"messages": [{"type": level, "text": text} for level, text in said]}, status)


def document(call: Call, value: object) -> Response:
    """A value that is no list of objects: a dict or a list."""
    if call.mode == "xml":
        return Response(atom.text(atom.document(value)), media_type=_XML)
    return json_response(value)


def json_response(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace"), status, media_type=_JSON)


def _without_paging(call: Call) -> Call:
    pairs = [pair for pair in call.pairs if pair[0] not in ("count", "offset")]
    return Call(call.method, call.path, call.names, pairs, call.body, call.mode, call.owner, call.app)


def _head(path: str) -> dict[str, object]:
    return {"links": {}, "origin": path, "updated": EPOCH, "generator": {"build": "lab", "version": VERSION}}


def _json(each: Entry) -> dict[str, object]:
    links = {"alternate": each.address, "list": each.address, "edit": each.address, "remove": each.address}
    title = each.title or each.name
    return {
        "name": title,
        "id": each.address,
        "updated": each.updated,
        "published": each.updated,
        "links": links,
        "author": each.owner,
        "acl": each.acl,
        "content": dict(each.content),
    }


def _atom(each: Entry) -> atom.Element:
    content = {**each.content, "eai:acl": each.acl}
    return atom.entry(atom.Head(each.title or each.name, each.address, each.updated, each.owner), content)
