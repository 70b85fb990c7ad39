"""``storage/collections``: which collections there are, and their records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from starlette.responses import Response

from lab.rest import answer
from lab.rest.answer import Entry, json_response
from lab.rest.call import Call
from lab.rest.refusal import Refused, absent
from lab.rest.site import Routes, Site
from lab.state import KvRefused, KvStore
from lab.state.kvstore import NOBODY, Question, check_batch

_CONFIG = "storage/collections/config"
_DATA = "storage/collections/data/{collection}"
_MAX_QUERIES = 200


def configs(site: Site, call: Call) -> Response:
    found = _declared(site)
    return answer.entries(call, [_config(site, name, found[name]) for name in found])


def config(site: Site, call: Call) -> Response:
    found, name = _declared(site), call.names["collection"]
    if name not in found:
        raise absent(name)
    return answer.entry(call, _config(site, name, found[name]))


def refused(site: Site, call: Call) -> Response:
    raise Refused(403, "The lab reads collections from the app's files; declare them in default/ or local/collections.conf.")


def query(site: Site, call: Call) -> Response:
    kv, place = _place(site, call)
    question = Question(call["query"], call["fields"], call["sort"], call.whole("limit", 0), call.whole("skip", 0))
    return json_response(kv.query(*place, question))


def insert(site: Site, call: Call) -> Response:
    kv, place = _place(site, call)
    return json_response({"_key": kv.insert(*place, _record(call.json()))}, 201)


def delete_matching(site: Site, call: Call) -> Response:
    kv, place = _place(site, call)
    kv.delete_matching(*place, call["query"])
    return Response(status_code=200)


def get(site: Site, call: Call) -> Response:
    kv, place = _place(site, call)
    return json_response(kv.get(*place, call.names["key"]))


def update(site: Site, call: Call) -> Response:
    kv, place = _place(site, call)
    return json_response({"_key": kv.update(*place, call.names["key"], _record(call.json()))})


def delete(site: Site, call: Call) -> Response:
    kv, place = _place(site, call)
    kv.delete(*place, call.names["key"])
    return Response(status_code=200)


def batch_save(site: Site, call: Call) -> Response:
    kv, place = _place(site, call)
    rows = call.json()
    if not isinstance(rows, list):
        raise KvRefused("batch_save needs a JSON list of records")
    check_batch(rows, len(call.body))
    return json_response(kv.batch_save(*place, [_record(row) for row in rows]))


def batch_find(site: Site, call: Call) -> Response:
    kv, place = _place(site, call)
    queries = call.json()
    if not isinstance(queries, list) or len(queries) > _MAX_QUERIES:
        raise KvRefused(f"batch_find needs a JSON list of at most {_MAX_QUERIES} queries")
    return json_response([kv.query(*place, _question(each)) for each in queries])


def _question(value: object) -> Question:
    """One of batch_find's: {"query": {…}, "fields": …, "sort": …, "limit": …, "skip": …}."""
    parts = _record(value)
    try:
        return Question(
            cast("Mapping[str, object]", parts.get("query", {})),
            str(parts.get("fields", "")),
            str(parts.get("sort", "")),
            int(str(parts.get("limit", 0))),
            int(str(parts.get("skip", 0))),
        )
    except ValueError as error:
        raise KvRefused(f"limit and skip must be whole numbers: {error}") from error


def _record(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise KvRefused(f"a record must be a JSON object, found {json.dumps(value)[:60]}")
    return value


def _declared(site: Site) -> dict[str, Mapping[str, str]]:
    return {name: stanza for name, stanza in site.conf("collections").items() if name != "default"}


def _place(site: Site, call: Call) -> tuple[KvStore, tuple[str, str]]:
    """The store as the caller sees it, the app and the collection. A collection must be declared, as in Splunk."""
    name = call.names["collection"]
    app = site.settings.app_name if call.app in ("-", "search") else call.app
    if app != site.settings.app_name:
        raise Refused(404, f"Application does not exist: {app[:80]}")
    kv = site.kv()
    if name not in _declared(site) and name not in kv.collections(app):
        raise Refused(404, f"Could not find collection {name[:80]!r}; declare it in collections.conf.")
    return kv.owned_by(NOBODY if call.owner in ("nobody", "-", "") else call.owner), (app, name)


def _config(site: Site, name: str, stanza: Mapping[str, str]) -> Entry:
    return Entry(_CONFIG, name, {"disabled": False, "replicate": "false", **stanza}, site.settings.app_name)


ROUTES: Routes = [
    (_CONFIG, {"GET": configs, "POST": refused}),
    (f"{_CONFIG}/{{collection}}", {"GET": config, "POST": refused, "DELETE": refused}),
    (_DATA, {"GET": query, "POST": insert, "DELETE": delete_matching}),
    (f"{_DATA}/batch_save", {"POST": batch_save}),
    (f"{_DATA}/batch_find", {"POST": batch_find}),
    (f"{_DATA}/{{key:path}}", {"GET": get, "POST": update, "DELETE": delete}),
]
