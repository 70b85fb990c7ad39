"""``search/jobs``: make jobs, watch them, read their rows, stop them; ``search/parser`` and ``search/timeparser``."""

from __future__ import annotations

import json
from dataclasses import replace

from starlette.responses import Response

from lab.driver import ConfError, Rows, split_arguments
from lab.ingest import Store, StoreUnusable
from lab.rest import answer, result_text
from lab.rest.call import Call
from lab.rest.job import Job, JobRequest
from lab.rest.job_entry import job_entry
from lab.rest.refusal import Refused
from lab.rest.result_text import Page
from lab.rest.risky import refuse_risky
from lab.rest.settings import NO_LOGS
from lab.rest.site import Routes, Site
from lab.savedsearch.times import utc
from lab.spl import SearchSettings, SplError
from lab.spl.parsing import Segment
from lab.spl.post_process import check
from lab.spl.time_modifier import epoch_s

MAX_RESULT_ROWS = 50_000  # limits.conf, [restapi] maxresultrows
_MAX_SEARCH_CHARS = 500_000
_BLOCKING_S = 3_600.0


def create(site: Site, call: Call) -> Response:
    """exec_mode normal, blocking or oneshot."""
    mode = call["exec_mode"] or "normal"
    if mode not in ("normal", "blocking", "oneshot"):
        raise Refused(400, f"exec_mode must be normal, blocking or oneshot, found {mode[:40]!r}", "FATAL")
    job = _started(site, call)
    if mode == "normal":
        return answer.sid(call, job.sid)
    job.done.wait(_BLOCKING_S)
    return answer.sid(call, job.sid) if mode == "blocking" else _whole(site, call, job, exported=False)


def export(site: Site, call: Call) -> Response:
    """Runs a search and gives all its rows."""
    job = _started(site, call)
    job.done.wait(_BLOCKING_S)
    return _whole(site, call, job, exported=True)


def _whole(site: Site, call: Call, job: Job, exported: bool) -> Response:
    try:
        if job.state == "FAILED":
            raise Refused(400, job.messages[-1][1], "FATAL")
        default = job.count if exported else 100
        count = call.whole("count", default) or job.count
        page = Page(_picked(call, job.rows(call.whole("offset", 0), count)), call.whole("offset", 0), messages=job.messages)
        return (result_text.exported if exported else result_text.response)(page, call.mode)
    finally:
        site.jobs.cancel(job)


def _started(site: Site, call: Call) -> Job:
    search = call["search"]
    if not search.strip():
        raise Refused(400, "Empty search.", "FATAL")
    if len(search) > _MAX_SEARCH_CHARS:
        raise Refused(400, f"The search has more than {_MAX_SEARCH_CHARS:,} characters.", "FATAL")
    settings = timed(site, call["earliest_time"], call["latest_time"], call["now"])
    segments = checked(site, search, settings)
    if call.flag("check_risky_command"):
        refuse_risky(settings.app, segments)
    request = JobRequest(
        search,
        settings,
        label=call["label"],
        app=site.settings.app_name if call.app in ("-", "") else call.app,
        ttl_s=call.whole("timeout", site.settings.job_ttl_s, least=1),
    )
    return site.jobs.start(request, call["sid"] or call["id"])


def timed(site: Site, earliest: str, latest: str, now: str = "") -> SearchSettings:
    """Search settings with a time range in time modifiers. Raises Refused."""
    settings = site.search_settings
    for name, text in (("earliest_time", earliest), ("latest_time", latest), ("now", now)):
        if text.startswith("rt"):
            raise Refused(400, f"{name}={text[:40]}: the lab has no real-time searches", "FATAL")
        if text:
            _moment(text, settings.now_s or 0.0)
    if now:
        settings = replace(settings, now_s=_moment(now, settings.now_s or 0.0))
    return replace(settings, earliest=earliest or None, latest=latest or None)


def _moment(text: str, now_s: float) -> float:
    try:
        return epoch_s(text, now_s)
    except ValueError as error:
        raise Refused(400, f"Invalid time: {error}", "FATAL") from error


def checked(site: Site, search: str, settings: SearchSettings) -> list[Segment]:
    """What is refused before anything runs is refused at once, with status 400, as splunkd does."""
    if not site.settings.store.exists():
        raise Refused(400, NO_LOGS, "FATAL")
    try:
        with Store(site.settings.store, read_only=True) as store:
            return check(store, search, settings)
    except (SplError, StoreUnusable, ConfError) as error:
        raise Refused(400, str(error), "FATAL") from error


def listed(site: Site, call: Call) -> Response:
    wanted = call.all("id")
    jobs = [job for job in reversed(site.jobs.all()) if not wanted or job.sid in wanted]
    return answer.entries(call, [job_entry(job) for job in jobs])


def shown(site: Site, call: Call) -> Response:
    return answer.bare_entry(call, job_entry(site.jobs.find(call.names["sid"])))


def removed(site: Site, call: Call) -> Response:
    site.jobs.cancel(site.jobs.find(call.names["sid"]))
    return answer.messages(call, [("INFO", "Search job cancelled.")])


def control(site: Site, call: Call) -> Response:
    job, action = site.jobs.find(call.names["sid"]), call["action"]
    if action == "cancel":
        site.jobs.cancel(job)
    elif action == "finalize":
        job.stop()
    elif action in ("setttl", "save"):
        job.ttl_s = call.whole("ttl", 7 * 86_400, least=1)
    elif action not in ("touch", "enablepreview", "disablepreview", "setpriority", "unpause", "unsave"):
        raise Refused(
            400, f"The lab does not know the action {action[:40]!r} of a job; it cannot be paused, only cancelled.", "FATAL"
        )
    return answer.messages(call, [("INFO", f"Search job {action}: done.")] if call.mode == "xml" else [])


def results(site: Site, call: Call) -> Response:
    """Rows of a finished job; 204 while it runs, as splunkd says it."""
    job = site.jobs.find(call.names["sid"])
    return _rows(call, job) if job.done.is_set() else Response(status_code=204)


def preview(site: Site, call: Call) -> Response:
    """The rows there are: none before the end."""
    job = site.jobs.find(call.names["sid"])
    if job.done.is_set():
        return _rows(call, job)
    return result_text.response(Page(Rows({}, 0), call.whole("offset", 0), preview=True), call.mode)


def events(site: Site, call: Call) -> Response:
    """The events that a search ends with; none after a command that transforms them."""
    job = site.jobs.find(call.names["sid"])
    if not job.done.is_set():
        return Response(status_code=204)
    if "_raw" not in job.fields:
        return result_text.response(Page(Rows({}, 0), call.whole("offset", 0)), call.mode)
    return _rows(call, job)


def _rows(call: Call, job: Job) -> Response:
    offset = call.whole("offset", 0)
    count = min(call.whole("count", 100) or MAX_RESULT_ROWS, MAX_RESULT_ROWS)
    search = call["search"].strip()
    if not search:
        rows, whole = job.rows(offset, count), None
    else:
        processed = job.post_processed(search)
        rows, whole = processed.slice(offset, offset + count), processed.count
    return result_text.response(Page(_picked(call, rows), offset, messages=job.messages, post_processed=whole), call.mode)


def _picked(call: Call, rows: Rows) -> Rows:
    """The fields named by ``f`` and ``field_list``, all without them."""
    names = [*call.all("f"), *filter(None, call["field_list"].split(","))]
    return rows.pick(names) if names else rows


def summary(site: Site, call: Call) -> Response:
    """How many rows have each field."""
    job = site.jobs.find(call.names["sid"])
    rows = job.rows(0, MAX_RESULT_ROWS)
    fields = {name: {"count": sum(1 for cell in cells if cell not in (None, "", []))} for name, cells in rows.columns.items()}
    return answer.document(call, {"event_count": job.events, "earliest_time": "", "latest_time": "", "fields": fields})


def timeline(site: Site, call: Call) -> Response:
    """A timeline without buckets: the lab counts none."""
    job = site.jobs.find(call.names["sid"])
    return answer.document(call, {"event_count": job.events, "cursor_time": 0, "buckets": []})


def search_log(site: Site, call: Call) -> Response:
    job = site.jobs.find(call.names["sid"])
    return Response("".join(f"{level} {text}\n" for level, text in job.messages), media_type="text/plain; charset=UTF-8")


def parsed(site: Site, call: Call) -> Response:
    search = call["q"] or call["search"]
    if not search.strip():
        raise Refused(400, "Empty search.", "FATAL")
    segments = checked(site, search, site.search_settings)
    commands = [
        {"command": each.name, "rawargs": each.written().strip(), "args": list(split_arguments(each.written()))}
        for each in segments
    ]
    return (
        Response(json.dumps({"commands": commands}), media_type="application/json")
        if call.mode != "xml"
        else answer.document(call, {"commands": commands})
    )


def time_parsed(site: Site, call: Call) -> Response:
    """The moments that time modifiers mean, as ISO 8601."""
    now_s = site.search_settings.now_s or 0.0
    if not now_s and site.settings.store.exists():
        with Store(site.settings.store, read_only=True) as store:
            now_s = newest_s(store)
    return answer.document(call, {text: utc(_moment(text, now_s)) for text in call.all("time")})


def newest_s(store: Store) -> float:
    """What now means over a store: the second after its newest event."""
    newest = [store.connection.execute(f'SELECT max(_time) FROM "log_{log}"').fetchall()[0][0] for log in store.logs()]
    return max((float(int(time) + 1) for time in newest if time is not None), default=0.0)


def _job_routes(root: str) -> Routes:
    sid = f"{root}/{{sid}}"
    return [
        (root, {"GET": listed, "POST": create}),
        (f"{root}/export", {"GET": export, "POST": export}),
        (sid, {"GET": shown, "DELETE": removed, "POST": shown}),
        (f"{sid}/control", {"POST": control}),
        (f"{sid}/results", {"GET": results, "POST": results}),
        (f"{sid}/results_preview", {"GET": preview, "POST": preview}),
        (f"{sid}/events", {"GET": events, "POST": events}),
        (f"{sid}/summary", {"GET": summary, "POST": summary}),
        (f"{sid}/timeline", {"GET": timeline, "POST": timeline}),
        (f"{sid}/search.log", {"GET": search_log}),
    ]


ROUTES: Routes = [
    *_job_routes("search/jobs"),
    *_job_routes("search/v2/jobs"),
    ("search/parser", {"GET": parsed, "POST": parsed}),
    ("search/v2/parser", {"GET": parsed, "POST": parsed}),
    ("search/timeparser", {"GET": time_parsed}),
]
