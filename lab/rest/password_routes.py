"""``storage/passwords``: secrets, held in this process's memory until it ends."""

from __future__ import annotations

from starlette.responses import Response

from lab.rest import answer
from lab.rest.answer import Entry
from lab.rest.call import Call
from lab.rest.refusal import Refused, absent
from lab.rest.site import Password, Routes, Site

_PATH = "storage/passwords"
_MOST = 1_000


def listed(site: Site, call: Call) -> Response:
    return answer.entries(call, [_entry(site, password) for password in site.passwords.values()])


def create(site: Site, call: Call) -> Response:
    if not call["name"] or not call["password"]:
        raise Refused(400, "a password needs name and password")
    password = Password(call["realm"], call["name"], call["password"])
    if password.title in site.passwords:
        raise Refused(409, f"Cannot create a password {password.title[:80]!r}: it exists; post to it to change it.")
    if len(site.passwords) >= _MOST:
        raise Refused(503, f"{_MOST} passwords are kept already")
    site.passwords[password.title] = password
    return answer.entry(call, _entry(site, password), 201)


def shown(site: Site, call: Call) -> Response:
    return answer.entry(call, _entry(site, _found(site, call)))


def update(site: Site, call: Call) -> Response:
    known = _found(site, call)
    if not call["password"]:
        raise Refused(400, "a password must not be empty")
    changed = Password(known.realm, known.name, call["password"])
    site.passwords[known.title] = changed
    return answer.entry(call, _entry(site, changed))


def removed(site: Site, call: Call) -> Response:
    del site.passwords[_found(site, call).title]
    return answer.entries(call, [_entry(site, password) for password in site.passwords.values()])


def _found(site: Site, call: Call) -> Password:
    name = call.names["name"]
    for title in (name, f"{name}:", f":{name}:"):
        if title in site.passwords:
            return site.passwords[title]
    raise absent(name)


def _entry(site: Site, password: Password) -> Entry:
    content = {
        "realm": password.realm or None,
        "username": password.name,
        "password": "********",
        "encr_password": "(kept in memory)",
        "clear_password": password.clear,
    }
    return Entry(_PATH, password.title, content, site.settings.app_name)


ROUTES: Routes = [
    (_PATH, {"GET": listed, "POST": create}),
    (f"{_PATH}/{{name:path}}", {"GET": shown, "POST": update, "DELETE": removed}),
]
