"""``saved/searches``: the app's saved searches, read from its files; dispatch and history."""

from __future__ import annotations

import time
from dataclasses import replace

from starlette.responses import Response

from lab.rest import answer
from lab.rest.answer import Entry
from lab.rest.call import Call
from lab.rest.job import JobRequest
from lab.rest.job_entry import job_entry
from lab.rest.job_routes import checked, timed
from lab.rest.refusal import Refused, absent
from lab.rest.site import Routes, Site
from lab.savedsearch import SavedSearch, SavedSearchAbsent, dispatched_text, named, saved_searches
from lab.schedule import Cron

_PATH = "saved/searches"


def listed(site: Site, call: Call) -> Response:
    words = call["search"].strip('"* ').lower()
    found = [saved for saved in saved_searches(site.app) if words in saved.name.lower()]
    return answer.entries(call, [_entry(site, saved) for saved in found])


def shown(site: Site, call: Call) -> Response:
    return answer.entry(call, _entry(site, _found(site, call)))


def dispatch(site: Site, call: Call) -> Response:
    """A job of the saved search; ``dispatch.*`` of the request comes before the stanza's own."""
    saved = _found(site, call)
    if saved.disabled:
        raise Refused(400, f"The saved search {saved.name!r} is disabled.", "FATAL")
    given = {key: value for key, value in call.pairs if key.startswith("dispatch.")}
    request = _request(site, replace(saved, settings={**saved.settings, **given}), call)
    checked(site, request.search, request.settings)
    return answer.sid(call, site.jobs.start(request).sid)


def _request(site: Site, saved: SavedSearch, call: Call) -> JobRequest:
    return JobRequest(
        dispatched_text(saved),
        timed(site, saved.earliest or "", saved.latest or "", call["dispatch.now"]),
        label=call["dispatch.label"] or saved.name,
        saved=saved.name,
        app=site.settings.app_name,
        ttl_s=site.settings.job_ttl_s,
    )


def history(site: Site, call: Call) -> Response:
    """Jobs of this saved search that are still kept, newest first. For one on a schedule without a job, a run is made: the lab
    has no scheduler in the background, and a panel would find nothing."""
    saved = _found(site, call)
    jobs = [job for job in site.jobs.all() if job.request.saved == saved.name]
    if not jobs and saved.cron and not saved.disabled and call.flag("run_if_absent", default=True):
        jobs = [site.jobs.start(_request(site, saved, call))]
    # the client takes an entry's title as the job's sid here
    return answer.entries(call, [replace(job_entry(job), title=job.sid) for job in reversed(jobs)])


def scheduled_times(site: Site, call: Call) -> Response:
    saved = _found(site, call)
    times: list[int] = []
    if saved.cron:
        now_s = time.time()
        times = list(Cron.of(saved.cron).times(now_s, now_s + 86_400))
    entry = _entry(site, saved)
    return answer.entry(call, replace(entry, content={**entry.content, "scheduled_times": times}))


def refused(site: Site, call: Call) -> Response:
    raise Refused(403, "The lab reads saved searches from the app's files; change local/savedsearches.conf instead.")


def _found(site: Site, call: Call) -> SavedSearch:
    try:
        return named(site.app, call.names["name"])
    except SavedSearchAbsent as error:
        raise absent(call.names["name"]) from error


def _entry(site: Site, saved: SavedSearch) -> Entry:
    content: dict[str, object] = {
        **saved.settings,
        "is_scheduled": saved.scheduled,
        "disabled": saved.disabled,
        "is_visible": True,
        "qualifiedSearch": saved.search if saved.search.lstrip().startswith("|") else f"search {saved.search}",
    }
    return Entry(_PATH, saved.name, content, site.settings.app_name)


_NAME = f"{_PATH}/{{name:path}}"
ROUTES: Routes = [
    (_PATH, {"GET": listed, "POST": refused}),
    (f"{_NAME}/dispatch", {"POST": dispatch}),
    (f"{_NAME}/history", {"GET": history}),
    (f"{_NAME}/scheduled_times", {"GET": scheduled_times}),
    (_NAME, {"GET": shown, "POST": refused, "DELETE": refused}),
]
