"""The lab's web pages: the index, one page per view, the bundle. All behind the guard of lab.rest.

Values reach a page as JSON inside a script element with <, > and & escaped, or HTML-escaped. The policy allows this origin alone:
scripts of the bundle and of a nonce, eval (the renderer's schema validator compiles itself), workers from blob: (it runs in one),
styles inline (the renderer writes its own).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from lab.ingest import StoreUnusable
from lab.web import markup
from lab.web.views import View, ViewUnusable, read_view, view_names

LOCALE = "en-US"
_UTC = "### SERIALIZED TIMEZONE FORMAT 1.0;C0;Y0 NW 55 54 43;$"
_BUNDLE = {"page.js": "text/javascript", "page.css": "text/css"}
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval' 'nonce-{nonce}'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Pages:
    """app: the app's folder. bundle: where page.js lies. loaded: events per log of the store, empty when none are loaded."""

    app: Path
    bundle: Path
    loaded: Callable[[], dict[str, int]]
    user: str = "admin"
    version: str = "9.3.0"

    @property
    def app_name(self) -> str:
        return self.app.resolve().name


def routes(pages: Pages) -> list[BaseRoute]:
    """For lab.rest.application(extra_routes=...)."""

    async def index(_: Request) -> Response:
        return await _told(_index, pages)

    async def view(request: Request) -> Response:
        return await _told(_view, pages, request)

    async def to_locale(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/{LOCALE}/app/{request.path_params['app']}/{request.path_params['view']}{query}", 303)

    async def bundled(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _BUNDLE or not (pages.bundle / name).is_file():
            return _page("Not here", markup.note(f"The lab has no file {name}."), 404)
        return FileResponse(pages.bundle / name, media_type=_BUNDLE[name])

    return [
        Route("/", index),
        Route(f"/{LOCALE}", index),
        Route("/app/{app}/{view}", to_locale),
        Route(f"/{LOCALE}/app/{{app}}/{{view}}", view),
        Route("/lab/{name}", bundled),
    ]


async def _told(make: Callable[..., Response], *values: object) -> Response:
    """The page, or why the logs cannot be read."""
    try:
        return await run_in_threadpool(make, *values)
    except StoreUnusable as error:
        return _page("The logs cannot be read", markup.note(str(error)), 503)


def _page(title: str, body: str, status: int = 200) -> Response:
    return _answer(markup.page(title, body), secrets.token_urlsafe(16), status)


def _answer(text: str, nonce: str, status: int = 200) -> Response:
    return HTMLResponse(
        text, status, {"Content-Security-Policy": _POLICY.format(nonce=nonce), "X-Content-Type-Options": "nosniff"}
    )


def _index(pages: Pages) -> Response:
    shown, broken = [], []
    for name in view_names(pages.app):
        try:
            found = read_view(pages.app, name)
        except ViewUnusable as error:
            broken.append(str(error))
            continue
        if found is not None:
            shown.append((f"/{LOCALE}/app/{pages.app_name}/{found.name}", found.label, found.description))
    return _page("Zeek Hunting lab", markup.index(shown, broken, pages.loaded()))


def _view(pages: Pages, request: Request) -> Response:
    app, name = request.path_params["app"], request.path_params["view"]
    try:
        found = read_view(pages.app, name) if app == pages.app_name else None
    except ViewUnusable as error:
        return _page("Not a dashboard", markup.note(str(error)), 404)
    if found is None:
        if name == "search":
            return _page("Search", markup.search(request.query_params.get("q", "")))
        return _page("No such page", markup.note(f"The app {pages.app_name} has no page {name}."), 404)
    loaded = pages.loaded()
    if not loaded:
        return _page(found.label, markup.no_logs())
    return _dashboard(pages, found, request, sum(loaded.values()))


def _dashboard(pages: Pages, view: View, request: Request, events: int) -> Response:
    asked = request.query_params.get("theme", view.theme)
    theme = asked if asked in ("dark", "light") else view.theme
    nonce = secrets.token_urlsafe(16)
    splunk = {
        "SPLUNKD_PATH": f"/{LOCALE}/splunkd/__raw",
        "MRSPARKLE_ROOT_PATH": "",
        "LOCALE": LOCALE,
        "USERNAME": pages.user,
        "MRSPARKLE_PORT_NUMBER": request.url.port or 80,
        "VERSION_LABEL": pages.version,
        "BUILD_NUMBER": "0",
        "SERVER_ZONEINFO": _UTC,
    }
    lab = {"app": pages.app_name, "view": view.name, "user": pages.user, "theme": theme, "definition": view.definition}
    script = f"window.$C = {_in_script(splunk)}; window.zeekHuntingLab = {_in_script(lab)};"
    links = [(f"/{LOCALE}/app/{pages.app_name}/{name}", name == view.name, _label(pages, name)) for name in view_names(pages.app)]
    bar = markup.bar(links, _other_theme(request, theme), f"{events:,} events")
    return _answer(markup.dashboard(view.label, theme, bar, script, nonce), nonce)


def _label(pages: Pages, name: str) -> str:
    try:
        found = read_view(pages.app, name)
    except ViewUnusable:
        return name
    return found.label if found is not None else name


def _other_theme(request: Request, theme: str) -> tuple[str, str]:
    """(address of this page in the other theme, that theme), other parameters kept."""
    other = "light" if theme == "dark" else "dark"
    query = {**parse_qs(request.url.query), "theme": [other]}
    return escape(f"?{urlencode(query, doseq=True)}"), other


def _in_script(value: object) -> str:
    """JSON that cannot end the script element it stands in, nor its line."""
    text = json.dumps(value)  # ASCII: U+2028 and U+2029 are escaped
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
