"""A REST endpoint of this app as splunkd calls it: one JSON text in, one answer out (scripttype = persist of restmap.conf).

Who may call is decided by splunkd: restmap.conf names a capability for each method. An answer is JSON; an error is
{"error": sentence}, which rest.SplunkRest gives back to the caller.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .rest import RestError, SplunkRest


@dataclass(frozen=True)
class RestCall:
    """method: GET, POST or DELETE. values: of the query and the form, the last of a name. as_user: splunkd with the caller's
    rights. as_system: with splunkd's own, None unless restmap.conf says passSystemAuth."""

    method: str
    values: Mapping[str, str]
    as_user: SplunkRest = field(repr=False)
    as_system: SplunkRest | None = field(default=None, repr=False)


def handled(text: str | bytes, handle: Callable[[RestCall], object]) -> dict[str, Any]:
    """The answer to one request; what goes wrong is one sentence for the caller and a traceback in splunkd's log."""
    try:
        return _reply(200, handle(_call(json.loads(text))))
    except RestError as error:
        return _reply(error.status if 400 <= error.status < 600 else 502, {"error": str(error)})
    except ValueError as error:
        return _reply(400, {"error": str(error)})
    except Exception as error:  # noqa: BLE001  the boundary: splunkd would answer with the traceback, values and all
        sys.stderr.write("".join(traceback.format_tb(error.__traceback__)))
        return _reply(500, {"error": f"the handler failed ({type(error).__name__}); see splunkd.log"})


def _call(request: Mapping[str, Any]) -> RestCall:
    uri = str(request["server"]["rest_uri"])
    pairs = [*(request.get("query") or []), *(request.get("form") or [])]
    system = request.get("system_authtoken")
    return RestCall(
        str(request.get("method", "")).upper(),
        {str(name): str(value) for name, value in pairs},
        SplunkRest(uri, str(request["session"]["authtoken"])),
        SplunkRest(uri, str(system)) if system else None,
    )


def _reply(status: int, content: object) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return {"status": status, "payload": json.dumps(content), "headers": headers}
