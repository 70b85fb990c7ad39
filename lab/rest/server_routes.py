"""The rest of what clients ask: login, who and what is here, views, lookup files, messages."""

from __future__ import annotations

import secrets
from xml.etree import ElementTree

from starlette.responses import Response

from lab.rest import answer, atom
from lab.rest.answer import Entry
from lab.rest.call import Call
from lab.rest.refusal import Refused, absent
from lab.rest.settings import USER, VERSION
from lab.rest.site import Routes, Site

_CAPABILITIES = (
    "search",
    "run_custom_command",
    "list_storage_passwords",
    "edit_storage_passwords",
    "schedule_search",
    "rest_apps_view",
)
_TIMES = (
    ("last_hour", "Last 60 minutes", "-60m@m", "now"),
    ("last_day", "Last 24 hours", "-24h@h", "now"),
    ("last_week", "Last 7 days", "-7d@h", "now"),
    ("last_month", "Last 30 days", "-30d@d", "now"),
    ("all_time", "All time", "0", ""),
)
_LONGEST_VIEW_B = 5 * 1024 * 1024


def login(site: Site, call: Call) -> Response:
    """A session key for user and password; the password is the token."""
    right = secrets.compare_digest(call["password"].encode("utf-8", "replace"), site.settings.token.encode("utf-8"))
    if call["username"] != USER or not right:
        raise Refused(401, "Login failed", "WARN")
    key = site.new_session()
    if call.mode == "json":
        return answer.json_response({"sessionKey": key, "message": "", "code": ""})
    return Response(atom.text(atom.element("response", [("sessionKey", key)])), media_type="text/xml; charset=UTF-8")


def info(site: Site, call: Call) -> Response:
    content = {
        "version": VERSION,
        "build": "lab",
        "serverName": "lab",
        "host": "127.0.0.1",
        "product_type": "enterprise",
        "instance_type": "lab",
        "isFree": False,
        "isTrial": False,
        "licenseState": "OK",
        "mode": "normal",
        "os_name": "Linux",
        "server_roles": ["indexer", "search_head", "kv_store"],
        "kvStoreStatus": "ready",
    }
    return answer.entry(call, Entry("server/info", "server-info", content))


def context(site: Site, call: Call) -> Response:
    content = {
        "username": USER,
        "realname": "the lab's only user",
        "roles": [USER],
        "capabilities": list(_CAPABILITIES),
        "defaultApp": site.settings.app_name,
        "tz": "UTC",
        "email": "",
        "type": "Splunk",
    }
    return answer.entry(call, Entry("authentication/current-context", "context", content, owner=USER))


def apps(site: Site, call: Call) -> Response:
    return answer.entries(call, [_app(site)])


def app(site: Site, call: Call) -> Response:
    if call.names["name"] != site.settings.app_name:
        raise absent(call.names["name"])
    return answer.entry(call, _app(site))


def _app(site: Site) -> Entry:
    conf = site.conf("app")
    content = {
        "label": conf.get("ui", {}).get("label", site.settings.app_name),
        "version": conf.get("launcher", {}).get("version", ""),
        "author": conf.get("launcher", {}).get("author", ""),
        "description": conf.get("launcher", {}).get("description", ""),
        "visible": True,
        "configured": True,
        "disabled": False,
    }
    return Entry("apps/local", site.settings.app_name, content)


def views(site: Site, call: Call) -> Response:
    return answer.entries(call, [_view(site, name) for name in _views(site)])


def view(site: Site, call: Call) -> Response:
    if call.names["name"] not in _views(site):
        raise absent(call.names["name"])
    return answer.entry(call, _view(site, call.names["name"]))


def _views(site: Site) -> list[str]:
    folders = (site.app / "default" / "data" / "ui" / "views", site.app / "local" / "data" / "ui" / "views")
    return sorted({path.stem for folder in folders for path in folder.glob("*.xml") if path.stat().st_size <= _LONGEST_VIEW_B})


def _view(site: Site, name: str) -> Entry:
    local = site.app / "local" / "data" / "ui" / "views" / f"{name}.xml"
    path = local if local.is_file() else site.app / "default" / "data" / "ui" / "views" / f"{name}.xml"
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        label = ElementTree.fromstring(text).findtext("label") or name
    except ElementTree.ParseError:
        label = name
    content = {"label": label, "eai:data": text, "isDashboard": True, "isVisible": True, "eai:appName": site.settings.app_name}
    return Entry("data/ui/views", name, content, site.settings.app_name)


def times(site: Site, call: Call) -> Response:
    return answer.entries(
        call,
        [
            Entry("data/ui/times", name, {"label": label, "order": order, "earliest_time": earliest, "latest_time": latest})
            for order, (name, label, earliest, latest) in enumerate(_TIMES)
        ],
    )


def lookup_files(site: Site, call: Call) -> Response:
    """The app's own lookups and those that searches wrote."""
    folders = (site.app / "lookups", site.settings.state_folder / "lookups")
    names = sorted({path.name for folder in folders for path in folder.glob("*.csv")})
    content = {"eai:appName": site.settings.app_name, "eai:userName": "nobody"}
    return answer.entries(call, [Entry("data/lookup-table-files", name, content, site.settings.app_name) for name in names])


def no_entries(site: Site, call: Call) -> Response:
    return answer.entries(call, [])


ROUTES: Routes = [
    ("auth/login", {"POST": login}),
    ("server/info", {"GET": info}),
    ("server/info/server-info", {"GET": info}),
    ("authentication/current-context", {"GET": context}),
    ("authentication/current-context/context", {"GET": context}),
    ("apps/local", {"GET": apps}),
    ("apps/local/{name}", {"GET": app}),
    ("data/ui/views", {"GET": views}),
    ("data/ui/views/{name}", {"GET": view}),
    ("data/ui/times", {"GET": times}),
    ("data/lookup-table-files", {"GET": lookup_files}),
    ("messages", {"GET": no_entries}),
]
