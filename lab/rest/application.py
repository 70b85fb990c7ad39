"""The ASGI application: routes in every namespace, behind the guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from lab.driver import CommandFailed, ConfError
from lab.ingest import StoreUnusable
from lab.rest import answer, conf_routes, job_routes, kv_routes, password_routes, saved_routes, server_routes
from lab.rest.call import MAX_BODY_B, Call, parameters
from lab.rest.guard import RAW, Guard
from lab.rest.refusal import Refused
from lab.rest.settings import USER, RestSettings
from lab.rest.site import Handler, Routes, Site
from lab.spl import SplError
from lab.state import KvRefused

_ALL: Routes = [
    *job_routes.ROUTES,
    *saved_routes.ROUTES,
    *kv_routes.ROUTES,
    *password_routes.ROUTES,
    *conf_routes.ROUTES,
    *server_routes.ROUTES,
]


def application(settings: RestSettings, extra_routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The lab's REST interface; extra_routes (pages, say) are served beside it, behind the same guard.

    ``application.state.site`` is what the handlers share.
    """
    site = Site.of(settings)
    routes = [Route("/" + path, _endpoint(site, handlers), methods=list(handlers)) for path, handlers in _ALL]
    unknown = Route("/{rest:path}", _nothing, methods=["GET", "POST", "DELETE", "PUT"])
    served = Starlette(
        routes=[
            Mount("/servicesNS/{owner}/{app}", routes=[*routes, unknown]),
            Mount("/services", routes=[*routes, unknown]),
            Mount("/{locale}" + RAW + "/servicesNS/{owner}/{app}", routes=[*routes, unknown]),
            Mount("/{locale}" + RAW + "/services", routes=[*routes, unknown]),
            *extra_routes,
        ],
        middleware=[Middleware(Guard, settings=settings, sessions=site.sessions)],
        exception_handlers={HTTPException: _http_error, Exception: _fault},  # type: ignore[dict-item]  # narrower than asked
        lifespan=_lifespan(site),
    )
    served.router.redirect_slashes = False  # a redirect would lose a form's body
    served.state.site = site
    return served


def _lifespan(site: Site) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        site.jobs.close()

    return lifespan


def _endpoint(site: Site, handlers: dict[str, Handler]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        try:
            call = _call(request, await _body(request), site.settings.app_name)
            # HEAD is Starlette's own addition to GET
            handler = handlers["GET" if request.method == "HEAD" else request.method]
            return await run_in_threadpool(_handled, handler, site, call)
        except Refused as error:  # of a request that cannot be read
            return answer.said_in(_mode(request), [(error.level, error.text)], error.status)

    return endpoint


def _handled(handler: Handler, site: Site, call: Call) -> Response:
    try:
        return handler(site, call)
    except Refused as error:
        return answer.messages(call, [(error.level, error.text)], error.status)
    except KvRefused as error:
        return answer.messages(call, [("ERROR", error.text)], error.status)
    except (SplError, CommandFailed) as error:
        return answer.messages(call, [("FATAL", str(error))], 400)
    except (StoreUnusable, ConfError) as error:
        return answer.messages(call, [("FATAL", str(error))], 500)


async def _body(request: Request) -> bytes:
    parts, size_b = [], 0
    async for part in request.stream():
        size_b += len(part)
        if size_b > MAX_BODY_B:
            raise Refused(413, f"the request has more than {MAX_BODY_B >> 20} MB")
        parts.append(part)
    return b"".join(parts)


def _call(request: Request, body: bytes, own_app: str) -> Call:
    names = {name: str(value) for name, value in request.path_params.items()}
    pairs = parameters(request.scope["query_string"], body, request.headers.get("content-type", ""))
    owner, app = names.pop("owner", "nobody"), names.pop("app", own_app)
    mode = next((value for key, value in reversed(pairs) if key == "output_mode"), "") or _mode(request)
    return Call(request.method, request.url.path, names, pairs, body, mode, USER if owner == "-" else owner, app)


def _mode(request: Request) -> str:
    """XML is splunkd's default; Splunk Web's own pages expect JSON."""
    return "json" if RAW in request.scope["path"] or request.query_params.get("output_mode") == "json" else "xml"


async def _nothing(request: Request) -> Response:
    return answer.said_in(_mode(request), [("ERROR", "Not Found")], 404)


async def _http_error(request: Request, error: HTTPException) -> Response:
    """A page that does not exist, or a method that a path does not know."""
    return answer.said_in(_mode(request), [("ERROR", error.detail)], error.status_code)


async def _fault(request: Request, error: Exception) -> Response:
    """A fault of the lab: the server's log gets the traceback, the client a message in the shape it can read."""
    return answer.said_in(_mode(request), [("FATAL", f"the lab itself failed ({type(error).__name__}); see its log")], 500)
