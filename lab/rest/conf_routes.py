"""The app's .conf files, read only: ``configs/conf-<file>`` and ``properties``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.responses import Response

from lab.rest import answer
from lab.rest.answer import Entry
from lab.rest.call import Call
from lab.rest.refusal import Refused, absent
from lab.rest.site import Routes, Site

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def stanzas(site: Site, call: Call) -> Response:
    name = _known(site, call)
    found = site.conf(name)
    return answer.entries(call, [_stanza(site, name, stanza, found[stanza]) for stanza in found if stanza != "default"])


def stanza(site: Site, call: Call) -> Response:
    name, wanted = _known(site, call), call.names["stanza"]
    found = site.conf(name)
    if wanted not in found:
        raise absent(wanted)
    return answer.entry(call, _stanza(site, name, wanted, {**found.get("default", {}), **found[wanted]}))


def files(site: Site, call: Call) -> Response:
    return answer.entries(call, [Entry("properties", name, {}, site.settings.app_name) for name in _files(site)])


def properties(site: Site, call: Call) -> Response:
    name = _known(site, call)
    return answer.entries(call, [Entry(f"properties/{name}", each, {}, site.settings.app_name) for each in site.conf(name)])


def settings(site: Site, call: Call) -> Response:
    name, wanted = _known(site, call), call.names["stanza"]
    found = site.conf(name)
    if wanted in found:
        path = f"properties/{name}/{wanted}"
        return answer.entries(
            call, [Entry(path, key, {"$text": value}, site.settings.app_name) for key, value in found[wanted].items()]
        )
    outer, _, key = wanted.rpartition("/")
    if outer in found and key in found[outer]:
        return Response(found[outer][key], media_type="text/plain; charset=UTF-8")
    raise absent(wanted)


def refused(site: Site, call: Call) -> Response:
    raise Refused(403, "The lab reads .conf files and never writes them; change the app's local/ folder instead.")


def _known(site: Site, call: Call) -> str:
    name = call.names["file"]
    if not _NAME.fullmatch(name) or name not in _files(site):
        raise Refused(404, f"{name[:80]} does not exist")
    return name


def _files(site: Site) -> list[str]:
    found = {path.stem for folder in ("default", "local") for path in (site.app / folder).glob("*.conf")}
    return sorted(name for name in found if _NAME.fullmatch(name))


def _stanza(site: Site, name: str, title: str, values: Mapping[str, str]) -> Entry:
    content = {"disabled": False, "eai:appName": site.settings.app_name, **values}
    return Entry(f"configs/conf-{name}", title, content, site.settings.app_name)


ROUTES: Routes = [
    ("configs/conf-{file}", {"GET": stanzas, "POST": refused}),
    ("configs/conf-{file}/{stanza:path}", {"GET": stanza, "POST": refused, "DELETE": refused}),
    ("properties", {"GET": files, "POST": refused}),
    ("properties/{file}", {"GET": properties, "POST": refused}),
    ("properties/{file}/{stanza:path}", {"GET": settings, "POST": refused}),
]
